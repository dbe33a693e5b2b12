/** One possible replay of a log: arrivals recovered from starts and waits, services drawn, an accepting worker each. */
import { floatsAt, integersAt } from '../core/columns.ts';
import { ascendingOrder } from '../core/order.ts';
import { createRandom, normal, type Random } from '../core/random.ts';
import { drawGroups, type GroupSize } from './arrival-groups.ts';
import { drawTogether } from './clumps.ts';
import type { BootSpan } from './interruptions.ts';
import type { ServiceTimes } from './service-times.ts';
import { drawStarts, type Trace } from './trace.ts';

export interface Repetition {
  /** Of what is drawn besides, so that pools are compared on the same luck. */
  readonly seed: number;
  /** µs, ascending. */
  readonly arrival: Float64Array;
  /** Row of the trace whose service time each arrival has. */
  readonly row: Int32Array;
  /** Factor on all service times: how far the mean of so many of them may lie from the mean of the law behind them. */
  readonly scale: number;
  /** Worker that accepted each arrival in the log, dense index; null unless asked for. */
  readonly worker: Int32Array | null;
}

export interface RepetitionChoice {
  readonly seed: number;
  /** Every request stays with the worker that accepted it. */
  readonly byWorker: boolean;
  /** Every request keeps its own service time; otherwise it draws one of its route. */
  readonly ownService: boolean;
  /** Factor on all waits; null: drawn from what is likely. */
  readonly stretched: number | null;
  /** Callers that come together are put together where the stamps blur them; null: not. */
  readonly clumped: GroupSize | null;
  /** Callers who came before a slot was open, where that is known of. */
  readonly boot: BootSpan | null;
}

/**
 * Arrival = start - wait. What is not known of either is drawn: one of the wait's histories, its stretch, and the place
 * within the tick of the stamp.
 */
export function drawRepetition(
  trace: Trace,
  times: ServiceTimes,
  { seed, byWorker, ownService, clumped, stretched, boot }: RepetitionChoice,
): Repetition {
  const { length, waits, held, stretch, waitUnknown } = trace;
  const random = createRandom(seed);
  const scale = ownService ? 1 : Math.max(0.1, 1 + times.meanError * normal(random));
  const history = Math.floor(random() * waits.length);
  const wait = waits[history];
  const [low, high] = stretch;
  const possible = low > 0 ? low * (high / low) ** random() : low + (high - low) * random();
  // The estimate stands for itself; where there is none, any factor is as good as another.
  const factor = stretched ?? (ownService && !waitUnknown ? 1 : possible);
  const arrival = new Float64Array(length);
  const row = new Int32Array(length);
  const isHeld = held(history);
  const begun = drawStarts(trace, random);
  for (let i = 0; i < length; i++) {
    arrival[i] = isHeld[i] === 1 ? trace.start[i] - wait[i] * factor : begun[i];
    row[i] = ownService ? i : times.draw(i, random);
  }
  if (boot) comeWhileBooting(arrival, boot, random);
  if (clumped) {
    if (trace.clumps.isDense) drawTogether(arrival, clumped.size, trace.tick, random);
    else arrival.set(groupedAgain(trace, arrival, isHeld, clumped, random));
  }
  const order = ascendingOrder(arrival);
  return {
    seed,
    scale,
    arrival: floatsAt(arrival, order),
    row: integersAt(row, order),
    worker: byWorker ? integersAt(trace.worker, order) : null,
  };
}

/** The log knows of no caller before its first request; those of the backlog came at any time since the boot, in the order of their starts. */
function comeWhileBooting(arrival: Float64Array, { from, full, entries }: BootSpan, random: Random): void {
  const drawn = Float64Array.from({ length: entries }, () => from + random() * (full - from)).sort();
  for (let i = 0; i < entries; i++) arrival[i] = Math.min(arrival[i], drawn[i]);
}

/** Who came together, of all who may have. */
function groupedAgain(
  { start, uncertainty, ticks, tick }: Trace,
  arrival: Float64Array,
  isHeld: Uint8Array,
  size: GroupSize,
  random: Random,
): Float64Array {
  // One that is hardly known would have all others to choose among.
  const half = (i: number) => Math.min(uncertainty[i], tick / 2);
  const earliest = start.map((at, i) => at - half(i));
  const latest = start.map((at, i) => at + half(i));
  for (const group of ticks?.groups ?? []) {
    for (const i of group) {
      if (ticks!.width[i] > tick) continue;
      earliest[i] = start[i] - ticks!.back[i];
      latest[i] = earliest[i] + ticks!.width[i];
    }
  }
  // Whoever waited came before it was served, and in a group sooner rather than later than its history has it: waits are inferred for fewer at once.
  for (let i = 0; i < arrival.length; i++) {
    if (isHeld[i] === 0) continue;
    earliest[i] = arrival[i] - tick;
    latest[i] = Math.max(arrival[i], Math.min(start[i], arrival[i] + tick / 2));
  }
  return drawGroups(earliest, latest, size, random);
}
