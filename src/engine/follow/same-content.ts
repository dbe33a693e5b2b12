/**
 * A log may be met twice: at its path, and in the copy that was made of it before it was truncated, which may be found while it is
 * made. Whichever was read first, the other one goes on where that one was read to.
 */
import type { OpenFile } from './open-file.ts';

/** How far a log was handed on, whatever file it stood in. */
export interface HandedOn {
  /** Its first bytes. */
  readonly head: Uint8Array;
  readonly position: number;
  /** What stands in front of `position`: other logs may begin alike, where no line has a date. */
  readonly tail: Uint8Array;
}

const MOST_PAST = 64;
/** Whether what was handed on of another file stands in this one. */
export async function holdsAll(file: OpenFile, { head, position, tail }: HandedOn): Promise<boolean> {
  return position > 0 && file.beganAs(head) && (await file.holds(tail, position - tail.length));
}

/** Logs that were truncated and are read to their end. */
export class PastLogs {
  #past: readonly HandedOn[] = [];

  add({ head, position, tail }: HandedOn): void {
    if (position > 0) this.#past = [...this.#past.slice(1 - MOST_PAST), { head: Buffer.from(head), position, tail }];
  }

  /** How far a file was read before it was met here; 0: never. `isCopy`: it may be a part of what was read. */
  async positionIn(file: OpenFile, isCopy: boolean): Promise<number> {
    for (const one of this.#past.toReversed()) {
      if (isCopy && file.size < one.position && file.beganAs(one.head)) return file.size;
      if (await holdsAll(file, one)) return one.position;
    }
    return 0;
  }
}
