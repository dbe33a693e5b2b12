// Where the system lets no threads be started, or has no room for them, commands end all the same, and a report says the same.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from '../helpers/terminal.ts';

const log = join(root, 'sample-logs/gunicorn-sync-4-burst-of-16.log');
const environment = {
  ...process.env,
  NODE_ENV: '',
  NODE_OPTIONS: `--import ${join(root, 'test/e2e/no-threads.mjs')}`,
};

/** @param after ms after which it is asked to end */
const run = (args: readonly string[], env: NodeJS.ProcessEnv, after: number) =>
  new Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string }>((done) => {
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    const asked = setTimeout(() => child.kill('SIGTERM'), after);
    const killed = setTimeout(() => child.kill('SIGKILL'), after + 20_000);
    child.once('close', (code, signal) => {
      clearTimeout(asked);
      clearTimeout(killed);
      done({ code, signal, stdout });
    });
  });

it('a report without a second thread is the same', async () => {
  const args = ['analyze', '--json', log];
  const without = await run(args, environment, 60_000);
  expect(without.code).toBe(0);
  expect(without.stdout).toBe((await run(args, { ...process.env, NODE_ENV: '' }, 60_000)).stdout);
});

it('a live log is followed and examined all the same, and the program ends', async () => {
  const { signal, stdout } = await run(['tail', '--json', log], environment, 5000);
  expect(signal).toBeNull();
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
  expect(told).toMatchObject({ type: 'summary', summary: { server: { workers: { value: 4 } } } });
});

/** KiB: hardly enough for Node and a thread; enough for a memory of kernels, but then for no thread beside it. */
const ADDRESS_SPACES = [1_600_000, 12_000_000];

const limited = (kib: number | 'unlimited', args: readonly string[]) =>
  spawnSync('bash', ['-c', `ulimit -v ${kib} && exec "$0" "$@"`, process.execPath, program, ...args], {
    env: { ...process.env, NODE_ENV: '' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });

describe('where the address space is limited (ulimit -v)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-address-space-'));
  const large = join(folder, 'large.log');
  /** Whose runs of filters are begun in another thread. */
  const short = join(folder, 'short.log');
  beforeAll(() => {
    execFileSync(process.execPath, [
      join(root, 'test/bench/generate.mjs'),
      '--mb',
      '160',
      '--seed',
      '9',
      '--out',
      large,
    ]);
    writeFileSync(short, readFileSync(large, 'latin1').split('\n', 1000).join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(ADDRESS_SPACES)('%i KiB: a report is the same', (kib) => {
    for (const file of [short, large]) {
      const { status, stdout, stderr } = limited(kib, ['analyze', '--json', '--threads', '4', file]);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout === reportOf(file)).toBe(true);
    }
  });

  const reports = new Map<string, string>();
  function reportOf(file: string): string {
    const known = reports.get(file) ?? limited('unlimited', ['analyze', '--json', '--threads', '4', file]).stdout;
    reports.set(file, known);
    return known;
  }
});
