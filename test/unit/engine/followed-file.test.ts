import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowedFile } from '../../../src/engine/follow/followed-file.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

let folder: string;
let path: string;
let clock: FakeClock;
let text: string;
let events: string[];
let troubles: string[];

const opened: FollowedFile[] = [];
const follow = (): FollowedFile => {
  const file = new FollowedFile(
    path,
    {
      bytes: (chunk) => {
        text += Buffer.from(chunk).toString();
      },
      event: (event) => events.push(event),
      trouble: (sentence) => troubles.push(sentence),
    },
    clock,
  );
  opened.push(file);
  return file;
};
const drain = async (file: FollowedFile) => {
  while (await file.step());
};

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'access.log');
  clock = new FakeClock();
  text = '';
  events = [];
  troubles = [];
});
afterEach(async () => {
  for (const file of opened.splice(0)) await file.close(false);
  rmSync(folder, { recursive: true, force: true });
});

describe('FollowedFile', () => {
  it('reads what is there and what is appended; a torn line waits for its end', async () => {
    writeFileSync(path, 'one\ntwo\nthr');
    const file = follow();
    expect(await file.open(1e9)).toBe(true);
    await drain(file);
    expect(text).toBe('one\ntwo\n');
    appendFileSync(path, 'ee\nfo');
    await drain(file);
    expect(text).toBe('one\ntwo\nthree\n');
    await file.drain();
    await file.close(true);
    expect(text).toBe('one\ntwo\nthree\nfo\n');
    expect(events).toEqual([]);
  });

  it('begins with the last part of a large file, at a whole line', async () => {
    writeFileSync(path, 'first line\nsecond line\nthird line\n');
    const file = follow();
    await file.open(15);
    expect(file.position).toBe(23);
    await drain(file);
    expect(text).toBe('third line\n');
    const exact = follow();
    text = '';
    await exact.open(11);
    await drain(exact);
    expect(text).toBe('third line\n');
  });

  it('reads the rest of a renamed file before the new one, and what is still written to it', async () => {
    writeFileSync(path, 'a1\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    appendFileSync(path, 'a2\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'b1\n');
    await drain(file);
    expect(text).toBe('a1\na2\nb1\n');
    expect(events).toEqual(['rotated']);
    appendFileSync(`${path}.1`, 'a3\n');
    appendFileSync(path, 'b2\n');
    await drain(file);
    expect(text).toBe('a1\na2\nb1\na3\nb2\n');
    appendFileSync(`${path}.1`, 'a4 without end');
    clock.advance(61_000);
    await drain(file);
    expect(text).toContain('a4 without end\n');
  });

  it('finds a file that stood at the path between two looks', async () => {
    writeFileSync(path, 'a1\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    await new Promise((done) => setTimeout(done, 20));
    renameSync(path, `${path}.2`);
    writeFileSync(path, 'b1\nb2\n');
    await new Promise((done) => setTimeout(done, 20));
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'c1\n');
    await drain(file);
    expect(text).toBe('a1\nb1\nb2\nc1\n');
  });

  it('notices a copy and truncation, also when the file grew again beyond where it was', async () => {
    writeFileSync(path, `first ${'x'.repeat(50)}\n`);
    const file = follow();
    await file.open(1e9);
    await drain(file);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    await drain(file);
    appendFileSync(path, 'short\n');
    await drain(file);
    expect(text.endsWith('short\n')).toBe(true);
    truncateSync(path);
    appendFileSync(path, `other ${'y'.repeat(500)}\n`);
    await drain(file);
    expect(text.split('\n').length - 1).toBe(3);
    expect(text.endsWith(`other ${'y'.repeat(500)}\n`)).toBe(true);
    expect(events).toEqual(['truncated', 'truncated']);
  });

  it('skips the hole that a writer leaves that did not notice the truncation', async () => {
    writeFileSync(path, 'one line of some length\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(path);
    truncateSync(path, 10);
    appendFileSync(path, 'two\n');
    await drain(file);
    expect(text).toBe('one line of some length\ntwo\n');
  });

  it('waits for a file that is gone or not there yet, and says so', async () => {
    const file = follow();
    expect(await file.open(1e9)).toBe(false);
    await drain(file);
    writeFileSync(path, 'one\n');
    await drain(file);
    expect(text).toBe('one\n');
    expect(events).toEqual([]);
    unlinkSync(path);
    await drain(file);
    expect(events).toEqual([]);
    clock.advance(1500);
    await drain(file);
    expect(events).toEqual(['gone']);
    writeFileSync(path, 'two\n');
    await drain(file);
    expect(events).toEqual(['gone', 'back']);
    expect(text).toBe('one\ntwo\n');
  });

  it('follows a symbolic link to where it points now', async () => {
    const [first, second] = [join(folder, '0.log'), join(folder, '1.log')];
    writeFileSync(first, 'a\n');
    writeFileSync(second, 'b\n');
    symlinkSync(first, path);
    const file = follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(path);
    symlinkSync(second, path);
    await drain(file);
    expect(text).toBe('a\nb\n');
    expect(events).toEqual(['rotated']);
  });

  it('survives a folder in its place', async () => {
    writeFileSync(path, 'a\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(path);
    mkdirSync(path);
    await drain(file);
    clock.advance(1500);
    await drain(file);
    expect(events).toEqual(['gone']);
    rmSync(path, { recursive: true });
    writeFileSync(path, 'b\n');
    await drain(file);
    expect(text).toBe('a\nb\n');
  });

  it('hands on the beginning of a line without end, and passes over the rest', async () => {
    writeFileSync(path, `before\n${'z'.repeat(3_000_000)}`);
    const file = follow();
    await file.open(1e9);
    await drain(file);
    expect(text.length).toBe(7 + (1 << 20) + 1);
    appendFileSync(path, 'zzz\nafter\n');
    await drain(file);
    expect(text.slice(7).replace(/z+/, '')).toBe('\nafter\n');
  });

  it('keeps lines of a new file whole while the end of a long line of the old one is missing', async () => {
    writeFileSync(path, 'z'.repeat(1_100_000));
    const file = follow();
    await file.open(1e9);
    await drain(file);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'new\n');
    await drain(file);
    expect(text.endsWith('z\nnew\n')).toBe(true);
    appendFileSync(`${path}.1`, 'zz\nold\n');
    await drain(file);
    expect(text.endsWith('z\nnew\nold\n')).toBe(true);
  });

  it('reads from the copy what was written before a truncation and not read yet', async () => {
    writeFileSync(path, 'one\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    for (const [n, line] of ['two', 'three'].entries()) {
      appendFileSync(path, `${line}\nto`);
      copyFileSync(path, `${path}.${n}`);
      truncateSync(path);
      appendFileSync(path, `rn ${n}\n`);
      if (n === 0) await drain(file);
    }
    await drain(file);
    expect(text).toBe('one\ntwo\ntorn 0\nthree\ntorn 1\n');
    expect(events).toEqual(['truncated', 'truncated']);
  });

  it('joins a line whose middle a truncation came into', async () => {
    writeFileSync(path, 'one\ntw');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(path);
    appendFileSync(path, 'o\nthree\n');
    await drain(file);
    expect(text).toBe('one\ntwo\nthree\n');
    expect(events).toEqual(['truncated']);
  });

  it('goes on at the end of a file that was cut off behind a whole line', async () => {
    writeFileSync(path, 'one\ntwo\nthree\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(path, 8);
    await drain(file);
    appendFileSync(path, 'four\n');
    await drain(file);
    expect(text).toBe('one\ntwo\nthree\nfour\n');
  });

  it('reads a file that comes back to its path from where it was left', async () => {
    const [first, second] = [join(folder, '0.log'), join(folder, '1.log')];
    writeFileSync(first, 'a\n');
    writeFileSync(second, 'b\n');
    symlinkSync(first, path);
    const file = follow();
    await file.open(1e9);
    await drain(file);
    for (const [target, pause] of [
      [second, 0],
      [first, 61_000],
      [second, 61_000],
      [first, 0],
    ] as const) {
      unlinkSync(path);
      symlinkSync(target, path);
      appendFileSync(target, `${target.slice(-5, -4)}\n`);
      await drain(file);
      clock.advance(pause);
      await drain(file);
    }
    expect(text).toBe('a\nb\n1\n0\n1\n0\n');
  });

  it('reads no copy of what it has read, and no other log that is beside it', async () => {
    writeFileSync(path, 'one\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    copyFileSync(path, `${path}.bak`);
    writeFileSync(`${path}.err`, 'another log\n');
    writeFileSync(join(folder, 'access-api.log'), 'a third\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'two\n');
    await drain(file);
    expect(text).toBe('one\ntwo\n');
  });

  it.runIf(process.platform === 'linux')('says that reading fails, and goes on when it does not any more', async () => {
    writeFileSync(path, 'one\n');
    const file = follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(path);
    // Reading its first byte is an input/output error, whoever reads.
    symlinkSync('/proc/self/mem', path);
    await drain(file);
    expect(troubles.at(-1)).toMatch(/access\.log cannot be (read|opened) \(EIO\), trying again/);
    unlinkSync(path);
    writeFileSync(path, 'two\n');
    await drain(file);
    expect(troubles.at(-1)).toBe('');
    expect(text).toBe('one\ntwo\n');
  });
});
