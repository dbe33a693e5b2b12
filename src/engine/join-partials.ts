/** Reads partial files and examines their join. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { joinPartials, type PartialFile, unpackPartial } from '../analysis/partial-file.ts';
import { UserError } from '../core/errors.ts';
import type { LogFormat } from '../core/format.ts';
import { version } from '../core/version.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';

export async function joinFiles(paths: readonly string[]): Promise<PartialFile> {
  const parts: PartialFile[] = [];
  for (const path of paths) {
    const name = path === '-' ? 'standard input' : path;
    const lines = (await contentOf(path)).split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0) throw new UserError(`${name} is empty: write a partial with "logscope analyze --partial"`);
    for (const line of lines) parts.push(unpackPartial(line, name));
  }
  return joinPartials(parts);
}

async function contentOf(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as Error).message}.`);
  }
}

export const examineJoined = ({ partial, inputs }: PartialFile, formats: readonly LogFormat[]): Examination =>
  examine(partial, { inputs, version, howToLog: howToLog(formats), effort: 'full' });
