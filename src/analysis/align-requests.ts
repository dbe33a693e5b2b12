/**
 * Which line of a proxy and which line of the server behind it are of one request. Both logs are written as requests end, so the lines
 * of a route stand in the same order in both, but for those that only one of them has. Of all ways to lay the two orders beside each
 * other the one is taken that pairs most of the lines (the heaviest increasing subsequence, Fredman 1975): a pair has one status, ends
 * within the ticks of both stamps, and took the proxy no less than the server.
 */
import type { RequestTable } from '../core/table.ts';

/** A request of both logs. */
export interface Twin {
  /** Rows of the two tables. */
  readonly one: number;
  readonly other: number;
}

/** µs by which a proxy's duration may be the shorter one: two clocks, and milliseconds that are cut off. */
export const ROUNDING = 2_000;
/** µs between the two lines of a request, besides the ticks of their stamps. */
const APART = 50_000;
/** Lines of the proxy that are held against one of the server. */
const MOST_HELD = 200;
/** Of two ways that pair as many lines the one is better whose lines end nearer to each other, by this share of a pair at most. */
const NEARNESS = 0.1;
/** Share of the lines that end before one that stands in front of them, from which their order is not that of writing. */
const OUT_OF_ORDER = 0.02;

/** µs that a proxy had the request, its own queue included. */
export const seenFor = ({ duration, measuredWait }: RequestTable, row: number): number =>
  duration[row] + (measuredWait[row] > 0 ? measuredWait[row] : 0);

/** Rows in the order in which they were written: that of their lines, or, where several logs were joined, of their ends. */
export function inOrderOfWriting({ length, end, resolution }: RequestTable): Int32Array {
  const rows = Int32Array.from({ length }, (_, row) => row);
  let [latest, early] = [Number.NEGATIVE_INFINITY, 0];
  for (let row = 0; row < length; row++) {
    if (end[row] < latest - 2 * resolution[row]) early++;
    if (end[row] > latest) latest = end[row];
  }
  return early <= OUT_OF_ORDER * length ? rows : rows.sort((a, b) => end[a] - end[b] || a - b);
}

/** Lines of one route of the server (`served`) and of the proxy (`asked`), each in the order of writing. */
export function alignRequests(
  server: RequestTable,
  served: readonly number[],
  proxy: RequestTable,
  asked: readonly number[],
): Twin[] {
  const chains = new HeaviestChains(asked.length);
  const latest = runningLatest(proxy.end, asked);
  let from = 0;
  let [since, beside] = [Number.NaN, 0];
  served.forEach((one) => {
    const end = server.end[one];
    const tick = server.resolution[one];
    while (from < asked.length && latest[from] < end - APART - proxy.resolution[asked[from]]) from++;
    // Of many lines in one tick the k-th is the k-th of the other log, or stands near it.
    beside = end === since ? beside + 1 : 0;
    since = end;
    const first = Math.max(from, from + beside - MOST_HELD / 2);
    const fits: { readonly at: number; readonly weight: number }[] = [];
    for (let k = first; k < asked.length && fits.length < MOST_HELD; k++) {
      const other = asked[k];
      const later = proxy.end[other] - end;
      if (latest[k] > end + tick + APART + 2 * proxy.resolution[other]) break;
      const slack = Math.max(tick, proxy.resolution[other]) + APART;
      if (later > tick + APART || later < -proxy.resolution[other] - APART) continue;
      if (server.status[one] !== proxy.status[other] && server.status[one] * proxy.status[other] !== 0) continue;
      if (server.duration[one] > seenFor(proxy, other) + ROUNDING) continue;
      const middles = later + (proxy.resolution[other] - tick) / 2;
      fits.push({ at: k, weight: 1 - NEARNESS * Math.min(1, Math.abs(middles) / slack) });
    }
    chains.add(one, fits);
  });
  return chains.heaviest().map(({ one, at }) => ({ one, other: asked[at] }));
}

/** The latest end up to each of the rows: from where on none ends before a moment. */
function runningLatest(end: Float64Array, rows: readonly number[]): Float64Array {
  let latest = Number.NEGATIVE_INFINITY;
  return Float64Array.from(rows, (row) => (latest = Math.max(latest, end[row])));
}

interface Link {
  readonly one: number;
  readonly at: number;
  readonly weight: number;
  readonly before: Link | null;
}

/** Chains of pairs that go forward in both orders; the heaviest one that ends at or before a place is kept in a Fenwick tree. */
class HeaviestChains {
  readonly #best: (Link | null)[];

  constructor(places: number) {
    this.#best = new Array<Link | null>(places + 1).fill(null);
  }

  /** What the next of one order may be paired with in the other. */
  add(one: number, fits: readonly { readonly at: number; readonly weight: number }[]): void {
    const links = fits.map(({ at, weight }): Link => {
      const before = this.#upTo(at);
      return { one, at, weight: weight + (before?.weight ?? 0), before };
    });
    for (const link of links) this.#keep(link);
  }

  heaviest(): Link[] {
    const chain: Link[] = [];
    for (let link = this.#upTo(this.#best.length - 1); link !== null; link = link.before) chain.push(link);
    return chain.reverse();
  }

  /** Of those that end at places before `at`. */
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
