/**
 * A log that is too long to be kept whole is inferred from the requests that are kept of it, a sample and its busiest parts; how busy it was
 * in each step the timeline tells of all of it. So what was followed is weighed by how much of the log was as busy (`strata.ts`).
 */
import { floatsAt, indicesBelow } from '../core/columns.ts';
import type { ServerInference, WaitInference } from '../core/inference.ts';
import { ascendingOrder } from '../core/order.ts';
import { medianOf } from '../core/statistics.ts';
import { instantOf } from '../core/table.ts';
import { clockText } from '../core/time.ts';
import { countText, percentText } from '../core/words.ts';
import type { FollowedPart } from './followed-part.ts';
import { type Known, knownOf, logsServices } from './known-steps.ts';
import type { Partial } from './partial.ts';
import { FIRST_FULL, STRATA, slotsAt } from './strata.ts';
import { highMeanOf, queueSlotsOf } from './structure/service-bounds.ts';
import { NO_WAIT, unknownWait } from './wait/summarise-waits.ts';
import { concurrencyOf } from './whole-concurrency.ts';

/** µs: full steps this near to each other are one stretch; what is looked at before and behind it. */
const APART = 60_000_000;
const AROUND = 60_000_000;
/** Share of the requests, and µs of a stretch, of a full pool that speak for themselves: nothing like them was followed. */
const HARDLY_ANY = 0.004;
const LONG = 20_000_000;
/** Requests of a stratum that tell of it. */
const ENOUGH = 20;
/** µs: stretches of requests that are followed apart from each other are the draws of a sample. */
const DRAW = 60_000_000;

/** Mean concurrency of a long log: `micros` of time, and of all logged durations. */
export const meanConcurrency = (partial: Partial, seen: number, micros: number, durations: number): number =>
  logsServices(partial) ? durations / micros : seen;

/** The inference of the followed part of a long log, as it speaks for the whole. */
export function ofWholeLog(inference: ServerInference, partial: Partial, part: FollowedPart | null): ServerInference {
  if (!part) return inference;
  const bounded = { ...inference, service: boundedByAll(inference, partial) };
  const known = knownOf(partial, part, slotsAt(inference));
  if (!known) return bounded;
  const concurrency = { ...inference.concurrency, ...concurrencyOf(inference, part.table, known) };
  const whole = { ...bounded, concurrency };
  if (inference.wait.method === 'inferred') return { ...whole, ...waitsOf(inference, known, part) };
  const isUntold =
    inference.wait.method === 'unknown' && known.strata.steps.some((steps, s) => s >= FIRST_FULL && steps > 0);
  return isUntold && weightsOf(known, countsOf(known, part)) === null
    ? { ...whole, ...notFollowed(inference, known, part) }
    : whole;
}

/** Service times that no line tells, bounded by the requests of all workers: those kept of them leave gaps. */
function boundedByAll({ service, ...server }: ServerInference, partial: Partial): ServerInference['service'] {
  const workers = partial.workers.filter(({ requests }) => requests > 0);
  const queue = queueSlotsOf(server, workers.length > 0);
  if (!service.bounds || !queue) return service;
  const tick = Math.max(0, ...partial.streams.map(({ facts }) => facts.resolutionMicros));
  const all = workers.length > 0 ? workers : [partial];
  const chains = all.map(({ requests, first, last }) => ({ requests, from: first, to: last + tick }));
  const { highMean } = service.bounds;
  const ofAll = highMeanOf(chains, queue.slots);
  return { ...service, bounds: { ...service.bounds, highMean: ofAll < highMean ? ofAll : highMean } };
}

/** Whether what is kept of a long log can speak for the waits of all of it, in a pool of these slots: else nothing need be followed. */
export function canSpeak(partial: Partial, part: FollowedPart): (slots: number | null) => boolean {
  const told = new Map<number | null, boolean>();
  const ask = (slots: number | null) => {
    const known = knownOf(partial, part, () => slots ?? Number.NaN);
    return known === null || weightsOf(known, countsOf(known, part)) !== null;
  };
  return (slots) => {
    const answer = told.get(slots) ?? ask(slots);
    told.set(slots, answer);
    return answer;
  };
}

const stepAt = ({ strata, isKnown }: Known, instant: number): number =>
  Math.min(isKnown.length - 1, Math.max(0, Math.floor((instant - strata.from) / strata.step)));

/** Requests in the known steps, by stratum. */
function countsOf(known: Known, { table }: FollowedPart): Float64Array {
  const counts = new Float64Array(STRATA);
  for (let row = 0; row < table.length; row++) {
    const k = stepAt(known, instantOf(table, row));
    if (known.isKnown[k] === 1) counts[known.strata.stratum[k]]++;
  }
  return counts;
}

/** Requests of the log that each followed one of a stratum stands for; null: of too many nothing alike was followed. */
function weightsOf({ strata }: Known, counts: Float64Array): Float64Array | null {
  const { requests: all, steps, step } = strata;
  const total = all.reduce((a, b) => a + b, 0);
  const weight = new Float64Array(STRATA);
  let missing = 0;
  let missingSteps = 0;
  for (let s = 0; s < STRATA; s++) {
    if (all[s] === 0) continue;
    // A calm stratum of which too little was followed waited no longer than the next busier one.
    let of = s;
    while (of < FIRST_FULL && counts[of] < ENOUGH) of++;
    if (counts[of] > 0 && (counts[of] >= ENOUGH || counts[of] === all[of])) weight[of] += all[s] / counts[of];
    else {
      missing += all[s];
      missingSteps += steps[s];
    }
  }
  return missing > HARDLY_ANY * total || missingSteps * step >= LONG ? null : weight;
}

/** The followed requests whose wait is known: row, stratum, and the stretch of time that it is of. */
interface Followed {
  readonly rows: Int32Array;
  readonly stratum: Uint8Array;
  readonly draw: Int32Array;
  /** Of each stratum. */
  readonly counts: Float64Array;
}

function followedOf({ requests }: ServerInference, known: Known): Followed {
  const { end, wait } = requests;
  const { strata, isKnown } = known;
  const stepOf = (row: number) => stepAt(known, end[row]);
  const rows = indicesBelow(end.length).filter((row) => wait[row] >= 0 && isKnown[stepOf(row)] === 1);
  const stratum = Uint8Array.from(rows, (row) => strata.stratum[stepOf(row)]);
  const counts = new Float64Array(STRATA);
  for (const s of stratum) counts[s]++;
  return { rows, stratum, draw: rows.map((row) => Math.floor(end[row] / DRAW)), counts };
}

function waitsOf(inference: ServerInference, known: Known, part: FollowedPart): OfWhole {
  const { requests: all } = known.strata;
  const followed = followedOf(inference, known);
  const { rows, counts } = followed;
  const total = all.reduce((a, b) => a + b, 0);
  const weight = weightsOf(known, counts);
  if (!weight) return notFollowed(inference, known, part);
  const wait = new Float64Array(inference.requests.wait.length).fill(Number.NaN);
  for (const row of rows) wait[row] = inference.requests.wait[row];
  const samples = inference.requests.waitSamples ?? [inference.requests.wait];
  const weights = floatsAt(weight, followed.stratum);
  return {
    wait: weighted(
      inference.wait,
      samples.map((sample) => floatsAt(sample, rows)),
      weights,
      {
        error: samplingError(inference.requests.wait, followed, weight, total),
        basis: `${inference.wait.basis}; ${countText(rows.length, 'request')} of ${total} followed, the busiest parts of the log among them, each weighed by how much of the log was as busy`,
      },
    ),
    requests: { ...inference.requests, wait },
  };
}

type OfWhole = Pick<ServerInference, 'wait' | 'requests' | 'notFollowed'>;

/** µs: standard error of the mean wait: stretches of time are the draws of each stratum. */
function samplingError(
  wait: Float64Array,
  { rows, stratum, draw }: Followed,
  weight: Float64Array,
  total: number,
): number {
  let variance = 0;
  for (let s = 0; s < STRATA; s++) {
    const draws = new Map<number, { sum: number; count: number }>();
    let sum = 0;
    let count = 0;
    for (let k = 0; k < rows.length; k++) {
      if (stratum[k] !== s) continue;
      const one = draws.get(draw[k]) ?? { sum: 0, count: 0 };
      one.sum += wait[rows[k]];
      one.count++;
      draws.set(draw[k], one);
      sum += wait[rows[k]];
      count++;
    }
    // What was followed whole has no such error.
    const unseen = count === 0 ? 0 : 1 - 1 / Math.max(1, weight[s]);
    if (unseen === 0) continue;
    const mean = sum / count;
    let squares = 0;
    for (const one of draws.values()) squares += (one.sum - mean * one.count) ** 2;
    const ofMean = draws.size > 1 ? ((squares / count ** 2) * draws.size) / (draws.size - 1) : mean ** 2;
    variance += ((weight[s] * count) / total) ** 2 * unseen * ofMean;
  }
  return Math.sqrt(variance);
}

function weighted(
  { mean: ownMean, p95: ownP95, ...own }: WaitInference,
  samples: readonly Float64Array[],
  weights: Float64Array,
  { error, basis }: { error: number; basis: string },
): WaitInference {
  const total = weights.reduce((a, b) => a + b, 0);
  const found = samples.map((sample) => {
    const order = ascendingOrder(sample);
    const upTo = new Float64Array(order.length);
    let sum = 0;
    let area = 0;
    let waiting = 0;
    order.forEach((k, at) => {
      sum += weights[k];
      upTo[at] = sum;
      area += weights[k] * sample[k];
      if (sample[k] > 1e6 * NO_WAIT) waiting += weights[k];
    });
    const quantile = (share: number) => {
      const at = upTo.findIndex((weight) => weight >= share * total);
      return sample[order[at < 0 ? order.length - 1 : at]];
    };
    return { mean: area / total, waiting: waiting / total, quantile };
  });
  const middle = (value: (one: (typeof found)[number]) => number) => medianOf(Float64Array.from(found, value));
  const mean = middle((one) => one.mean);
  const p95 = middle((one) => one.quantile(0.95));
  const [less, more] = [Math.max(0, mean - 2 * error), mean + 2 * error];
  const off = mean > 0 ? [less / mean, more / mean] : [1, 1];
  const scaled = (bound: number, of: number, by: number, estimate: number) =>
    of > 0 && Number.isFinite(bound) ? (by * bound) / of : Math.max(by, bound, estimate);
  return {
    ...own,
    basis,
    mean,
    p50: middle((one) => one.quantile(0.5)),
    p95,
    p99: middle((one) => one.quantile(0.99)),
    max: middle((one) => one.quantile(1)),
    waitingRatio: middle((one) => one.waiting),
    lowMean: scaled(own.lowMean, ownMean, less, 0),
    highMean: scaled(own.highMean, ownMean, more, own.highMean),
    lowP95: scaled(own.lowP95, ownP95, p95 * off[0], 0),
    highP95: scaled(own.highP95, ownP95, p95 * off[1], own.highP95),
  };
}

/** Nothing like the longest stretches of a full pool was followed: how long callers waited then is not known. */
function notFollowed(inference: ServerInference, known: Known, { table }: FollowedPart): OfWhole {
  const { strata, isKnown } = known;
  const { from, step, full } = strata;
  const at: number[] = [];
  let knownFull = 0;
  let knownSteps = 0;
  full.forEach((isFull, k) => {
    if (isKnown[k] === 1) {
      knownSteps++;
      knownFull += isFull;
    } else if (isFull === 1) at.push(from + k * step);
  });
  const stretch = fullestStretch(at, step);
  const share = knownSteps > 0 ? knownFull / knownSteps : 0;
  const inAll = full.reduce((sum, isFull) => sum + isFull, 0) / full.length;
  const middle = (stretch.from + stretch.to) / 2;
  const basis = `nothing like the longest stretch in which all slots were busy, about ${clockText(middle)} UTC, could be followed: ${countText(table.length, 'request')} are kept, and all slots were busy for ${percentText(share)} of their time and for ${percentText(inAll)} of all`;
  const { wait } = inference.requests;
  return {
    wait: unknownWait(basis),
    requests: { ...inference.requests, wait: new Float64Array(wait.length).fill(Number.NaN), waitSamples: [] },
    notFollowed: { ...stretch, requests: table.length, fullShare: share },
  };
}

/** The stretch with the most full steps. */
function fullestStretch(at: readonly number[], step: number) {
  let best = { from: at[0], to: at[0] + step, fullMicros: step };
  let open = best;
  for (const instant of at.slice(1)) {
    const isNear = instant - open.to <= APART;
    open = isNear
      ? { from: open.from, to: instant + step, fullMicros: open.fullMicros + step }
      : { from: instant, to: instant + step, fullMicros: step };
    if (open.fullMicros > best.fullMicros) best = open;
  }
  return { ...best, from: best.from - AROUND, to: best.to + AROUND };
}
