// A file that is followed through what may happen to it: appended to, renamed, gone, back, somewhere else.
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, FollowedLog } from '../../helpers/followed-log.ts';

let log: FollowedLog;
beforeEach(() => {
  log = new FollowedLog();
});
afterEach(() => log.close());

describe('FollowedFile', () => {
  it('reads what is there and what is appended; a torn line waits for its end', async () => {
    writeFileSync(log.path, 'one\ntwo\nthr');
    const file = log.follow();
    expect(await file.open(1e9)).toBe(true);
    await drain(file);
    expect(log.text).toBe('one\ntwo\n');
    appendFileSync(log.path, 'ee\nfo');
    await drain(file);
    expect(log.text).toBe('one\ntwo\nthree\n');
    await file.drain();
    await file.close(true);
    expect(log.text).toBe('one\ntwo\nthree\nfo\n');
    expect(log.events).toEqual([]);
  });

  it('begins with the last part of a large file, at a whole line', async () => {
    writeFileSync(log.path, 'first line\nsecond line\nthird line\n');
    const file = log.follow();
    await file.open(15);
    expect(file.position).toBe(23);
    await drain(file);
    expect(log.text).toBe('third line\n');
    const exact = log.follow();
    log.text = '';
    await exact.open(11);
    await drain(exact);
    expect(log.text).toBe('third line\n');
  });

  it('reads the rest of a renamed file before the new one, and what is still written to it', async () => {
    writeFileSync(log.path, 'a1\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    appendFileSync(log.path, 'a2\n');
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, 'b1\n');
    await drain(file);
    expect(log.text).toBe('a1\na2\nb1\n');
    expect(log.events).toEqual(['rotated']);
    appendFileSync(`${log.path}.1`, 'a3\n');
    appendFileSync(log.path, 'b2\n');
    await drain(file);
    expect(log.text).toBe('a1\na2\nb1\na3\nb2\n');
    appendFileSync(`${log.path}.1`, 'a4 without end');
    log.clock.advance(61_000);
    await drain(file);
    expect(log.text).toContain('a4 without end\n');
  });

  it('finds a file that stood at the path between two looks', async () => {
    writeFileSync(log.path, 'a1\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    await new Promise((done) => setTimeout(done, 20));
    renameSync(log.path, `${log.path}.2`);
    writeFileSync(log.path, 'b1\nb2\n');
    await new Promise((done) => setTimeout(done, 20));
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, 'c1\n');
    await drain(file);
    expect(log.text).toBe('a1\nb1\nb2\nc1\n');
  });

  it('waits for a file that is gone or not there yet, and says so', async () => {
    const file = log.follow();
    expect(await file.open(1e9)).toBe(false);
    await drain(file);
    writeFileSync(log.path, 'one\n');
    await drain(file);
    expect(log.text).toBe('one\n');
    expect(log.events).toEqual([]);
    unlinkSync(log.path);
    await drain(file);
    expect(log.events).toEqual([]);
    log.clock.advance(1500);
    await drain(file);
    expect(log.events).toEqual(['gone']);
    writeFileSync(log.path, 'two\n');
    await drain(file);
    expect(log.events).toEqual(['gone', 'back']);
    expect(log.text).toBe('one\ntwo\n');
  });

  it('follows a symbolic link to where it points now', async () => {
    const [first, second] = [join(log.folder, '0.log'), join(log.folder, '1.log')];
    writeFileSync(first, 'a\n');
    writeFileSync(second, 'b\n');
    symlinkSync(first, log.path);
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(log.path);
    symlinkSync(second, log.path);
    await drain(file);
    expect(log.text).toBe('a\nb\n');
    expect(log.events).toEqual(['rotated']);
  });

  it('survives a folder in its place', async () => {
    writeFileSync(log.path, 'a\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(log.path);
    mkdirSync(log.path);
    await drain(file);
    log.clock.advance(1500);
    await drain(file);
    expect(log.events).toEqual(['gone']);
    rmSync(log.path, { recursive: true });
    writeFileSync(log.path, 'b\n');
    await drain(file);
    expect(log.text).toBe('a\nb\n');
  });

  it('hands on the beginning of a line without end, and passes over the rest', async () => {
    writeFileSync(log.path, `before\n${'z'.repeat(3_000_000)}`);
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    expect(log.text.length).toBe(7 + (1 << 20) + 1);
    appendFileSync(log.path, 'zzz\nafter\n');
    await drain(file);
    expect(log.text.slice(7).replace(/z+/, '')).toBe('\nafter\n');
  });

  it('keeps lines of a new file whole while the end of a long line of the old one is missing', async () => {
    writeFileSync(log.path, 'z'.repeat(1_100_000));
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, 'new\n');
    await drain(file);
    expect(log.text.endsWith('z\nnew\n')).toBe(true);
    appendFileSync(`${log.path}.1`, 'zz\nold\n');
    await drain(file);
    expect(log.text.endsWith('z\nnew\nold\n')).toBe(true);
  });

  it('reads a file that comes back to its path from where it was left', async () => {
    const [first, second] = [join(log.folder, '0.log'), join(log.folder, '1.log')];
    writeFileSync(first, 'a\n');
    writeFileSync(second, 'b\n');
    symlinkSync(first, log.path);
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    for (const [target, pause] of [
      [second, 0],
      [first, 61_000],
      [second, 61_000],
      [first, 0],
    ] as const) {
      unlinkSync(log.path);
      symlinkSync(target, log.path);
      appendFileSync(target, `${target.slice(-5, -4)}\n`);
      await drain(file);
      log.clock.advance(pause);
      await drain(file);
    }
    expect(log.text).toBe('a\nb\n1\n0\n1\n0\n');
  });

  it.runIf(process.platform === 'linux')('says that reading fails, and goes on when it does not any more', async () => {
    writeFileSync(log.path, 'one\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    unlinkSync(log.path);
    // Reading its first byte is an input/output error, whoever reads.
    symlinkSync('/proc/self/mem', log.path);
    await drain(file);
    expect(log.troubles.at(-1)).toMatch(/access\.log cannot be (read|opened) \(EIO\), trying again/);
    unlinkSync(log.path);
    writeFileSync(log.path, 'two\n');
    await drain(file);
    expect(log.troubles.at(-1)).toBe('');
    expect(log.text).toBe('one\ntwo\n');
  });
});
