/** Writes JSON lines to standard output, each at once; waits while a slow reader has not taken the last ones. */
import { once } from 'node:events';

export const writeLine = (object: unknown): boolean => process.stdout.write(`${JSON.stringify(object)}\n`);

export async function writeLines(objects: Iterable<unknown>): Promise<void> {
  for (const object of objects) if (!writeLine(object)) await once(process.stdout, 'drain');
}

/** Resolves when everything written has left the process. */
export const flushed = (): Promise<void> => new Promise((done) => process.stdout.write('', () => done()));
