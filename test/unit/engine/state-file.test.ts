// A state file that cannot be put in its place leaves nothing beside it: a full disk is no place for torn copies.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeState } from '../../../src/engine/follow/state-file.ts';

it('leaves no temporary file behind when it cannot be written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-state-'));
  try {
    const path = join(folder, 'state');
    mkdirSync(path);
    await expect(writeState(path, [], null)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['state']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
