/** The pools that wrote a log: one of each server, or one after the other where the number of workers changes. */
import type { Names, StreamFacts } from '../core/batch.ts';
import type { ServerInference, ServerPart } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type RequestTable, selectRows } from '../core/table.ts';
import { serverOfWorker } from './join-input.ts';
import { type PoolPart, rowsOfServers } from './several-servers.ts';
import type { Life } from './structure/lives.ts';
import { eventsOf, type Regime, regimesOf, reloadsOf } from './structure/regimes.ts';
import type { Trace } from './structure/trace.ts';

/** What of a log belongs to one pool. */
interface PoolLog {
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  readonly streams: readonly CountedStream[];
}

export interface CountedStream {
  readonly facts: StreamFacts;
  readonly requests: number;
  /** By id of the worker: lines of this kind name it; missing: not known. */
  readonly workers?: readonly boolean[];
}

export interface Pools {
  /** Empty where no names tell several apart. */
  readonly servers: readonly ServerPart[];
  /** In order of time; empty where the pool stayed the same, and where there are several servers. */
  readonly regimes: readonly Regime[];
  /** Generations of the workers of one pool that was reloaded; empty where it was not, and where there are several pools. */
  readonly reloads: readonly Regime[];
  /** One of each server or regime; empty where there is one pool. */
  readonly parts: readonly PoolPart[];
  /** One of each generation of `reloads`, each inferred when asked. */
  readonly generations: () => readonly PoolPart[];
  readonly inWords: string;
}

/** @param infer asked about each part as if it were a log of its own */
export function poolsOf<Log extends PoolLog>(
  log: Log,
  trace: Trace,
  lives: readonly Life[],
  infer: (part: Log) => ServerInference,
): Pools {
  const nameOf = (worker: number) => log.names.workers.text(worker);
  const rowsOfEach = trace.hasWorkers ? rowsOfServers(log.table, trace.workerIds, nameOf) : [];
  const servers = rowsOfEach.map(({ name, rows }): ServerPart => {
    const table = selectRows(log.table, rows);
    const lifecycle = eventsOfServer(log.lifecycle, log.table, { name, rows });
    return { name, rows, inference: infer({ ...log, table, lifecycle, streams: streamsOf(log.streams, table) }) };
  });
  if (servers.length > 1) {
    return {
      servers,
      regimes: [],
      reloads: [],
      generations: () => [],
      parts: servers,
      inWords: `${servers.length} servers, each with a queue of its own`,
    };
  }
  const regimes = regimesOf(lives);
  const reloads = regimes.length > 1 ? [] : reloadsOf(lives);
  const nameOfLife = ({ worker }: Life) => nameOf(trace.workerIds[worker]);
  const partsOf = (all: readonly Regime[]): PoolPart[] =>
    all.map((one) => {
      const rows = rowsOfRegime(log.table, trace, one);
      const lifecycle = eventsOf(log.lifecycle, all, one, nameOfLife);
      return { rows, inference: infer({ ...log, table: selectRows(log.table, rows), lifecycle }) };
    });
  return {
    servers,
    regimes,
    reloads,
    parts: partsOf(regimes),
    generations: () => partsOf(reloads),
    inWords: `${regimes.length} pools one after the other, of ${regimes.map(({ workers }) => workers.value).join(' and ')} workers`,
  };
}

/** The kinds of lines that name the workers of these rows; all, where that is not known. */
export function streamsOf<Stream extends CountedStream>(
  streams: readonly Stream[],
  { length, worker }: RequestTable,
): readonly Stream[] {
  const named = new Set(worker.subarray(0, length));
  const own = streams.filter(({ workers }) => [...named].some((id) => workers?.[id] === true));
  return own.length > 0 ? own : streams;
}

/**
 * What one of several servers says of itself: of its own workers, and of no worker where its lines are alone in their input. `requests`:
 * of all servers.
 */
export function eventsOfServer(
  lifecycle: readonly LifecycleEvent[],
  requests: RequestTable,
  { name, rows }: Pick<ServerPart, 'name' | 'rows'>,
): LifecycleEvent[] {
  const own = new Map<number, number>();
  for (const row of rows) own.set(requests.source[row], (own.get(requests.source[row]) ?? 0) + 1);
  const all = new Map<number, number>();
  for (let row = 0; row < requests.length; row++) {
    const source = requests.source[row];
    if (own.has(source)) all.set(source, (all.get(source) ?? 0) + 1);
  }
  return lifecycle.filter(({ source, worker }) =>
    worker !== null && serverOfWorker(worker) !== ''
      ? serverOfWorker(worker) === name
      : own.has(source) && (worker !== null ? name === '' : own.get(source) === all.get(source)),
  );
}

function rowsOfRegime(table: RequestTable, trace: Trace, { lives }: Regime): Int32Array {
  const ids = new Set(lives.map(({ worker }) => trace.workerIds[worker]));
  return Int32Array.from(table.worker.keys()).filter((row) => ids.has(table.worker[row]));
}
