/**
 * On which slot of its worker a request is drawn before it has been inferred: of the slots free at its start, the one that became free
 * last.
 */
export class FreeSlots {
  /** End of the last request on each slot, per worker, µs since 1970 UTC. */
  readonly #ends = new Map<number, number[]>();
  /** Largest number of slots per worker. */
  limit = 64;

  take(worker: number, start: number, end: number): number {
    let ends = this.#ends.get(worker);
    if (!ends) {
      ends = [];
      this.#ends.set(worker, ends);
    }
    if (!(start <= end)) return 0;
    let best = -1;
    let earliest = 0;
    for (let slot = 0; slot < ends.length; slot++) {
      if (ends[slot] <= start && (best < 0 || ends[slot] > ends[best])) best = slot;
      if (ends[slot] < ends[earliest]) earliest = slot;
    }
    if (best < 0) best = ends.length < this.limit ? ends.length : earliest;
    ends[best] = end;
    return best;
  }
}
