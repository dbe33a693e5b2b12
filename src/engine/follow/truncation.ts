/**
 * A log that is copied and truncated loses what is written in between: it is in no file afterwards, and can only be read in
 * that moment. Here is what was read of such a file, and who tells of it.
 */
/** A file was emptied: what stood in it last. */
export interface Truncation {
  /** Its first bytes, to know it by. */
  readonly head: Uint8Array;
  /** Where in the file `bytes` begin; they go on to its end, as far as anybody saw. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Reads files along with us, does nothing else and so is quicker: keeps what came last until the file is truncated. */
export interface TruncationWatch {
  /** Begins to read. What is followed before that waits. `wake`: a file was truncated. */
  start(wake: () => void): void;
  /** `key`: of device and inode; another file that stands at the path by now is left alone. */
  follow(path: string, key: string): void;
  leave(key: string): void;
  /** Truncations of a file are known that nobody has taken. */
  has(key: string): boolean;
  /** Looks once more, and tells the truncations since the last call, oldest first. */
  take(key: string): Promise<readonly Truncation[]>;
  close(): Promise<void>;
}
