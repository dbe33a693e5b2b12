// Inputs that are logs and yet are not what a log is as a rule: rows of the table in docs/reliability.md.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { root, temporaryFolder } from '../helpers/terminal.ts';

let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
});
const writers: ReturnType<typeof execFile>[] = [];
afterAll(() => {
  for (const writer of writers) writer.kill();
});

const sample = join(root, 'sample-logs/waitress-16-threads-ramp.log');
const text = readFileSync(sample, 'utf8');
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
/** A summary without what stands in it of the file itself. */
const summaryOf = (stdout: string) => {
  const { inputs, ...rest } = JSON.parse(stdout);
  return {
    inputs: inputs.map(({ lines, requests }: { lines: number; requests: number }) => [lines, requests]),
    ...rest,
  };
};

describe('an input', () => {
  const isPosix = process.platform !== 'win32';

  it.each([
    ['of one instant', '2026-11-20 13:09:53,959 [19118] INFO:     127.0.0.1:49772 - "GET /fast HTTP/1.1" 200 OK\n'],
    ['without any time', 'GET /a 200 0.5\nGET /b 200 0.4\nGET /c 200 0.4\nGET /c 200 0.4\n'],
  ])('%s is replayed to its end, which is there at once', async (name, content) => {
    const { code, stdout } = await run(['replay', '--plain', file(`${name}.log`, content)]);
    expect(stdout).toContain('Not enough data');
    expect(code).toBe(0);
  });

  describe.runIf(isPosix)('that is a named pipe', () => {
    let count = 0;
    /** A pipe with a writer that writes so much, once, and leaves. */
    const pipeWith = (bytes: number): string => {
      const path = join(folder, `pipe-${count++}`);
      execFileSync('mkfifo', [path]);
      writers.push(execFile('sh', ['-c', `head -c ${bytes} "$1" > "$2"`, 'sh', sample, path]));
      return path;
    };

    it.each([
      ['analyze', '--json'],
      ['analyze', '--json', '--threads', '1'],
      ['analyze', '--json', '--since', '2000-01-01'],
      ['replay', '--json'],
      ['formats', '--explain'],
      ['whatif', '--json', '--workers', '2'],
    ])('is opened once: its writer is not lost (%s %s %s %s)', async (...args) => {
      const path = pipeWith(5000);
      const { code, stdout, stderr } = await run([...args, path]);
      expect([code, stderr]).toEqual([0, '']);
      if (args[0] !== 'analyze') return;
      const torn = text.slice(0, 5000);
      const lines = torn.split('\n').length;
      expect(summaryOf(stdout).inputs).toEqual([[lines, lines - 1]]);
    });

    it('has no end to count back from, and that is said at once', async () => {
      const { code, stdout, stderr } = await run(['analyze', '--last', '10s', pipeWith(5000)]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/pipe-\d+ has no end to count back from before it is read/);
    });
  });

  it('of 16-bit characters, as PowerShell writes them, is read like any other', async () => {
    const plain = await run(['analyze', '--json', sample]);
    const windows = text.replaceAll('\n', '\r\n');
    const little = Buffer.from(`\ufeff${windows}`, 'utf16le');
    for (const [name, content] of [
      ['little.log', little],
      ['big.log', Buffer.from(little).swap16()],
    ] as const) {
      const ended = await run(['analyze', '--json', file(name, content)]);
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(summaryOf(ended.stdout)).toEqual(summaryOf(plain.stdout));
      expect((await run(['analyze', '--json', '-'], { input: content })).code).toBe(0);
      expect((await run(['formats', '--explain', join(folder, name)])).stdout).toContain('combined');
      const replayed = await run(['replay', '--json', join(folder, name)]);
      expect(replayed.stdout.split('\n').length).toBeGreaterThan(45);
    }
  });

  it('of 16-bit characters that is cut off within one loses that line only', async () => {
    const content = Buffer.from(`\ufeff${text}`, 'utf16le');
    const ended = await run(['analyze', '--json', file('torn.log', content.subarray(0, content.length - 101))]);
    expect(ended.code).toBe(0);
    expect(summaryOf(ended.stdout).requests.total).toBe(text.split('\n').length - 2);
  });

  it('with a mark of UTF-8 at its beginning and in the middle, and lines that end as in Windows, loses none', async () => {
    const marked = `\ufeff${text}\ufeff${text}`.replaceAll('\n', '\r\n');
    const ended = await run(['analyze', '--json', file('marked.log', marked)]);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const lines = 2 * (text.split('\n').length - 1);
    expect(summaryOf(ended.stdout).inputs).toEqual([[lines, lines]]);
  });

  it('whose zone changes in the middle of a line of time goes on as one', async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => {
      // 2026-03-29 02:50 to 03:10 in Berlin: at 01:00 UTC summer time begins.
      const utc = new Date(Date.UTC(2026, 2, 29, 0, 50, i));
      const hours = i < 600 ? 1 : 2;
      const local = new Date(utc.getTime() + hours * 3_600_000).toISOString();
      return `10.0.0.1 - - [29/Mar/2026:${local.slice(11, 19)} +0${hours}00] "GET /a HTTP/1.1" 200 5 "-" "curl/8"\n`;
    });
    const { stdout } = await run(['analyze', '--json', file('zones.log', lines.join(''))]);
    const { requests, timeline, window } = JSON.parse(stdout);
    expect([requests.total, window.from, window.seconds]).toEqual([1200, '2026-03-29T00:50:00+00:00', 1199]);
    expect(new Set(timeline.requests)).toEqual(new Set([1]));
  });

  it('whose name would write to the terminal is named without that', async () => {
    const name = 'evil\x1b]0;x\x07\x9b31m\u202e.log';
    const path = file(name, text);
    const gone = join(folder, `no-${name}`);
    const torn = file(`torn-${name}.gz`, gzipSync(text).subarray(0, 3000));
    for (const args of [
      ['analyze', path],
      ['analyze', '--json', path],
      ['analyze', '--partial', path],
      ['whatif', '--workers', '2', path],
      ['diff', path, path],
      ['diff', '--json', path, path],
      ['formats', '--explain', path],
      ['check', '--max-mean-wait', '1', path],
      ['analyze', gone],
      ['replay', gone],
      ['analyze', torn],
    ]) {
      const { stdout, stderr } = await run(args);
      expect([args[0], /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]|\\u001b/.exec(stdout + stderr)]).toEqual([args[0], null]);
      expect(stdout + stderr).not.toBe('');
    }
  });

  it.runIf(isPosix)('that is more files than may be open is a sentence that says so', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let i = 0; i < 80; i++) writeFileSync(join(many, `${i}.log`), text.slice(0, 2000));
    const { code, stderr } = await run(['tail', '--json', many], { shell: 'ulimit -n 60; exec "$@"' });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^logscope: .*too many files are open \(EMFILE\): raise the limit \(ulimit -n\).*\n$/);
    // A report has one open at a time.
    const all = Array.from({ length: 80 }, (_, i) => join(many, `${i}.log`));
    const report = await run(['analyze', '--json', ...all], { shell: 'ulimit -n 40; exec "$@"' });
    expect([report.code, JSON.parse(report.stdout).inputs.length]).toEqual([0, 80]);
  });
});
