/** The requests that a live view holds: the newest ones as rows, those before them as sums. */
import type { RequestBatch } from '../core/batch.ts';
import type { Past } from '../core/snapshot.ts';
import { BatchNormaliser, instantOf } from '../core/table.ts';
import { History } from './history.ts';
import { RowStore } from './row-store.ts';

/** Rows held: about 40 MB. When there are more, so many stay. */
const MOST_ROWS = 200_000;
const KEPT_ROWS = 160_000;

export class HeldRequests {
  readonly rows = new RowStore();
  readonly #normaliser = new BatchNormaliser();
  readonly #history = new History();
  #past: Past | null = null;

  /** Returns the newest instant of the batch, µs; NaN: none of its lines has one. */
  add(batch: RequestBatch): number {
    const rows = this.#normaliser.rowsOf(batch);
    this.rows.add(rows, batch.facts);
    let newest = Number.NaN;
    for (let row = 0; row < rows.length; row++) {
      const instant = instantOf(rows, row);
      if (!(instant <= newest)) newest = instant;
    }
    return newest;
  }

  /** When there are too many rows the oldest become sums. */
  forgetOld(): void {
    if (this.rows.length <= MOST_ROWS) return;
    const count = this.rows.length - KEPT_ROWS;
    const { requests, placement } = this.rows.dropFirst(count);
    this.#history.add(requests, placement);
    this.#past = this.#history.past(instantOf(requests, count - 1));
  }

  /** null: nothing was forgotten. */
  get past(): Past | null {
    return this.#past;
  }
}
