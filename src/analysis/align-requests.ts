/**
 * Which line of a proxy and which line of the server behind it are of the same request. Both logs are written as requests end, so the lines
 * of a route stand in the same order in both, except for those that only one log has. Of all alignments of the two orders the one that
 * pairs most lines is taken (heaviest increasing subsequence, Fredman 1975). The two lines of a pair have one status, end within the ticks
 * of both stamps, and the proxy took no less time than the server.
 */
import { indicesBelow } from '../core/columns.ts';
import type { RequestTable } from '../core/table.ts';

/** A request of both logs. */
export interface Twin {
  /** Rows of the two tables. */
  readonly one: number;
  readonly other: number;
}

/** µs by which a proxy's duration may be the shorter one: two clocks, and truncated milliseconds. */
export const ROUNDING = 2_000;
/** µs that the ends of a request's two lines may differ, beyond the ticks of their stamps. */
const APART = 50_000;
/** Most lines of the proxy that are considered for one of the server. */
const MOST_HELD = 200;
/** Most pairs that are rearranged to make room for one line. */
const MOST_TRIED = 100;
/**
 * Of two alignments that pair equally many lines, the one whose lines end closer together is better: a pair counts less by up to this
 * share.
 */
const NEARNESS = 0.1;
/** If more than this share of the lines end before an earlier line, the rows are not in the order of writing. */
const OUT_OF_ORDER = 0.02;

/** µs that the proxy had the request, including the wait in its own queue. */
export const seenFor = ({ duration, measuredWait }: RequestTable, row: number): number =>
  duration[row] + (measuredWait[row] > 0 ? measuredWait[row] : 0);

/** Rows in the order in which they were written: the order of lines or, if several logs were joined, that of their ends. */
export function inOrderOfWriting({ length, end, resolution }: RequestTable): Int32Array {
  const rows = indicesBelow(length);
  let [latest, early] = [Number.NEGATIVE_INFINITY, 0];
  for (let row = 0; row < length; row++) {
    if (end[row] < latest - 2 * resolution[row]) early++;
    if (end[row] > latest) latest = end[row];
  }
  return early <= OUT_OF_ORDER * length ? rows : rows.sort((a, b) => end[a] - end[b] || a - b);
}

/** A line of the proxy, by its place in `asked`, that may be of the same request. */
interface Fit {
  readonly at: number;
  readonly weight: number;
}

/** Aligns lines of one route of the server (`served`) and of the proxy (`asked`), each in the order of writing. */
export function alignRequests(
  server: RequestTable,
  served: readonly number[],
  proxy: RequestTable,
  asked: readonly number[],
): Twin[] {
  const fits = fitsOf(server, served, proxy, asked);
  const chains = new HeaviestChains(asked.length);
  for (const [k, some] of fits.entries()) chains.add(k, some);
  const partner = new Int32Array(served.length).fill(-1);
  const takenBy = new Int32Array(asked.length).fill(-1);
  for (const { of, at } of chains.heaviest()) [partner[of], takenBy[at]] = [at, of];
  // Lines that ended together may stand in different orders in both logs, and so may lines of several servers that were sorted.
  for (const k of fits.keys()) if (partner[k] < 0) place(k, fits, partner, takenBy, new Set());
  return served.flatMap((one, k) => (partner[k] < 0 ? [] : [{ one, other: asked[partner[k]] }]));
}

/** Finds a free line of the proxy for the server's k-th, if need be by giving other lines another partner (Kuhn's augmenting paths). */
function place(
  k: number,
  fits: readonly (readonly Fit[])[],
  partner: Int32Array,
  takenBy: Int32Array,
  tried: Set<number>,
): boolean {
  const nearest = fits[k].toSorted((a, b) => b.weight - a.weight);
  const free = nearest.find(({ at }) => takenBy[at] < 0);
  if (free) {
    [partner[k], takenBy[free.at]] = [free.at, k];
    return true;
  }
  for (const { at } of nearest) {
    if (tried.has(at) || tried.size >= MOST_TRIED) continue;
    tried.add(at);
    if (!place(takenBy[at], fits, partner, takenBy, tried)) continue;
    [partner[k], takenBy[at]] = [at, k];
    return true;
  }
  return false;
}

/** Whether the two lines may be of one request: same end, same status (0: unknown), and the server took no longer than the proxy saw. */
function mayBeOne(server: RequestTable, one: number, proxy: RequestTable, other: number): boolean {
  const later = proxy.end[other] - server.end[one];
  if (later > server.resolution[one] + APART || later < -proxy.resolution[other] - APART) return false;
  const [status, theirs] = [server.status[one], proxy.status[other]];
  if (status !== theirs && status * theirs !== 0) return false;
  return !(server.duration[one] > seenFor(proxy, other) + ROUNDING);
}

/** The lines of `asked` that fit each line, by place in `served`. */
function fitsOf(
  server: RequestTable,
  served: readonly number[],
  proxy: RequestTable,
  asked: readonly number[],
): Fit[][] {
  const latest = runningLatest(proxy.end, asked);
  let from = 0;
  let [since, beside] = [Number.NaN, 0];
  return served.map((one) => {
    const end = server.end[one];
    const tick = server.resolution[one];
    while (from < asked.length && latest[from] < end - APART - proxy.resolution[asked[from]]) from++;
    // In a tick with many lines, the k-th line of one log is the k-th of the other or close to it.
    beside = end === since ? beside + 1 : 0;
    since = end;
    const fits: Fit[] = [];
    for (let at = Math.max(from, from + beside - MOST_HELD / 2); at < asked.length && fits.length < MOST_HELD; at++) {
      const other = asked[at];
      const theirTick = proxy.resolution[other];
      if (latest[at] > end + tick + APART + 2 * theirTick) break;
      if (!mayBeOne(server, one, proxy, other)) continue;
      const later = proxy.end[other] - end;
      const apart = Math.abs(later + (theirTick - tick) / 2) / (Math.max(tick, theirTick) + APART);
      fits.push({ at, weight: 1 - NEARNESS * Math.min(1, apart) });
    }
    return fits;
  });
}

/** The latest end up to each of the rows. It is ascending, so a first row to consider can be found. */
function runningLatest(end: Float64Array, rows: readonly number[]): Float64Array {
  let latest = Number.NEGATIVE_INFINITY;
  return Float64Array.from(rows, (row) => (latest = Math.max(latest, end[row])));
}

interface Link {
  /** Place in `served`, and place in `asked`. */
  readonly of: number;
  readonly at: number;
  readonly weight: number;
  readonly before: Link | null;
}

/** Chains of pairs that ascend in both orders. A Fenwick tree keeps the heaviest chain that ends at or before each place in `asked`. */
class HeaviestChains {
  readonly #best: (Link | null)[];

  constructor(places: number) {
    this.#best = new Array<Link | null>(places + 1).fill(null);
  }

  /** Adds the next line of `served` with its fits. Lines must be added in order. */
  add(of: number, fits: readonly Fit[]): void {
    const links = fits.map(({ at, weight }): Link => {
      const before = this.#upTo(at);
      return { of, at, weight: weight + (before?.weight ?? 0), before };
    });
    for (const link of links) this.#keep(link);
  }

  heaviest(): Link[] {
    const chain: Link[] = [];
    for (let link = this.#upTo(this.#best.length - 1); link !== null; link = link.before) chain.push(link);
    return chain.reverse();
  }

  /** The heaviest chain that ends before place `at`. */
  #upTo(at: number): Link | null {
    let most: Link | null = null;
    for (let k = at; k > 0; k -= k & -k) {
      const link = this.#best[k];
      if (link && (most === null || link.weight > most.weight)) most = link;
    }
    return most;
  }

  #keep(link: Link): void {
    for (let k = link.at + 1; k < this.#best.length; k += k & -k) {
      const known = this.#best[k];
      if (!known || link.weight > known.weight) this.#best[k] = link;
    }
  }
}
