/**
 * A log too long to be kept whole is inferred from the requests kept of it: a sample and its busiest parts. The timeline shows for all of
 * it how busy each step was. So what was followed is weighted by how much of the log was as busy (`strata.ts`).
 */
import { floatsAt } from '../core/columns.ts';
import type { PoolRegime, ServerInference, WaitInference, WorkerLife } from '../core/inference.ts';
import { ascendingOrder } from '../core/order.ts';
import { medianOf, sumOf } from '../core/statistics.ts';
import { instantOf } from '../core/table.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import { countText } from '../core/words.ts';
import type { FollowedPart } from './followed-part.ts';
import { type Followed, followedOf, weightsOf } from './followed-waits.ts';
import { type Known, knownOf, logsServices, stepAt } from './known-steps.ts';
import { fullStretches, fullYetUntold, notFollowed, type OfWhole } from './not-followed.ts';
import type { Partial } from './partial.ts';
import { regimesOfWhole } from './regimes-of-whole.ts';
import { slowStretches } from './slow-stretch.ts';
import { FIRST_FULL, STRATA, slotsAt } from './strata.ts';
import type { CountedWorker } from './structure/lives.ts';
import { highMeanOf, queueSlotsOf } from './structure/service-bounds.ts';
import type { CountedSteps } from './wait/queue-depth.ts';
import { NO_WAIT } from './wait/summarise-waits.ts';
import { concurrencyOf } from './whole-concurrency.ts';

/**
 * Mean number of requests in service in a long log of `micros` µs, whose logged durations sum to `durations`; `seen`: the mean in its kept
 * part.
 */
export const meanConcurrency = (partial: Partial, seen: number, micros: number, durations: number): number =>
  logsServices(partial) ? durations / micros : seen;

/** Extends the inference of the followed part of a long log to the whole log. */
export function ofWholeLog(kept: ServerInference, partial: Partial, part: FollowedPart | null): ServerInference {
  if (!part) return kept;
  const whole = ofAllRequests(kept, partial, part);
  return { ...whole, ...slowStretches(whole, partial, part) };
}

function ofAllRequests(kept: ServerInference, partial: Partial, part: FollowedPart): ServerInference {
  const inference = ofAllResponses(kept, partial);
  const bounded = {
    ...inference,
    lives: livesOfWhole(inference.lives, partial),
    service: boundedByAll(inference, partial),
  };
  const known = knownOf(partial, part, slotsAt(inference));
  const regimes = regimesOfWhole(inference, partial, part.view, known);
  if (!known) return { ...bounded, regimes };
  const concurrency = {
    ...inference.concurrency,
    ...concurrencyOf(inference, part.table, known),
    ...fullTimeOf(regimes, part.view),
  };
  const whole = { ...bounded, concurrency, regimes, fullStretches: fullStretches(known.strata) };
  if (inference.wait.method === 'inferred') return { ...whole, ...waitsOf(inference, known, part) };
  const isUntold =
    inference.wait.method === 'unknown' && known.strata.steps.some((steps, s) => s >= FIRST_FULL && steps > 0);
  if (!isUntold) return whole;
  return weightsOf(known.strata, countsOf(known, part)) === null
    ? { ...whole, ...notFollowed(inference, known, part) }
    : { ...whole, ...fullYetUntold(known, part) };
}

/** Time in which all slots of the pool of that time were busy; empty for a log of one pool. */
function fullTimeOf(
  regimes: readonly PoolRegime[],
  { requests, stepSeconds }: FollowedPart['view'],
): { readonly saturatedMicros?: number; readonly saturatedRatio?: number } {
  if (regimes.length < 2) return {};
  const saturatedMicros = sumOf(regimes.map((regime) => regime.saturatedMicros));
  return { saturatedMicros, saturatedRatio: saturatedMicros / (requests.length * stepSeconds * MICROS_PER_SECOND) };
}

/** With more workers, each had hardly a request, and none shows how long it lived. */
const MOST_WORKERS = 20_000;

/** When each worker of a long log was at work; null: there are too many workers, or none. */
export function spansOfWorkers({ workers }: Partial): CountedWorker[] | null {
  const spans = workers
    .map(({ first, last, requests }, id) => ({ id, from: first, to: last, requests }))
    .filter(({ from, to, requests }) => requests > 0 && Number.isFinite(from) && Number.isFinite(to));
  return spans.length > 0 && spans.length <= MOST_WORKERS ? spans : null;
}

/** The lives with the busy time of all their requests, where lines log service times. */
function livesOfWhole(lives: readonly WorkerLife[], partial: Partial): readonly WorkerLife[] {
  if (!logsServices(partial)) return lives;
  return lives.map((life) => ({ ...life, busyMicros: partial.workers[life.worker]?.busyMicros ?? life.busyMicros }));
}

/** A proxy's times that do not grow with the load are averaged over all requests, as the kept ones are from the busiest parts. */
function ofAllResponses(inference: ServerInference, partial: Partial): ServerInference {
  const { service, seenByProxy, capacity } = inference;
  // Where slots were found, the service time was separated from the wait.
  if (!seenByProxy || capacity.value !== null || service.method !== 'inferred') return inference;
  const { mean } = partial.routeCounts.durations();
  // Little's law: the mean number in service scales with the mean time.
  const running = (inference.concurrency.mean * mean) / service.mean;
  return { ...inference, service: { ...service, mean }, concurrency: { ...inference.concurrency, mean: running } };
}

/** Bounds of service times that no line gives, from all requests of all workers; the kept requests leave gaps. */
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

/**
 * Whether what is kept of a long log is representative of the waits in all of it, in a pool of so many slots. If not, nothing need be
 * followed.
 */
export function canSpeak(partial: Partial, part: FollowedPart): (slots: number | null) => boolean {
  const answers = new Map<number | null, boolean>();
  const ask = (slots: number | null) => {
    const known = knownOf(partial, part, () => slots ?? Number.NaN);
    return known === null || weightsOf(known.strata, countsOf(known, part)) !== null;
  };
  return (slots) => {
    const answer = answers.get(slots) ?? ask(slots);
    answers.set(slots, answer);
    return answer;
  };
}

/** Requests of all steps of the whole log. */
export const countedSteps = ({ view: { stepSeconds, requests } }: FollowedPart): CountedSteps => ({
  step: stepSeconds * MICROS_PER_SECOND,
  requests,
});

/** Number of requests in the known steps, by stratum. */
function countsOf(known: Known, { table }: FollowedPart): Float64Array {
  const counts = new Float64Array(STRATA);
  for (let row = 0; row < table.length; row++) {
    const k = stepAt(known, instantOf(table, row));
    if (known.isKnown[k] === 1) counts[known.strata.stratum[k]]++;
  }
  return counts;
}

function waitsOf(inference: ServerInference, known: Known, part: FollowedPart): OfWhole {
  const { requests: all } = known.strata;
  const followed = followedOf(inference, known);
  const { rows, counts } = followed;
  const total = sumOf(all);
  const weight = weightsOf(known.strata, counts);
  if (!weight) return notFollowed(inference, known, part);
  const wait = new Float64Array(inference.requests.wait.length).fill(Number.NaN);
  const weightOfRow = wait.slice();
  const weights = floatsAt(weight, followed.stratum);
  rows.forEach((row, k) => {
    wait[row] = inference.requests.wait[row];
    weightOfRow[row] = weights[k];
  });
  const samples = inference.requests.waitSamples ?? [inference.requests.wait];
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
    requests: { ...inference.requests, wait, weight: weightOfRow },
  };
}

/** Standard error of the mean wait, µs. Each followed stretch of time is one draw from its stratum. */
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
    // A stratum that was followed completely has no sampling error.
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
  const total = sumOf(weights);
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
      if (sample[k] > MICROS_PER_SECOND * NO_WAIT) waiting += weights[k];
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
