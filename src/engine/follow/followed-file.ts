/**
 * One file that is written while it is read, by positions of our own: every whole line once, through renames, truncations,
 * deletions and returns. A torn last line waits; the rest of an old file is read before the new one.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';

export type FollowEvent = 'rotated' | 'truncated' | 'gone' | 'back';

export interface FollowSink {
  /**
   * Whole lines, or a piece of one that is too long to wait for its end; valid until the call returns. They begin at byte
   * `position` of the file at the path, or of one that was there before (`isCurrent` false).
   */
  bytes(chunk: Uint8Array, position: number, isCurrent: boolean): void;
  event(event: FollowEvent): void;
  /** A sentence about what hinders reading; "" when nothing does any more. */
  trouble(sentence: string): void;
}

/** Where reading stands, to go on from there another day. */
export interface FilePosition {
  readonly inode: number;
  readonly device: number;
  /** The first bytes of the file, hexadecimal: inodes are given out again. */
  readonly head: string;
  readonly position: number;
}

const CHUNK = 1 << 18;
/** A line longer than this is handed on in pieces: the parser skips it. */
const MAX_TORN = 1 << 20;
const HEAD_BYTES = 256;
/** An old file is still read this long after its last growth: writers need a moment to open the new one. */
const DRAIN_MICROS = 3_000_000;
/** A file that is missing only for this long was being replaced, not deleted. */
const GONE_AFTER_MICROS = 1_000_000;

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly device: number;
  position: number;
  head: Buffer;
  lastGrowth: number;
}

export class FollowedFile {
  readonly path: string;
  readonly #sink: FollowSink;
  readonly #clock: Clock;
  #current: OpenFile | null = null;
  /** Files that were at this path before and may still grow, oldest first. */
  #old: OpenFile[] = [];
  #missingSince: number | null = null;
  #isGone = false;
  #buffer = Buffer.allocUnsafe(CHUNK);
  #size = 0;

  constructor(path: string, sink: FollowSink, clock: Clock) {
    this.path = path;
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Bytes that are there and not yet read. */
  get behind(): number {
    return this.#current ? Math.max(0, this.#size - this.#current.position) : 0;
  }

  get size(): number {
    return this.#size;
  }

  get position(): number {
    return this.#current?.position ?? 0;
  }

  get isOpen(): boolean {
    return this.#current !== null;
  }

  /** Opens the file at its end minus `history` bytes, at a whole line. false: it is not there yet. @throws system errors */
  async open(history: number): Promise<boolean> {
    const file = await this.#open();
    if (!file) return false;
    this.#current = file;
    file.position = Math.max(0, this.#size - history);
    if (file.position > 0) await this.#skipToLine(file);
    return true;
  }

  /** Goes on where an earlier run stopped. false: this is another file now. */
  async resume({ inode, device, head, position }: FilePosition): Promise<boolean> {
    const file = await this.#open();
    if (!file) return false;
    const same =
      file.inode === inode &&
      file.device === device &&
      file.head.toString('hex').startsWith(head) &&
      this.#size >= position;
    this.#current = file;
    file.position = same ? position : 0;
    return same;
  }

  /** Files to read before the one at the path, oldest first, each from a position on. */
  async prepend(files: readonly { readonly path: string; readonly position: number }[]): Promise<void> {
    for (const { path, position } of files) {
      const handle = await open(path, 'r').catch(() => null);
      if (!handle) continue;
      const info = await handle.stat();
      const lastGrowth = this.#clock.nowMicros();
      this.#old.push({ handle, inode: info.ino, device: info.dev, position, head: Buffer.alloc(0), lastGrowth });
    }
  }

  /** null before the file was there. */
  async state(): Promise<FilePosition | null> {
    const file = this.#current;
    if (!file) return null;
    await this.#rememberHead(file);
    return { inode: file.inode, device: file.device, head: file.head.toString('hex'), position: file.position };
  }

  /** Looks what happened and reads at most one chunk. true: there is more to read now. */
  async step(): Promise<boolean> {
    for (const old of this.#old) if (await this.#read(old)) return true;
    await this.#closeDrained();
    if (this.#current) {
      await this.#checkTruncation(this.#current);
      if (await this.#read(this.#current)) return true;
    }
    return this.#checkPath();
  }

  /** Hands on a last line without an end, for the end of all reading. */
  async finish(): Promise<void> {
    for (const file of [...this.#old, ...(this.#current ? [this.#current] : [])]) {
      while (await this.#read(file));
      await this.#readTorn(file);
      await file.handle.close();
    }
    this.#old = [];
    this.#current = null;
  }

  async #open(): Promise<OpenFile | null> {
    let handle: FileHandle;
    try {
      handle = await open(this.path, 'r');
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    const info = await handle.stat();
    if (info.isDirectory()) {
      await handle.close();
      return null;
    }
    this.#size = info.size;
    const file = {
      handle,
      inode: info.ino,
      device: info.dev,
      position: 0,
      head: Buffer.alloc(0),
      lastGrowth: this.#clock.nowMicros(),
    };
    await this.#rememberHead(file);
    return file;
  }

  async #rememberHead(file: OpenFile): Promise<void> {
    if (file.head.length >= HEAD_BYTES) return;
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.handle.read(head, 0, HEAD_BYTES, 0);
    file.head = head.subarray(0, bytesRead);
  }

  async #skipToLine(file: OpenFile): Promise<void> {
    const { bytesRead } = await file.handle.read(this.#buffer, 0, this.#buffer.length, file.position - 1);
    const newline = this.#buffer.subarray(0, bytesRead).indexOf(10);
    if (newline >= 0) file.position += newline;
  }

  /** Reads whole lines of one chunk. true: there may be more at once. */
  async #read(file: OpenFile): Promise<boolean> {
    const { bytesRead } = await file.handle.read(this.#buffer, 0, this.#buffer.length, file.position);
    if (bytesRead === 0) return false;
    const isFull = bytesRead === this.#buffer.length;
    let from = 0;
    // A writer that did not notice a truncation leaves a hole of zero bytes before its next line.
    while (from < bytesRead && this.#buffer[from] === 0) from++;
    const last = this.#buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (last < from) return this.#longLine(file, from, bytesRead);
    this.#sink.bytes(this.#buffer.subarray(from, last + 1), file.position + from, file === this.#current);
    file.position += last + 1;
    file.lastGrowth = this.#clock.nowMicros();
    await this.#rememberHead(file);
    if (this.#buffer.length > CHUNK) this.#buffer = Buffer.allocUnsafe(CHUNK);
    return isFull;
  }

  /** A chunk without the end of a line: it waits, or is looked at in a larger buffer, or is too long to wait for. */
  #longLine(file: OpenFile, from: number, bytesRead: number): boolean {
    if (from === bytesRead) {
      file.position += bytesRead;
      return true;
    }
    if (bytesRead < this.#buffer.length) return false;
    if (this.#buffer.length < MAX_TORN) {
      this.#buffer = Buffer.allocUnsafe(MAX_TORN);
      return true;
    }
    this.#sink.bytes(this.#buffer.subarray(from, bytesRead), file.position + from, file === this.#current);
    file.position += bytesRead;
    file.lastGrowth = this.#clock.nowMicros();
    return true;
  }

  /** A line that will never end, because its file is not written any more. */
  async #readTorn(file: OpenFile): Promise<void> {
    const buffer = Buffer.alloc(MAX_TORN + 1);
    const { bytesRead } = await file.handle.read(buffer, 0, MAX_TORN, file.position);
    if (bytesRead === 0) return;
    buffer[bytesRead] = 10;
    this.#sink.bytes(buffer.subarray(0, bytesRead + 1), file.position, false);
    file.position += bytesRead;
  }

  async #closeDrained(): Promise<void> {
    const now = this.#clock.nowMicros();
    const done = this.#old.filter((file) => now - file.lastGrowth > DRAIN_MICROS);
    if (done.length === 0) return;
    this.#old = this.#old.filter((file) => !done.includes(file));
    for (const file of done) {
      await this.#readTorn(file);
      await file.handle.close();
    }
  }

  /** A file that became shorter, or begins with other bytes, was emptied and is being written anew. */
  async #checkTruncation(file: OpenFile): Promise<void> {
    const info = await file.handle.stat();
    this.#size = info.size;
    if (info.size < file.position || (info.size > file.position && !(await this.#hasSameHead(file)))) {
      file.position = 0;
      file.head = Buffer.alloc(0);
      this.#sink.event('truncated');
    }
  }

  async #hasSameHead(file: OpenFile): Promise<boolean> {
    if (file.head.length === 0) return true;
    const head = Buffer.alloc(file.head.length);
    const { bytesRead } = await file.handle.read(head, 0, head.length, 0);
    return bytesRead === head.length && head.equals(file.head);
  }

  /** Whether another file stands at the path now. true: it was opened, and there may be something to read. */
  async #checkPath(): Promise<boolean> {
    let info: Awaited<ReturnType<typeof stat>> | null = null;
    try {
      info = await stat(this.path);
    } catch (error) {
      if (!isMissing(error))
        this.#sink.trouble(`${this.path} cannot be looked at (${(error as NodeJS.ErrnoException).code})`);
    }
    if (!info || info.isDirectory()) {
      this.#noteMissing();
      return false;
    }
    const current = this.#current;
    const isSame = current !== null && info.ino === current.inode && info.dev === current.device;
    if (isSame) {
      this.#noteBack();
      return false;
    }
    const fresh = await this.#openFresh();
    if (!fresh) return false;
    if (current) {
      current.lastGrowth = this.#clock.nowMicros();
      this.#old.push(current, ...(await this.#between(current, fresh)));
    }
    this.#current = fresh;
    if (this.#isGone || !current) this.#noteBack();
    else this.#sink.event('rotated');
    this.#missingSince = null;
    return true;
  }

  /**
   * Files that stood at the path between two looks: rotated away under a name that begins with ours, written after the one
   * we know and before the one that is there now.
   */
  async #between(before: OpenFile, now: OpenFile): Promise<OpenFile[]> {
    const folder = dirname(this.path);
    const name = basename(this.path);
    const known = new Set([before.inode, now.inode, ...this.#old.map((file) => file.inode)]);
    const first = (await before.handle.stat()).mtimeMs;
    const last = (await now.handle.stat()).mtimeMs;
    const found: { file: OpenFile; written: number }[] = [];
    for (const sibling of await readdir(folder).catch(() => [])) {
      if (sibling === name || !sibling.startsWith(name) || /\.(gz|zst|xz|bz2)$/.test(sibling)) continue;
      const handle = await open(join(folder, sibling), 'r').catch(() => null);
      if (!handle) continue;
      const info = await handle.stat();
      if (!info.isFile() || known.has(info.ino) || info.mtimeMs <= first || info.mtimeMs > last) {
        await handle.close();
        continue;
      }
      const file = {
        handle,
        inode: info.ino,
        device: info.dev,
        position: 0,
        head: Buffer.alloc(0),
        lastGrowth: this.#clock.nowMicros(),
      };
      found.push({ file, written: info.mtimeMs });
    }
    return found.sort((a, b) => a.written - b.written).map(({ file }) => file);
  }

  async #openFresh(): Promise<OpenFile | null> {
    try {
      const fresh = await this.#open();
      if (fresh) this.#sink.trouble('');
      return fresh;
    } catch (error) {
      this.#sink.trouble(`${this.path} cannot be opened (${(error as NodeJS.ErrnoException).code}), trying again`);
      return null;
    }
  }

  #noteMissing(): void {
    if (!this.#current || this.#isGone) return;
    const now = this.#clock.nowMicros();
    this.#missingSince ??= now;
    if (now - this.#missingSince < GONE_AFTER_MICROS) return;
    this.#isGone = true;
    this.#sink.event('gone');
  }

  #noteBack(): void {
    this.#missingSince = null;
    if (!this.#isGone) return;
    this.#isGone = false;
    this.#sink.event('back');
  }
}

const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
};
