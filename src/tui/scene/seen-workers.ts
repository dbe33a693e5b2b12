/** What the rows alone show about their workers: from when to when each was seen. Added rows are looked at only once. */
import { begunAt, endedAt, type Snapshot } from '../../core/snapshot.ts';

export interface SeenWorker {
  /** The input of its first row. */
  readonly source: number;
  readonly slots: number;
  /** First and last sight, µs since 1970 UTC; infinite if the worker may have been there before or after the held rows. */
  readonly from: number;
  readonly to: number;
}

/** µs: a worker that is silent for this long at the edge of a saved log's window is assumed to have begun or ended there. */
const SILENT_MICROS = 5e6;

type Picture = Pick<Snapshot, 'requests' | 'placement' | 'revision' | 'mode'>;

export class SeenWorkers {
  #workers = new Map<number, { source: number; slots: number; from: number; to: number }>();
  #begun = Number.POSITIVE_INFINITY;
  #ended = Number.NEGATIVE_INFINITY;
  #table: object | null = null;
  #first = 0;
  /** Rows counted so far. */
  #counted = 0;

  update({ requests, placement, revision, mode }: Picture): Map<number, SeenWorker> {
    // Starts again when rows were forgotten, and with every picture of a saved log (which may have been examined since).
    const goesOn = mode === 'tail' && revision.table === this.#table && revision.first === this.#first;
    if (!goesOn || requests.length < this.#counted) {
      this.#workers.clear();
      this.#begun = Number.POSITIVE_INFINITY;
      this.#ended = Number.NEGATIVE_INFINITY;
      this.#table = revision.table;
      this.#first = revision.first;
      this.#counted = 0;
    }
    this.#add({ requests, placement }, this.#counted);
    this.#counted = requests.length;
    const seen = new Map<number, SeenWorker>();
    for (const [worker, one] of this.#workers) {
      seen.set(worker, {
        ...one,
        from: one.from > this.#begun + SILENT_MICROS ? one.from : Number.NEGATIVE_INFINITY,
        // In a live log a silent worker may still be there.
        to: mode === 'replay' && one.to < this.#ended - SILENT_MICROS ? one.to : Number.POSITIVE_INFINITY,
      });
    }
    return seen;
  }

  #add({ requests, placement }: Pick<Picture, 'requests' | 'placement'>, first: number): void {
    const { worker, source, length } = requests;
    for (let row = first; row < length; row++) {
      const id = worker[row];
      const to = endedAt(placement, row);
      const from = begunAt(placement, row);
      if (from < this.#begun) this.#begun = from;
      if (to > this.#ended) this.#ended = to;
      if (id < 0) continue;
      let one = this.#workers.get(id);
      if (!one) {
        one = { source: source[row], slots: 1, from, to };
        this.#workers.set(id, one);
      }
      if (from < one.from) one.from = from;
      if (to > one.to) one.to = to;
      if (placement.slot[row] >= one.slots) one.slots = placement.slot[row] + 1;
    }
  }
}
