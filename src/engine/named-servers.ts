/** Workers of logs that are those of other servers, under the names they bear among those of several servers. */
import { workerOn } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { RequestTable } from '../core/table.ts';

/** A log in an input, from a byte of it on. */
interface NamedLog {
  readonly from: number;
  /** null: its workers are called as its lines call them. */
  readonly server: string | null;
  /** Ids by those that its lines have. */
  readonly workers: number[];
}

export class NamedServers {
  readonly #names: Names;
  /** By input, in the order of their lines. */
  readonly #logs = new Map<number, NamedLog[]>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** @param from bytes, behind those of the logs of the input that were added */
  add(source: number, server: string | null, from = 0): void {
    const log = { from, server, workers: [] };
    const logs = this.#logs.get(source);
    if (logs) logs.push(log);
    else this.#logs.set(source, [log]);
  }

  has(source: number): boolean {
    return this.#logs.has(source);
  }

  /** The id of a worker that a line of an input, at an offset, names. */
  workerOf(source: number, worker: number, offset: number): number {
    const log = this.#logOf(source, offset);
    if (!log || log.server === null || worker < 0) return worker;
    const { workers } = this.#names;
    return (log.workers[worker] ??= workers.add(workerOn(log.server, workers.text(worker))));
  }

  #logOf(source: number, offset: number): NamedLog | undefined {
    return this.#logs.get(source)?.findLast(({ from }) => from <= offset);
  }

  ofEvent(event: LifecycleEvent): LifecycleEvent {
    const server = this.#logOf(event.source, event.offset)?.server ?? null;
    return server === null || event.worker === null ? event : { ...event, worker: workerOn(server, event.worker) };
  }

  /** Rows of one input. */
  ofRows(rows: RequestTable): RequestTable {
    if (rows.length === 0 || !this.has(rows.source[0])) return rows;
    const worker = Int32Array.from({ length: rows.length }, (_, row) =>
      this.workerOf(rows.source[row], rows.worker[row], rows.offset[row]),
    );
    return { ...rows, worker };
  }
}
