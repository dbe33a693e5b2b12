/** Writes what is on the screen to a file, in the format given by the ending of its name. */
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

/** @returns the sentence for the status line, also for a full disk or a missing folder */
export async function exportTo(asked: string, from: Exportable): Promise<string> {
  const exporter = exporterFor(asked);
  if (!exporter)
    return `Nothing written: the name must end in ${exporters.map(({ ending }) => `.${ending}`).join(', ')}`;
  const { text, remark = '' } = await exporter.write(from);
  // Checked only now, since another export may have been running.
  const path = asked === OFFERED_NAME ? freeName(existsSync) : asked;
  const failure = writeNew(path, text);
  return failure === null ? `Written to ${path}${remark}` : `Could not write ${path}: ${failure}`;
}

/** @returns why the file could not be written; null: it was */
function writeNew(path: string, content: string): string | null {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // After a full disk the incomplete file is removed. On other errors a file of that name is not ours.
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
