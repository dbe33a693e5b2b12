/**
 * The law of the gap between the end of a request and the start of the next one from the queue on the same slot.
 *
 * On recorded gunicorn and uWSGI servers the median is 0.3 to 1.5 ms on a machine that has time: most of the mass is a
 * logistic law around `typical`, the rest a log-logistic tail (both have a closed distribution function). The logistic
 * part is wider than what servers show, so that an offset that is off by a little can drift back.
 *
 * The tail is that of 4800 gaps longer than five medians on 80 recordings: r times as long is about r^-1.3 as likely, up to forty times
 * (0.39 twice, 0.13 five times, 0.021 twenty times). A lighter tail tears every long queue: a machine stands still for 100 ms once in a
 * thousand starts.
 */
import type { Draws } from './draws.ts';

export interface GapLaw {
  /** s: the middle of the main part. */
  readonly typical: number;
  /** s: as if no gap were longer than a moment; what a machine that stands still adds now and then is no part of what each start needs. */
  readonly mean: number;
  /** Seconds below which a gap cannot be. */
  readonly least: number;
  /** P(gap <= seconds). */
  below(seconds: number): number;
  /** A gap given that it lies in [from, to]. */
  draw(from: number, to: number, draws: Draws): number;
}

const TAIL = 0.08;
const TAIL_POWER = 1.3;
/** Points of a table for the main part of the law, and of a coarser one for its tail. */
const TABLE = 250;
const COARSER = 10;
/** s, and the steps in which the mean is summed up to there. */
const MOMENT = 0.1;
const STEPS = 100;
/** No gap of a worker that has something to do is longer: s, and in typical gaps. */
export const LONGEST_GAP = 1;
const LONGEST_TYPICAL = 8;

/** `typical`, `spread`: s, of the main part; `tail`: the share of the other. */
export function gapLaw(typical: number, spread: number, tailShare = TAIL): GapLaw {
  const tailScale = 4 * typical;
  const least = Math.max(typical - 7 * spread, -0.02);
  const longest = Math.max(LONGEST_GAP, LONGEST_TYPICAL * typical);
  const main = (x: number) => 1 / (1 + Math.exp((typical - x) / spread));
  const tail = (x: number) => (x <= 0 ? 0 : 1 / (1 + (tailScale / x) ** TAIL_POWER));
  const exactly = (x: number) => (1 - tailShare) * main(x) + tailShare * tail(x);
  // Asked for millions of times: linear between the points of tables.
  const step = spread / 10;
  const near = Float64Array.from({ length: TABLE + 2 }, (_, k) => exactly(least + k * step));
  const far = Float64Array.from({ length: TABLE + 2 }, (_, k) => exactly(least + k * COARSER * step));
  const cut = Math.max(MOMENT, typical);
  let tailMean = 0;
  for (let k = 0; k < STEPS; k++) tailMean += ((1 - tail(((k + 0.5) * cut) / STEPS)) * cut) / STEPS;
  const mean = (1 - tailShare) * typical + tailShare * tailMean;
  // Many draws have the same upper end, that of the longest gap.
  let end = Number.NaN;
  let mainToEnd = 0;
  let tailToEnd = 0;
  return {
    typical,
    mean,
    least,
    below(x) {
      let place = (x - least) / step;
      if (place <= 0) return 0;
      if (x >= longest) return 1;
      let table = near;
      if (place >= TABLE) {
        place /= COARSER;
        if (place >= TABLE) return exactly(x);
        table = far;
      }
      const k = Math.floor(place);
      return table[k] + (place - k) * (table[k + 1] - table[k]);
    },
    draw(from, to, draws) {
      if (to !== end) {
        end = to;
        mainToEnd = main(to);
        tailToEnd = tail(to);
      }
      const mainFrom = main(from);
      const tailFrom = tail(from);
      const mainMass = (1 - tailShare) * (mainToEnd - mainFrom);
      const tailMass = tailShare * (tailToEnd - tailFrom);
      if (draws.next() * (mainMass + tailMass) < mainMass || !(tailMass > 0)) {
        const u = Math.min(1 - 1e-12, Math.max(1e-12, mainFrom + draws.next() * (mainToEnd - mainFrom)));
        return typical + spread * Math.log(u / (1 - u));
      }
      const u = Math.min(1 - 1e-9, Math.max(1e-12, tailFrom + draws.next() * (tailToEnd - tailFrom)));
      return Math.min(longest, tailScale * (u / (1 - u)) ** (1 / TAIL_POWER));
    },
  };
}
