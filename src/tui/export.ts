/** Writes what is on the screen to a file, in the form that the ending of its name asks for. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type Exportable, OFFERED_NAME } from './exporter.ts';
import { exporterFor, exporters } from './exports/index.ts';

/** The offered name, with the smallest number that makes it free. */
export function freeName(exists: (path: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? OFFERED_NAME : OFFERED_NAME.replace('.', `-${number}.`);
    if (!exists(name)) return name;
  }
}

/** @returns the sentence for the status line; a full disk or a missing folder is one too */
export async function exportTo(asked: string, from: Exportable): Promise<string> {
  const exporter = exporterFor(asked);
  if (!exporter)
    return `Nothing written: the name must end in ${exporters.map(({ ending }) => `.${ending}`).join(', ')}`;
  const { text, remark = '' } = await exporter.write(from);
  // Asked for only now: another export may have been under way.
  const path = asked === OFFERED_NAME ? freeName(existsSync) : asked;
  const failure = writeNew(path, text);
  return failure === null ? `Written to ${path}${remark}` : `Could not write ${path}: ${failure}`;
}

/** @returns why it could not be written, or null */
function writeNew(path: string, content: string): string | null {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Of a file that does not fit nothing is left behind; another one under that name is not ours.
    if (code === 'ENOSPC') rmSync(path, { force: true });
    const reasons: Readonly<Record<string, string>> = {
      EEXIST: 'it exists already; choose another name',
      ENOSPC: 'the disk is full',
      EACCES: 'no permission',
      ENOENT: 'there is no such folder',
      EROFS: 'the file system is read-only',
    };
    return reasons[code ?? ''] ?? message;
  }
}
