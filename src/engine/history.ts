/** Sums over requests that a live view no longer holds: the last hour in steps of a quarter of a second, per worker too. */
import { endedAt, type Past, type Placement } from '../core/snapshot.ts';
import type { RequestTable } from '../core/table.ts';

const STEP_MICROS = 250_000;
/** One hour. */
const STEPS = 14_400;
/** Largest number of workers with sums of their own; a server that recycles often has many. */
const MAX_WORKERS = 64;

class Ring {
  readonly values = new Float64Array(STEPS);

  clear(step: number): void {
    this.values[step % STEPS] = 0;
  }
}

export class History {
  readonly #requests = new Ring();
  readonly #errors = new Ring();
  readonly #busy = new Ring();
  readonly #workers = new Map<number, Ring>();
  /** First and last step in use, in units of STEP_MICROS since 1970. */
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** Adds requests that are being forgotten, by where they were drawn. */
  add({ status, worker, length }: RequestTable, placement: Placement): void {
    const { start } = placement;
    for (let row = 0; row < length; row++) {
      const ended = endedAt(placement, row);
      if (!(ended === ended)) continue;
      const step = Math.floor(ended / STEP_MICROS);
      this.#reach(step);
      if (step <= this.#last - STEPS) continue;
      if (step < this.#first) this.#first = step;
      this.#requests.values[step % STEPS]++;
      if (status[row] >= 500) this.#errors.values[step % STEPS]++;
      if (start[row] < ended) this.#addBusy(start[row], ended, worker[row]);
    }
  }

  /** The sums, for a picture whose requests begin at `until` (µs since 1970 UTC). null: nothing was forgotten. */
  past(until: number): Past | null {
    if (!(this.#first <= this.#last)) return null;
    const from = Math.max(this.#first, this.#last - STEPS + 1);
    const count = this.#last - from + 1;
    const line = ({ values }: Ring) => Float64Array.from({ length: count }, (_, i) => values[(from + i) % STEPS]);
    return {
      from: from * STEP_MICROS,
      until,
      stepMicros: STEP_MICROS,
      requests: line(this.#requests),
      errors: line(this.#errors),
      busyMicros: line(this.#busy),
      workers: new Map([...this.#workers].map(([worker, ring]) => [worker, line(ring)])),
    };
  }

  /** Extends the range to this step; it overwrites the steps of an hour before. */
  #reach(step: number): void {
    if (step <= this.#last) return;
    const from = Number.isFinite(this.#last) ? Math.max(this.#last + 1, step - STEPS + 1) : step;
    for (let at = from; at <= step; at++) {
      this.#requests.clear(at);
      this.#errors.clear(at);
      this.#busy.clear(at);
      for (const ring of this.#workers.values()) ring.clear(at);
    }
    this.#last = step;
  }

  #addBusy(start: number, end: number, worker: number): void {
    const own = this.#ringOf(worker);
    const last = Math.floor(end / STEP_MICROS);
    for (let step = Math.max(Math.floor(start / STEP_MICROS), this.#last - STEPS + 1); step <= last; step++) {
      const inside = Math.min(end, (step + 1) * STEP_MICROS) - Math.max(start, step * STEP_MICROS);
      this.#busy.values[step % STEPS] += inside;
      if (own) own.values[step % STEPS] += inside;
    }
  }

  #ringOf(worker: number): Ring | null {
    if (worker < 0) return null;
    const known = this.#workers.get(worker);
    if (known) return known;
    if (this.#workers.size >= MAX_WORKERS) return null;
    const fresh = new Ring();
    this.#workers.set(worker, fresh);
    return fresh;
  }
}
