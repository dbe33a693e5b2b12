// Where the system lets no threads be started, commands end all the same, and a report says the same.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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

it('a live log that cannot be followed as usual does not keep the program from ending', async () => {
  const { signal } = await run(['tail', '--json', log], environment, 5000);
  expect(signal).toBeNull();
});
