/**
 * The same log may be found twice: at its path, and in the copy that was made before it was truncated (perhaps while it is being made).
 * Whichever is read first, the other one continues where reading stopped.
 */
import type { OpenFile } from './open-file.ts';

/** How far a log was passed on, whichever file held it. */
export interface HandedOn {
  /** The first bytes of the log. */
  readonly head: Uint8Array;
  readonly position: number;
  /** The bytes just before `position`: the first bytes may be equal in other logs whose lines have no date. */
  readonly tail: Uint8Array;
}

const MOST_PAST = 64;
/** true: this file contains everything that was passed on from another one. */
export async function holdsAll(file: OpenFile, { head, position, tail }: HandedOn): Promise<boolean> {
  return position > 0 && file.beganAs(head) && (await file.holds(tail, position - tail.length));
}

/** Logs that were truncated and had been read to their end. */
export class PastLogs {
  #past: readonly HandedOn[] = [];

  add({ head, position, tail }: HandedOn): void {
    if (position > 0) this.#past = [...this.#past.slice(1 - MOST_PAST), { head: Buffer.from(head), position, tail }];
  }

  /** How far the contents of a file were read before it was found here; 0: not at all. `isCopy`: it may be only a part of what was read. */
  async positionIn(file: OpenFile, isCopy: boolean): Promise<number> {
    for (const one of this.#past.toReversed()) {
      if (isCopy && file.size < one.position && file.beganAs(one.head)) return file.size;
      if (await holdsAll(file, one)) return one.position;
    }
    return 0;
  }
}
