/** One open file that is written while it is read: where reading stands, and whether it is still the file it was. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** The first bytes of a file know it again: inodes are given out anew, and a truncated file is another log. */
export const HEAD_BYTES = 256;

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
  /** Inside a line that is too long to be kept: its rest is passed over. */
  skipping = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
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
      handle = await open(path, 'r');
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
    if (this.#isLocal) return readSync(this.handle.fd, buffer, 0, buffer.length, position);
    return (await this.handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  get key(): string {
    return keyOf(this.device, this.inode);
  }

  /** Looks at its size and its first bytes. false: it begins with other bytes than before, or is shorter than it was read. */
  async isSame(): Promise<boolean> {
    this.size = (this.#isLocal ? fstatSync(this.handle.fd) : await this.handle.stat()).size;
    const head = Buffer.alloc(HEAD_BYTES);
    const bytesRead = await this.read(head, 0);
    const rest = head.subarray(0, bytesRead);
    const shared = Math.min(bytesRead, this.head.length);
    if (!rest.subarray(0, shared).equals(this.head.subarray(0, shared))) return false;
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
    const shared = Math.min(bytes.length, this.head.length);
    if (!bytes.subarray(0, shared).equals(this.head.subarray(0, shared))) return false;
    if (bytes.length > this.head.length) this.head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
    return true;
  }

  /** Whether an old file is to be looked at: at every turn while it grows, seldom when it has been quiet. */
  isDue(now: number): boolean {
    const isQuiet = Math.abs(now - this.lastGrowth) > QUIET_MICROS;
    if (isQuiet && Math.abs(now - this.#lookedAt) < QUIET_MICROS) return false;
    this.#lookedAt = now;
    return true;
  }

  hasHead(head: Buffer): boolean {
    return this.head.subarray(0, head.length).equals(head);
  }

  /** Whether there is another file that begins alike and holds all that was read of this one. */
  hasCopyAt(path: string): boolean {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch {
      return false;
    }
    try {
      const info = fstatSync(fd);
      if (!info.isFile() || info.size < this.position || (info.ino === this.inode && info.dev === this.device))
        return false;
      const head = Buffer.alloc(this.head.length);
      return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(this.head);
    } finally {
      closeSync(fd);
    }
  }

  /** Whether these bytes stand at this place now. */
  async holds(bytes: Uint8Array, position: number): Promise<boolean> {
    const now = Buffer.alloc(bytes.length);
    const bytesRead = await this.read(now, position);
    return bytesRead === bytes.length && now.equals(bytes);
  }

  /** It was emptied and is being written anew. `copies`: of how it was before, oldest first, which are read before it. */
  restart(copies: readonly OpenFile[]): void {
    if (copies.length === 0 && this.torn.length > 0) this.torso = { torn: this.torn, position: this.position };
    for (const copy of copies) {
      copy.torso = this.torso;
      this.torso = copy;
    }
    this.position = 0;
    this.head = Buffer.alloc(0);
    this.torn = Buffer.alloc(0);
    this.skipping = false;
  }
}

export const keyOf = (device: number, inode: number): string => `${device}:${inode}`;

export const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
};
