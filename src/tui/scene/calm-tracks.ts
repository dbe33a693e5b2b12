/** When calm workers share a lane: which workers keep one of their own. The busiest do, as many as fit. */

/** A worker is calm if it is busy for less than this share of the busiest one's time. */
const CALM = 0.2;
/** A worker with a lane keeps it until others are this many times as busy, so that lanes do not jump. */
const KEEPS = 1.5;
/** Folding a single track would save no row. */
const FEWEST = 2;

export class CalmTracks {
  #own: ReadonlySet<number> = new Set();

  /** The tracks of `present` that are folded. `loads`: how busy each track is; `room`: lanes that fit, including the shared one. */
  folded(present: readonly number[], loads: Float64Array, room: number): number[] {
    const rank = (track: number) => loads[track] * (this.#own.has(track) ? KEEPS : 1);
    const least = CALM * present.reduce((most, track) => Math.max(most, loads[track]), 0);
    const busy = present.filter((track) => loads[track] > 0 && rank(track) >= least);
    const ranked = busy.toSorted((a, b) => rank(b) - rank(a) || a - b);
    const own = new Set(ranked.slice(0, Math.max(1, room - 1)));
    const folded = present.filter((track) => !own.has(track));
    this.#own = own;
    return folded.length < FEWEST ? [] : folded;
  }
}
