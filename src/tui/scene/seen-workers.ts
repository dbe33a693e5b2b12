/** What the rows alone say of their workers: from when to when each was seen. Rows that are added are looked at once. */
import { begunAt, endedAt, type Snapshot } from '../../core/snapshot.ts';

export interface SeenWorker {
  /** The input of its first row. */
  readonly source: number;
  readonly slots: number;
  /** µs since 1970 UTC: as far as its rows reach; infinite where it may have gone on before or after what is held. */
  readonly from: number;
  readonly to: number;
}

/** A worker that was silent for this long at the edge of a saved log's window is taken to have come or gone there, µs. */
const SILENT_MICROS = 5e6;

type Picture = Pick<Snapshot, 'requests' | 'placement' | 'revision' | 'mode'>;

export class SeenWorkers {
  #workers = new Map<number, { source: number; slots: number; from: number; to: number }>();
  #begun = Number.POSITIVE_INFINITY;
  #ended = Number.NEGATIVE_INFINITY;
  #table: object | null = null;
  #first = 0;
  /** Rows looked at so far. */
  #counted = 0;

  update({ requests, placement, revision, mode }: Picture): Map<number, SeenWorker> {
    // Of rows that were forgotten, and of a saved log that was examined, nothing may be left.
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
        // Of a live log nobody knows whether a silent worker is gone.
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
