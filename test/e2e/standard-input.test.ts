// A log that comes through standard input, in every way in which a shell or another program may give it.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, createWriteStream, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { program, root, temporaryFolder } from '../helpers/terminal.ts';

const log = join(root, 'sample-logs/gunicorn-sync-4-burst-of-16.log');
const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const environment = { ...process.env, NODE_ENV: '' };

function start(args: readonly string[], stdin: number | 'pipe' = 'pipe') {
  const child = spawn(process.execPath, [program, ...args], { env: environment, stdio: [stdin, 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>(
    (done) => child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
  );
  return { child, ended };
}

/** Requests that the summary at the end speaks of. */
function total(stdout: string): number {
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
  return (last.summary ?? last).requests.total;
}

describe('a log through standard input', () => {
  const commands = [
    ['analyze', '--json', '-'],
    ['tail', '--json', '-'],
  ] as const;

  it.each(commands)('that comes slowly, torn anywhere, is read to its end: %s', async (...args) => {
    const { child, ended } = start(args);
    const text = `${lines.join('\n')}\n`;
    const piece = Math.ceil(text.length / 7);
    for (let at = 0; at < text.length; at += piece) {
      child.stdin?.write(text.slice(at, at + piece));
      await sleep(120);
    }
    child.stdin?.end();
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr, total: total(stdout) }).toEqual({ code: 0, stderr: '', total: 16 });
  });

  it.skipIf(process.platform === 'win32').each(commands)(
    'that does not block (EAGAIN while nothing is there) is waited for: %s',
    async (...args) => {
      const pipe = join(folder, `pipe-${args[0]}`);
      execFileSync('mkfifo', [pipe]);
      const fd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
      const writer = createWriteStream(pipe);
      const { ended } = start(args, fd);
      closeSync(fd);
      for (const line of lines) {
        writer.write(`${line}\n`);
        await sleep(40);
      }
      writer.end();
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr, total: total(stdout) }).toEqual({ code: 0, stderr: '', total: 16 });
    },
  );

  it('whose reader leaves (a closed pipe) ends without a word', async () => {
    for (const args of [
      ['analyze', '--json', '-'],
      ['tail', '--json', '-'],
      ['replay', '--json', '-'],
    ]) {
      const ended = await run(args, { input: `${lines.join('\n')}\n`, shell: '"$@" | head -c 10 > /dev/null' });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('is given up by Ctrl-C: 130 in a shell; for a tail that is the ordinary end', async () => {
    for (const [args, code] of [
      [['analyze', '--json', '-'], 130],
      [['tail', '--json', '-'], 0],
    ] as const) {
      const { child, ended } = start(args);
      child.stdin?.write(`${lines.join('\n')}\n`);
      await sleep(1500);
      child.kill('SIGINT');
      const { code: given, signal, stderr } = await ended;
      expect({ code: signal === 'SIGINT' ? 130 : given, stderr }).toEqual({ code, stderr: '' });
    }
  });
});
