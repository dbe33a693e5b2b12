/** Writes JSON lines to standard output, each at once; waits while a slow reader has not taken the previous ones. */
import { once } from 'node:events';
import { jsonReport } from '../report/json.ts';
import { stdout } from './output.ts';

export const writeLine = (object: object): boolean => stdout().write(jsonReport(object, false));

export async function writeLines(objects: Iterable<object>): Promise<void> {
  for (const object of objects) if (!writeLine(object)) await once(stdout(), 'drain');
}

/** Resolves when everything written has left the process. */
export const flushed = (): Promise<void> => new Promise((done) => stdout().write('', () => done()));
