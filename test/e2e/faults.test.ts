// What breaks around a log: every row of the table in docs/reliability.md that needs the whole program.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canUnshare, run, Tail } from '../helpers/run-program.ts';
import { temporaryFolder } from '../helpers/terminal.ts';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
/** Root may read everything: as root the program is run as nobody. */
const NOBODY = isRoot ? { uid: 65_534 } : {};
const isLong = process.env.LOGSCOPE_STRESS === 'long';

const stampOf = (seconds: number): string => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(
    new Date(seconds * 1000).toUTCString(),
  ) as RegExpExecArray;
  return `${day}/${month}/${year}:${time} +0000`;
};
const NOW = Math.floor(Date.now() / 1000);
const line = (i: number, { pid = 8700 + (i % 4), at = NOW - 60 + (i >> 6) } = {}): string =>
  `127.0.0.1 - - [${stampOf(at)}] "GET /items HTTP/1.1" 200 12 "-" "-" pid=<${pid}> us=${1000 + (i % 977)}\n`;
const lines = (count: number, from = 0): string => Array.from({ length: count }, (_, i) => line(from + i)).join('');

let folder = '';
let path = '';
let tail: Tail | null = null;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = temporaryFolder();
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  await tail?.stop();
  tail = null;
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let number = 0;
/** A log of its own for each test. */
function log(content: string | Buffer = ''): string {
  const own = join(folder, String(++number));
  mkdirSync(own);
  path = join(own, 'access.log');
  writeFileSync(path, content);
  return path;
}
const started = async (args: readonly string[], options = {}): Promise<Tail> => {
  tail = new Tail(['--from-start', ...args], options);
  await tail.until(() => (tail as Tail).objects.some(({ type }) => type === 'tick'), 'a first tick');
  return tail;
};
const total = ({ stdout }: { stdout: string }): number => JSON.parse(stdout).requests.total;

describe('a saved log', { timeout: 60_000 }, () => {
  it('that may not be read is one sentence, exit code 3', async () => {
    log(lines(10));
    chmodSync(path, 0);
    const ended = await run(['analyze', '--json', path], NOBODY);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/^logscope: .*permission denied.*\n$/);
  });

  it.runIf(isLinux)('whose disk fails (EIO) is one sentence, exit code 3', async () => {
    const ended = await run(['analyze', '--json', '/proc/self/mem']);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/^logscope: \/proc\/self\/mem cannot be read \(EIO\).*\n$/);
  });

  it('that is a symbolic link to itself is one sentence, exit code 3', async () => {
    log();
    unlinkSync(path);
    symlinkSync(path, path);
    const ended = await run(['analyze', '--json', path]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/\(ELOOP\)/);
  });

  it.runIf(existsSync('/dev/full'))('whose report meets a full disk says so, without a stack trace', async () => {
    log(lines(10));
    for (const option of ['--json', '--partial', '--threads=1']) {
      const ended = await run(['analyze', option, path], { shell: '"$@" > /dev/full' });
      expect(ended).toMatchObject({ code: 74, stdout: '' });
      expect(ended.stderr).toBe('logscope: the output could not be written (ENOSPC): is the disk full?\n');
    }
  });

  it('that is a gzip file cut off in the middle: what was read is reported, exit code 3', async () => {
    const whole = gzipSync(lines(20_000));
    log(whole.subarray(0, whole.length >> 1));
    const ended = await run(['analyze', '--json', path]);
    expect(ended.code).toBe(3);
    expect(total(ended)).toBeGreaterThan(5000);
    expect(total(ended)).toBeLessThan(20_000);
    expect(ended.stderr).toMatch(/^logscope: .*(cut off|damaged).*\n$/);
  });

  it('that unpacks to a thousand times its size takes no memory, and ends', async () => {
    const size = isLong ? 2 ** 31 : 2 ** 27;
    const pieces = [gzipSync(lines(100))];
    for (const byte of [0, 10]) pieces.push(gzipSync(Buffer.alloc(size / 2, byte)));
    log(Buffer.concat([...pieces, gzipSync(lines(100))]));
    const ended = await run(['analyze', '--json', path], { shell: 'exec /usr/bin/env time -f "%M kB" "$@"' });
    expect(total(ended)).toBe(200);
    expect(Number(/(\d+) kB/.exec(ended.stderr)?.[1] ?? 0)).toBeLessThan(200_000);
  });

  it('with a line of gigabytes loses that line only', async () => {
    log(lines(50));
    const fd = openSync(path, 'r+');
    const size = isLong ? 2 ** 31 : 2 ** 28;
    ftruncateSync(fd, size);
    writeSync(fd, `\n${lines(50)}`, size);
    closeSync(fd);
    const ended = await run(['analyze', '--json', path]);
    expect(total(ended)).toBe(100);
    expect(JSON.parse(ended.stdout).inputs[0].unparsed).toBe(1);
  });

  it('with holes of NUL bytes keeps the lines around them', async () => {
    log(`${lines(20)}${'\0'.repeat(5000)}${lines(20)}${'\0'.repeat(70)}\n${lines(20)}\0\0\0`);
    expect(total(await run(['analyze', '--json', path]))).toBeGreaterThanOrEqual(59);
  });

  it('of 100,000 processes is summarised, the first thousand of them listed', async () => {
    const count = isLong ? 1_000_000 : 100_000;
    log(Array.from({ length: count }, (_, i) => line(i, { pid: 100 + (i % 100_000) })).join(''));
    const ended = await run(['analyze', '--json', path]);
    expect(total(ended)).toBe(count);
    expect(JSON.parse(ended.stdout).workers.length).toBe(1000);
  });

  it('whose clock was put back, or passed the end of summer time twice, is counted in full', async () => {
    const back = Array.from({ length: 400 }, (_, i) => line(i, { at: NOW + i - (i >= 200 ? 3600 : 0) }));
    log(back.join(''));
    expect(total(await run(['analyze', '--json', path]))).toBe(400);
    // 02:59:59 is followed by 02:00:00 in Berlin on that night; stamps have no offset.
    const local = (i: number) => {
      const second = 2 * 3600 + ((i * 30) % 3600);
      const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
      const time = `${two(second / 3600)}:${two((second / 60) % 60)}:${two(second % 60)}`;
      return `2024-10-27 ${time},000 [811] INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n`;
    };
    log(Array.from({ length: 240 }, (_, i) => local(i)).join(''));
    const summer = await run(['analyze', '--json', '--timezone', 'Europe/Berlin', path]);
    expect(total(summer)).toBe(240);
    expect(JSON.parse(summer.stdout).window.seconds).toBeLessThan(2 * 3600);
  });
});

describe('a log that is written', { timeout: 60_000 }, () => {
  it('and may not be read any more after a rotation is waited for, and read when it may', async () => {
    log(lines(30));
    const live = await started([path], NOBODY);
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(20, 30), { mode: 0 });
    await live.until(() => live.stderr.includes('EACCES'), 'that it cannot be opened');
    // Once for the rename and once for the new file, where the system tells of them apart.
    expect(live.stderr).toMatch(/^(logscope: .*access\.log cannot be opened \(EACCES\), trying again\n){1,2}$/);
    chmodSync(path, 0o644);
    await live.until(() => live.requests === 50, 'the rest');
  });

  it('whose file becomes a folder is waited for', async () => {
    log(lines(30));
    const live = await started([path]);
    unlinkSync(path);
    mkdirSync(path);
    await live.until(() => live.objects.some(({ type }) => type === 'gone'), 'that it is gone');
    rmSync(path, { recursive: true });
    writeFileSync(path, lines(20, 30));
    await live.until(() => live.requests === 50, 'the rest');
    expect(live.objects.map(({ type }) => type)).toContain('back');
  });

  it('by a writer that is killed in the middle of a line goes on with the next writer', async () => {
    log(lines(30));
    const live = await started([path]);
    const half = line(30).slice(0, 60);
    const script = `const f=require('fs').openSync(${JSON.stringify(path)},'a');require('fs').writeSync(f,${JSON.stringify(half)});setInterval(()=>{},1000)`;
    const writer = spawn(process.execPath, ['-e', script]);
    children.push(writer);
    await live.until(() => readFileSync(path, 'utf8').endsWith(half), 'the torn line');
    writer.kill('SIGKILL');
    await new Promise((done) => writer.once('exit', done));
    appendFileSync(path, lines(20, 31));
    await live.until(() => live.requests >= 50, 'the lines of the next writer');
    await live.stop();
    expect(live.requests).toBe(50);
  });

  it('while logscope itself is stopped (SIGSTOP, SIGCONT) is read in full afterwards', async () => {
    log(lines(30));
    const live = await started([path]);
    live.process.kill('SIGSTOP');
    appendFileSync(path, lines(500, 30));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(500, 530));
    await new Promise((done) => setTimeout(done, 1500));
    live.process.kill('SIGCONT');
    await live.until(() => live.requests === 1030, 'the rest');
  });

  it.runIf(isLinux && canUnshare())('without watches of the system (ENOSPC) is polled, and that is said', async () => {
    log(lines(30));
    const shell = 'exec unshare -Ur sh -c \'echo 0 > /proc/sys/user/max_inotify_watches; exec "$@"\' sh "$@"';
    const live = await started([path], { shell });
    await live.until(() => live.stderr.includes('ENOSPC'), 'that it is polled');
    expect(live.stderr).toBe('logscope: the system cannot announce changes (ENOSPC): looking every 200 ms instead\n');
    appendFileSync(path, lines(20, 30));
    await live.until(() => live.requests === 50, 'the rest');
  });

  it('through a named pipe, whose writers come and go', async () => {
    log();
    unlinkSync(path);
    execFileSync('mkfifo', [path]);
    tail = new Tail([path]);
    const live = tail;
    for (let i = 0; i < 3; i++) {
      const writer = spawn('sh', ['-c', `cat > "${path}"`]);
      children.push(writer);
      writer.stdin.end(lines(100, i * 100));
      await new Promise((done) => writer.once('exit', done));
    }
    await live.until(() => live.requests === 300, 'all lines');
  });

  it('to standard input, whose end is the end', async () => {
    tail = new Tail(['-']);
    tail.process.stdin?.end(lines(1000));
    await new Promise((done) => tail?.process.once('close', done));
    expect(tail.requests).toBe(1000);
    expect(tail.objects.at(-1)).toMatchObject({ type: 'summary' });
  });

  it('in a folder where a link points to itself is read all the same', async () => {
    log(lines(30));
    symlinkSync(join(path, '../loop.log'), join(path, '../loop.log'));
    symlinkSync('..', join(path, '../up.log'));
    const live = await started([join(path, '..', '*.log')]);
    await live.until(() => live.requests === 30, 'the log');
    appendFileSync(path, lines(20, 30));
    await live.until(() => live.requests === 50, 'the rest');
    expect(live.stderr).toBe('');
  });

  it('with a state file that cannot be written is followed, and that is said', async () => {
    log(lines(30));
    const live = await started(['--state', join(path, '../no/state.json'), path]);
    await live.until(() => live.requests === 30, 'the lines');
    expect(live.stderr).toMatch(
      /^logscope: the state file .* cannot be written \(ENOENT\): positions are not remembered\n$/,
    );
  });

  it('goes on from its state file through rotations in between, by name and by copy', async () => {
    log(lines(30));
    const state = `${path}.state`;
    let live = await started(['--state', state, path]);
    await live.until(() => live.requests === 30, 'the first lines');
    await live.stop();
    appendFileSync(path, `${lines(20, 30)}${line(50).slice(0, 40)}`);
    writeFileSync(`${path}.1`, readFileSync(path));
    truncateSync(path);
    appendFileSync(path, `${line(50).slice(40)}${lines(9, 51)}`);
    live = await started(['--state', state, path]);
    await live.stop();
    expect(live.requests).toBeGreaterThanOrEqual(29);
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(10, 60));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests === 10, 'the lines of the new file');
    await live.stop();
    expect(live.requests).toBe(10);
  });

  it('goes on from its state file into rotations that were packed meanwhile', async () => {
    log(lines(30));
    const state = `${path}.state`;
    let live = await started(['--state', state, path]);
    await live.until(() => live.requests === 30, 'the first lines');
    await live.stop();
    // 20 more, then a file of 15, both packed; an older one is none of ours; then one that is not packed yet, and the log.
    const pack = (name: string, text: string, ago: number) => {
      writeFileSync(`${path}.${name}`, gzipSync(text));
      utimesSync(`${path}.${name}`, NOW - ago, NOW - ago);
    };
    pack('4.gz', lines(40, 1000), 400);
    pack('3.gz', lines(50), 300);
    pack('2.gz', lines(15, 50), 200);
    writeFileSync(`${path}.1`, lines(7, 65));
    utimesSync(`${path}.1`, NOW - 100, NOW - 100);
    unlinkSync(path);
    writeFileSync(path, lines(10, 72));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests >= 52, 'the lines of all since');
    await live.stop();
    expect([live.requests, live.stderr]).toEqual([52, '']);
    // Nothing of it is read again.
    appendFileSync(path, lines(3, 82));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests >= 3, 'the new lines');
    await live.stop();
    expect(live.requests).toBe(3);
    // Where nothing can be unpacked the others are read once, and that is said.
    appendFileSync(path, lines(5, 85));
    writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
    writeFileSync(`${path}.new`, lines(11, 90));
    renameSync(`${path}.new`, path);
    live = await started(['--state', state, path], { shell: 'TMPDIR=/dev/null/none exec "$@"' });
    await live.until(() => live.requests >= 11, 'the lines that can be read');
    await live.stop();
    expect([live.requests, live.stderr]).toEqual([
      11,
      'logscope: access.log.1.gz cannot be unpacked (ENOTDIR): its lines are left out\n',
    ]);
  });
});
