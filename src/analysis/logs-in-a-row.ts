/**
 * Logs that stand one after another in one input: those of several servers, written at the same time (`kubectl logs -l app=shop`, `cat
 * pod-*.log`), or the parts of one log in the wrong order (`cat access.log access.log.1`). Read as one log, its clock seems to be set back.
 *
 * After a real step back of the clock, the same server goes on: by an hour in autumn, else by less than the log is long, and the place of
 * the step says nothing about where the log ends.
 */
import { clockSteps } from '../core/clock-steps.ts';
import { instantOf, type RequestTable, sliceRows } from '../core/table.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';
import { isByOffset } from './line-order.ts';
import { Partial } from './partial.ts';

/** If both logs cover the same time, time steps back between them by at least this share of the first one's length. */
const FROM_THE_BEGINNING = 0.8;
/** If both were read at the same moment, their ends differ by at most this share of the time that both cover. */
const SAME_END = 0.02;
/** µs: clocks are set back by an hour for winter time, and the first line after that may be so late. */
const WINTER_TIME = 60 * MICROS_PER_MINUTE;
const FIRST_LINE = 30_000_000;
/** µs by which lines may be out of order where two parts of one log meet. */
const DISORDER = 5_000_000;

interface Stretch {
  /** Rows of the table. */
  readonly from: number;
  readonly to: number;
  /** µs since 1970 UTC. */
  readonly first: number;
  readonly last: number;
  readonly workers: ReadonlySet<number>;
}

export interface LogsInARow {
  /** In the order of their lines, with the byte at which each begins. All but the first carry it in `retained.beginnings`, too. */
  readonly logs: readonly { readonly log: Partial; readonly from: number }[];
  /** What is assumed, in a sentence. */
  readonly sentence: string;
}

/** Name of the k-th log (from 0) in an input. */
export const pathOfLog = (path: string, k: number): string => (k === 0 ? path : `${path} (${k + 1})`);

/** The logs of one input all of whose rows are kept; null: it is one log, or too little is kept to tell. */
export function logsInARow(partial: Partial): LogsInARow | null {
  const { retained, lifecycle, lifecycleCount } = partial;
  const streams = partial.streams.filter(({ requests }) => requests > 0);
  if (!retained.complete || streams.length !== 1 || lifecycle.length < lifecycleCount) return null;
  const table = retained.table();
  const row = placesInARow(table);
  if (!row) return null;
  const begins = row.begins.map((from, k) => (k === 0 ? 0 : table.offset[from]));
  const logs = row.begins.map((from, k) => {
    const log = new Partial(partial.names, retained.retention);
    log.rows(sliceRows(table, from, row.begins[k + 1] ?? table.length), streams[0].facts);
    const end = begins[k + 1] ?? Number.POSITIVE_INFINITY;
    for (const event of lifecycle) if (event.offset >= begins[k] && event.offset < end) log.event(event);
    return { log, from: begins[k] };
  });
  return inARow(logs, row.relations, table.source[0]);
}

/**
 * @param source number of the input
 * @param relations what each log but the first is to the one before it
 */
export function inARow(logs: LogsInARow['logs'], relations: readonly Relation[], source: number): LogsInARow {
  logs.forEach(({ log, from }, k) => {
    if (k > 0) log.retained.begin({ source, offset: from });
  });
  const sentence = relations.includes('servers')
    ? `${logs.length} logs of the same time stand in it, one behind another: each is taken as that of a server of its own`
    : `its ${logs.length} parts stand in the wrong order: they are read in the order of time`;
  return { logs, sentence };
}

/** What a log is to the one before it. */
type Relation = 'servers' | 'parts' | 'clock';

export interface PlacesInARow {
  /** First row of each log. */
  readonly begins: readonly number[];
  /** What each log but the first is to the one before it. */
  readonly relations: readonly Relation[];
}

/** Where logs begin in the rows of one input, which are in the order of its lines; null: it is one log. */
export function placesInARow(table: RequestTable): PlacesInARow | null {
  const steps = clockSteps(table);
  if (steps.length === 0 || !isByOffset(table, table.source[0])) return null;
  const begins = [0, ...steps.map(({ row }) => row)];
  const stretches = begins.map((from, k) => stretchOf(table, from, begins[k + 1] ?? table.length));
  const relations = stretches.slice(1).map((stretch, k) => relationOf(stretches[k], stretch));
  return relations.includes('clock') ? null : { begins, relations };
}

function stretchOf(table: RequestTable, from: number, to: number): Stretch {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const workers = new Set<number>();
  for (let row = from; row < to; row++) {
    const instant = instantOf(table, row);
    if (instant < first) first = instant;
    if (instant > last) last = instant;
    if (table.worker[row] >= 0) workers.add(table.worker[row]);
  }
  return { from, to, first, last, workers };
}

function relationOf(before: Stretch, next: Stretch): Relation {
  const back = before.last - next.first;
  if (Math.abs(back - WINTER_TIME) < FIRST_LINE) return 'clock';
  if (next.last < before.first + DISORDER) return 'parts';
  const both = Math.min(before.last, next.last) - Math.max(before.first, next.first);
  const isNamed = next.workers.size > 0 && before.workers.size > 0;
  const areStrangers = isNamed && ![...next.workers].some((worker) => before.workers.has(worker));
  const areOfOneTime =
    back >= FROM_THE_BEGINNING * (before.last - before.first) || Math.abs(next.last - before.last) <= SAME_END * both;
  return areStrangers || areOfOneTime ? 'servers' : 'clock';
}
