/**
 * Which of several logs read side by side come from different servers: the same process id works in two logs at once (containers number
 * their processes alike), or the logs overlap in time without a common process id. The workers of such a log get the name of its file as a
 * prefix.
 */
import { serverOfInput, type WorkerSpan, wereAtOnce } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import { instantOf, type RequestTable } from '../core/table.ts';
import { NamedServers } from './named-servers.ts';

/** First and last line of each worker of an input (µs since 1970 UTC), indexed by the worker's id in its lines; with holes. */
interface Spans {
  readonly first: number[];
  readonly last: number[];
  /** Over all workers. */
  readonly all: { first: number; last: number };
  /** Ids of these workers. Common ones are looked up by worker: thousands of logs would make millions of pairs. */
  readonly workers: number[];
}

export class InputServers {
  /** Inputs that turned out to come from another server. */
  readonly named: NamedServers;
  readonly #pathOf: (source: number) => string;
  /** By input. */
  readonly #spans: Spans[] = [];

  constructor(names: Names, pathOf: (source: number) => string) {
    this.named = new NamedServers(names);
    this.#pathOf = pathOf;
  }

  /** Looks at rows of one input as they were read. Returns the inputs that now turn out to come from another server. */
  look(rows: RequestTable): number[] {
    if (rows.length === 0) return [];
    const source = rows.source[0];
    const { first, last, all, workers } = (this.#spans[source] ??= {
      first: [],
      last: [],
      all: { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
      workers: [],
    });
    for (let row = 0; row < rows.length; row++) {
      const worker = rows.worker[row];
      const instant = instantOf(rows, row);
      if (worker < 0 || !(instant === instant)) continue;
      if (first[worker] === undefined) workers.push(worker);
      if (!(first[worker] <= instant)) first[worker] = instant;
      if (!(last[worker] >= instant)) last[worker] = instant;
      if (instant < all.first) all.first = instant;
      if (instant > all.last) all.last = instant;
    }
    // Most logs are followed alone.
    if (this.#spans.length === 1 || this.named.has(source)) return [];
    const touched = new Set(rows.worker.subarray(0, rows.length));
    touched.delete(-1);
    const found = new Set<number>();
    this.#spans.forEach((_, other) => {
      if (other === source || this.named.has(other)) return;
      if (this.#areTwo([...touched], source, other)) found.add(Math.max(source, other));
    });
    for (const one of found) this.#part(one);
    return [...found];
  }

  /** The rows of this input were withdrawn. */
  forget(source: number): void {
    delete this.#spans[source];
  }

  #areTwo(touched: readonly number[], source: number, other: number): boolean {
    const [mine, theirs] = [this.#spans[source], this.#spans[other]];
    const spanIn = ({ first, last }: Spans, worker: number): WorkerSpan => ({
      first: first[worker],
      last: last[worker],
    });
    const akin = touched.filter((worker) => theirs.first[worker] !== undefined);
    const areAkin = akin.length > 0 || mine.workers.some((worker) => theirs.first[worker] !== undefined);
    return areAkin
      ? akin.some((worker) => wereAtOnce(spanIn(mine, worker), spanIn(theirs, worker)))
      : wereAtOnce(mine.all, theirs.all);
  }

  #part(source: number): void {
    const before = Array.from({ length: source }, (_, i) => this.#pathOf(i));
    this.named.add(source, serverOfInput(this.#pathOf(source), before));
  }
}
