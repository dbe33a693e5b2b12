// What is written between the copy and the truncation of a log: read along, and told after the fact.
import { appendFileSync, copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowedFile } from '../../../src/engine/follow/followed-file.ts';
import { LastBytes } from '../../../src/engine/follow/last-bytes.ts';
import { OpenFile } from '../../../src/engine/follow/open-file.ts';
import type { Truncation, TruncationWatch } from '../../../src/engine/follow/truncation.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

/** Reads along when it is told to, as the thread does when the system announces something. */
class Along implements TruncationWatch {
  #last: LastBytes | null = null;
  #seen: Truncation[] = [];
  #path = '';
  start() {}
  follow(path: string) {
    this.#path = path;
  }
  leave() {}
  has() {
    return this.#seen.length > 0;
  }
  async look() {
    this.#last ??= new LastBytes((await OpenFile.open(this.#path, 0)) as OpenFile);
    this.#seen.push(...(await this.#last.look()));
  }
  async take() {
    await this.look();
    return this.#seen.splice(0);
  }
  async close() {
    await this.#last?.file.handle.close();
  }
}

let folder: string;
let path: string;
let text: string;
let events: string[];
let along: Along;
let file: FollowedFile;

beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder, 'access.log');
  text = '';
  events = [];
  along = new Along();
  const sink = {
    bytes: (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString();
    },
    event: (event: string) => events.push(event),
    trouble: () => {},
  };
  file = new FollowedFile(path, sink, new FakeClock(), true, along);
  writeFileSync(path, 'one\n');
  await file.open(1e9);
  await drain();
  await along.look();
});
afterEach(async () => {
  await file.close(false);
  await along.close();
  rmSync(folder, { recursive: true, force: true });
});
const drain = async () => {
  while (await file.step());
};

describe('a log that is copied and truncated', () => {
  it('is read with what was written in between, and is in no file', async () => {
    appendFileSync(path, 'two\n');
    copyFileSync(path, `${path}.1`);
    appendFileSync(path, 'in no file\nto');
    await along.look();
    truncateSync(path);
    appendFileSync(path, 'rn\nthree\n');
    await drain();
    expect(text).toBe('one\ntwo\nin no file\ntorn\nthree\n');
    expect(events).toEqual(['truncated']);
  });

  it('more than once since the last look is read in order, also when a line is torn each time', async () => {
    for (const n of [1, 2, 3]) {
      appendFileSync(path, `${n}\nto`);
      copyFileSync(path, `${path}.${4 - n}`);
      await along.look();
      truncateSync(path);
      appendFileSync(path, `rn ${n}\n`);
      await along.look();
    }
    await drain();
    expect(text).toBe('one\n1\ntorn 1\n2\ntorn 2\n3\ntorn 3\n');
  });

  it('is completed from its copy when nobody was there in time', async () => {
    await along.look();
    appendFileSync(path, 'only in the copy\n');
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    appendFileSync(path, 'two\n');
    await drain();
    expect(text).toBe('one\nonly in the copy\ntwo\n');
  });

  it('is read from its copy on where we are further behind than was read along', async () => {
    const long = `${'x'.repeat(99)}\n`.repeat(20_000);
    appendFileSync(path, `${long}two\n`);
    copyFileSync(path, `${path}.1`);
    appendFileSync(path, 'in no file\n');
    await along.look();
    truncateSync(path);
    appendFileSync(path, 'three\n');
    await drain();
    // The copy is an old file, which may be read before the new one or after it.
    expect(text.replace('three\n', '')).toBe(`one\n${long}two\nin no file\n`);
    expect(text).toContain('three\n');
  });
});
