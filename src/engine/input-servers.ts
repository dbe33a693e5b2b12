/**
 * Which of several logs that are read side by side are those of other servers: the same process id is at work in two logs at
 * once (containers count their processes alike), or they have none in common. The workers of such a log bear the name of its file.
 */
import { serverOfInput, type WorkerSpan, wereAtOnce, workerOn } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { instantOf, type RequestTable } from '../core/table.ts';

/** Instants of the lines of an input, by the id of the worker as its lines name it, µs since 1970 UTC; holes where there is none. */
interface Spans {
  readonly first: number[];
  readonly last: number[];
  /** Of all of them. */
  readonly all: { first: number; last: number };
  /** Inputs that have a worker of the same name. */
  readonly akin: Set<number>;
}

export class InputServers {
  readonly #names: Names;
  readonly #pathOf: (source: number) => string;
  /** By input. */
  readonly #spans: Spans[] = [];
  /** Of inputs that are logs of another server: its name, and the ids of its workers by those that the lines have. */
  readonly #others = new Map<number, { readonly server: string; readonly workers: number[] }>();

  constructor(names: Names, pathOf: (source: number) => string) {
    this.#names = names;
    this.#pathOf = pathOf;
  }

  /** Looks at rows of one input as they were read. Returns inputs that turn out to be logs of other servers with them. */
  look(rows: RequestTable): number[] {
    if (rows.length === 0) return [];
    const source = rows.source[0];
    const { first, last, all } = (this.#spans[source] ??= {
      first: [],
      last: [],
      all: { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
      akin: new Set(),
    });
    for (let row = 0; row < rows.length; row++) {
      const worker = rows.worker[row];
      const instant = instantOf(rows, row);
      if (worker < 0 || !(instant === instant)) continue;
      if (!(first[worker] <= instant)) first[worker] = instant;
      if (!(last[worker] >= instant)) last[worker] = instant;
      if (instant < all.first) all.first = instant;
      if (instant > all.last) all.last = instant;
    }
    // Most logs are followed alone.
    if (this.#spans.length === 1 || this.#others.has(source)) return [];
    const touched = new Set(rows.worker.subarray(0, rows.length));
    touched.delete(-1);
    const found = new Set<number>();
    this.#spans.forEach((_, other) => {
      if (other === source || this.#others.has(other)) return;
      if (this.#areTwo([...touched], source, other)) found.add(Math.max(source, other));
    });
    for (const one of found) this.#part(one);
    return [...found];
  }

  #areTwo(touched: readonly number[], source: number, other: number): boolean {
    const [mine, theirs] = [this.#spans[source], this.#spans[other]];
    const spanIn = ({ first, last }: Spans, worker: number): WorkerSpan => ({
      first: first[worker],
      last: last[worker],
    });
    const akin = touched.filter((worker) => theirs.first[worker] !== undefined);
    if (akin.length > 0) {
      mine.akin.add(other);
      theirs.akin.add(source);
    }
    return mine.akin.has(other)
      ? akin.some((worker) => wereAtOnce(spanIn(mine, worker), spanIn(theirs, worker)))
      : wereAtOnce(mine.all, theirs.all);
  }

  #part(source: number): void {
    const before = Array.from({ length: source }, (_, i) => this.#pathOf(i));
    this.#others.set(source, { server: serverOfInput(this.#pathOf(source), before), workers: [] });
  }

  /** The id of a worker that lines of an input name. */
  workerOf(source: number, worker: number): number {
    const other = this.#others.get(source);
    if (!other || worker < 0) return worker;
    const { workers } = this.#names;
    return (other.workers[worker] ??= workers.add(workerOn(other.server, workers.text(worker))));
  }

  /** An event with the name that its worker has among those of several servers. */
  ofEvent(event: LifecycleEvent): LifecycleEvent {
    const other = this.#others.get(event.source);
    return !other || event.worker === null ? event : { ...event, worker: workerOn(other.server, event.worker) };
  }

  /** Rows of one input, their workers as those of its server. */
  named(rows: RequestTable): RequestTable {
    if (rows.length === 0 || !this.#others.has(rows.source[0])) return rows;
    const worker = Int32Array.from({ length: rows.length }, (_, row) =>
      this.workerOf(rows.source[row], rows.worker[row]),
    );
    return { ...rows, worker };
  }
}
