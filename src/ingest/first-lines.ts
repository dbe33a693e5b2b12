/**
 * The first lines of a growing log, kept so that they can be read again. A live log is read from its first line on, and one line shows less
 * than a thousand do: which of two numbers is the duration, what its unit is, where a field is missing. So whenever the log has half as
 * many lines again as at the last look, formats are looked for in all of them.
 */
import { SLACK_BYTES } from './envelopes/line.ts';
import type { Plan } from './plan.ts';
import type { Router } from './router.ts';

/** So much is kept: a look at 400 lines of an unknown layout takes some 50 ms, in which the screen stands still. */
const MOST = { lines: 400, bytes: 1 << 16 };
/** Another look is taken at so many times as many lines. */
const GROWTH = 1.5;

export class FirstLines {
  #b = Buffer.alloc(0);
  #bytes = 0;
  #lines = 0;
  /** Offset of the first line in the input. */
  #base = 0;
  /** Number of lines at the last look. */
  #looked = 0;
  /** Which bytes came when: end of each piece in `#b`, and the time (µs since 1970 UTC) at which it was read. */
  readonly #ends: number[] = [];
  readonly #times: number[] = [];
  /** Whether more lines are kept: the log is young. */
  isOpen = true;

  /**
   * Keeps whole lines of b[0, limit), as many as there is room for. They are at offset `base` in the input and were read at `now` (µs since
   * 1970 UTC). @returns the position behind the last one that was kept
   */
  add(b: Buffer, limit: number, base: number, now: number): number {
    if (this.#bytes === 0) this.#base = base;
    const room = MOST.bytes - this.#bytes;
    let kept = 0;
    for (let at = 0; this.#lines < MOST.lines; this.#lines++) {
      at = b.indexOf(10, at) + 1;
      if (at === 0 || at > limit || at > room) break;
      kept = at;
    }
    const needed = this.#bytes + kept + SLACK_BYTES;
    if (needed > this.#b.length) this.#b = Buffer.concat([this.#b], 2 * needed);
    b.copy(this.#b, this.#bytes, 0, kept);
    this.#bytes += kept;
    this.#ends.push(this.#bytes);
    this.#times.push(now);
    return kept;
  }

  /** The log is not young any more: later lines are read as these are. */
  close(): void {
    this.isOpen = false;
    this.#b = Buffer.alloc(0);
  }

  /**
   * Whether there are enough lines for another look. Lines for which `router` waits are waited for. @param isLast no more lines will be kept
   */
  isDue(router: Router, isLast: boolean): boolean {
    if (!this.isOpen || router.plans.length === 0 || router.isUndecided) return false;
    if (this.#looked === 0) this.#looked = this.#lines;
    if (this.#lines < (isLast ? this.#looked + 1 : GROWTH * this.#looked)) return false;
    this.#looked = this.#lines;
    return true;
  }

  /** Has a router read the lines. */
  readBy(router: Router): void {
    const { buffer, byteOffset, length } = this.#b;
    router.lines(this.#b, new DataView(buffer, byteOffset, length), this.#bytes, this.#base);
    router.flush(true);
  }

  /** When the line at this offset of the input was read, µs since 1970 UTC. */
  arrivalOf(offset: number): number {
    return this.#times[this.#ends.findIndex((end) => offset < this.#base + end)] ?? Number.NaN;
  }
}

/** Whether other plans read lines as these do. A meaning of stamps that had to be assumed is no better than any. */
export function readAlike(plans: readonly Plan[], others: readonly Plan[]): boolean {
  if (plans.length !== others.length) return false;
  return plans.every((plan, i) => {
    const { stampMeaning, stampAssumed, ...facts } = plan.parts.facts;
    const { stampMeaning: otherMeaning, stampAssumed: isAssumed, ...otherFacts } = others[i].parts.facts;
    const isSame = JSON.stringify([howRead(plan), facts]) === JSON.stringify([howRead(others[i]), otherFacts]);
    return isSame && (isAssumed === true || stampMeaning === otherMeaning);
  });
}

const howRead = ({ parts, chainKey, retells, begins, halves, untold }: Plan): unknown[] => [
  parts.format.id,
  parts.layout,
  parts.recipe,
  parts.envelopeTime,
  parts.envelopeWorker,
  parts.envelopeThread,
  chainKey,
  retells,
  begins,
  halves !== null,
  untold !== null,
];
