// A log that is copied and truncated while it is followed: the writer and logrotate come in between any two calls of the system.
import type * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRandom, type Random } from '../../src/core/random.ts';
import { FollowedFile } from '../../src/engine/follow/followed-file.ts';
import { LastBytes } from '../../src/engine/follow/last-bytes.ts';
import { OpenFile } from '../../src/engine/follow/open-file.ts';
import type { Truncation, TruncationWatch } from '../../src/engine/follow/truncation.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { temporaryFolder } from '../helpers/terminal.ts';

const world = vi.hoisted(() => ({ comesIn: () => {} }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const after =
    <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      world.comesIn();
      return call(...args);
    };
  return {
    ...real,
    readSync: after(real.readSync),
    fstatSync: after(real.fstatSync as never),
    openSync: after(real.openSync),
  };
});
const { appendFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } =
  await vi.importActual<typeof fs>('node:fs');

const SEEDS = Number(process.env.LOGSCOPE_SEEDS ?? 100);
const FIRST = Number(process.env.LOGSCOPE_SEED ?? 1);
const LINES = 120;
const KEPT = 8;

const lineOf = (n: number) =>
  `127.0.0.1 - - [20/Nov/2026:12:00:${10 + (n >> 6)} +0000] "GET /items HTTP/1.1" 200 ${n} "-" "writer" pid=<${8700 + (n % 4)}> us=${1000 + n}\n`;

/** A server that writes torn lines, and logrotate, each a small step at a time. */
class World {
  readonly path: string;
  readonly #random: Random;
  readonly #calm: number;
  #text = '';
  #next = 0;
  #rotation: Iterator<void> | null = null;

  constructor(path: string, random: Random, calm: number) {
    this.#calm = calm;
    this.path = path;
    this.#random = random;
    writeFileSync(path, '');
  }

  get isOver(): boolean {
    return this.#next >= LINES && this.#text === '' && this.#rotation === null;
  }

  step(): void {
    if (this.#rotation || this.#random() < this.#calm) {
      if (this.#random() < 0.7) {
        this.#rotation ??= this.#rotate();
        if (this.#rotation.next().done) this.#rotation = null;
        return;
      }
    }
    this.#write();
  }

  #write(): void {
    if (this.#text === '')
      for (let n = 1 + this.#random() * 3; n >= 1 && this.#next < LINES; n--) this.#text += lineOf(this.#next++);
    const cut = this.#random() < 0.5 ? this.#text.length : Math.floor(this.#random() * this.#text.length);
    appendFileSync(this.path, this.#text.slice(0, cut));
    this.#text = this.#text.slice(cut);
  }

  *#rotate(): Iterator<void> {
    for (let n = KEPT; n > 0; n--) {
      if (!existsSync(`${this.path}.${n}`)) continue;
      renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`);
      yield;
    }
    rmSync(`${this.path}.${KEPT + 1}`, { force: true });
    const copy = `${this.path}.1`;
    writeFileSync(copy, '');
    yield;
    for (let at = 0; ; ) {
      const bytes = readFileSync(this.path).subarray(at, at + 1 + Math.floor(this.#random() * 1500));
      if (bytes.length === 0) break;
      appendFileSync(copy, bytes);
      at += bytes.length;
      yield;
    }
    truncateSync(this.path);
  }
}

/** What the thread that reads along does, at moments of its own. */
class Along implements TruncationWatch {
  #last: LastBytes | null = null;
  #seen: Truncation[] = [];
  #path = '';
  #key = '';
  #turn: Promise<void> = Promise.resolve();
  start() {}
  follow(path: string, key: string) {
    this.#path = path;
    this.#key = key;
  }
  leave() {}
  has(key: string) {
    return key === this.#key && this.#seen.length > 0;
  }
  look(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      this.#last ??= new LastBytes((await OpenFile.open(this.#path, 0)) as OpenFile);
      this.#seen.push(...(await this.#last.look()));
    });
    return this.#turn;
  }
  async take(key: string) {
    if (key !== this.#key) return [];
    await this.look();
    return this.#seen.splice(0);
  }
  async close() {
    await this.#turn;
    await this.#last?.file.handle.close();
  }
}

async function run(seed: number, isWatched: boolean) {
  const random = createRandom(seed);
  const folder = temporaryFolder();
  const path = join(folder, 'access.log');
  const log = new World(path, random, [0.02, 0.1, 0.3][seed % 3]);
  const busy = [0.03, 0.1, 0.3][Math.floor(seed / 3) % 3];
  let text = '';
  const along = isWatched ? new Along() : null;
  const sink = {
    bytes: (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString('latin1');
    },
    event: () => {},
    trouble: () => {},
  };
  const clock = new FakeClock();
  const file = new FollowedFile(path, sink, clock, true, along);
  world.comesIn = () => {
    if (random() < busy && !log.isOver) log.step();
  };
  try {
    await file.open(1e9);
    await along?.look();
    while (!log.isOver) {
      if (random() < 0.5) void along?.look();
      if (random() < 0.5) log.step();
      if (random() < 0.3) await file.step();
    }
    world.comesIn = () => {};
    while (await file.step());
    await file.close(true);
  } finally {
    world.comesIn = () => {};
    await along?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const times = new Uint8Array(LINES);
  for (const line of text.split('\n')) {
    const n = Number(/HTTP\/1\.1" 200 (\d+) "-"/.exec(line)?.[1] ?? -1);
    if (n >= 0 && `${line}\n` === lineOf(n)) times[n]++;
  }
  return [...times.entries()].filter(([, count]) => count > 1).map(([n]) => n);
}

// Looks at the path come after some ms of the real clock.
beforeEach(() => void vi.spyOn(performance, 'now').mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

describe('a log that is copied and truncated while it is read', () => {
  for (const isWatched of [true, false]) {
    it(`has no line twice, ${isWatched ? 'read along' : 'with nobody who reads along'}`, async () => {
      const wrong: unknown[] = [];
      for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
        const twice = await run(seed, isWatched);
        if (twice.length > 0) wrong.push({ seed, twice });
      }
      expect(wrong).toEqual([]);
    });
  }
});
