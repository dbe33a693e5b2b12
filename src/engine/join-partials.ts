/** Reads partial files and examines their join. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type PartialFile, PartialJoin, unpackPartial } from '../analysis/partial-file.ts';
import { UserError } from '../core/errors.ts';
import type { LogFormat } from '../core/format.ts';
import { version } from '../core/version.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';

/** One after the other: a fleet's partials need not fit into memory together. */
export async function joinFiles(paths: readonly string[]): Promise<PartialFile> {
  const join = new PartialJoin();
  for (const path of paths) {
    const name = path === '-' ? 'standard input' : path;
    const before = join.inputs.length;
    try {
      for await (const line of linesOf(path)) if (line.trim() !== '') join.add(unpackPartial(line, name));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot read ${name}: ${(error as Error).message}.`);
    }
    if (join.inputs.length === before) {
      throw new UserError(`${name} is empty: write a partial with "logscope analyze --partial"`);
    }
  }
  return join;
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({
    input: path === '-' ? process.stdin : createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });

export const examineJoined = ({ partial, inputs }: PartialFile, formats: readonly LogFormat[]): Examination =>
  examine(partial, { inputs, version, howToLog: howToLog(formats), effort: 'full' });
