/** Writes JSON lines to standard output, each at once; waits while a slow reader has not taken the last ones. */
import { once } from 'node:events';
import { stdout } from './output.ts';

export const writeLine = (object: unknown): boolean => stdout().write(`${JSON.stringify(object)}\n`);

export async function writeLines(objects: Iterable<unknown>): Promise<void> {
  for (const object of objects) if (!writeLine(object)) await once(stdout(), 'drain');
}

/** Resolves when everything written has left the process. */
export const flushed = (): Promise<void> => new Promise((done) => stdout().write('', () => done()));
