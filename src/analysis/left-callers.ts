/**
 * Requests whose callers had left: the proxy gave up on them (504), or their client hung up (499). The worker that was to answer went on,
 * or began only later. Its line then comes later than the proxy's, and the two cannot be paired by their ends alone.
 *
 * Answered requests are paired first, in the order of their lines. What is left of a route is paired in the order of the queue: of the
 * callers who left, the oldest one's request began first. If a request that came later and was answered began earlier, the older one never
 * reached a worker.
 */
import type { RequestTable } from '../core/table.ts';
import { alignRequests, inOrderOfWriting, seenFor, type Twin } from './align-requests.ts';
import type { LoggedRequests } from './same-requests.ts';
import { traceOf } from './structure/trace.ts';

/** Statuses that a proxy writes for a request whose answer it did not wait for: nginx's "client closed request", and its time-out. */
const LEFT: ReadonlySet<number> = new Set([499, 504]);
/** Callers who left, at least and as a share of all, from which pairing by ends alone would mismatch the others. */
const FEWEST = 5;
const SHARE = 0.01;

/** A request of both logs. */
interface Pair extends Twin {
  /** Its caller left and did not see the answer. */
  readonly hasLeft: boolean;
}

export interface PairedRequest extends Pair {
  /** µs of wait; if the caller left, only as exact as the two stamps. */
  readonly wait: number;
}

export const hasLeft = (status: number): boolean => LEFT.has(status);

/** Callers left often enough to matter. */
export function manyLeft({ length, status }: RequestTable): boolean {
  let left = 0;
  for (let row = 0; row < length; row++) if (hasLeft(status[row])) left++;
  return left >= Math.max(FEWEST, SHARE * length);
}

/** Pairs of a line of the server (`one`) and a line of the proxy (`other`). Both logs have ends and durations. */
export function pairRequests(server: LoggedRequests, proxy: LoggedRequests): PairedRequest[] {
  const pairs = pairsOf(server, proxy, manyLeft(proxy.rows));
  const [began, came] = [startsOf(server.rows), startsOf(proxy.rows)];
  return pairs.map((pair) => {
    // A lower bound if the caller left, since the answer had not come by then.
    const least = seenFor(proxy.rows, pair.other) - server.rows.duration[pair.one];
    return { ...pair, wait: pair.hasLeft ? Math.max(least, began[pair.one] - came[pair.other]) : least };
  });
}

/** µs since 1970 UTC by row: the likeliest start, from the order of lines within a tick. */
function startsOf(rows: RequestTable): Float64Array {
  const start = rows.start.map((from, row) => from + rows.resolution[row] / 2);
  const trace = traceOf(rows);
  for (let i = 0; i < trace.length; i++) start[trace.row[i]] = trace.end[i] - trace.duration[i];
  return start;
}

function pairsOf(server: LoggedRequests, proxy: LoggedRequests, withLeft: boolean): Pair[] {
  const theirs = rowsByRoute(proxy);
  const answered: Pair[] = [];
  const rest: { readonly served: readonly number[]; readonly left: readonly number[] }[] = [];
  for (const [route, served] of rowsByRoute(server)) {
    const asked = theirs.get(route) ?? [];
    const stayed = asked.filter((row) => !hasLeft(proxy.rows.status[row]));
    const pairs = alignRequests(server.rows, served, proxy.rows, stayed);
    answered.push(...pairs.map((twin) => ({ ...twin, hasLeft: false })));
    if (!withLeft) continue;
    const taken = new Set(pairs.map(({ one }) => one));
    rest.push({
      served: served.filter((row) => !taken.has(row)),
      left: asked.filter((row) => hasLeft(proxy.rows.status[row])),
    });
  }
  const order = new OrderOfService(server, proxy, answered);
  return [...answered, ...rest.flatMap(({ served, left }) => pairInTurn(server, served, proxy, left, order))];
}

/** Rows with both times by route, in the order of writing. */
function rowsByRoute({ rows, routes }: LoggedRequests): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const row of inOrderOfWriting(rows)) {
    if (rows.route[row] < 0 || Number.isNaN(rows.start[row] + rows.end[row])) continue;
    const name = routes.text(rows.route[row]);
    const own = found.get(name);
    if (own) own.push(row);
    else found.set(name, [row]);
  }
  return found;
}

/** For each instant, the latest arrival among answered requests that had begun by then. */
class OrderOfService {
  readonly #began: Float64Array;
  readonly #youngest: Float64Array;

  constructor({ rows: mine }: LoggedRequests, { rows: theirs }: LoggedRequests, answered: readonly Twin[]) {
    const order = [...answered].sort((a, b) => mine.start[a.one] - mine.start[b.one]);
    this.#began = Float64Array.from(order, ({ one }) => mine.start[one]);
    let youngest = Number.NEGATIVE_INFINITY;
    this.#youngest = Float64Array.from(order, ({ other }) => (youngest = Math.max(youngest, theirs.start[other])));
  }

  /** µs since 1970 UTC: latest arrival of a request that began before `instant`; -Infinity: there is none. */
  youngestBefore(instant: number): number {
    let [low, high] = [0, this.#began.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#began[middle] < instant) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? Number.NEGATIVE_INFINITY : this.#youngest[low - 1];
  }
}

/** Pairs within one route: the server's requests in the order of their starts, with callers who left in the order of their arrivals. */
function pairInTurn(
  { rows: mine }: LoggedRequests,
  served: readonly number[],
  { rows: theirs }: LoggedRequests,
  left: readonly number[],
  order: OrderOfService,
): Pair[] {
  const waiting = [...left].sort((a, b) => theirs.start[a] - theirs.start[b] || a - b);
  const pairs: Pair[] = [];
  let next = 0;
  for (const one of [...served].sort((a, b) => mine.start[a] - mine.start[b] || a - b)) {
    const tick = mine.resolution[one];
    const youngest = order.youngestBefore(mine.start[one] - tick);
    while (next < waiting.length && theirs.start[waiting[next]] + theirs.resolution[waiting[next]] < youngest) next++;
    const other = waiting[next];
    if (other === undefined) break;
    // Both are known to a tick. If the request began before this caller came, or was answered before the caller left, it is somebody
    // else's.
    if (theirs.start[other] > mine.start[one] + tick || theirs.end[other] > mine.end[one] + tick) continue;
    pairs.push({ one, other, hasLeft: true });
    next++;
  }
  return pairs;
}
