/** `tail --state FILE`: remembers how far each file was read, and goes on from there, through rotations in between. */
import { open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { FilePosition } from './followed-file.ts';
import type { LiveInput } from './live-input.ts';

export interface SavedState {
  readonly schema: 'logscope/state/v1';
  /** By absolute path. */
  readonly files: Readonly<Record<string, FilePosition>>;
}

/** null without a state file, or before the first one was written. @throws UserError when it is something else */
export async function readState(path: string | undefined): Promise<SavedState | null> {
  if (path === undefined) return null;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UserError(`the state file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}): check it`);
  }
  try {
    const state = JSON.parse(text) as SavedState;
    if (state.schema === 'logscope/state/v1' && typeof state.files === 'object' && state.files !== null) return state;
  } catch {
    // Said below.
  }
  throw new UserError(`${path} is no state file of logscope: name another one, or delete it`);
}

/** Written beside the old one and put in its place, so that a crash leaves one of both. Returns what it wrote. */
export async function writeState(path: string, inputs: readonly LiveInput[], written: string): Promise<string> {
  const files: Record<string, FilePosition> = {};
  for (const input of inputs) {
    const position = await input.position();
    if (position) files[resolve(input.path)] = position;
  }
  const state: SavedState = { schema: 'logscope/state/v1', files };
  const text = `${JSON.stringify(state)}\n`;
  if (text === written) return text;
  const fresh = `${path}.${process.pid}.tmp`;
  await writeFile(fresh, text);
  await rename(fresh, path);
  return text;
}

/** Goes on where the state says. false: the state does not know this input. */
export async function resumeFrom(
  state: SavedState,
  input: LiveInput,
  trouble: (sentence: string) => void,
): Promise<boolean> {
  const saved = state.files[resolve(input.path)];
  if (!saved) return false;
  if (await input.file.resume(saved)) return true;
  if (!input.file.isOpen) return true;
  const missed = await rotatedSince(input.path, saved);
  if (missed === null) {
    trouble(`${basename(input.path)} is another file now and the old one was not found: reading from its beginning`);
    return true;
  }
  await input.file.prepend(missed);
  return true;
}

/** The file that the position belongs to under its new name, and those written after it, oldest first; null: not found. */
async function rotatedSince(path: string, saved: FilePosition): Promise<{ path: string; position: number }[] | null> {
  const folder = dirname(path);
  const name = basename(path);
  const candidates: { path: string; written: number; isSaved: boolean }[] = [];
  for (const sibling of await readdir(folder).catch(() => [])) {
    if (sibling === name || !sibling.startsWith(name) || /\.(gz|zst|xz|bz2)$/.test(sibling)) continue;
    const at = join(folder, sibling);
    const info = await stat(at).catch(() => null);
    if (!info?.isFile()) continue;
    const isSaved =
      info.ino === saved.inode &&
      info.size >= saved.position &&
      (await headOf(at, saved.head.length / 2)) === saved.head;
    candidates.push({ path: at, written: info.mtimeMs, isSaved });
  }
  candidates.sort((a, b) => a.written - b.written);
  const at = candidates.findIndex(({ isSaved }) => isSaved);
  if (at < 0) return null;
  return candidates.slice(at).map((one) => ({ path: one.path, position: one.isSaved ? saved.position : 0 }));
}

async function headOf(path: string, length: number): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const head = Buffer.alloc(length);
    const { bytesRead } = await file.read(head, 0, length, 0);
    return head.subarray(0, bytesRead).toString('hex');
  } finally {
    await file.close();
  }
}
