/**
 * The files beside a log that were that log once: "access.log.1", "access.log-20261121", "access-20261121.log". Knows which
 * of them were read or were there before, so that a file that stood at the path only between two looks is found, once.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { HEAD_BYTES, keyOf, OPEN_FLAGS, OpenFile } from './open-file.ts';

const suffix = /^[._-]?(?:\d[\w:.+-]*|old|prev|last|bak)$/i;
const packed = /\.(gz|tgz|zst|xz|lzma|bz2|zip|7z|lz4|lz|lzo|Z)$/;
/** Of those, what we can unpack. */
const readable = /\.(gz|zst|xz|bz2)$/;

/** By its name. */
export const isPacked = (name: string): boolean => packed.test(name);

/** Whether rotation may have given a name to an earlier file of the log `name`. */
function rotatedNameTest(name: string): (other: string) => boolean {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  return (other) => {
    // First what tells most names of a large folder apart.
    if (!other.startsWith(stem) || other === name || isPacked(other)) return false;
    if (other.startsWith(name) && suffix.test(other.slice(name.length))) return true;
    if (extension === '' || !other.endsWith(extension)) return false;
    return suffix.test(other.slice(stem.length, other.length - extension.length));
  };
}

/**
 * Paths that rotation may have given to earlier files of a log. Where the path is a symbolic link ("current" to
 * "2026-11-21.log", or "web.log" to "pods/web/3.log"), files beside its target that differ in numbers only as well.
 */
export async function rotatedPaths(path: string, namesOf: NamesOf = readdir): Promise<string[]> {
  const real = await realpath(path).catch(() => resolve(path));
  const own = await namesIn(dirname(path), namesOf, rotatedNameTest(basename(path)));
  if (real === resolve(path)) return own;
  const name = basename(real);
  const isRotated = rotatedNameTest(name);
  const isAlike = (other: string) => other !== name && /\d/.test(name) && shapeOf(other) === shapeOf(name);
  return [...own, ...(await namesIn(dirname(real), namesOf, (other) => isAlike(other) || isRotated(other)))];
}

/** Paths of earlier files of a log that were packed since. */
export function packedPaths(path: string): Promise<string[]> {
  const isRotated = rotatedNameTest(basename(path));
  return namesIn(dirname(path), readdir, (other) => readable.test(other) && isRotated(other.replace(readable, '')));
}

/** Names in a folder. @throws system errors */
export type NamesOf = (folder: string) => Promise<readonly string[]>;

const shapeOf = (name: string): string => name.replace(/\d+/g, '0');

async function namesIn(folder: string, namesOf: NamesOf, isOurs: (name: string) => boolean): Promise<string[]> {
  const names = await namesOf(folder).catch(() => []);
  return names.filter(isOurs).map((other) => join(folder, other));
}

/** Lists each folder once: for thousands of files that are opened at the same moment. */
export function listingOnce(): NamesOf {
  const lists = new Map<string, Promise<readonly string[]>>();
  return (folder) => {
    const list = lists.get(folder) ?? readdir(folder);
    lists.set(folder, list);
    return list;
  };
}

const MOST_ROUNDS = 5;
const MOST_FINISHED = 64;

/** What a file is known by. */
interface Glance {
  readonly key: string;
  /** Hexadecimal. */
  readonly head: string;
}

/** A file on this machine is looked at at once: names are shifted while they are looked through. null: there is none. */
async function glanceAt(path: string, isLocal: boolean): Promise<Glance | null> {
  if (!isLocal) {
    const file = await OpenFile.open(path, 0, false).catch(() => null);
    await file?.handle.close();
    return file && { key: file.key, head: headOf(file) };
  }
  let fd: number | undefined;
  try {
    fd = openSync(path, OPEN_FLAGS);
    const { dev, ino } = fstatSync(fd);
    const head = Buffer.alloc(HEAD_BYTES);
    const count = readSync(fd, head, 0, HEAD_BYTES, 0);
    return { key: keyOf(dev, ino), head: head.toString('hex', 0, count) };
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

interface Known {
  /** Hexadecimal. */
  readonly head: string;
  /** Read up to here; NaN: it was there before, and is none of ours to read. */
  readonly position: number;
}

export class Siblings {
  readonly #path: string;
  readonly #isLocal: boolean;
  readonly #known = new Map<string, Known>();
  /** How files began that were truncated and are read to their end, hexadecimal. */
  #finished: readonly string[] = [];
  /** Known, and not there when it was looked for last. */
  #missed: readonly string[] = [];

  constructor(path: string, isLocal: boolean) {
    this.#path = path;
    this.#isLocal = isLocal;
  }

  /** All that are there now belong to the past. */
  async begin(namesOf?: NamesOf): Promise<void> {
    for (const path of await rotatedPaths(this.#path, namesOf)) {
      const glance = await glanceAt(path, this.#isLocal);
      if (glance) this.#known.set(glance.key, { head: glance.head, position: Number.NaN });
    }
  }

  /** A file that we close now. */
  leave(file: OpenFile): void {
    this.#known.set(file.key, { head: headOf(file), position: file.position });
  }

  /** A file that began so was truncated, and is read to its end. */
  finished(head: Uint8Array): void {
    this.#finished = [...this.#finished.slice(1 - MOST_FINISHED), Buffer.from(head).toString('hex')];
  }

  /** A file is as if it had not been found. */
  forget(file: OpenFile): void {
    this.#known.delete(file.key);
  }

  /** How far a file was read when it was left; 0 when it never was. */
  positionOf(file: OpenFile): number {
    const known = this.#known.get(file.key);
    return known && known.position <= file.size && headOf(file).startsWith(known.head) ? known.position : 0;
  }

  /** Those that came into being since the last look, oldest first, open. `open`: the files that are read already. */
  async fresh(open: readonly OpenFile[], now: number): Promise<OpenFile[]> {
    const found: OpenFile[] = [];
    // Names are shifted while they are looked through: a file that was passed over is found by the next round.
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const more = await this.#scan([...open, ...found], now);
      found.push(...more);
      if (more.length === 0 && round > 0) break;
    }
    const written = await Promise.all(found.map(async (file) => (await file.handle.stat({ bigint: true })).mtimeNs));
    const order = found.map((_, i) => i).sort((a, b) => (written[a] < written[b] ? -1 : 1));
    return order.map((i) => found[i]);
  }

  async #scan(open: readonly OpenFile[], now: number): Promise<OpenFile[]> {
    const found: OpenFile[] = [];
    const present = new Set<string>();
    for (const path of await rotatedPaths(this.#path)) {
      const glance = await glanceAt(path, this.#isLocal);
      if (!glance) continue;
      present.add(glance.key);
      if (open.some(({ key }) => key === glance.key) || !this.#isNew(glance)) continue;
      const file = await OpenFile.open(path, now, this.#isLocal).catch(() => null);
      if (!file) continue;
      // Another one may have come under that name.
      const known = { key: file.key, head: headOf(file) };
      if (!this.#isNew(known)) await file.handle.close();
      else {
        this.#known.set(file.key, { head: known.head, position: Number.NaN });
        found.push(file);
      }
    }
    // Forgotten is only what two looks did not see: names may have been shifted during one.
    for (const key of this.#missed) if (!present.has(key)) this.#known.delete(key);
    this.#missed = [...this.#known.keys()].filter((key) => !present.has(key));
    return found;
  }

  #isNew({ key, head }: Glance): boolean {
    const known = this.#known.get(key);
    return head !== '' && !(known && head.startsWith(known.head));
  }

  /** Whether a file begins like another that is open or known: a copy of it. */
  isCopy(file: OpenFile, open: readonly OpenFile[]): boolean {
    const head = headOf(file);
    const isAlike = (other: string) =>
      tells(other) && tells(head) && (other.startsWith(head) || head.startsWith(other));
    if (open.some((one) => one !== file && isAlike(headOf(one)))) return true;
    if (this.#finished.some(isAlike)) return true;
    for (const [key, known] of this.#known) if (key !== file.key && isAlike(known.head)) return true;
    return false;
  }
}

/** A part of a line, such as an address, is at the start of many files. */
const tells = (head: string): boolean => head.length === 2 * HEAD_BYTES || Buffer.from(head, 'hex').includes(10);

const headOf = (file: OpenFile): string => file.head.toString('hex');
