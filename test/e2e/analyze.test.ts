// The program as a script or a person on a plain terminal meets it: exit codes, one-sentence errors, pipes, JSON.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { exitCodes } from '../../src/core/errors.ts';

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'bin/logscope.js');
const sample = join(root, 'sample-logs/gunicorn-sync-4-burst-of-16.log');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-e2e-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], input?: string | Buffer, env: Record<string, string> = {}): Promise<Result> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { env: { ...process.env, NODE_ENV: '', ...env }, maxBuffer: 1 << 28, encoding: 'utf8' },
      (error, stdout, stderr) =>
        done({ code: error ? ((error.code as unknown as number) ?? null) : 0, stdout, stderr }),
    );
    child.stdin?.end(input ?? '');
  });
}

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('logscope analyze', () => {
  it('reads a log by name, from standard input and compressed, to the same numbers', async () => {
    const log = readFileSync(sample);
    const [byName, byPipe, byGzip] = await Promise.all([
      run(['analyze', '--json', sample]),
      run(['analyze', '--json', '-'], log),
      run(['analyze', '--json', write('burst.log.gz', gzipSync(log))]),
    ]);
    const server = JSON.parse(byName.stdout).server;
    expect(server.workers.value).toBe(4);
    for (const other of [byPipe, byGzip]) {
      const summary = JSON.parse(other.stdout);
      expect(summary.server).toEqual(server);
      expect(summary.requests).toEqual(JSON.parse(byName.stdout).requests);
    }
  });

  it('merges several files by time, whatever their order on the command line', async () => {
    const lines = readFileSync(sample, 'utf8').trimEnd().split('\n');
    const early = write('early.log', `${lines.slice(0, 8).join('\n')}\n`);
    const late = write('late.log', `${lines.slice(8).join('\n')}\n`);
    const [whole, forward, backward] = await Promise.all([
      run(['analyze', '--json', sample]),
      run(['analyze', '--json', early, late]),
      run(['analyze', '--json', late, early]),
    ]);
    const pick = ({ stdout }: Result) => {
      const { server, window, requests, service_time, concurrency } = JSON.parse(stdout);
      return { server, window, requests, service_time, concurrency };
    };
    expect(pick(forward)).toEqual(pick(whole));
    expect(pick(backward)).toEqual(pick(whole));
  });

  it('writes a partial that merge reads into the same summary', async () => {
    const partial = await run(['analyze', '--partial', sample]);
    const [merged, direct] = await Promise.all([
      run(['merge', '--json', '-'], partial.stdout),
      run(['analyze', '--json', sample]),
    ]);
    expect(merged.stdout).toBe(direct.stdout);
  });

  it('says what was wrong, where and what to do, in one sentence, with exit code 3 and nothing on standard output', async () => {
    const unreadable = write('secret.log', 'x');
    chmodSync(unreadable, 0o000);
    const cases: [string, RegExp][] = [
      [join(folder, 'missing.log'), /no file .*missing\.log/],
      [folder, /is a directory/],
      [write('empty.log', ''), /is empty/],
      [
        write('binary.log', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 89 + (i >> 3)) & 0xff))),
        /not text|no line of/,
      ],
      [
        write('prose.log', 'It was a dark and stormy night;\nthe rain fell in torrents.\n'),
        /no line of .*prose\.log is in a known format/,
      ],
      ...(process.getuid?.() === 0 ? [] : ([[unreadable, /permission denied/]] as [string, RegExp][])),
    ];
    for (const [path, expected] of cases) {
      for (const flags of [[], ['--json']]) {
        const { code, stdout, stderr } = await run(['analyze', ...flags, path]);
        expect(stderr).toMatch(expected);
        expect(stderr.trimEnd().split('\n')).toHaveLength(1);
        expect([code, stdout]).toEqual([3, '']);
      }
    }
  });

  it('answers wrong usage with exit code 2 and a hint', async () => {
    const [unknown, nothing, none] = await Promise.all([run(['analyse', sample]), run(['analyze']), run([])]);
    expect([unknown.code, nothing.code, none.code]).toEqual([2, 2, 2]);
    expect(unknown.stderr).toMatch(/did you mean analyze/);
    expect(nothing.stderr).toMatch(/missing required argument/);
    expect(none.stderr).toMatch(/Examples:/);
  });

  it('has help with examples for every command, and a version', async () => {
    const help = await run(['--help']);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect((await run(['--version'])).stdout).toBe(`${version}\n`);
    expect(help.code).toBe(0);
    for (const code of Object.values(exitCodes).filter((code) => code <= 128 || code === exitCodes.interrupted))
      expect(help.stdout).toMatch(new RegExp(`Exit codes:[\\s\\S]*\\b${code} \\w`));
    for (const { name } of commands) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
      const { stdout, code } = await run([name, '--help']);
      expect(stdout).toMatch(/Examples:\n {2}logscope|Examples:\n {2}\S+ .*logscope/);
      expect(code).toBe(0);
    }
  });

  it('ends quietly when the reader closes the pipe', async () => {
    const result = await new Promise<Result>((done) => {
      const child = spawn('bash', [
        '-c',
        `"${process.execPath}" "${program}" analyze "${sample}" | head -1; echo "\${PIPESTATUS[0]}"`,
      ]);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('close', (code) => done({ code, stdout, stderr }));
    });
    expect(result.stderr).toBe('');
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });

  it('keeps escape sequences of a log away from the terminal', async () => {
    const line = (path: string, agent: string) =>
      `127.0.0.1 - - [20/Nov/2026:12:58:17 +0000] "GET ${path} HTTP/1.1" 200 12 "-" "${agent}" pid=<7> us=1000\n`;
    const hostile = write(
      'hostile.log',
      line('/a\u001b]0;owned\u0007', '\u001b[2J') + line('/\u202egnp.exe', 'x\u009b31m').repeat(20),
    );
    for (const flags of [[], ['--json']]) {
      const { stdout, code } = await run(['analyze', ...flags, hostile], undefined, { FORCE_COLOR: '0' });
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('colours only where colour is wanted', async () => {
    const [piped, forced, refused] = await Promise.all([
      run(['analyze', sample], undefined, { NO_COLOR: '', FORCE_COLOR: '0' }),
      run(['analyze', sample], undefined, { FORCE_COLOR: '1' }),
      run(['analyze', sample], undefined, { FORCE_COLOR: '1', NO_COLOR: '1' }),
    ]);
    expect(piped.stdout).not.toContain('\u001b');
    expect(forced.stdout).toContain('\u001b[');
    expect(refused.stdout).not.toContain('\u001b');
  });

  it('reports what can be read of a damaged log, with exit code 3', async () => {
    const packed = gzipSync(readFileSync(sample));
    const cut = write('cut.log.gz', packed.subarray(0, Math.floor(packed.length * 0.7)));
    const whole = JSON.parse((await run(['analyze', '--json', sample])).stdout);
    for (const command of [
      ['analyze', '--json', cut],
      ['replay', '--json', cut],
      ['check', '--json', cut],
    ]) {
      const { code, stdout, stderr } = await run(command);
      expect(code, command[0]).toBe(3);
      expect(stderr, command[0]).toMatch(/cut\.log\.gz is damaged or cut off \(gzip: unexpected end of file\)/);
      expect(stdout, command[0]).not.toBe('');
      if (command[0] !== 'analyze') continue;
      const { requests } = JSON.parse(stdout);
      expect(requests.total).toBeGreaterThan(whole.requests.total / 3);
      expect(requests.total).toBeLessThan(whole.requests.total);
    }
  });

  it('reads a stretch of a log, and says which spellings of time it takes', async () => {
    const whole = JSON.parse((await run(['analyze', '--json', sample])).stdout);
    const middle = new Date((Date.parse(whole.window.from) + Date.parse(whole.window.to)) / 2).toISOString();
    const [before, after, none, wrong] = await Promise.all([
      run(['analyze', '--json', '--until', middle, sample]),
      run(['analyze', '--json', '--since', middle, sample]),
      run(['analyze', '--since', '2040-01-01', sample]),
      run(['analyze', '--since', 'yesterday', sample]),
    ]);
    const totals = [before, after].map(({ stdout }) => JSON.parse(stdout).requests.total);
    expect(totals[0] + totals[1]).toBe(whole.requests.total);
    expect(Math.min(...totals)).toBeGreaterThan(0);
    expect([none.code, wrong.code]).toEqual([3, 2]);
    expect(none.stderr).toMatch(/no request is stamped from 2040-01-01/);
    expect(wrong.stderr).toMatch(/no time such as/);
  });

  it('points to the explanation when more than one line in a hundred is not understood', async () => {
    const log = readFileSync(sample, 'utf8').repeat(20);
    const odd = write('odd.log', log + '"GET /torn HTTP/1.1\n'.repeat(8));
    const chatty = write('chatty.log', log + 'what is this line doing here\n'.repeat(8));
    const few = write('few.log', `${log}what is this line doing here\n`);
    expect((await run(['analyze', odd])).stdout.replace(/\s+/g, ' ')).toMatch(
      /2\.4 % of the lines were not understood: "logscope formats --explain \S*odd\.log" shows/,
    );
    expect((await run(['analyze', few])).stdout).not.toContain('--explain');
    const told = (await run(['analyze', chatty])).stdout.replace(/\s+/g, ' ');
    expect(told).toMatch(/2\.4 % of the lines tell of no request: "logscope formats --explain \S*chatty\.log" shows/);
    expect(told).not.toMatch(/not understood/);
  });
});
