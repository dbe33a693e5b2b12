/** Workers of logs that are those of other servers, under the names they bear among those of several servers. */
import { workerOn } from '../analysis/join-input.ts';
import type { Names } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { RequestTable } from '../core/table.ts';

export class NamedServers {
  readonly #names: Names;
  /** By input: the name of its server, and the ids of its workers by those that its lines have. */
  readonly #servers = new Map<number, { readonly server: string; readonly workers: number[] }>();

  constructor(names: Names) {
    this.#names = names;
  }

  add(source: number, server: string): void {
    this.#servers.set(source, { server, workers: [] });
  }

  has(source: number): boolean {
    return this.#servers.has(source);
  }

  /** The id of a worker that lines of an input name. */
  workerOf(source: number, worker: number): number {
    const named = this.#servers.get(source);
    if (!named || worker < 0) return worker;
    const { workers } = this.#names;
    return (named.workers[worker] ??= workers.add(workerOn(named.server, workers.text(worker))));
  }

  ofEvent(event: LifecycleEvent): LifecycleEvent {
    const named = this.#servers.get(event.source);
    return !named || event.worker === null ? event : { ...event, worker: workerOn(named.server, event.worker) };
  }

  /** Rows of one input. */
  ofRows(rows: RequestTable): RequestTable {
    if (rows.length === 0 || !this.has(rows.source[0])) return rows;
    const worker = Int32Array.from({ length: rows.length }, (_, row) =>
      this.workerOf(rows.source[row], rows.worker[row]),
    );
    return { ...rows, worker };
  }
}
