/** How far files were read: saved by one run for the next. */

/** Where reading stopped in a file. */
export interface FilePosition {
  readonly inode: number;
  readonly device: number;
  /** The first bytes of the file, hexadecimal: an inode alone may have been reused. */
  readonly head: string;
  readonly position: number;
}

/** A file that stood at the path earlier: its present name and how far it was read. */
export interface EarlierFile {
  readonly path: string;
  /** true: a plain copy of a packed file, to be removed once it is open. */
  readonly isUnpacked: boolean;
  readonly position: number;
}
