/** `tail --state FILE`: remembers how far each file was read, and continues there, through any rotations in between. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { EarlierFile, FilePosition } from './file-position.ts';
import type { LiveInput } from './live-input.ts';
import { OpenFile } from './open-file.ts';
import { headOfPacked, unpackRest } from './packed-file.ts';
import { packedPaths, rotatedPaths } from './siblings.ts';

/** By absolute path: positions in the files that may still grow, the one at the path last. */
export type Places = Readonly<Record<string, readonly FilePosition[]>>;

export interface SavedState {
  readonly schema: 'logscope/state/v1';
  readonly files: Places;
}

export interface WrittenState {
  /** Positions in the logs that are followed here. */
  readonly places: Places;
  /** true: another process has meanwhile written other positions of these logs. */
  readonly isContested: boolean;
}

/** null: no state file is used, or it does not exist yet. @throws UserError if the file is something else */
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
    if (state.schema === 'logscope/state/v1' && Object.values(state.files).flat().every(isPosition)) return state;
  } catch {
    // Reported below.
  }
  throw new UserError(`${path} is no state file of logscope: name another one, or delete it`);
}

const isPosition = (one: FilePosition): boolean =>
  Number.isInteger(one?.inode) && Number.isInteger(one.position) && typeof one.head === 'string';

/**
 * Written to a temporary file and renamed, so that a crash leaves either the old or the new state. Entries of logs that are not followed
 * here are kept: they may belong to another run.
 * @param before the positions written last
 * @returns null: nothing has changed
 */
export async function writeState(
  path: string,
  inputs: readonly LiveInput[],
  before: Places | null,
): Promise<WrittenState | null> {
  const places: Record<string, readonly FilePosition[]> = {};
  for (const input of inputs) {
    const positions = input.positions();
    if (positions.length > 0) places[resolve(input.path)] = positions;
  }
  if (before && isSame(places, before)) return null;
  const found = (await readState(path).catch(() => null))?.files ?? {};
  const files = { ...(await notOf(inputs, found)), ...places };
  const state: SavedState = { schema: 'logscope/state/v1', files };
  const fresh = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, `${JSON.stringify(state)}\n`);
    await rename(fresh, path);
  } catch (error) {
    // On a full disk the temporary file exists but is empty.
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  const isContested = Object.keys(before ?? {}).some((log) => found[log] && !isSame(found[log], before?.[log]));
  return { places, isContested };
}

/** Saved positions of logs that are not followed here and still exist. */
async function notOf(inputs: readonly LiveInput[], found: Places): Promise<Places> {
  const ours = new Set(inputs.map((input) => resolve(input.path)));
  const others = Object.entries(found).filter(([log]) => !ours.has(log));
  const areThere = await Promise.all(others.map(([log]) => stat(log).catch(() => null)));
  return Object.fromEntries(others.filter((_, i) => areThere[i]));
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A file that exists now. */
interface Present {
  readonly path: string;
  readonly inode: number;
  readonly device: number;
  readonly isPacked: boolean;
  /** Size of its text, bytes; Infinity if only unpacking would tell. */
  readonly size: number;
  /** First bytes of its text, hexadecimal. */
  readonly head: string;
  readonly written: bigint;
}

/** Continues where the state says. false: the state does not know this input. */
export async function resumeFrom(
  state: SavedState,
  input: LiveInput,
  trouble: (sentence: string) => void,
): Promise<boolean> {
  const saved = state.files[resolve(input.path)];
  if (!saved || saved.length === 0) return false;
  const current = await lookAt(input.path);
  const rotated = await rotatedBeside(input.path, current);
  const { at, last } = positionsIn(current ? [current, ...rotated] : rotated, saved);
  if (last && last !== current) for (const one of since(last, rotated, saved)) if (!at.has(one)) at.set(one, 0);
  if (!last && current)
    trouble(`${basename(input.path)} is another file now and the old one was not found: reading from its beginning`);
  await input.file.resume((current && at.get(current)) ?? 0, await earlierFiles(rotated, at, trouble));
  return true;
}

/** Each rotated file once: if both a file and its packed copy exist, the plain one. */
async function rotatedBeside(path: string, current: Present | null): Promise<Present[]> {
  const plain = (await Promise.all((await rotatedPaths(path)).map(lookAt))).filter((one) => one !== null);
  const heads = new Set([...plain, ...(current ? [current] : [])].map(({ head }) => head));
  return [...plain, ...(await packedBeside(path)).filter(({ head }) => !heads.has(head))];
}

/** How far each file was read, and the file that was read last (undefined: it is gone). */
function positionsIn(
  present: readonly Present[],
  saved: readonly FilePosition[],
): { at: Map<Present, number>; last: Present | undefined } {
  const at = new Map<Present, number>();
  let last: Present | undefined;
  for (const one of saved) {
    last = fileOf(one, present);
    if (last) at.set(last, one.position);
  }
  return { at, last };
}

/** The rotated files to read, with their positions, in the order in which they were written. */
async function earlierFiles(
  rotated: readonly Present[],
  at: ReadonlyMap<Present, number>,
  trouble: (sentence: string) => void,
): Promise<EarlierFile[]> {
  const earlier: EarlierFile[] = [];
  for (const one of rotated.toSorted(byWritten)) {
    const position = at.get(one);
    if (position === undefined) continue;
    const path = one.isPacked ? await unpacked(one, position, trouble) : one.path;
    if (path !== null) earlier.push({ path, position, isUnpacked: one.isPacked });
  }
  return earlier;
}

/** The file of a position, found by inode; a copy made before a truncation has another inode and is recognised by its first bytes. */
function fileOf({ inode, device, head, position }: FilePosition, present: readonly Present[]): Present | undefined {
  const alike = present.filter((one) => one.head.startsWith(head) && one.size >= position);
  const same = alike.find((one) => one.inode === inode && one.device === device);
  return same ?? (head === '' ? undefined : alike[0]);
}

/** Files written after `last`, without copies of known ones. */
const since = (last: Present, rotated: readonly Present[], saved: readonly FilePosition[]): Present[] =>
  rotated.filter(
    (one) =>
      one !== last &&
      one.written >= last.written &&
      one.head !== '' &&
      !saved.some(({ head }) => head !== '' && one.head.startsWith(head)),
  );

const byWritten = (a: Present, b: Present): number => (a.written < b.written ? -1 : a.written > b.written ? 1 : 0);

async function lookAt(path: string): Promise<Present | null> {
  const file = await OpenFile.open(path, 0).catch(() => null);
  if (!file) return null;
  const { mtimeNs } = await file.handle.stat({ bigint: true });
  await file.handle.close();
  const { inode, device, size, head } = file;
  return { path, inode, device, isPacked: false, size, head: head.toString('hex'), written: mtimeNs };
}

/** Packers keep the modification time of a file; some keep only whole seconds. */
async function packedBeside(path: string): Promise<Present[]> {
  const found: Present[] = [];
  for (const one of await packedPaths(path)) {
    const head = await headOfPacked(one);
    const info = head && (await stat(one, { bigint: true }).catch(() => null));
    if (!head || !info) continue;
    const { ino, dev, mtimeNs } = info;
    const size = Number.POSITIVE_INFINITY;
    const known = { inode: Number(ino), device: Number(dev), size, head: head.toString('hex') };
    found.push({ path: one, isPacked: true, ...known, written: mtimeNs });
  }
  return found;
}

async function unpacked(one: Present, position: number, trouble: (sentence: string) => void): Promise<string | null> {
  try {
    return await unpackRest(one.path, position);
  } catch (error) {
    trouble(
      `${basename(one.path)} cannot be unpacked (${(error as NodeJS.ErrnoException).code}): its lines are left out`,
    );
    return null;
  }
}
