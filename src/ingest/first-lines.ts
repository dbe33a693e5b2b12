/**
 * The first lines of a growing log, kept so that they can be read again. A live log is read from its first line on, but one line shows less
 * than many: which of two numbers is the duration, what its unit is, which fields may be missing. So the format is detected again from all
 * kept lines whenever their number has grown by half since the last detection.
 */
import { SLACK_BYTES } from './envelopes/line.ts';
import type { Plan } from './plan.ts';
import type { Router } from './router.ts';

/** What is kept at most: detecting an unknown layout in 400 lines takes about 50 ms, during which the screen does not update. */
const MOST = { lines: 400, bytes: 1 << 16 };
/** The format is detected again when there are this many times as many lines. */
const GROWTH = 1.5;

export class FirstLines {
  #b = Buffer.alloc(0);
  #bytes = 0;
  #lines = 0;
  /** Offset of the first line in the input. */
  #base = 0;
  /** Number of lines at the last detection; 0: none yet. */
  #looked = 0;
  /** Per piece that was added: its end in `#b`, and the time (µs since 1970 UTC) at which it was read. */
  readonly #ends: number[] = [];
  readonly #times: number[] = [];
  /** Whether more lines may be added. */
  isOpen = true;

  /**
   * Keeps as many whole lines of b[0, limit) as there is room for. b starts at offset `base` of the input and was read at `now` (µs since
   * 1970 UTC). @returns the position in b after the last kept line
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

  /** Drops the kept lines: the format is settled, and later lines are read by it. */
  close(): void {
    this.isOpen = false;
    this.#b = Buffer.alloc(0);
  }

  /**
   * Whether it is time to detect the format again; if so, notes the number of lines. Not while `router` is undecided and waits for lines.
   * @param isLast no more lines will be kept
   */
  isDue(router: Router, isLast: boolean): boolean {
    if (!this.isOpen || router.plans.length === 0 || router.isUndecided) return false;
    if (this.#looked === 0) this.#looked = this.#lines;
    if (this.#lines < (isLast ? this.#looked + 1 : GROWTH * this.#looked)) return false;
    this.#looked = this.#lines;
    return true;
  }

  /** Passes the kept lines to a router. */
  readBy(router: Router): void {
    const { buffer, byteOffset, length } = this.#b;
    router.lines(this.#b, new DataView(buffer, byteOffset, length), this.#bytes, this.#base);
    router.flush(true);
  }

  /** When the line at this offset of the input was read, µs since 1970 UTC; NaN: it is not among the kept lines. */
  arrivalOf(offset: number): number {
    return this.#times[this.#ends.findIndex((end) => offset < this.#base + end)] ?? Number.NaN;
  }
}

/** Whether `others` read lines as `plans` do. If `others` only assume what the stamps mean (start or end), any meaning counts as the same. */
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
