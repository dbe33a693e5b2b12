/** One possible replay of a log: arrivals recovered from starts and waits, service times drawn, and the worker that accepts each. */
import { floatsAt, integersAt } from '../core/columns.ts';
import { ascendingOrder } from '../core/order.ts';
import { createRandom, normal, type Random } from '../core/random.ts';
import type { GroupSize } from './arrival-groups.ts';
import { drawnInGroups } from './callers-together.ts';
import { drawTogether } from './clumps.ts';
import type { BootSpan } from './interruptions.ts';
import type { ServiceTimes } from './service-times.ts';
import { drawStarts, type Trace } from './trace.ts';

export interface Repetition {
  /** Seed for whatever else is drawn, so that pools are compared on the same random numbers. */
  readonly seed: number;
  /** µs, ascending. */
  readonly arrival: Float64Array;
  /** Row of the trace from which each arrival takes its service time. */
  readonly row: Int32Array;
  /** Factor on all service times: the sampling error of their mean. */
  readonly scale: number;
  /** Dense index of the worker that accepted each arrival in the log; null unless asked for. */
  readonly worker: Int32Array | null;
}

export interface RepetitionChoice {
  readonly seed: number;
  /** true: every request stays with the worker that accepted it. */
  readonly byWorker: boolean;
  /** true: every request keeps its own service time; false: it draws one from its route. */
  readonly ownService: boolean;
  /** Factor on all waits; null: drawn from the likely range. */
  readonly stretched: number | null;
  /** Size of the groups into which callers are put where the stamps blur their arrivals; null: none. */
  readonly clumped: GroupSize | null;
  /** Callers who came before any slot was open; null: none known. */
  readonly boot: BootSpan | null;
}

/**
 * Arrival = start - wait. What is unknown about either is drawn: a history of the waits, the factor on it, and the place within the tick of
 * the stamp.
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
  // With its own service times a repetition uses the estimate as it is. Where waits are unknown any factor is as likely as another.
  const factor = stretched ?? (ownService && !waitUnknown ? 1 : possible);
  const arrival = new Float64Array(length);
  const row = new Int32Array(length);
  const isHeld = held(history);
  const begun = drawStarts(trace, random);
  for (let i = 0; i < length; i++) {
    arrival[i] = isHeld[i] === 1 ? trace.start[i] - wait[i] * factor : begun[i];
    row[i] = ownService ? i : times.draw(i, random);
  }
  if (clumped) {
    if (trace.clumps.isDense) drawTogether(arrival, clumped.size, trace.tick, random);
    else arrival.set(drawnInGroups(trace, (i) => wait[i] * factor, isHeld, clumped, random));
  }
  if (boot) comeWhileBooting(arrival, boot, random);
  const order = ascendingOrder(arrival);
  return {
    seed,
    scale,
    arrival: floatsAt(arrival, order),
    row: integersAt(row, order),
    worker: byWorker ? integersAt(trace.worker, order) : null,
  };
}

/** The log shows no caller before its first request. Those of the backlog came at any time since the boot, in the order of their starts. */
function comeWhileBooting(arrival: Float64Array, { from, full, entries }: BootSpan, random: Random): void {
  const drawn = Float64Array.from({ length: entries }, () => from + random() * (full - from)).sort();
  for (let i = 0; i < entries; i++) arrival[i] = Math.min(arrival[i], drawn[i]);
}
