/** The strips of workers: one per worker, or, if there are many, one for workers that replaced each other. */
import { type Facts, isKeptWhole } from '../core/finding.ts';
import type { WorkerLife } from '../core/inference.ts';
import { groupsOf } from '../core/rows.ts';
import { sumOf } from '../core/statistics.ts';
import { percentText } from '../core/words.ts';
import { type Axis, busyOfTimeline, busyPerCell, strip } from './lane-strip.ts';

export interface StripRow {
  readonly label: string;
  readonly cells: string;
  readonly tail: string;
}

/** µs: a new worker may begin before the last answer of its predecessor is written. */
const OVERLAP = 1_000_000;

/** @param most with more workers than this, those that followed each other share a row */
export function workerRows(facts: Facts, axis: Axis, most: number): StripRow[] {
  const { inference, names, summary } = facts;
  const busyOf = isKeptWhole(facts) ? busyByRequests(facts) : shareOfPool(facts, axis);
  const ratios = new Map(summary.workers.map((worker) => [worker.id, worker.busy_ratio]));
  const threads = Math.max(1, inference.threads.value ?? 1);
  const full = (threads * (axis.to - axis.from)) / axis.cells;
  return rowsInOrder(inference.lives, most).map((lives) => {
    const name = names.workers.text(lives[0].worker);
    const ratio = lives.length === 1 ? ratios.get(name) : inference.unbounded ? null : busyShare(lives) / threads;
    return {
      label: lives.length === 1 ? name : `${name} +${lives.length - 1}`,
      cells: strip(busyOf(lives, axis), full),
      tail: `${sumOf(lives.map((life) => life.requests))}${ratio ? `, ${percentText(ratio)}` : ''}`,
    };
  });
}

function rowsInOrder(lives: readonly WorkerLife[], most: number): readonly (readonly WorkerLife[])[] {
  const inOrder = lives.toSorted((a, b) => a.from - b.from || a.worker - b.worker);
  return lives.length > most ? inTurns(inOrder) : inOrder.map((life) => [life]);
}

/** Each life continues the row whose last life ended earliest. */
function inTurns(lives: readonly WorkerLife[]): WorkerLife[][] {
  const rows: WorkerLife[][] = [];
  for (const life of lives) {
    let free: WorkerLife[] | null = null;
    let since = life.from + OVERLAP;
    for (const row of rows) {
      const { to } = row[row.length - 1];
      if (to <= since) [free, since] = [row, to];
    }
    if (free) free.push(life);
    else rows.push([life]);
  }
  return rows;
}

/** Mean busy share of one slot, 0..1; NaN unknown. */
const busyShare = (lives: readonly WorkerLife[]): number =>
  sumOf(lives.map((life) => life.busyMicros)) / sumOf(lives.map(({ from, to }) => to - from));

function busyByRequests({ inference, requests }: Facts): (lives: readonly WorkerLife[], axis: Axis) => Float64Array {
  const { start, end } = inference.requests;
  const rowsOf = groupsOf(requests.worker);
  return (lives, { from, to, cells }) => {
    const rows = lives.flatMap(({ worker }) => rowsOf.get(worker) ?? []);
    return busyPerCell(
      rows.map((row) => [start[row], end[row]] as const),
      from,
      to,
      cells,
    );
  };
}

/**
 * If only a sample of the requests is kept: the busy time of all workers per cell is known, and is divided among the workers that lived
 * then, in proportion to their busy shares over the whole log.
 */
function shareOfPool(
  { inference, summary }: Facts,
  { from, to, cells }: Axis,
): (lives: readonly WorkerLife[], axis: Axis) => Float64Array {
  const onAverage = (lives: readonly WorkerLife[]): Float64Array => {
    const busy = new Float64Array(cells);
    for (const life of lives) {
      const share = busyShare([life]);
      const micros = busyPerCell([[life.from, life.to]], from, to, cells);
      if (share > 0) for (let cell = 0; cell < cells; cell++) busy[cell] += share * micros[cell];
    }
    return busy;
  };
  const ofAll = onAverage(inference.lives);
  const seen = busyOfTimeline(summary.timeline, { from, to, cells });
  return (lives) => onAverage(lives).map((micros, cell) => (ofAll[cell] > 0 ? (micros * seen[cell]) / ofAll[cell] : 0));
}
