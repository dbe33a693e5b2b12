/**
 * Which of several logs that are read side by side are those of other servers: the same process id is at work in two logs at
 * once (containers count their processes alike), or they have none in common. The workers of such a log bear the name of its file.
 */
import { serverOfInput, type WorkerSpan, wereAtOnce } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import { instantOf, type RequestTable } from '../core/table.ts';
import { NamedServers } from './named-servers.ts';

/** Instants of the lines of an input, by the id of the worker as its lines name it, µs since 1970 UTC; holes where there is none. */
interface Spans {
  readonly first: number[];
  readonly last: number[];
  /** Of all of them. */
  readonly all: { first: number; last: number };
  /** Those workers. Which inputs share one is asked of them: of thousands of logs there are millions of pairs. */
  readonly workers: number[];
}

export class InputServers {
  /** Inputs that turned out to be logs of other servers. */
  readonly named: NamedServers;
  readonly #pathOf: (source: number) => string;
  /** By input. */
  readonly #spans: Spans[] = [];

  constructor(names: Names, pathOf: (source: number) => string) {
    this.named = new NamedServers(names);
    this.#pathOf = pathOf;
  }

  /** Looks at rows of one input as they were read. Returns inputs that turn out to be logs of other servers with them. */
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
