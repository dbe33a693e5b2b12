// A large file gives the same bytes of JSON for any number of threads, also when its format changes in the middle.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'bin/logscope.js');
let folder = '';
let large = '';

const summary = (path: string, threads: number): string =>
  execFileSync(process.execPath, [program, 'analyze', '--json', '--threads', String(threads), path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-parallel-'));
  large = join(folder, 'large.log');
  // Large enough that other threads come in time to take a part.
  execFileSync(process.execPath, [join(root, 'test/bench/generate.mjs'), '--mb', '150', '--seed', '3', '--out', large]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('threads', () => {
  it('give the same summary, to the byte', () => {
    // Without this part of the bundle one thread would read everything, and nobody would notice.
    expect(existsSync(join(root, 'dist/range-worker.cjs'))).toBe(true);
    const one = summary(large, 1);
    expect(JSON.parse(one).requests.total).toBe(readFileSync(large, 'latin1').split('\n').length - 1);
    for (const threads of [2, 3, 8]) expect(summary(large, threads)).toBe(one);
  });

  it('examine a log beside each other to the same byte', () => {
    expect(existsSync(join(root, 'dist/runs-worker.cjs'))).toBe(true);
    const path = join(folder, 'thousand.log');
    writeFileSync(path, readFileSync(large, 'latin1').split('\n').slice(0, 1000).join('\n'), 'latin1');
    const one = summary(path, 1);
    expect(JSON.parse(one).wait.method).toBe('inferred');
    for (const threads of [2, 8]) expect(summary(path, threads)).toBe(one);
  });

  it('are used by every command that reads saved logs, to the same byte', () => {
    const run = (preload: string, args: readonly string[]) =>
      spawnSync(process.execPath, [program, ...args], {
        env: { ...process.env, NODE_OPTIONS: `--import ${join(root, 'test/e2e', preload)}` },
        encoding: 'utf8',
      });
    const path = join(folder, 'some.log');
    writeFileSync(path, readFileSync(large, 'latin1').split('\n').slice(2000, 3000).join('\n'), 'latin1');
    const partial = join(folder, 'some.partial');
    writeFileSync(partial, run('no-threads.mjs', ['analyze', '--partial', path]).stdout);
    for (const args of [
      ['check', '--json', large],
      ['whatif', '--json', large],
      ['diff', '--json', path, large],
      ['merge', '--json', partial],
    ]) {
      const { stdout, stderr } = run('count-threads.mjs', args);
      expect(stdout).toBe(run('no-threads.mjs', args).stdout);
      const started = Number(/threads started: (\d+)/.exec(stderr)?.[1]);
      // One for the runs of filters, and as many as there are more cores for the large file.
      expect(started > 0, `${args[0]} started ${started}`).toBe(availableParallelism() > 1);
    }
  });

  it('leave a file that changes its format in the middle to one of them', () => {
    const lines = readFileSync(large, 'latin1').split('\n');
    const middle = lines.length >> 1;
    const changed = lines.map((line, i) => (i < middle ? line : line.replace(/ pid=<(\d+)> us=(\d+)$/, ' <$1> $2')));
    const path = join(folder, 'changed.log');
    writeFileSync(path, changed.join('\n'), 'latin1');
    const one = summary(path, 1);
    expect(JSON.parse(one).requests.total).toBe(lines.length - 1);
    expect(summary(path, 3)).toBe(one);
  });

  it('list the same routes of a file with more of them than are kept', () => {
    const word = (n: number) => n.toString(36).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]);
    const text = readFileSync(large, 'latin1')
      .split('\n')
      .map((line, i) => (i % 9 === 0 ? line.replace('/api/users/', `/${word(i)}/`) : line))
      .join('\n');
    const path = join(folder, 'routes.log');
    writeFileSync(path, text, 'latin1');
    const one = summary(path, 1);
    const { routes, route_estimates: estimates } = JSON.parse(one);
    expect(routes.some(({ route }: { route: string }) => route.endsWith('(other)'))).toBe(true);
    expect(estimates.distinct_routes).toBeGreaterThan(10_000);
    for (const threads of [2, 3]) expect(summary(path, threads)).toBe(one);
  });
});
