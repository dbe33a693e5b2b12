// Ranges of a large file read by threads (here: in this one), and what becomes of a thread that dies.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { stateOf } from '../../../src/analysis/partial-state.ts';
import { readPartial } from '../../../src/engine/post-mortem.ts';
import {
  type RangeJob,
  type RangeMessage,
  type RangeThread,
  readInParallel,
} from '../../../src/engine/read-in-parallel.ts';
import { readJob } from '../../helpers/range-thread.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder = '';
let log = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-ranges-'));
  log = join(folder, 'large.log');
  execFileSync(process.execPath, [join(root, 'test/bench/generate.mjs'), '--mb', '40', '--seed', '5', '--out', log]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = async (dies: boolean, path = log, worthSplitting = 8) => {
  const jobs: RangeJob[] = [];
  const parts: RangeMessage[] = [];
  let closed = 0;
  const startThread = (): RangeThread => ({
    async read(job) {
      jobs.push(job);
      const read = readJob(job);
      if (dies && jobs.length === 2) throw new Error('out of memory');
      parts.push(...read);
      return read;
    },
    close: () => {
      closed++;
    },
  });
  const result = await readInParallel(path, 0, { formats, threads: 3, startThread, worthSplitting });
  return { result, parts, closed };
};

test('ranges of three threads join without a gap, and every thread is closed', async () => {
  const { result, parts, closed } = await read(false);
  const whole = await readPartial([log], { formats });
  expect(parts).toHaveLength(2);
  expect(result?.report).toEqual(whole.inputs[0]);
  expect(result && stateOf(result.partial)).toEqual(stateOf(whole.partial));
  expect(closed).toBe(2);
});

test('lines of several kinds are counted over all ranges, and the main kind is that of most lines of the file', async () => {
  const path = join(folder, 'kinds.log');
  const line = (i: number, rest: string) =>
    `203.0.113.${i % 200} - - [29/Oct/2024:17:${10 + Math.floor(i / 6000)}:${10 + (Math.floor(i / 120) % 50)} +0000] "GET /item/${i} HTTP/1.1" 200 12 "-" "curl/8.5.0"${rest}\n`;
  const withPid = (i: number) => line(i, ` pid=<${700 + (i % 3)}> us=${1000 + (i % 97)}`);
  // Two of three with pids at first, one of four later.
  const lines = Array.from({ length: 80_000 }, (_, i) =>
    (i < 20_000 ? i % 3 > 0 : i % 4 === 0) ? withPid(i) : line(i, ''),
  );
  writeFileSync(path, lines.join(''));
  const { result, parts } = await read(false, path, 1);
  expect(parts.length).toBeGreaterThan(0);
  const [whole] = (await readPartial([path], { formats })).inputs;
  expect(whole.assumptions[0]).toMatch(/^lines of several kinds: 5\d{4} of .*, 2\d{4} of gunicorn/);
  expect(result?.report).toEqual(whole);
});

test('where fewer threads can be started than were asked for, those that there are read', async () => {
  const readWith = (most: number) => {
    let started = 0;
    let closed = 0;
    const startThread = (): RangeThread => {
      if (++started > most) throw new Error('EAGAIN');
      return {
        read: async (job) => readJob(job),
        close: () => {
          closed++;
        },
      };
    };
    const result = readInParallel(log, 0, { formats, threads: 3, startThread, worthSplitting: 8 });
    return result.then((read) => ({ read, closed }));
  };
  const whole = await readPartial([log], { formats });
  const withOne = await readWith(1);
  expect(withOne.read?.report).toEqual(whole.inputs[0]);
  expect(withOne.closed).toBe(1);
  expect((await readWith(0)).read).toBeNull();
});

test('the file of a thread that died is left to one thread', async () => {
  const { result, closed } = await read(true);
  expect(result).toBeNull();
  expect(closed).toBe(2);
});

test('a file that is truncated meanwhile is reported as far as it was read, and that is said', async () => {
  const copy = join(folder, 'copy.log');
  copyFileSync(log, copy);
  const said: string[] = [];
  const startThread = (): RangeThread => ({
    async read(job) {
      truncateSync(copy, 20_000_000);
      return readJob(job);
    },
    close: () => {},
  });
  const onDamage = (sentence: string) => said.push(sentence);
  const result = await readInParallel(copy, 0, { formats, threads: 3, startThread, onDamage, worthSplitting: 8 });
  expect(said).toEqual([`${copy} became shorter while it was read: what could be read before that is reported`]);
  expect(result?.report.bytes).toBe(20_000_000);
  expect(result?.partial.requests).toBe(result?.report.requests);
});

const meanwhile = {
  'is rotated': (path: string) => {
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'what the next one begins with\n');
  },
  grows: (path: string) => appendFileSync(path, readFileSync(log).subarray(0, 1000)),
};
test.each(Object.entries(meanwhile))('of a file that %s all threads read what was there', async (what, change) => {
  const copy = join(folder, `${what}.log`);
  copyFileSync(log, copy);
  const said: string[] = [];
  const startThread = (): RangeThread => ({
    async read(job) {
      change(copy);
      return readJob(job);
    },
    close: () => {},
  });
  const onDamage = (sentence: string) => said.push(sentence);
  const result = await readInParallel(copy, 0, { formats, threads: 2, startThread, onDamage, worthSplitting: 8 });
  const whole = await readPartial([log], { formats });
  expect(said).toEqual([]);
  expect(result?.report).toEqual({ ...whole.inputs[0], path: copy });
});

test('a log of more workers than are told apart is left to one thread: which are the first ones, only that one can tell', async () => {
  const path = join(folder, 'workers.log');
  // Each half has fewer than 65,536.
  const lines = Array.from({ length: 80_000 }, (_, i) => {
    const clock = new Date(Date.UTC(2026, 2, 1) + 10 * i).toISOString().slice(11, 19);
    return `10.0.0.1 - - [01/Mar/2026:${clock} +0000] "GET /items HTTP/1.1" 200 12 "-" "-" pid=<${1000 + i}> us=1000\n`;
  });
  writeFileSync(path, lines.join(''));
  const parts: RangeMessage[] = [];
  const startThread = (): RangeThread => ({
    async read(job) {
      const read = readJob(job);
      parts.push(...read);
      return read;
    },
    close: () => {},
  });
  const parallel = { threads: 2, startThread, worthSplitting: 3 };
  expect(await readInParallel(path, 0, { formats, ...parallel })).toBeNull();
  expect(parts.map(({ dependsOnNeighbours }) => dependsOnNeighbours)).toEqual([false]);
  const one = await readPartial([path], { formats });
  const two = await readPartial([path], { formats, parallel });
  expect(one.partial.names.workers.size).toBe(65_536);
  expect(stateOf(two.partial)).toEqual(stateOf(one.partial));
});
