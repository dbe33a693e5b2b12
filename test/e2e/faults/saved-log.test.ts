// What breaks a saved log: rows of the table in docs/reliability.md that need the whole program.
import { chmodSync, closeSync, existsSync, ftruncateSync, openSync, symlinkSync, unlinkSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isLinux, isLong, line, lines, logsInFolders, NOBODY, NOW, total } from '../../helpers/logs-in-folders.ts';
import { run } from '../../helpers/run-program.ts';

const { log } = logsInFolders();

describe('a saved log', () => {
  it('that may not be read is one sentence, exit code 3', async () => {
    const path = log(lines(10));
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
    const path = log();
    unlinkSync(path);
    symlinkSync(path, path);
    const ended = await run(['analyze', '--json', path]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/\(ELOOP\)/);
  });

  it.runIf(existsSync('/dev/full'))('whose report meets a full disk says so, without a stack trace', async () => {
    const path = log(lines(10));
    for (const option of ['--json', '--partial', '--threads=1']) {
      const ended = await run(['analyze', option, path], { shell: '"$@" > /dev/full' });
      expect(ended).toMatchObject({ code: 74, stdout: '' });
      expect(ended.stderr).toBe('logscope: the output could not be written (ENOSPC): is the disk full?\n');
    }
  });

  it('that is a gzip file cut off in the middle: what was read is reported, exit code 3', async () => {
    const whole = gzipSync(lines(20_000));
    const path = log(whole.subarray(0, whole.length >> 1));
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
    const path = log(Buffer.concat([...pieces, gzipSync(lines(100))]));
    const ended = await run(['analyze', '--json', path], { shell: 'exec /usr/bin/env time -f "%M kB" "$@"' });
    expect(total(ended)).toBe(200);
    expect(Number(/(\d+) kB/.exec(ended.stderr)?.[1] ?? 0)).toBeLessThan(200_000);
  });

  it('with a line of gigabytes loses that line only', async () => {
    const path = log(lines(50));
    const fd = openSync(path, 'r+');
    const size = isLong ? 2 ** 31 : 2 ** 28;
    ftruncateSync(fd, size);
    writeSync(fd, `\n${lines(50)}`, size);
    closeSync(fd);
    const ended = await run(['analyze', '--json', path]);
    expect(total(ended)).toBe(100);
    expect(JSON.parse(ended.stdout).inputs[0].unparsed).toBe(1);
  });

  it('with holes of NUL bytes keeps every line around them, however large they are', async () => {
    const holes = log(`${lines(20)}${'\0'.repeat(5000)}${lines(20)}${'\0'.repeat(70)}\n${lines(20)}\0\0\0`);
    expect(total(await run(['analyze', '--json', holes]))).toBe(60);
    for (const bytes of [(1 << 20) - 1, 1 << 20, 5_000_000]) {
      for (const threads of ['1', '3']) {
        const path = log(`${'\0'.repeat(bytes)}${lines(20)}${'\0'.repeat(bytes)}${lines(20)}`);
        expect(total(await run(['analyze', '--json', '--threads', threads, path]))).toBe(40);
      }
    }
    const nothing = await run(['analyze', log('\0'.repeat(1 << 20))]);
    expect([nothing.code, nothing.stderr]).toEqual([3, expect.stringContaining('is not text')]);
  });

  it('of 100,000 processes is summarised, the first thousand of them listed', async () => {
    const count = isLong ? 1_000_000 : 100_000;
    const path = log(Array.from({ length: count }, (_, i) => line(i, { pid: 100 + (i % 100_000) })).join(''));
    const ended = await run(['analyze', '--json', path]);
    expect(total(ended)).toBe(count);
    expect(JSON.parse(ended.stdout).workers.length).toBe(1000);
  });

  it('whose clock was put back, or passed the end of summer time twice, is counted in full', async () => {
    const back = Array.from({ length: 400 }, (_, i) => line(i, { at: NOW + i - (i >= 200 ? 3600 : 0) }));
    let path = log(back.join(''));
    expect(total(await run(['analyze', '--json', path]))).toBe(400);
    // 02:59:59 is followed by 02:00:00 in Berlin on that night; stamps have no offset.
    const local = (i: number) => {
      const second = 2 * 3600 + ((i * 30) % 3600);
      const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
      const time = `${two(second / 3600)}:${two((second / 60) % 60)}:${two(second % 60)}`;
      return `2024-10-27 ${time},000 [811] INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n`;
    };
    path = log(Array.from({ length: 240 }, (_, i) => local(i)).join(''));
    const summer = await run(['analyze', '--json', '--timezone', 'Europe/Berlin', path]);
    expect(total(summer)).toBe(240);
    expect(JSON.parse(summer.stdout).window.seconds).toBeLessThan(2 * 3600);
  });
});
