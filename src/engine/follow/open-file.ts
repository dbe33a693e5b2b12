/** One open file that is written while it is read: where reading stands, and whether it is still the same file. */
import { constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes at the beginning by which a file is recognised: inodes are reused, and a truncated file is another log. */
export const HEAD_BYTES = 256;

/** true: these first bytes identify a file. Less than a line, such as an address, begins many files. */
export const tells = (head: Uint8Array): boolean => head.length >= HEAD_BYTES || head.includes(10);

/** Non-blocking: opening a named pipe that came to stand at the path would otherwise wait for its writer. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Time without growth (µs) after which an old file is looked at only once per such time. */
const QUIET_MICROS = 1_000_000;

export class OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly device: number;
  /** Bytes, when last looked at. */
  size: number;
  /** Everything before this byte was passed on. */
  position = 0;
  head: Buffer = Buffer.alloc(0);
  /** µs since 1970 UTC */
  lastGrowth: number;
  /**
   * Its last, unfinished line before a truncation (in a copy or in this file itself); the line continues at the start of the new contents.
   * null: none.
   */
  torso: { torn: Buffer; position: number } | null = null;
  /** Bytes after `position` that have no newline yet, as last read. */
  torn: Buffer = Buffer.alloc(0);
  /** The last bytes before `position`. */
  tail: Buffer = Buffer.alloc(0);
  /** true: it is known whether the contents were read before, in another file. */
  isPlaced = false;
  /** true: inside a line that is too long, whose rest is skipped. */
  skipping = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** For a copy: bytes that were written to the original after the copy was made. */
  #beyond: { readonly position: number; readonly bytes: Buffer } | null = null;
  /**
   * Local files are read synchronously: their new lines are in memory, and a line is then read some 50 µs after it was written, before it
   * can be truncated. A network must not block the keyboard.
   */
  readonly #isLocal: boolean;

  private constructor(
    handle: FileHandle,
    info: { ino: number; dev: number; size: number },
    now: number,
    isLocal: boolean,
  ) {
    this.#isLocal = isLocal;
    this.handle = handle;
    this.inode = info.ino;
    this.device = info.dev;
    this.size = info.size;
    this.lastGrowth = now;
  }

  /** null: there is no file, or it is a folder. @throws the file system's other errors */
  static async open(path: string, now: number, isLocal = true): Promise<OpenFile | null> {
    let handle: FileHandle;
    try {
      handle = await open(path, OPEN_FLAGS);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    try {
      const info = await handle.stat();
      if (info.isDirectory()) {
        await handle.close();
        return null;
      }
      const file = new OpenFile(handle, info, now, isLocal);
      await file.isSame();
      return file;
    } catch (error) {
      await handle.close().catch(() => {});
      throw error;
    }
  }

  /** Reads into the buffer from `position` on; returns the number of bytes. */
  async read(buffer: Buffer, position: number): Promise<number> {
    const count = this.#isLocal
      ? readSync(this.handle.fd, buffer, 0, buffer.length, position)
      : (await this.handle.read(buffer, 0, buffer.length, position)).bytesRead;
    const from = position + count - (this.#beyond?.position ?? Number.POSITIVE_INFINITY);
    return from < 0 ? count : count + (this.#beyond?.bytes.copy(buffer, count, from) ?? 0);
  }

  /** Makes a copy continue with what was written to the original after it was made; `bytes` must begin before its end. */
  extend(position: number, bytes: Uint8Array): void {
    if (position > this.size || position + bytes.length <= this.size) return;
    this.#beyond = { position, bytes: Buffer.from(bytes) };
  }

  get key(): string {
    return keyOf(this.device, this.inode);
  }

  /**
   * Checks its size and first bytes. false: they differ from before, or it is shorter than what was read. A file cut after a whole line
   * counts as the same; its position moves back.
   */
  async isSame(): Promise<boolean> {
    const { size } = this.#isLocal ? fstatSync(this.handle.fd) : await this.handle.stat();
    this.size = Math.max(size, this.#beyond ? this.#beyond.position + this.#beyond.bytes.length : 0);
    const rest = await this.headNow();
    const bytesRead = rest.length;
    if (!this.beganLike(rest)) return false;
    const isShorter = this.size < this.position || bytesRead < this.head.length;
    if (bytesRead > this.head.length) this.head = rest;
    if (!isShorter) return true;
    // Cut after a whole line it is still the same file; with less than a line left that cannot be known.
    if (!rest.includes(10)) return false;
    this.head = rest;
    this.position = Math.min(this.position, this.size);
    this.torn = Buffer.alloc(0);
    return true;
  }

  /** Takes the first bytes, as just read, to recognise the file by. false: it began with others before. */
  beganWith(bytes: Buffer): boolean {
    if (!this.beganLike(bytes)) return false;
    if (bytes.length > this.head.length) this.head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
    return true;
  }

  /**
   * The bytes after `position` of the file as it is known. `isSame` false: it has been truncated since, and must be restarted before it is
   * read again.
   */
  async next(buffer: Buffer): Promise<{ bytes: Buffer; isSame: boolean }> {
    const { position } = this;
    const nothing = buffer.subarray(0, 0);
    // Checked before reading: the bytes after `position` might belong to new contents.
    if (!(await this.isSame())) return { bytes: nothing, isSame: false };
    if (this.position !== position) return { bytes: nothing, isSame: true };
    const bytes = buffer.subarray(0, await this.read(buffer, position));
    if (bytes.length === 0) return { bytes, isSame: true };
    const begins = position > 0 || this.beganWith(bytes);
    // And after reading: bytes that are no longer in the file belong to its earlier contents.
    if (begins && (await this.isSame())) return { bytes, isSame: true };
    return { bytes: begins && !(await this.holds(bytes, position)) ? bytes : nothing, isSame: false };
  }

  /** Whether an old file is due for a look: always while it grows, rarely once it is quiet. */
  isDue(now: number): boolean {
    const isQuiet = Math.abs(now - this.lastGrowth) > QUIET_MICROS;
    if (isQuiet && Math.abs(now - this.#lookedAt) < QUIET_MICROS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** The first bytes as they are now. */
  async headNow(): Promise<Buffer> {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, await this.read(head, 0));
  }

  /** true: as far as both are known, the first bytes are the same. */
  beganLike(head: Uint8Array): boolean {
    const shared = Math.min(head.length, this.head.length);
    return this.head.subarray(0, shared).equals(head.subarray(0, shared));
  }

  /** The same, and both are long enough to identify a file. */
  beganAs(head: Uint8Array): boolean {
    return tells(head) && tells(this.head) && this.beganLike(head);
  }

  hasHead(head: Buffer): boolean {
    return this.head.subarray(0, head.length).equals(head);
  }

  /** true: these bytes are at this position now. */
  async holds(bytes: Uint8Array, position: number): Promise<boolean> {
    const now = Buffer.alloc(bytes.length);
    const bytesRead = await this.read(now, position);
    return bytesRead === bytes.length && now.equals(bytes);
  }

  /** The file was emptied and is being written anew. `copies`: copies of its earlier contents, oldest first, which are read first. */
  restart(copies: readonly OpenFile[]): void {
    if (copies.length === 0 && this.torn.length > 0) {
      // A line may be longer than all that was in the file between two truncations.
      this.torso = {
        torn: Buffer.concat([this.torso?.torn ?? this.torn.subarray(0, 0), this.torn]),
        position: this.position,
      };
    }
    for (const copy of copies) {
      copy.torso = this.torso;
      this.torso = copy;
    }
    this.position = 0;
    this.head = Buffer.alloc(0);
    this.torn = Buffer.alloc(0);
    this.tail = Buffer.alloc(0);
    this.isPlaced = false;
    this.skipping = false;
  }
}

export const keyOf = (device: number, inode: number): string => `${device}:${inode}`;

export const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
};
