/**
 * The law of the gap between the end of a request and the start of the next one from the queue on the same slot.
 *
 * On recorded gunicorn and uWSGI servers the median is 0.3 to 1.5 ms if the machine is not short of CPU. Most of the mass is a logistic law
 * around `typical`, the rest a log-logistic tail (both have a closed distribution function). The logistic part is wider than what servers
 * show, so that a particle whose times are slightly off can drift back.
 *
 * The tail is fitted to 4800 gaps longer than five medians on 80 recordings: a gap r times as long is about r^-1.3 as likely, up to forty
 * times (0.39 at twice, 0.13 at five times, 0.021 at twenty times). A lighter tail would split every long queue, because a machine stands
 * still for 100 ms once in a thousand starts.
 */
import type { Draws } from './draws.ts';

export interface GapLaw {
  /** s: the middle of the main part. */
  readonly typical: number;
  /**
   * s: mean, with long gaps cut at MOMENT (or `typical`, if longer). A machine that stands still now and then is not part of what each
   * start needs.
   */
  readonly mean: number;
  /** s: no gap is shorter; may be negative. */
  readonly least: number;
  /** P(gap <= seconds). */
  below(seconds: number): number;
  /** Draws a gap, given that it lies in [from, to]. */
  draw(from: number, to: number, draws: Draws): number;
}

const TAIL = 0.08;
const TAIL_POWER = 1.3;
/** Points of the table for the main part of the law, and how much coarser the table for its tail is. */
const TABLE = 250;
const COARSER = 10;
/** s, and the number of steps in which the mean is summed up to there. */
const MOMENT = 0.1;
const STEPS = 100;
/** A worker that has something to do takes no longer: s, and in typical gaps (the longer of the two counts). */
export const LONGEST_GAP = 1;
const LONGEST_TYPICAL = 8;

/** `typical`, `spread`: s, of the main part; `tailShare`: probability of the tail. */
export function gapLaw(typical: number, spread: number, tailShare = TAIL): GapLaw {
  const tailScale = 4 * typical;
  const least = Math.max(typical - 7 * spread, -0.02);
  const longest = Math.max(LONGEST_GAP, LONGEST_TYPICAL * typical);
  const main = (x: number) => 1 / (1 + Math.exp((typical - x) / spread));
  const tail = (x: number) => (x <= 0 ? 0 : 1 / (1 + (tailScale / x) ** TAIL_POWER));
  const exactly = (x: number) => (1 - tailShare) * main(x) + tailShare * tail(x);
  // `below` is called millions of times, so it interpolates linearly in tables.
  const step = spread / 10;
  const near = Float64Array.from({ length: TABLE + 2 }, (_, k) => exactly(least + k * step));
  const far = Float64Array.from({ length: TABLE + 2 }, (_, k) => exactly(least + k * COARSER * step));
  const cut = Math.max(MOMENT, typical);
  let tailMean = 0;
  for (let k = 0; k < STEPS; k++) tailMean += ((1 - tail(((k + 0.5) * cut) / STEPS)) * cut) / STEPS;
  const mean = (1 - tailShare) * typical + tailShare * tailMean;
  // Cached, because many draws have the same upper end, the longest gap.
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
