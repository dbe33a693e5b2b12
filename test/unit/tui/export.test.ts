// A picture is written whole or not at all, and the status line says which.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportSummary } from '../../../src/tui/export.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const lanes = handSnapshot({ requests: [] }).summary;
let isFull = false;
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeFileSync: (path: string, content: string, options: object) => {
      if (!isFull) return fs.writeFileSync(path, content, options);
      // What a full disk does: the file is there, and not all of it fits.
      fs.writeFileSync(path, content.slice(0, 3), options);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  };
});

let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('exportSummary', () => {
  it('writes a file that was not there, and never over one that is', () => {
    const path = join(folder, 'summary.json');
    expect(exportSummary(path, lanes)).toBe(`Written to ${path}`);
    expect(readFileSync(path, 'utf8')).toContain('generator');
    expect(exportSummary(path, lanes)).toContain('it exists already');
    expect(readFileSync(path, 'utf8')).toContain('generator');
  });

  it('says that the disk is full, and leaves no part of a file', () => {
    isFull = true;
    const path = join(folder, 'full.json');
    expect(exportSummary(path, lanes)).toBe(`Could not write ${path}: the disk is full`);
    expect(existsSync(path)).toBe(false);
    isFull = false;
  });

  it('says that there is no such folder', () => {
    expect(exportSummary(join(folder, 'no/such.json'), lanes)).toContain('there is no such folder');
  });
});
