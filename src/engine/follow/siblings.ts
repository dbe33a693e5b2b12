/**
 * Files beside a log that once were that log: "access.log.1", "access.log-20261121", "access-20261121.log". Remembers which of them were
 * read or already existed, so that a file that stood at the path only between two looks is found, once.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { HEAD_BYTES, keyOf, OPEN_FLAGS, OpenFile } from './open-file.ts';

const suffix = /^[._-]?(?:\d[\w:.+-]*|old|prev|last|bak)$/i;
const packed = /\.(gz|tgz|zst|xz|lzma|bz2|zip|7z|lz4|lz|lzo|Z)$/;
/** Of the packed files, those that we can unpack. */
const readable = /\.(gz|zst|xz|bz2)$/;

/** Judged by its name. */
export const isPacked = (name: string): boolean => packed.test(name);

/** Tests whether rotation may have given a name to an earlier file of the log `name`. */
function rotatedNameTest(name: string): (other: string) => boolean {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  return (other) => {
    // Cheap tests first: they reject most names of a large folder.
    if (!other.startsWith(stem) || other === name || isPacked(other)) return false;
    if (other.startsWith(name) && suffix.test(other.slice(name.length))) return true;
    if (extension === '' || !other.endsWith(extension)) return false;
    return suffix.test(other.slice(stem.length, other.length - extension.length));
  };
}

/**
 * Paths that rotation may have given to earlier files of a log. If the path is a symbolic link ("current" to "2026-11-21.log", or "web.log"
 * to "pods/web/3.log"), also files beside its target that differ only in numbers.
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

/** Paths of earlier files of a log that were packed. */
export function packedPaths(path: string): Promise<string[]> {
  const isRotated = rotatedNameTest(basename(path));
  return namesIn(dirname(path), readdir, (other) => readable.test(other) && isRotated(other.replace(readable, '')));
}

/** Lists the names in a folder. @throws system errors */
export type NamesOf = (folder: string) => Promise<readonly string[]>;

const shapeOf = (name: string): string => name.replace(/\d+/g, '0');

async function namesIn(folder: string, namesOf: NamesOf, isOurs: (name: string) => boolean): Promise<string[]> {
  const names = await namesOf(folder).catch(() => []);
  return names.filter(isOurs).map((other) => join(folder, other));
}

/** Lists each folder only once, for thousands of files that are opened at the same time. */
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

/** What identifies a file. */
interface Glance {
  readonly key: string;
  /** Hexadecimal. */
  readonly head: string;
}

/** Local files are read synchronously, because rotation may rename them during a scan. null: there is no file. */
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
  /** Bytes read; NaN: the file existed before or is open already, so there is nothing for us to read. */
  readonly position: number;
}

export class Siblings {
  readonly #path: string;
  readonly #isLocal: boolean;
  readonly #known = new Map<string, Known>();
  /** First bytes (hexadecimal) of files that were truncated after being read to their end. */
  #finished: readonly string[] = [];
  /** Known files that were not found by the last scan. */
  #missed: readonly string[] = [];

  constructor(path: string, isLocal: boolean) {
    this.#path = path;
    this.#isLocal = isLocal;
  }

  /** All files that exist now belong to the past. */
  async begin(namesOf?: NamesOf): Promise<void> {
    for (const path of await rotatedPaths(this.#path, namesOf)) {
      const glance = await glanceAt(path, this.#isLocal);
      if (glance) this.#known.set(glance.key, { head: glance.head, position: Number.NaN });
    }
  }

  /** Remembers a file that is being closed. */
  leave(file: OpenFile): void {
    this.#known.set(file.key, { head: headOf(file), position: file.position });
  }

  /** A file with these first bytes was truncated after being read to its end. */
  finished(head: Uint8Array): void {
    this.#finished = [...this.#finished.slice(1 - MOST_FINISHED), Buffer.from(head).toString('hex')];
  }

  /** Forgets a file, as if it had not been found. */
  forget(file: OpenFile): void {
    this.#known.delete(file.key);
  }

  /** How far a file was read when it was closed; 0 if it never was. */
  positionOf(file: OpenFile): number {
    const known = this.#known.get(file.key);
    return known && known.position <= file.size && headOf(file).startsWith(known.head) ? known.position : 0;
  }

  /** Files that appeared since the last look, opened, oldest first. `open`: files that are being read already. */
  async fresh(open: readonly OpenFile[], now: number): Promise<OpenFile[]> {
    const found: OpenFile[] = [];
    // Rotation may rename files during a scan; a file that one round misses is found by the next.
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
      // Another file may have got that name meanwhile.
      const known = { key: file.key, head: headOf(file) };
      if (!this.#isNew(known)) await file.handle.close();
      else {
        this.#known.set(file.key, { head: known.head, position: Number.NaN });
        found.push(file);
      }
    }
    // A file is forgotten only after two scans missed it: rotation may rename files during one.
    for (const key of this.#missed) if (!present.has(key)) this.#known.delete(key);
    this.#missed = [...this.#known.keys()].filter((key) => !present.has(key));
    return found;
  }

  #isNew({ key, head }: Glance): boolean {
    const known = this.#known.get(key);
    return head !== '' && !(known && head.startsWith(known.head));
  }

  /** true: the file begins like another one that is open or known, so it is a copy of it. */
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

/** true: the first bytes are enough to identify a file. Less than a line, such as an address, begins many files. */
const tells = (head: string): boolean => head.length === 2 * HEAD_BYTES || Buffer.from(head, 'hex').includes(10);

const headOf = (file: OpenFile): string => file.head.toString('hex');
