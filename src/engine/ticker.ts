/**
 * Turns requests into one tick per second of log time. Each request is counted in exactly one tick: that of its end, or the first still
 * open.
 */
import { endedAt, type Placement } from '../core/snapshot.ts';
import type { RequestTable } from '../core/table.ts';
import { isoInstant, MICROS_PER_SECOND } from '../core/time.ts';
import type { TickObject } from './stream-objects.ts';

class Second {
  requests = 0;
  errors = 0;
  busyMicros = 0;
  queueMicros = 0;
  readonly durations: number[] = [];
  readonly waits: number[] = [];
}

/** Limit on the seconds that one request covers with busy time: a longer one is an error in the log. */
const LONGEST_SECONDS = 3600;
const PUT_BACK_SECONDS = 5;

export class Ticker {
  readonly #seconds = new Map<number, Second>();
  /** Seconds before this one have been written. */
  #open = Number.NEGATIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;
  #knowsBusy = false;
  #knowsWait = false;
  /** Slots; null if unknown or unbounded. */
  capacity: number | null = null;

  /** End of the newest request, µs since 1970 UTC. */
  get newest(): number {
    return this.#newest;
  }

  add(
    requests: Pick<RequestTable, 'status'>,
    placement: Pick<Placement, 'start' | 'end' | 'wait'>,
    from: number,
    to: number,
  ): void {
    for (let row = from; row < to; row++) {
      const start = placement.start[row];
      const ended = endedAt(placement, row);
      const second = this.#second(ended);
      second.requests++;
      if (requests.status[row] >= 500) second.errors++;
      if (ended > this.#newest) this.#newest = ended;
      if (ended > start) {
        this.#knowsBusy = true;
        second.durations.push(ended - start);
        this.#cover(start, ended, 'busyMicros');
      }
      const wait = placement.wait[row];
      if (wait >= 0) {
        this.#knowsWait = true;
        second.waits.push(wait);
        if (wait > 0) this.#cover(start - wait, start, 'queueMicros');
      }
    }
  }

  /**
   * Ticks of all seconds that were over at `instant`, oldest first. `quiet`: seconds without a request since the last tick get a tick too.
   */
  until(instant: number, quiet: boolean): TickObject[] {
    if (!Number.isFinite(instant)) return [];
    const end = Math.floor(instant / MICROS_PER_SECOND);
    if (end < this.#open - PUT_BACK_SECONDS) {
      // The clock was set back: open seconds are written with their own times, and counting starts again from here.
      const told = this.rest();
      this.#open = end;
      return told;
    }
    const due = [...this.#seconds.keys()].filter((second) => second < end && second >= this.#open);
    if (quiet && Number.isFinite(this.#open)) {
      // At most an hour of silence at once: the clock was set forward, or the machine slept.
      for (let second = Math.max(this.#open, end - 3600); second < end; second++) due.push(second);
    }
    const ticks = [...new Set(due)].sort((a, b) => a - b).map((second) => this.#tick(second));
    if (end > this.#open) this.#open = end;
    for (const second of this.#seconds.keys()) if (second < end) this.#seconds.delete(second);
    return quiet ? ticks : ticks.filter((tick) => tick.requests > 0 || (tick.busy ?? 0) > 0);
  }

  /** The remaining ticks, including that of the present second. */
  rest(): TickObject[] {
    let last = Number.NEGATIVE_INFINITY;
    for (const [second, { requests }] of this.#seconds) if (requests > 0 && second > last) last = second;
    return this.until(Math.max(last + 1, this.#open) * MICROS_PER_SECOND, false);
  }

  #second(instant: number): Second {
    const known = Number.isFinite(instant) ? Math.floor(instant / MICROS_PER_SECOND) : this.#open;
    return this.#at(Math.max(known, this.#open, Number.MIN_SAFE_INTEGER));
  }

  #at(number: number): Second {
    let second = this.#seconds.get(number);
    if (!second) {
      second = new Second();
      this.#seconds.set(number, second);
    }
    return second;
  }

  #cover(from: number, to: number, field: 'busyMicros' | 'queueMicros'): void {
    const last = Math.floor(to / MICROS_PER_SECOND);
    const first = Math.max(Math.floor(from / MICROS_PER_SECOND), this.#open, last - LONGEST_SECONDS);
    for (let number = first; number <= last; number++) {
      const inside = Math.min(to, (number + 1) * MICROS_PER_SECOND) - Math.max(from, number * MICROS_PER_SECOND);
      if (inside > 0) this.#at(number)[field] += inside;
    }
  }

  #tick(number: number): TickObject {
    const second = this.#seconds.get(number) ?? new Second();
    const share = (micros: number) => Math.round((micros / MICROS_PER_SECOND) * 1000) / 1000;
    return {
      type: 'tick',
      at: isoInstant(number * MICROS_PER_SECOND) as string,
      requests: second.requests,
      errors: second.errors,
      rate: second.requests,
      // Coarse stamps may put more requests into a second than there are slots, which the pool cannot have run.
      busy: this.#knowsBusy ? Math.min(share(second.busyMicros), this.capacity ?? Number.POSITIVE_INFINITY) : null,
      capacity: this.capacity,
      queue: this.#knowsWait ? share(second.queueMicros) : null,
      service_time: { p50: quantile(second.durations, 0.5), p95: quantile(second.durations, 0.95) },
      wait: { p95: quantile(second.waits, 0.95) },
    };
  }
}

/** The quantile, in seconds, of values in µs (rank ceil(q n)); null if there are none. */
function quantile(values: number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return Math.round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]) / MICROS_PER_SECOND;
}
