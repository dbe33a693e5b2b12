// A log that is written fast, and faster than it can be read: nothing is dropped, and what is missing is said.
import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Tail } from '../helpers/run-program.ts';
import { root, temporaryFolder } from '../helpers/terminal.ts';

let folder: string;
let path: string;
let tail: Tail | null = null;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'access.log');
  writeFileSync(path, '');
});
afterEach(async () => {
  await tail?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const feed = async (rate: number, seconds: number): Promise<number> => {
  const script = join(root, 'test/bench/feed.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script, path, String(rate), String(seconds)]);
  return JSON.parse(stdout).written;
};

describe('tail of a busy log', () => {
  it('counts 100,000 lines a second, every one', async () => {
    tail = new Tail(['--from-start', path]);
    await tail.until(() => (tail as Tail).objects.length > 0, 'a first tick');
    const written = await feed(100_000, 2);
    expect(written).toBeGreaterThan(100_000);
    await tail.until(() => (tail as Tail).requests === written, `${written} lines`);
  });

  it('says how far behind it is when more comes than it can read, and reads it all', async () => {
    const written = await feed(100_000, 1);
    const lines = readFileSync(path);
    writeFileSync(path, '');
    tail = new Tail(['--from-start', path]);
    await tail.until(() => (tail as Tail).objects.length > 0, 'a first tick');
    for (let i = 0; i < 12; i++) appendFileSync(path, lines);
    await tail.until(() => (tail as Tail).requests === 12 * written, `${12 * written} lines`);
    expect(tail.stderr).toMatch(/^logscope: reading is \d+ MB behind\n/);
    expect(tail.objects.some(({ behind_bytes }) => (behind_bytes as number) >= 0)).toBe(true);
  });
});
