/** Renames the workers of logs that come from different servers. */
import { workerOn } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { RequestTable } from '../core/table.ts';

/** A log within an input, from a byte on. */
interface NamedLog {
  readonly from: number;
  /** null: its workers keep the names of its lines. */
  readonly server: string | null;
  /** New ids, indexed by the ids in its lines. */
  readonly workers: number[];
}

export class NamedServers {
  readonly #names: Names;
  /** By input; its logs in the order of their lines. */
  readonly #logs = new Map<number, NamedLog[]>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** @param from byte at which the log begins; logs of an input must be added in order */
  add(source: number, server: string | null, from = 0): void {
    const log = { from, server, workers: [] };
    const logs = this.#logs.get(source);
    if (logs) logs.push(log);
    else this.#logs.set(source, [log]);
  }

  has(source: number): boolean {
    return this.#logs.has(source);
  }

  /** The id of the worker that a line names, given its input and offset. */
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

  /** Renames the workers of rows of one input. */
  ofRows(rows: RequestTable): RequestTable {
    if (rows.length === 0 || !this.has(rows.source[0])) return rows;
    const worker = Int32Array.from({ length: rows.length }, (_, row) =>
      this.workerOf(rows.source[row], rows.worker[row], rows.offset[row]),
    );
    return { ...rows, worker };
  }
}
