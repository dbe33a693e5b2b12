/** How far files were read: what a run remembers for the one that goes on from there. */

/** Where reading stands, to go on from there another day. */
export interface FilePosition {
  readonly inode: number;
  readonly device: number;
  /** The first bytes of the file, hexadecimal: inodes are given out again. */
  readonly head: string;
  readonly position: number;
}

/** A file that stood at the path before, under the name it has now, and how far it was read. */
export interface EarlierFile {
  readonly path: string;
  /** A plain copy of a packed file: it is removed when it is open. */
  readonly isUnpacked: boolean;
  readonly position: number;
}
