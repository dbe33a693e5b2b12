/** Reads partial files, joins them and examines the join. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type PartialFile, PartialJoin, unpackPartial } from '../analysis/partial-file.ts';
import type { Elsewhere } from '../analysis/wait/runs-elsewhere.ts';
import { UserError } from '../core/errors.ts';
import type { LogFormat } from '../core/format.ts';
import { version } from '../core/version.ts';
import { cannotRead } from '../ingest/read-input.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';
import { inOrderOfTime } from './order-of-partials.ts';
import { allIsRead, bePatient } from './patient-v8.ts';

/** Partials are bounded, usually some hundred kilobytes; a longer line is not a partial. */
const MOST_CHARACTERS = 1 << 28;

/**
 * Partials are sorted by time up to this many characters. Beyond it they are joined in the order given, since those of a fleet need not fit
 * into memory together.
 */
const MOST_ORDERED = 1 << 24;

/** @throws UserError for anything that is not a partial */
export async function joinFiles(paths: readonly string[]): Promise<PartialFile> {
  const join = new PartialJoin();
  let waiting: PartialFile[] | null = [];
  let characters = 0;
  let read = 0;
  const take = (line: string, name: string) => {
    const one = unpackPartial(line, name);
    read++;
    characters += line.length;
    if (waiting === null) join.add(one);
    else waiting.push(one);
    if (waiting === null || characters <= MOST_ORDERED) return;
    for (const early of waiting) join.add(early);
    waiting = null;
  };
  bePatient();
  for (const path of paths) {
    const name = path === '-' ? 'standard input' : path;
    const before = read;
    try {
      for await (const line of linesOf(path, name)) if (line.trim() !== '') take(line, name);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw cannotRead(name, error);
    }
    if (read === before) {
      throw new UserError(`${name} is empty: write a partial with "logscope analyze --partial"`);
    }
  }
  for (const one of inOrderOfTime(waiting ?? [])) join.add(one);
  return join.joined();
}

/** @throws UserError for a line that is longer than any partial */
async function* linesOf(path: string, name: string): AsyncGenerator<string> {
  const stream: Readable = path === '-' ? process.stdin : createReadStream(path);
  stream.setEncoding('latin1');
  let begun = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const [end, ...next] = chunk.split('\n');
    begun += end;
    for (const line of next) {
      yield begun;
      begun = line;
    }
    if (begun.length > MOST_CHARACTERS) {
      throw new UserError(`${name} holds no partial: it has a line of more than ${MOST_CHARACTERS >> 20} MB`);
    }
  }
  yield begun;
}

export function examineJoined(
  { partial, inputs }: PartialFile,
  formats: readonly LogFormat[],
  elsewhere: { readonly elsewhere?: Elsewhere } = {},
): Examination {
  allIsRead();
  return examine(partial, { inputs, version, howToLog: howToLog(formats), effort: 'full', ...elsewhere });
}
