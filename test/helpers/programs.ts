/** Programs that a test starts in pseudo-terminals, and replays played to their end. All are closed after the test. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll } from 'vitest';
import { type ProgramOptions, root, TerminalProgram } from './terminal.ts';

export const sample = (name: string): string => join(root, 'sample-logs', name);

let open: TerminalProgram[] = [];
export const start = (args: string[], options: ProgramOptions = {}): TerminalProgram => {
  const one = new TerminalProgram(args, options);
  open.push(one);
  return one;
};

/** Call once in a test file. */
export function closeAfterEach(): void {
  beforeAll(() => {
    if (!existsSync(join(root, 'dist/report.cjs'))) execFileSync('npm', ['run', 'build'], { cwd: root });
  });
  afterEach(async () => {
    for (const one of open) await one.close();
    open = [];
  });
}

/** A replay, played to its end. */
export async function played(
  names: string[],
  options: ProgramOptions & { keys?: string } = {},
): Promise<TerminalProgram> {
  const one = start(['replay', '--paused', ...names], { columns: 110, rows: 36, ...options });
  await one.waitFor('q quit');
  one.press(`G${options.keys ?? ''}`);
  // The picture is drawn in several steps: wait until it no longer changes.
  let before = '';
  let looks = 0;
  await one.waitFor((text) => {
    looks = text === before ? looks + 1 : 0;
    before = text;
    return looks >= 20 && /end( +.max)?$/m.test(text) && !/Reading what is there|Working out what/.test(text);
  });
  return one;
}
