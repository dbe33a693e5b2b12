// Copy and truncation: nothing of what was read is read again, nothing that can still be found is lost.
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, FollowedLog } from '../../helpers/followed-log.ts';

let log: FollowedLog;
beforeEach(() => {
  log = new FollowedLog();
});
afterEach(() => log.close());

describe('a followed file that is copied and truncated', () => {
  it('notices a copy and truncation, also when the file grew again beyond where it was', async () => {
    writeFileSync(log.path, `first ${'x'.repeat(50)}\n`);
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    copyFileSync(log.path, `${log.path}.1`);
    truncateSync(log.path);
    await drain(file);
    appendFileSync(log.path, 'short\n');
    await drain(file);
    expect(log.text.endsWith('short\n')).toBe(true);
    truncateSync(log.path);
    appendFileSync(log.path, `other ${'y'.repeat(500)}\n`);
    await drain(file);
    expect(log.text.split('\n').length - 1).toBe(3);
    expect(log.text.endsWith(`other ${'y'.repeat(500)}\n`)).toBe(true);
    expect(log.events).toEqual(['truncated', 'truncated']);
  });

  it('skips the hole that a writer leaves that did not notice the truncation', async () => {
    writeFileSync(log.path, 'one line of some length\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(log.path);
    truncateSync(log.path, 10);
    appendFileSync(log.path, 'two\n');
    await drain(file);
    expect(log.text).toBe('one line of some length\ntwo\n');
  });

  it('reads from the copy what was written before a truncation and not read yet', async () => {
    writeFileSync(log.path, 'one\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    for (const [n, line] of ['two', 'three'].entries()) {
      appendFileSync(log.path, `${line}\nto`);
      copyFileSync(log.path, `${log.path}.${n}`);
      truncateSync(log.path);
      appendFileSync(log.path, `rn ${n}\n`);
      if (n === 0) await drain(file);
    }
    await drain(file);
    expect(log.text).toBe('one\ntwo\ntorn 0\nthree\ntorn 1\n');
    expect(log.events).toEqual(['truncated', 'truncated']);
  });

  it('finds what was not read yet in a copy that was written over an older one', async () => {
    writeFileSync(`${log.path}.1`, 'older\n');
    writeFileSync(log.path, 'one\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    appendFileSync(log.path, 'two\n');
    copyFileSync(log.path, `${log.path}.1`);
    truncateSync(log.path);
    appendFileSync(log.path, 'three\n');
    await drain(file);
    expect(log.text).toBe('one\ntwo\nthree\n');
  });

  it('joins a line whose middle a truncation came into', async () => {
    writeFileSync(log.path, 'one\ntw');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(log.path);
    appendFileSync(log.path, 'o\nthree\n');
    await drain(file);
    expect(log.text).toBe('one\ntwo\nthree\n');
    expect(log.events).toEqual(['truncated']);
  });

  it('goes on at the end of a file that was cut off behind a whole line', async () => {
    writeFileSync(log.path, 'one\ntwo\nthree\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    truncateSync(log.path, 8);
    await drain(file);
    appendFileSync(log.path, 'four\n');
    await drain(file);
    expect(log.text).toBe('one\ntwo\nthree\nfour\n');
  });

  it('reads no copy of what it has read, and no other log that is beside it', async () => {
    writeFileSync(log.path, 'one\n');
    const file = log.follow();
    await file.open(1e9);
    await drain(file);
    copyFileSync(log.path, `${log.path}.bak`);
    writeFileSync(`${log.path}.err`, 'another log\n');
    writeFileSync(join(log.folder, 'access-api.log'), 'a third\n');
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, 'two\n');
    await drain(file);
    expect(log.text).toBe('one\ntwo\n');
  });
});
