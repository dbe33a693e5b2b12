// Where reading continues after a restart, and a state file that cannot be put in its place.
import { appendFileSync, mkdirSync, readdirSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveInput } from '../../../src/engine/follow/live-input.ts';
import { resumeFrom, type SavedState, writeState } from '../../../src/engine/follow/state-file.ts';
import { drain, FollowedLog } from '../../helpers/followed-log.ts';

let log: FollowedLog;
beforeEach(() => {
  log = new FollowedLog();
});
afterEach(() => log.close());

it('leaves no temporary file behind when it cannot be written: a full disk is no place for torn copies', async () => {
  const path = join(log.folder, 'state');
  mkdirSync(path);
  await expect(writeState(path, [], null)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(log.folder)).toEqual(['state']);
});

/** Reads the log to its end; returns what a state file would hold of it then. */
async function readAll(): Promise<SavedState> {
  const file = log.follow();
  await file.open(1e9);
  await drain(file);
  const state: SavedState = { schema: 'logscope/state/v1', files: { [resolve(log.path)]: file.state() } };
  await file.close(false);
  log.text = '';
  return state;
}

async function resume(state: SavedState): Promise<void> {
  const file = log.follow();
  await resumeFrom(state, { path: log.path, file } as LiveInput, (sentence) => log.troubles.push(sentence));
  await drain(file);
}

describe('a log whose place was remembered', () => {
  /** Lines without a date begin every log of a server alike. */
  const line = (i: number) => `INFO:     10.0.0.1:40000 - "GET /items/${'x'.repeat(200)} HTTP/1.1" 200 OK ${i % 2}\n`;
  const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('');

  it('is read from its beginning if it was emptied meanwhile, though it begins as before', async () => {
    writeFileSync(log.path, lines(40));
    const state = await readAll();
    truncateSync(log.path);
    appendFileSync(log.path, lines(20));
    await resume(state);
    expect(log.text).toBe(lines(20));
    expect(log.troubles.join()).toContain('reading from its beginning');
  });

  it('goes on in the file that it became, then in the new one, and not in those that were old already', async () => {
    writeFileSync(`${log.path}.8`, 'of last week\n');
    utimesSync(`${log.path}.8`, 1e9, 1e9);
    writeFileSync(log.path, 'one\n');
    const state = await readAll();
    appendFileSync(log.path, 'two\n');
    renameSync(log.path, `${log.path}.1`);
    writeFileSync(log.path, 'three\n');
    await resume(state);
    expect(log.text).toBe('two\nthree\n');
    expect(log.troubles).toEqual([]);
  });
});
