/**
 * Finds workers that run one request at a time and begin nothing for a while after the answers of one route, although callers keep coming.
 * Something holds them that no line shows: recent gunicorn sync workers wait up to 2 s for a client to close; a view may work on in a close
 * hook. The pauses between such an answer and the worker's next request show for how long.
 */
import { floatsAt } from '../../core/columns.ts';
import type { HeldWorkers } from '../../core/inference.ts';
import { ascendingOrder } from '../../core/order.ts';
import { groupsOf } from '../../core/rows.ts';
import { countUpTo, logBinomialTail, medianOf, quantileOf } from '../../core/statistics.ts';
import { inThatOrder, placesIn, type Trace } from './trace.ts';

/** Fewest answers of a route that can show it. */
const FEWEST = 20;
/** µs: shorter pauses also occur between two ordinary requests of a worker on a busy host. */
const SHORTEST = 300_000;
/**
 * All but this share of the pauses are long, and the median pause after other routes is at most OTHERS_SHORTER of the shortest of these.
 */
const NEARLY_ALL = 0.1;
const OTHERS_SHORTER = 0.25;
/** ln of the chance probability below which a pattern counts as real. */
const SURE = -18;
/** Meanwhile other requests must start at this share of the usual rate at least; else it is a lull of the callers. */
const KEPT_COMING = 0.5;

/**
 * µs from each line to the start of its worker's next request; NaN after a worker's last. The stamps themselves are used, because the
 * estimated position of a request within its tick assumes that workers take the next request at once.
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
 * The same requests, but each answer of the route holds its worker for the median pause, or until the worker's next request begins. They
 * are sorted by these later ends, so their order is no longer that of the lines. `hold`: µs added to each request.
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

/**
 * null: nothing shows it.
 * @param workers alive at once, with one request each
 */
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

/**
 * Answers of the route after which somebody asked for another route within the median pause. Where nobody did, the worker was just idle.
 */
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
  // Corrects for choosing the route among all routes, and the length among its pauses.
  const score = logBinomialTail(asLong(own), own.length, usual) + Math.log(routes * own.length);
  if (score > SURE) return null;
  const median = medianOf(own);
  return { route, answers: own.length, least, median, usual, micros: own.length * median };
}

/** Did the other workers start requests while these paused? */
function othersWentOn({ length, low, duration, end }: Trace, rows: readonly number[], least: number, workers: number) {
  const starts = end.map((at, i) => at - duration[i]).sort();
  const rate = length / (low[length - 1] - starts[0]);
  const came = rows.reduce((sum, i) => sum + countUpTo(starts, end[i] + least) - countUpTo(starts, end[i]), 0);
  return came >= KEPT_COMING * rows.length * rate * least * (1 - 1 / workers);
}
