/** The pools that wrote a log: one of each server, or one after the other where the number of workers changes. */
import type { Names } from '../core/batch.ts';
import type { ServerInference, ServerPart } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type RequestTable, selectRows } from '../core/table.ts';
import { type PoolPart, rowsOfServers } from './several-servers.ts';
import type { Life } from './structure/lives.ts';
import { eventsOf, type Regime, regimesOf, reloadsOf } from './structure/regimes.ts';
import type { Trace } from './structure/trace.ts';

/** What of a log belongs to one pool. */
interface PoolLog {
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
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
    const sources = new Set(table.source);
    const lifecycle = log.lifecycle.filter(({ source }) => sources.has(source));
    return { name, rows, inference: infer({ ...log, table, lifecycle }) };
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

function rowsOfRegime(table: RequestTable, trace: Trace, { lives }: Regime): Int32Array {
  const ids = new Set(lives.map(({ worker }) => trace.workerIds[worker]));
  return Int32Array.from(table.worker.keys()).filter((row) => ids.has(table.worker[row]));
}
