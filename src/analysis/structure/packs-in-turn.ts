/**
 * A caller who asks for one thing after the other and then pauses (a crawler, a cron job) leaves packs of requests. So does a herd that
 * comes at once, but all slots work on it, so its pack ends sooner. The number of ticks that the ends of a pack cross tells the two apart:
 * one pack may mislead by chance, many do not.
 *
 * The ends of a pack with work W extend over L = W / k if k requests run at once. As the pack begins anywhere within a tick Δ, they cross j
 * ticks with probability 1 - |L / Δ - j| (0 where that is negative).
 */
import { ascendingOrder } from '../../core/order.ts';
import { meanOf } from '../../core/statistics.ts';
import { fewestLanes } from './lanes.ts';
import type { Trace } from './trace.ts';

/** Mean number of services that a tick must hold at least; finer stamps show directly which requests ran together. */
const SERVICES_IN_TICK = 4;
/** Fewest requests of a pack for each slot, and fewest packs. */
const PER_SLOT = 3;
const FEWEST_PACKS = 4;
/** Share of the work that must lie in packs. */
const MOST_WORK = 0.9;
/**
 * Shares of its time by which a caller may take longer, to read an answer and to ask again; and the share of packs that fit neither
 * reading.
 */
const PAUSES = [0, 0.06, 0.12, 0.25];
const ODD = 0.02;
/** Nats for callers in turn against a full pool: from SURE on it is sure, from LIKELY on likely. */
const SURE = 9;
const LIKELY = 2;

interface Pack {
  /** µs */
  readonly work: number;
  readonly requests: number;
  /** Number of ticks that its ends cross. */
  readonly crossed: number;
}

export interface CallersInTurn {
  /** Requests at once, fewer than the slots. */
  readonly callers: number;
  /** A herd on all slots would not leave such lines. false: it hardly would. */
  readonly sure: boolean;
}

/** null: the packs are those of herds, there are none, or the log cannot tell. */
export function callersInTurn(trace: Trace, slots: number): CallersInTurn | null {
  const { length, resolution, duration } = trace;
  if (!trace.hasDurations || trace.startsOnly || slots < 2 || length < FEWEST_PACKS * PER_SLOT * slots) return null;
  if (!(resolution >= SERVICES_IN_TICK * meanOf(duration))) return null;
  const all = packsOf(trace);
  const packs = all.filter(({ requests }) => requests >= PER_SLOT * slots);
  const workOf = (some: readonly Pack[]) => some.reduce((sum, { work }) => sum + work, 0);
  if (packs.length < FEWEST_PACKS || workOf(packs) < MOST_WORK * workOf(all)) return null;
  const fewest = fewestLanes(trace, null, 1, slots - 1);
  if (fewest === null) return null;
  const full = Math.max(...PAUSES.map((pause) => evidenceFor(packs, slots, pause, resolution)));
  let likeliest: CallersInTurn | null = null;
  let most = LIKELY;
  for (let callers = fewest; callers < slots; callers++) {
    const nats = Math.max(...PAUSES.map((pause) => evidenceFor(packs, callers, pause, resolution))) - full;
    if (nats <= most) continue;
    likeliest = { callers, sure: nats >= SURE };
    most = nats;
  }
  return likeliest;
}

/** Requests between two silences of a tick or more. */
function packsOf({ length, low, high, duration, resolution }: Trace): Pack[] {
  const order = ascendingOrder(low.map((at, i) => at - duration[i]));
  const tickOf = (i: number) => Math.floor(low[i] / resolution);
  const packs: Pack[] = [];
  let [work, requests, first, last, until] = [0, 0, 0, 0, Number.POSITIVE_INFINITY];
  const close = () => {
    // The span of the ends begins with the end of the first request, so the work of one request lies before it.
    if (requests > 0) packs.push({ work: work * (1 - 1 / requests), requests, crossed: last - first });
    [work, requests, first, last] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  };
  for (let k = 0; k < length; k++) {
    const i = order[k];
    if (k === 0 || low[i] - duration[i] > until + resolution) close();
    until = k === 0 ? high[i] : Math.max(until, high[i]);
    work += duration[i];
    requests++;
    first = Math.min(first, tickOf(i));
    last = Math.max(last, tickOf(i));
  }
  close();
  return packs;
}

/** ln P(the ticks that the packs cross | `atOnce` requests at once, whose callers take the share `pause` longer). */
const evidenceFor = (packs: readonly Pack[], atOnce: number, pause: number, tick: number): number =>
  packs.reduce((sum, { work, crossed }) => {
    const ticks = ((1 + pause) * work) / atOnce / tick;
    return sum + Math.log(ODD + (1 - ODD) * Math.max(0, 1 - Math.abs(ticks - crossed)));
  }, 0);
