/**
 * A log that is too long to be kept whole is inferred from a sample of its requests; how busy the pool was the timeline tells of all of it.
 * Where the sample is calmer than the log, its waits are not those of the log.
 */
import type { ServerInference } from '../core/inference.ts';
import { clockText, MICROS_PER_SECOND } from '../core/time.ts';
import { percentText } from '../core/words.ts';
import type { Partial } from './partial.ts';
import { unknownWait } from './wait/summarise-waits.ts';

/** A step counts as full from this share of its slots: hand-overs leave small gaps. */
const FULL_STEP = 0.9;
/** s: longer steps hide the moments in which a pool has room. */
const LONGEST_STEP = 10;
/** Share of the time full by which, and times as often as in the sample, the log is fuller than it. */
const FULLER_BY = 0.004;
const TIMES_FULLER = 1.5;
/** µs: less is a moment; and a stretch as long as this that is not in the sample is asked for, however rare it is. */
const SHORTEST = 10_000_000;
const LONG = 20_000_000;
/** µs: full steps this near to each other are one stretch; what is looked at before and behind it. */
const APART = 60_000_000;
const AROUND = 60_000_000;

/** Steps of the timeline, µs each, how many there are, and where those with all slots busy begin (µs since 1970 UTC). */
interface FullSteps {
  readonly step: number;
  readonly count: number;
  readonly at: readonly number[];
}

const logsServices = ({ streams }: Partial): boolean =>
  streams.every(({ facts }) => facts.durationCovers === 'service');

/** null: the timeline does not tell. */
function fullSteps(partial: Partial, { capacity, unbounded }: ServerInference): FullSteps | null {
  const view = partial.timeline.view();
  const slots = unbounded ? null : capacity.value;
  if (!logsServices(partial) || slots === null || view.stepSeconds > LONGEST_STEP) return null;
  const step = view.stepSeconds * MICROS_PER_SECOND;
  const at: number[] = [];
  view.busyMicros.forEach((busy, k) => {
    if (busy >= FULL_STEP * slots * step) at.push(view.from + k * step);
  });
  return { step, count: view.busyMicros.length, at };
}

/** `micros` of time, and of all logged durations. */
export function ofWholeLog(
  partial: Partial,
  inference: ServerInference,
  micros: number,
  durations: number,
): Pick<ServerInference['concurrency'], 'mean' | 'saturatedMicros' | 'saturatedRatio'> {
  const seen = inference.concurrency;
  const mean = logsServices(partial) ? durations / micros : seen.mean;
  const full = fullSteps(partial, inference);
  if (!full) return { mean, saturatedRatio: seen.saturatedRatio, saturatedMicros: seen.saturatedRatio * micros };
  const saturatedMicros = full.at.length * full.step;
  return { mean, saturatedMicros, saturatedRatio: saturatedMicros / micros };
}

/** The inference of a sample, without waits where the pool was full far more often than in it. */
export function heldToWholeLog(inference: ServerInference, partial: Partial): ServerInference {
  if (partial.retained.complete || inference.wait.method !== 'inferred') return inference;
  const full = fullSteps(partial, inference);
  if (!full || full.at.length * full.step < SHORTEST) return inference;
  const share = full.at.length / full.count;
  const { end, wait } = inference.requests;
  const followed = end.filter((_, row) => Number.isFinite(wait[row]));
  const stepOf = (instant: number) => Math.floor(instant / full.step);
  const steps = new Set(Array.from(followed, stepOf));
  const inSample = full.at.filter((instant) => steps.has(stepOf(instant))).length / steps.size;
  const fullest = fullestStretch(full.at, full.step);
  const isIn = followed.some((instant) => instant >= fullest.from && instant <= fullest.to);
  const isCalmer = share >= inSample * TIMES_FULLER + FULLER_BY || (fullest.fullMicros >= LONG && !isIn);
  if (!isCalmer) return inference;
  const { length } = wait;
  const middle = (fullest.from + fullest.to) / 2;
  const basis = `the ${followed.length} requests that were followed are calmer than the log: all slots were busy for ${percentText(inSample)} of their time and for ${percentText(share)} of all, longest about ${clockText(middle)} UTC`;
  return {
    ...inference,
    wait: unknownWait(basis),
    requests: { ...inference.requests, wait: new Float64Array(length).fill(Number.NaN), waitSamples: [] },
    notFollowed: { ...fullest, requests: followed.length, fullShare: inSample },
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
