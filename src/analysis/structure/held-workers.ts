/**
 * Workers that run one request at a time and begin nothing for a while after the answers of one route, although callers keep coming: something
 * holds them that no line shows (gunicorn's sync workers of recent versions wait up to 2 s for a client to close; a view works on in a close
 * hook). How long shows in the pauses between its line and the next of its worker.
 */
import { floatsAt } from '../../core/columns.ts';
import type { HeldWorkers } from '../../core/inference.ts';
import { ascendingOrder } from '../../core/order.ts';
import { groupsOf } from '../../core/rows.ts';
import { countUpTo, logBinomialTail, medianOf, quantileOf } from '../../core/statistics.ts';
import { inThatOrder, placesIn, type Trace } from './trace.ts';

/** Answers of a route that show something. */
const FEWEST = 20;
/** µs: shorter pauses are those of a worker between two requests on a busy host. */
const SHORTEST = 300_000;
/** Nine of ten pauses are as long, where after other routes half of them are at most a quarter of that. */
const NEARLY_ALL = 0.1;
const OTHERS_SHORTER = 0.25;
/** ln of the chance from which a pattern is taken for real. */
const SURE = -18;
/** Others were taken meanwhile at half of the usual rate at least: no lull of the callers. */
const KEPT_COMING = 0.5;

/**
 * µs from each line to the start of the next of its worker, as the stamps have them, since where in its tick a request is put rests on workers that
 * are taken again at once; NaN after the last.
 */
function pausesOf({ length, low, duration, worker }: Trace): Float64Array {
  const pauses = new Float64Array(length).fill(Number.NaN);
  const last = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const before = last.get(worker[i]);
    if (before !== undefined) pauses[before] = low[i] - duration[i] - low[before];
    last.set(worker[i], i);
  }
  return pauses;
}

/**
 * The same requests, each answer of the route holding its worker for as long as half of them are seen to, or until the next one begins. In the order of
 * the ends of that; `hold`: µs that were added to each. That order is none of lines any more.
 */
export function whileHeld(trace: Trace, { route, median }: HeldWorkers): { trace: Trace; hold: Float64Array } {
  const holds = pausesOf(trace).map((pause, i) =>
    trace.route[i] === route ? Math.max(0, Number.isNaN(pause) ? median : Math.min(pause, median)) : 0,
  );
  const longer = (column: Float64Array) => column.map((micros, i) => micros + holds[i]);
  const [low, high, duration] = [longer(trace.low), longer(trace.high), longer(trace.duration)];
  const order = ascendingOrder(low);
  const held = {
    ...trace,
    ...inThatOrder({ ...trace, low, high, duration }, order),
    end: floatsAt(longer(trace.end), order),
    killed: placesIn(order, trace.killed),
    ordered: false,
  };
  return { trace: held, hold: floatsAt(holds, order) };
}

/** null: nothing shows it. @param workers alive at once, of one request at a time */
export function heldWorkers(trace: Trace, workers: number): HeldWorkers | null {
  if (!trace.hasWorkers || !trace.hasDurations || trace.startsOnly || trace.length < 2 * FEWEST) return null;
  const pauses = pausesOf(trace);
  const byRoute = groupsOf(trace.route);
  let longest: HeldWorkers | null = null;
  for (const [route, all] of byRoute) {
    const rows = withCallers(
      route,
      all.filter((i) => !Number.isNaN(pauses[i])),
      trace,
      pauses,
    );
    const held = heldAfter(route, rows, trace, pauses, byRoute.size);
    if (!held || !othersWentOn(trace, rows, held.least, workers)) continue;
    if (!longest || held.micros > longest.micros) longest = held;
  }
  return longest;
}

/** Answers behind which other routes were asked for, within as long as half of the pauses last: where nobody else comes, a worker rests. */
function withCallers(route: number, rows: readonly number[], trace: Trace, pauses: Float64Array): readonly number[] {
  if (rows.length === 0) return rows;
  const usual = medianOf(floatsAt(pauses, rows));
  const { low, duration } = trace;
  const others = low.map((at, i) => (trace.route[i] === route ? Number.NaN : at - duration[i]));
  const starts = others.filter((at) => !Number.isNaN(at)).sort();
  return rows.filter((i) => countUpTo(starts, low[i] + usual) > countUpTo(starts, low[i]));
}

function heldAfter(
  route: number,
  rows: readonly number[],
  trace: Trace,
  pauses: Float64Array,
  routes: number,
): HeldWorkers | null {
  if (rows.length < FEWEST) return null;
  const own = floatsAt(pauses, rows);
  if (own.filter((pause) => pause >= SHORTEST).length < (1 - NEARLY_ALL) * own.length) return null;
  const least = quantileOf(own, NEARLY_ALL);
  const others = pauses.filter((pause, i) => !Number.isNaN(pause) && trace.route[i] !== route);
  if (others.length < FEWEST || !(medianOf(others) <= OTHERS_SHORTER * least)) return null;
  const asLong = (some: Float64Array) => some.reduce((count, pause) => count + Number(pause >= least), 0);
  const usual = (asLong(others) + 1) / (others.length + 1);
  // The route was chosen among the routes, the length among its pauses.
  const score = logBinomialTail(asLong(own), own.length, usual) + Math.log(routes * own.length);
  if (score > SURE) return null;
  const median = medianOf(own);
  return { route, answers: own.length, least, median, usual, micros: own.length * median };
}

/** Did the other workers take what came while these took nothing? */
function othersWentOn({ length, low, duration, end }: Trace, rows: readonly number[], least: number, workers: number) {
  const starts = end.map((at, i) => at - duration[i]).sort();
  const rate = length / (low[length - 1] - starts[0]);
  const came = rows.reduce((sum, i) => sum + countUpTo(starts, end[i] + least) - countUpTo(starts, end[i]), 0);
  return came >= KEPT_COMING * rows.length * rate * least * (1 - 1 / workers);
}
