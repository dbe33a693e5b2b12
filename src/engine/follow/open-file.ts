/** One open file that is written while it is read: where reading stands, and whether it is still the file it was. */
import { constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** The first bytes of a file know it again: inodes are given out anew, and a truncated file is another log. */
export const HEAD_BYTES = 256;

/** Whether these first bytes tell a file: a part of a line, such as an address, is at the start of many. */
export const tells = (head: Uint8Array): boolean => head.length >= HEAD_BYTES || head.includes(10);

/** Whoever opens a named pipe that came to stand at the path would wait for its writer. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** µs without growth after which a file that was rotated away is looked at only as often. */
const QUIET_MICROS = 1_000_000;

export class OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly device: number;
  /** Bytes, when it was looked at last. */
  size: number;
  /** Everything before this byte was handed on. */
  position = 0;
  head: Buffer = Buffer.alloc(0);
  /** µs since 1970 UTC */
  lastGrowth: number;
  /** The file was truncated: the end that this one (a copy of how it was, or itself) is missing stands at its start. */
  torso: { torn: Buffer; position: number } | null = null;
  /** What stands behind `position` and has no end yet, as it was read last. */
  torn: Buffer = Buffer.alloc(0);
  /** The last bytes before `position`. */
  tail: Buffer = Buffer.alloc(0);
  /** It is known whether what stands in it was met before, in another file. */
  isPlaced = false;
  /** Inside a line that is too long to be kept: its rest is passed over. */
  skipping = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** What stood behind the end of the file that this is a copy of. */
  #beyond: { readonly position: number; readonly bytes: Buffer } | null = null;
  /**
   * Reading waits for the disk: right for a local file, whose new lines are in memory. A line is then read some 50 µs after
   * it was written, before anybody can take it away. A network must not hold up the keyboard.
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

  /** null: there is none, or it is a folder. @throws the file system's other errors */
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

  /** Bytes read into a buffer from a place in the file on. */
  async read(buffer: Buffer, position: number): Promise<number> {
    const count = this.#isLocal
      ? readSync(this.handle.fd, buffer, 0, buffer.length, position)
      : (await this.handle.read(buffer, 0, buffer.length, position)).bytesRead;
    const from = position + count - (this.#beyond?.position ?? Number.POSITIVE_INFINITY);
    return from < 0 ? count : count + (this.#beyond?.bytes.copy(buffer, count, from) ?? 0);
  }

  /** A copy is read on with what was written to the original after it was made; `bytes` begin somewhere before its end. */
  extend(position: number, bytes: Uint8Array): void {
    if (position > this.size || position + bytes.length <= this.size) return;
    this.#beyond = { position, bytes: Buffer.from(bytes) };
  }

  get key(): string {
    return keyOf(this.device, this.inode);
  }

  /** Looks at its size and its first bytes. false: it begins with other bytes than before, or is shorter than it was read. */
  async isSame(): Promise<boolean> {
    const { size } = this.#isLocal ? fstatSync(this.handle.fd) : await this.handle.stat();
    this.size = Math.max(size, this.#beyond ? this.#beyond.position + this.#beyond.bytes.length : 0);
    const rest = await this.headNow();
    const bytesRead = rest.length;
    if (!this.beganLike(rest)) return false;
    const isShorter = this.size < this.position || bytesRead < this.head.length;
    if (bytesRead > this.head.length) this.head = rest;
    if (!isShorter) return true;
    // Cut off behind a whole line it is still the same file; of less than a line nothing tells.
    if (!rest.includes(10)) return false;
    this.head = rest;
    this.position = Math.min(this.position, this.size);
    this.torn = Buffer.alloc(0);
    return true;
  }

  /** The first bytes, as they were just read: those are the ones to know it by. false: it began with others before. */
  beganWith(bytes: Buffer): boolean {
    if (!this.beganLike(bytes)) return false;
    if (bytes.length > this.head.length) this.head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
    return true;
  }

  /**
   * The bytes behind `position`, as they stood there while the file was the one it is. `isSame` false: it was truncated since,
   * and is to be started anew before it is read again.
   */
  async next(buffer: Buffer): Promise<{ bytes: Buffer; isSame: boolean }> {
    const { position } = this;
    const nothing = buffer.subarray(0, 0);
    // Looked at before reading: what stands behind `position` may be of a log that was written anew.
    if (!(await this.isSame())) return { bytes: nothing, isSame: false };
    if (this.position !== position) return { bytes: nothing, isSame: true };
    const bytes = buffer.subarray(0, await this.read(buffer, position));
    if (bytes.length === 0) return { bytes, isSame: true };
    const begins = position > 0 || this.beganWith(bytes);
    // And after it: what was read and does not stand there any more is of the file as it was.
    if (begins && (await this.isSame())) return { bytes, isSame: true };
    return { bytes: begins && !(await this.holds(bytes, position)) ? bytes : nothing, isSame: false };
  }

  /** Whether an old file is to be looked at: at every turn while it grows, seldom when it has been quiet. */
  isDue(now: number): boolean {
    const isQuiet = Math.abs(now - this.lastGrowth) > QUIET_MICROS;
    if (isQuiet && Math.abs(now - this.#lookedAt) < QUIET_MICROS) return false;
    this.#lookedAt = now;
    return true;
  }

  /** The first bytes as they stand there now. */
  async headNow(): Promise<Buffer> {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, await this.read(head, 0));
  }

  /** As far as both are known, they begin with the same bytes. */
  beganLike(head: Uint8Array): boolean {
    const shared = Math.min(head.length, this.head.length);
    return this.head.subarray(0, shared).equals(head.subarray(0, shared));
  }

  /** As far as both are known they begin with the same bytes, and those are a line at least. */
  beganAs(head: Uint8Array): boolean {
    return tells(head) && tells(this.head) && this.beganLike(head);
  }

  hasHead(head: Buffer): boolean {
    return this.head.subarray(0, head.length).equals(head);
  }

  /** Whether these bytes stand at this place now. */
  async holds(bytes: Uint8Array, position: number): Promise<boolean> {
    const now = Buffer.alloc(bytes.length);
    const bytesRead = await this.read(now, position);
    return bytesRead === bytes.length && now.equals(bytes);
  }

  /** It was emptied and is being written anew. `copies`: of how it was before, oldest first, which are read before it. */
  restart(copies: readonly OpenFile[]): void {
    if (copies.length === 0 && this.torn.length > 0) {
      // A line may be longer than what stood in the file from one truncation to the next.
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
