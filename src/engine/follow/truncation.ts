/**
 * A log that is copied and then truncated loses what is written in between. That is in no file afterwards and can only be read in that very
 * moment. These types describe what was read of such a file, and who reads it.
 */
/** The last contents of a file that was emptied. */
export interface Truncation {
  /** The first bytes of the file, to recognise it. */
  readonly head: Uint8Array;
  /** Offset at which `bytes` began; they reach to the end of the file as far as it was seen. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Reads the same files as we do, does nothing else and so is faster: keeps their last bytes until they are truncated. */
export interface TruncationWatch {
  /** Starts reading; files to follow that were given earlier wait until then. `wake` is called when a file was truncated. */
  start(wake: () => void): void;
  /** `key`: of device and inode. If another file stands at the path by now, it is not read. */
  follow(path: string, key: string): void;
  leave(key: string): void;
  /** true: there are truncations of the file that have not been taken. */
  has(key: string): boolean;
  /** Looks once more, and returns the truncations since the last call, oldest first. */
  take(key: string): Promise<readonly Truncation[]>;
  close(): Promise<void>;
}
