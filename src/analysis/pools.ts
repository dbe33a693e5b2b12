/** The pools that wrote a log: one for each server, or one after the other if the number of workers (or slots) changes. */
import type { Names, StreamFacts } from '../core/batch.ts';
import { indicesBelow } from '../core/columns.ts';
import type { ServerInference, ServerPart } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { type Moments, momentsBetween } from '../core/moments.ts';
import type { Estimate } from '../core/summary.ts';
import { type RequestTable, selectRows } from '../core/table.ts';
import { countText } from '../core/words.ts';
import { serverOfWorker } from './join-input.ts';
import { type PoolPart, rowsOfServers } from './several-servers.ts';
import type { Stretch } from './structure/changes.ts';
import { areUnlike, type Declared } from './structure/declared.ts';
import { evidenceOf } from './structure/full-stretch.ts';
import type { CountedWorker, Life } from './structure/lives.ts';
import {
  eventsOf,
  type Regime,
  type Regimes,
  regimeOfEach,
  regimesOf,
  regimesOfSlotLoss,
  reloadsOf,
  staying,
  workersOfRegimes,
  workersOfReloads,
} from './structure/regimes.ts';
import { slotLossIn } from './structure/slot-loss.ts';
import { inAll } from './structure/structure.ts';
import type { Trace } from './structure/trace.ts';
import { workersFrom } from './structure/workers-alive.ts';

/** The part of a log that belongs to one pool. */
interface PoolLog {
  readonly table: RequestTable;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly names: Names;
  readonly streams: readonly CountedStream[];
  readonly spans?: readonly CountedWorker[] | null;
  readonly workers?: Estimate | null;
  readonly slots?: Estimate | null;
}

export interface CountedStream {
  readonly facts: StreamFacts;
  readonly requests: number;
  /** By worker id: whether lines of this kind name the worker; missing: unknown. */
  readonly workers?: readonly boolean[];
}

export interface Pools {
  /** Empty if no names tell several servers apart. */
  readonly servers: readonly ServerPart[];
  /** In order of time. Empty if the pool stayed the same, or if there are several servers. */
  readonly regimes: readonly Regime[];
  /** Generations of the workers of one pool that was reloaded. Empty if it was not, or if there are several pools. */
  readonly reloads: readonly Regime[];
  /** One for each server or regime; empty for a single pool. */
  readonly parts: readonly PoolPart[];
  /** One for each generation of `reloads`, inferred on demand. */
  readonly generations: () => readonly PoolPart[];
  readonly inWords: string;
  /** Why the number of workers is not known for the whole time; null: it is known. */
  readonly doubt: string | null;
}

const onePool: Regimes = { regimes: [], doubtful: null };

/**
 * @param infer infers a part as if it were a log of its own
 * @param isThreads each worker may run several requests, up to a limit
 */
export function poolsOf<Log extends PoolLog>(
  log: Log,
  trace: Trace,
  lives: readonly Life[],
  infer: (part: Log) => ServerInference,
  isThreads: boolean,
): Pools {
  const nameOf = (worker: number) => log.names.workers.text(worker);
  const nameless = serverWithoutWorkers(log);
  const named =
    trace.hasWorkers || nameless ? rowsOfServers(log.table, trace.workerIds, nameOf, nameless !== null) : [];
  const told = nameless ? [...named, nameless] : named;
  // Lines of which none names a worker are a server of their own only beside a server with named workers.
  const servers = (told.length > 1 ? told : []).map(({ name, rows }): ServerPart => {
    const table = selectRows(log.table, rows);
    const lifecycle = eventsOfServer(log.lifecycle, log.table, { name, rows });
    return {
      name,
      rows,
      inference: infer({
        ...log,
        table,
        lifecycle,
        streams: streamsOf(log.streams, table),
        spans: spansOfServer(log, name),
      }),
    };
  });
  if (servers.length > 1) {
    return {
      servers,
      regimes: [],
      reloads: [],
      generations: () => [],
      parts: servers,
      inWords: `${servers.length} servers, each with a queue of its own`,
      doubt: null,
    };
  }
  // A part whose number of workers is known to be constant is not searched for changes again.
  const { regimes, doubtful } = log.workers ? onePool : changesIn(log.table, trace, lives, isThreads);
  const reloads = regimes.length > 1 ? [] : reloadsOf(lives);
  const nameOfLife = ({ id }: Life) => nameOf(id);
  const partsOf = (all: readonly Regime[]): PoolPart[] => {
    if (all.length === 0) return [];
    const isChange = staying(all);
    const regimeOf = regimeOfEach(all, trace.worker, trace.end);
    return all.map((one) => {
      const rows = trace.row.filter((_, k) => regimeOf[k] === one);
      const lifecycle = eventsOf(log.lifecycle, all, one, nameOfLife);
      return {
        rows,
        inference: infer({
          ...log,
          table: selectRows(log.table, rows),
          lifecycle,
          spans: log.spans ? one.lives : null,
          workers: isChange ? one.workers : null,
          slots: one.slots,
        }),
      };
    });
  };
  return {
    servers,
    regimes,
    reloads,
    parts: partsOf(regimes),
    generations: () => partsOf(reloads),
    doubt: doubtful && inDoubt(doubtful, momentsBetween(trace.end[0], trace.end[trace.length - 1])),
    inWords: `${regimes.length} pools one after the other, of ${sizesOf(regimes)}`,
  };
}

/**
 * If all lines of one kind of server name no worker, and all others do, those lines are a server of their own, named after their format.
 * null: there are no such lines.
 */
function serverWithoutWorkers({ table, streams }: PoolLog): Pick<ServerPart, 'name' | 'rows'> | null {
  const without = streams.filter(({ facts }) => !facts.fields.worker);
  const others = streams.filter(({ facts }) => facts.fields.worker);
  const isOne = new Set(without.map(({ facts }) => facts.format)).size === 1 && others.length > 0;
  if (!isOne || !others.every(({ facts }) => areUnlike(facts.format, without[0].facts.format))) return null;
  const rows = indicesBelow(table.length).filter((row) => table.worker[row] < 0);
  return rows.length > 0 ? { name: without[0].facts.format, rows } : null;
}

/** The kinds of lines that name the workers of these rows (or that name none, if the rows have none); all kinds if that is unknown. */
export function streamsOf<Stream extends CountedStream>(
  streams: readonly Stream[],
  { length, worker }: RequestTable,
): readonly Stream[] {
  const named = new Set(worker.subarray(0, length));
  const isNameless = named.size === 1 && named.has(-1);
  const own = streams.filter(({ facts, workers }) =>
    isNameless ? !facts.fields.worker : [...named].some((id) => workers?.[id] === true),
  );
  return own.length > 0 ? own : streams;
}

/**
 * The events of one of several servers: those that name its workers, and those that name no worker if their input has lines of no other
 * server.
 * @param requests of all servers
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

const spansOfServer = ({ spans, names }: PoolLog, name: string): readonly CountedWorker[] | null =>
  spans?.filter(({ id }) => serverOfWorker(names.workers.text(id)) === name) ?? null;

function changesIn(table: RequestTable, trace: Trace, lives: readonly Life[], isThreads: boolean): Regimes {
  const loss = isThreads && lives.length === 1 ? slotLossIn(trace) : null;
  return loss
    ? { regimes: regimesOfSlotLoss(loss, lives[0], trace), doubtful: null }
    : regimesOf(lives, evidenceOf(table, trace));
}

/** "2 and 6 workers", "4 and 3 slots". */
function sizesOf(regimes: readonly Regime[]): string {
  const slots = regimes.flatMap(({ slots }) => slots?.value ?? []);
  return slots.length > 0
    ? `${slots.join(' and ')} slots`
    : `${regimes.map(({ workers }) => workers.value).join(' and ')} workers`;
}

const inDoubt = ({ from, to, workers }: Stretch, { at }: Moments): string =>
  `whether ${countText(workers, 'worker')} ran between ${at(from)} and ${at(to)} UTC, or more of which the others had nothing to do, the log does not show`;

/** Workers of all servers together, of the regimes, or of the generations; else the pids that did not replace another one. */
export function workersOf({ servers, regimes, reloads }: Pools, lives: readonly Life[], declared: Declared): Estimate {
  if (servers.length > 1) return inAll(servers.map(({ inference }) => inference.workers));
  if (regimes.length > 1) return workersOfRegimes(regimes);
  return reloads.length > 1 && declared.workers === null
    ? workersOfReloads(reloads)
    : workersFrom(lives, declared.workers);
}

/** Number of workers started beyond those that ran at the same time. */
export function restartsOf({ value }: Estimate, { regimes }: Pools, started: number): number | null {
  const most = Math.max(value ?? 0, ...regimes.map(({ workers }) => workers.value ?? 0));
  return value === null ? null : Math.max(0, started - most);
}

/** Removes waits that are those of all servers together from one server's requests. */
export function withoutWaits<Log extends PoolLog>(input: Log): Log {
  const { table } = input;
  const streams = input.streams.map(({ facts: { waitsOfAll: _, ...facts }, ...stream }) => ({
    ...stream,
    facts: { ...facts, fields: { ...facts.fields, wait: false } },
  }));
  return { ...input, table: withoutMeasuredWaits(table), streams };
}

export const withoutMeasuredWaits = (table: RequestTable): RequestTable => ({
  ...table,
  measuredWait: table.measuredWait.map(() => Number.NaN),
});
