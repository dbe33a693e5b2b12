/** Logs that a test makes, damages and follows with the built program, each in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { type RunOptions, Tail } from './run-program.ts';
import { temporaryFolder } from './terminal.ts';

/** Root may read every file, so if the tests run as root, the program runs as nobody. */
export const NOBODY = process.getuid?.() === 0 ? { uid: 65_534 } : {};
export const isLinux = process.platform === 'linux';
export const isLong = process.env.LOGSCOPE_STRESS === 'long';

/** Seconds since 1970 UTC. */
export const NOW = Math.floor(Date.now() / 1000);

const stampOf = (seconds: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(
    new Date(seconds * 1000).toUTCString(),
  ) as RegExpExecArray;
  return `${day}/${month}/${year}:${time} +0000`;
};

export const line = (i: number, { pid = 8700 + (i % 4), at = NOW - 60 + (i >> 6) } = {}): string =>
  `127.0.0.1 - - [${stampOf(at)}] "GET /items HTTP/1.1" 200 12 "-" "-" pid=<${pid}> us=${1000 + (i % 977)}\n`;
export const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => line(from + i)).join('');

/** Number of requests in a summary in JSON. */
export const total = ({ stdout }: { stdout: string }): number => JSON.parse(stdout).requests.total;

/** Call once in a test file. Everything that a test starts is ended after it. */
export function logsInFolders() {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const children: ChildProcess[] = [];
  let number = 0;
  const tails: Tail[] = [];
  afterEach(async () => {
    await Promise.all(tails.splice(0).map((tail) => tail.stop()));
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const follow = (args: readonly string[], options: RunOptions = {}): Tail => {
    const tail = new Tail(args, options);
    tails.push(tail);
    return tail;
  };
  return {
    /** Makes a log with this content. @returns its path */
    log(content: string | Buffer = ''): string {
      const own = join(folder, String(++number));
      mkdirSync(own);
      const path = join(own, 'access.log');
      writeFileSync(path, content);
      return path;
    },
    follow,
    /** Follows from the start. Resolves after the first look. */
    async started(args: readonly string[], options: RunOptions = {}): Promise<Tail> {
      const live = follow(['--from-start', ...args], options);
      await live.until(() => live.objects.some(({ type }) => type === 'tick'), 'a first tick');
      return live;
    },
    /** Starts another program. */
    spawn(file: string, args: readonly string[]): ChildProcess {
      const child = spawn(file, args);
      children.push(child);
      return child;
    },
  };
}
