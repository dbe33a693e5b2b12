/** What a live view holds: the newest requests as rows, earlier ones as sums, and the lifecycle events of the servers. */
import type { Names, RequestBatch } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Past } from '../core/snapshot.ts';
import { BatchNormaliser, instantOf } from '../core/table.ts';
import { History } from './history.ts';
import { InputServers } from './input-servers.ts';
import { RowStore } from './row-store.ts';

/** Rows to hold at most, about 40 MB; if there are more, only KEPT_ROWS are kept. */
const MOST_ROWS = 200_000;
const KEPT_ROWS = 160_000;
const MOST_EVENTS = 5000;

export class HeldRequests {
  readonly rows = new RowStore();
  readonly #normaliser = new BatchNormaliser();
  readonly #history = new History();
  readonly #servers: InputServers;
  #past: Past | null = null;
  #lifecycle: readonly LifecycleEvent[] = [];

  /** `pathOf` returns the path of an input. */
  constructor(names: Names, pathOf: (source: number) => string) {
    this.#servers = new InputServers(names, pathOf);
  }

  /** Returns the newest instant of the batch, µs; NaN: none of its lines has one. */
  add(batch: RequestBatch): number {
    const rows = this.#normaliser.rowsOf(batch);
    for (const source of this.#servers.look(rows)) {
      this.rows.rename(source, (worker, offset) => this.#servers.named.workerOf(source, worker, offset));
      this.#lifecycle = this.#lifecycle.map((event) => this.#servers.named.ofEvent(event));
    }
    this.rows.add(this.#servers.named.ofRows(rows), batch.facts);
    let newest = Number.NaN;
    for (let row = 0; row < rows.length; row++) {
      const instant = instantOf(rows, row);
      if (!(instant <= newest)) newest = instant;
    }
    return newest;
  }

  /** Forgets the rows of an input: they come again, read differently. */
  withdraw(source: number): void {
    this.rows.withdraw(source);
    this.#servers.forget(source);
  }

  /** Returns the event with its worker named as in the rows. */
  addEvent(read: LifecycleEvent): LifecycleEvent {
    const event = this.#servers.named.ofEvent(read);
    this.#lifecycle = [...this.#lifecycle.slice(-MOST_EVENTS), event];
    return event;
  }

  /** The newest events; a new array whenever there are new ones. */
  get lifecycle(): readonly LifecycleEvent[] {
    return this.#lifecycle;
  }

  /** If there are too many rows, the oldest become sums. */
  forgetOld(): void {
    if (this.rows.length <= MOST_ROWS) return;
    const count = this.rows.length - KEPT_ROWS;
    const { requests, placement } = this.rows.dropFirst(count);
    this.#history.add(requests, placement);
    this.#past = this.#history.past(instantOf(requests, count - 1));
  }

  /** Sums of the forgotten requests; null: nothing was forgotten. */
  get past(): Past | null {
    return this.#past;
  }
}
