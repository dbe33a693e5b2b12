// What happens to a log while it is written: rows of the table in docs/reliability.md that need the whole program.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isLinux, line, lines, logsInFolders, NOBODY } from '../../helpers/logs-in-folders.ts';
import { canUnshare, run } from '../../helpers/run-program.ts';

const { follow, log, spawn, started } = logsInFolders();

describe('a log that is written', () => {
  it('and may not be read any more after a rotation is waited for, and read when it may', async () => {
    const path = log(lines(30));
    const live = await started([path], NOBODY);
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(20, 30), { mode: 0 });
    await live.until(() => live.stderr.includes('EACCES'), 'that it cannot be opened');
    // Once for the rename and once for the new file, where the system tells of them apart.
    expect(live.stderr).toMatch(/^(logscope: .*access\.log cannot be opened \(EACCES\), trying again\n){1,2}$/);
    chmodSync(path, 0o644);
    await live.until(() => live.requests === 50, 'the rest');
  });

  it('is not followed where it is packed, or of 16-bit characters, and that is said', async () => {
    const path = log(lines(30));
    for (const [name, content] of [
      ['gzip', gzipSync(lines(30))],
      ['utf-16le', Buffer.from(`\ufeff${lines(30)}`, 'utf16le')],
      ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40])],
    ] as const) {
      writeFileSync(path, content);
      const { code, stdout, stderr } = await run(['tail', '--json', path]);
      expect([code, stdout, stderr]).toEqual([3, '', expect.stringMatching(`it is ${name} and no plain text`)]);
    }
    // In a folder it is the past of some log.
    writeFileSync(join(path, '../other.log.lz4'), lines(30));
    writeFileSync(path, lines(20));
    const live = await started([join(path, '..')]);
    await live.until(() => live.requests === 20, 'the lines of the log');
    await live.stop();
    expect(live.requests).toBe(20);
  });

  it('whose file becomes a folder is waited for', async () => {
    const path = log(lines(30));
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
    const path = log(lines(30));
    const live = await started([path]);
    const half = line(30).slice(0, 60);
    const script = `const f=require('fs').openSync(${JSON.stringify(path)},'a');require('fs').writeSync(f,${JSON.stringify(half)});setInterval(()=>{},1000)`;
    const writer = spawn(process.execPath, ['-e', script]);
    await live.until(() => readFileSync(path, 'utf8').endsWith(half), 'the torn line');
    writer.kill('SIGKILL');
    await new Promise((done) => writer.once('exit', done));
    appendFileSync(path, lines(20, 31));
    await live.until(() => live.requests >= 50, 'the lines of the next writer');
    await live.stop();
    expect(live.requests).toBe(50);
  });

  it('while logscope itself is stopped (SIGSTOP, SIGCONT) is read in full afterwards', async () => {
    const path = log(lines(30));
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
    const path = log(lines(30));
    const shell = 'exec unshare -Ur sh -c \'echo 0 > /proc/sys/user/max_inotify_watches; exec "$@"\' sh "$@"';
    const live = await started([path], { shell });
    await live.until(() => live.stderr.includes('ENOSPC'), 'that it is polled');
    expect(live.stderr).toBe('logscope: the system cannot announce changes (ENOSPC): looking every 200 ms instead\n');
    appendFileSync(path, lines(20, 30));
    await live.until(() => live.requests === 50, 'the rest');
  });

  it('through a named pipe, whose writers come and go', async () => {
    const path = log();
    unlinkSync(path);
    execFileSync('mkfifo', [path]);
    const live = follow([path]);
    for (let i = 0; i < 3; i++) {
      const writer = spawn('sh', ['-c', `cat > "${path}"`]);
      writer.stdin?.end(lines(100, i * 100));
      await new Promise((done) => writer.once('exit', done));
    }
    await live.until(() => live.requests === 300, 'all lines');
  });

  it('to standard input, whose end is the end', async () => {
    const live = follow(['-']);
    live.process.stdin?.end(lines(1000));
    await new Promise((done) => live.process.once('close', done));
    expect(live.requests).toBe(1000);
    expect(live.objects.at(-1)).toMatchObject({ type: 'summary' });
  });

  it('in a folder where a link points to itself is read all the same', async () => {
    const path = log(lines(30));
    symlinkSync(join(path, '../loop.log'), join(path, '../loop.log'));
    symlinkSync('..', join(path, '../up.log'));
    const live = await started([join(path, '..', '*.log')]);
    await live.until(() => live.requests === 30, 'the log');
    appendFileSync(path, lines(20, 30));
    await live.until(() => live.requests === 50, 'the rest');
    expect(live.stderr).toBe('');
  });
});
