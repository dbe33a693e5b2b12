// A file system that another program serves, which stops to answer for a while, as a network does.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { line, lines, logsInFolders } from '../../helpers/logs-in-folders.ts';

const { log, started } = logsInFolders();

const mounts: { at: string; server: number }[] = [];
afterEach(() => {
  for (const { at, server } of mounts.splice(0)) {
    process.kill(server, 'SIGCONT');
    execFileSync('umount', ['--lazy', at]);
  }
});

/** The process that serves the files of a folder at another place. */
function serve(folder: string, at: string): number {
  mkdirSync(at, { recursive: true });
  execFileSync('bindfs', ['-o', 'direct_io', folder, at]);
  const server = Number(execFileSync('pgrep', ['-n', '-x', 'bindfs'], { encoding: 'utf8' }));
  mounts.push({ at, server });
  return server;
}

function canServe(): boolean {
  const mayMount = process.getuid?.() === 0 && spawnSync('bindfs', ['--version']).status === 0;
  if (!mayMount) process.stderr.write('a file system that does not answer: not run, bindfs and root are needed\n');
  return mayMount;
}

it.runIf(canServe())('a file system that does not answer is waited for, said, and left when asked to', async () => {
  const path = log(lines(30));
  const at = join(dirname(path), '../served');
  const server = serve(dirname(path), at);
  const state = join(dirname(path), 'places.json');
  const live = await started(['--state', state, join(at, 'access.log')]);
  const ticks = () => live.objects.filter(({ type }) => type === 'tick').length;

  process.kill(server, 'SIGSTOP');
  appendFileSync(path, lines(20, 30));
  await live.until(() => live.stderr.includes('does not answer'), 'that it does not answer');
  const before = ticks();
  await new Promise((done) => setTimeout(done, 1500));
  // Of seconds that nobody could read nothing is told.
  expect(ticks()).toBe(before);

  process.kill(server, 'SIGCONT');
  await live.until(() => live.requests === 50, 'the lines written meanwhile');

  process.kill(server, 'SIGSTOP');
  appendFileSync(path, line(50));
  const ended = new Promise((done) => live.process.once('close', (code, signal) => done([code, signal])));
  live.process.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  expect(live.objects.at(-1)?.type).toBe('summary');
  expect(Object.values(JSON.parse(readFileSync(state, 'utf8')).files)).toMatchObject([
    [{ position: Buffer.byteLength(lines(50)) }],
  ]);
});
