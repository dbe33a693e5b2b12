/** Which workers have a lane of their own where calm ones share one: the busiest, as many as fit. */

/** A worker that is busy for less than this share of what the busiest is, is calm. */
const CALM = 0.2;
/** Who has a lane keeps it until others are this many times as busy: lanes would jump. */
const KEEPS = 1.5;
/** One alone saves no row. */
const FEWEST = 2;

export class CalmTracks {
  #own: ReadonlySet<number> = new Set();

  /** Of the tracks on the screen those that are folded. `loads`: how busy each track is; `room`: lanes that fit, the shared one included. */
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
