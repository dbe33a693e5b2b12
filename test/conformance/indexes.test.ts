// Whoever adds a file to a folder of plug-ins is told when its line in the index is missing.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { findingRules } from '../../src/findings/index.ts';
import { exporters } from '../../src/tui/exports/index.ts';
import { panels } from '../../src/tui/panels/index.ts';

const root = join(import.meta.dirname, '../..');

/** Files with a default export: what stands beside them is shared by them. */
async function plugIns(folder: string): Promise<string[]> {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
  const modules = await Promise.all(
    names.map(async (name) => ({ name, module: await import(join(root, folder, name)) })),
  );
  return modules.filter(({ module }) => 'default' in module).map(({ name }) => name.slice(0, -'.ts'.length));
}

describe.each([
  ['parsers', formats.map(({ id }) => id)],
  ['src/findings', findingRules.map(({ id }) => id)],
  ['src/tui/panels', panels.map(({ id }) => id)],
  ['src/tui/exports', exporters.map(({ ending }) => ending)],
  ['src/cli/commands', commands.map(({ name }) => name)],
])('%s', (folder, listed) => {
  it('has an index that names each of its files once, by the name of the file', async () => {
    const files = await plugIns(folder);
    expect(files.length).toBeGreaterThan(1);
    expect(listed.toSorted()).toEqual(files.toSorted());
  });
});
