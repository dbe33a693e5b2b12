/**
 * A pool that is busy for nine tenths of the time is full for some seconds, has free slots for some, and is full again. Told one by one these
 * stretches would be an alarm and its end every ten seconds, so a spell of them is told as one: "full on and off".
 */
import { longestNow } from './live-pools.ts';
import { LiveStretch } from './live-stretch.ts';

/** µs: a pool that was full again and again has free slots for good after so long. */
const CALM = 20_000_000;
/** µs: a stretch that is full for so long is told on its own. */
const LONG = 30_000_000;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What is said of a spell, µs and µs since 1970 UTC. */
export interface OnAndOff {
  readonly from: number;
  readonly orLonger: boolean;
  readonly fullMicros: number;
  readonly micros: number;
  /** Its longest stretch: nobody waited for longer. */
  readonly longest: number;
}

export class FullSpell {
  /** Those that have ended, oldest first. */
  #ended: Stretch[] = [];
  #last: LiveStretch | null = null;
  #isFromBeginning = false;

  /** The stretch that begins at `since`: of a spell it goes on with what was found in those before. */
  begin(since: number, orLonger: boolean): LiveStretch {
    const before = this.#ended.at(-1);
    if (this.#last && before && since - before.to < CALM) {
      this.#last.reopen(Math.max(since, before.to));
      return this.#last;
    }
    this.forget();
    this.#isFromBeginning = orLonger;
    this.#last = new LiveStretch(since, orLonger);
    return this.#last;
  }

  end(stretch: Stretch): void {
    if (stretch.to - stretch.from >= LONG) this.#ended = [];
    this.#ended.push(stretch);
  }

  forget(): void {
    this.#ended = [];
    this.#last = null;
  }

  /** The stretch that has ended last while the spell goes on. */
  get last(): LiveStretch | null {
    return this.#last;
  }

  /** `until`: up to when answers were read. `fullSince`: null: it is not full now. null: it is not a spell, or one stretch tells more. */
  at(until: number, fullSince: number | null): OnAndOff | null {
    const ended = this.#ended;
    if (ended.length < (fullSince === null ? 2 : 1)) return null;
    const lastEnd = ended[ended.length - 1].to;
    if (fullSince === null ? until - lastEnd >= CALM : until - fullSince >= LONG) return null;
    // Better times may move the beginning of the present stretch before the end of the last one.
    const stretches = fullSince === null ? ended : [...ended, { from: Math.max(lastEnd, fullSince), to: until }];
    const lengths = stretches.map(({ from, to }) => to - from);
    return {
      from: ended[0].from,
      orLonger: this.#isFromBeginning,
      fullMicros: lengths.reduce((sum, micros) => sum + micros, 0),
      micros: until - ended[0].from,
      longest: this.#isFromBeginning ? Number.POSITIVE_INFINITY : longestNow(Math.max(...lengths), 0),
    };
  }
}
