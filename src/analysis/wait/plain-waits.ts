/** Waits that need no model of the arrivals: measured ones, none at all, and those of requests that all came at once. */
import type { FoundSlots, WaitInference } from '../../core/inference.ts';
import { sortWaits } from '../../core/order.ts';
import { meanOf } from '../../core/statistics.ts';
import { hiddenSlotsText } from '../../core/words.ts';
import { insideWords } from '../structure/growth.ts';
import { waitsInTurn } from '../structure/hidden-slots.ts';
import type { Trace } from '../structure/trace.ts';
import { waitsForSlots } from '../structure/with-response-times.ts';
import { type CeilLaw, ceilLaw } from './ceil-law.ts';
import { unlessMoreSlots } from './hedged-slots.ts';
import type { WaitInput } from './infer-wait.ts';
import { measuredWaits } from './measured-waits.ts';
import { boundByWork, fullBefore } from './never-full.ts';
import { queueDepthWaits } from './queue-depth.ts';
import { quantile, unknownWait } from './summarise-waits.ts';

export interface PlainWaits {
  readonly summary: WaitInference;
  /** By index in the trace, µs; NaN: unknown. */
  readonly wait: Float64Array;
  /** By index in the trace, µs since 1970: the start, where it is known better than from the request's own stamp; else NaN. */
  readonly start?: Float64Array;
}

/** µs: a shorter wait counts as none. */
const NOTHING = 25_000;
/** µs: shorter times are what a proxy takes to choose a server, not a queue of its own. */
const HELD = 5_000;
/** µs: a mean bound from the work alone, up to this value, still counts as nobody waiting, since that bound is far too high. */
const LITTLE = 110_000;
/** Error of a mean wait behind a proxy, in ticks. */
const BLUR = 0.06;
/** Turns up to which a run of requests is surely a burst, and from which it is as likely clients that came back after each answer. */
const SURELY_BURST = 8;
const MAYBE_BURST = 40;

interface Described {
  readonly wait: Float64Array;
  readonly method: WaitInference['method'];
  readonly confidence: number;
  readonly basis: string;
}

/** null: the waits can only be inferred with a model of the arrivals. */
export function plainWaits(input: WaitInput, trace: Trace): PlainWaits | null {
  return (
    heldByProxy(input, trace) ??
    measured(input, trace) ??
    byQueueDepth(input, trace) ??
    behindProxy(input, trace) ??
    unlimited(input, trace) ??
    fewCallers(input, trace) ??
    neverFull(input, trace) ??
    allAtOnce(input, trace)
  );
}

/** Mean and quantiles of waits (µs), with ranges of the given half-widths (µs) around mean and p95. */
function describe({ wait, method, confidence, basis }: Described, meanWidth: number, p95Width: number): PlainWaits {
  const sorted = wait.filter((value) => !Number.isNaN(value)).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const p95 = quantile(sorted, 0.95);
  const summary: WaitInference = {
    ...unknownWait(basis),
    method,
    confidence,
    mean,
    p50: quantile(sorted, 0.5),
    p95,
    p99: quantile(sorted, 0.99),
    max: sorted[sorted.length - 1],
    lowMean: Math.max(0, mean - meanWidth),
    highMean: mean + meanWidth,
    lowP95: Math.max(0, p95 - p95Width),
    highP95: p95 + p95Width,
    waitingRatio: sorted.filter((value) => value > NOTHING).length / sorted.length,
  };
  return { summary, wait };
}

function measured(input: WaitInput, trace: Trace): PlainWaits | null {
  const { table, threadsPerWorker, waitsOfAll } = input;
  // The time for which a proxy held a request is no measured wait for a server if it is negligible, or if the slots are known
  // (`behindProxy`).
  const isProxys = input.durationCovers === 'response' && (input.capacity !== null || heldIn(input, trace) === null);
  if (isProxys && input.growth?.grows !== false) return null;
  const found = measuredWaits(table, trace, threadsPerWorker === 1, waitsOfAll);
  if (!found) return null;
  const { wait, blur, share, basis, bias, p95Range } = found;
  const known = Math.max(1, share * trace.length);
  const told = describe(
    { wait, method: 'measured', confidence: 0.95, basis },
    Math.max(5_000, bias > 0 ? bias : (3 * blur) / Math.sqrt(known)),
    Math.max(2_000, blur, bias),
  );
  if (p95Range === null) return told;
  const [lowP95, highP95] = p95Range;
  return { ...told, summary: { ...told.summary, lowP95, highP95 } };
}

/** The server logs how many requests wait whenever one more has to. */
function byQueueDepth({ lifecycle, counted }: WaitInput, trace: Trace): PlainWaits | null {
  const summary = queueDepthWaits(trace, lifecycle, counted);
  return summary && { summary, wait: new Float64Array(trace.length).fill(Number.NaN) };
}

/**
 * By index in the trace, µs for which a proxy held the request in a queue of its own, 0 where the line has no value; null: it held none for
 * long.
 */
function heldIn({ table }: WaitInput, trace: Trace): Float64Array | null {
  const held = Float64Array.from(trace.row, (row) => Math.max(0, table.measuredWait[row] || 0));
  return quantile(held.toSorted(), 0.95) >= HELD ? held : null;
}

/**
 * A proxy that logs how long it held each request in a queue of its own, where requests may have queued once more behind it. If the slots
 * are known, that second wait follows from them (`behindProxy`). If requests take as long among many as among few, there is none. Else the
 * proxy's value is a lower bound. (If its times are known to cover the work alone, they are no response times, and `measured` applies.)
 */
function heldByProxy(input: WaitInput, trace: Trace): PlainWaits | null {
  if (input.durationCovers !== 'response' || input.capacity !== null || input.table.length === 0) return null;
  const held = heldIn(input, trace);
  if (!held || input.growth?.grows === false) return null;
  const sorted = held.toSorted();
  const basis =
    'the queue time that the proxy tells; whether requests queued behind it once more, its times do not tell apart from the work';
  const summary: WaitInference = {
    ...unknownWait(basis),
    method: 'bounded',
    confidence: 0.9,
    lowMean: meanOf(sorted),
    lowP95: quantile(sorted, 0.95),
    waitingRatio: sorted.filter((micros) => micros > NOTHING).length / sorted.length,
  };
  return { summary, wait: new Float64Array(trace.length).fill(Number.NaN) };
}

/** Arrivals and departures are logged, so the number of slots determines every start between them. */
function behindProxy(input: WaitInput, trace: Trace): PlainWaits | null {
  const { durationCovers, capacity, capacityRange } = input;
  if (durationCovers !== 'response' || capacity === null || !trace.hasDurations || trace.startsOnly) return null;
  const held = heldIn(input, trace);
  const waitsFor = (slots: number) => {
    const behind = waitsForSlots(trace, slots);
    return held ? behind.map((micros, i) => micros + held[i]) : behind;
  };
  const wait = waitsFor(capacity);
  const own = held ? 'the queue time that the proxy tells, and behind it, ' : '';
  const basis = `${own}from arrivals and departures in the proxy's log, first come first served on ${capacity} slots`;
  const described: Described = { wait, method: 'inferred', confidence: 0.8, basis };
  const { mean, p95 } = describe(described, 0, 0).summary;
  // The error found on simulated pools: stamps blur which requests were there when another came.
  const blur = BLUR * trace.resolution;
  const told = describe(described, 5_000 + blur + 0.1 * mean, 10_000 + 2 * blur + 0.15 * p95);
  return { ...told, summary: widened(told.summary, capacityRange ?? [capacity, capacity], waitsFor) };
}

/** Widens the range by that of the number of slots: fewer slots would have meant longer waits, more slots shorter ones. */
function widened(
  summary: WaitInference,
  range: readonly [number, number],
  waitsFor: (slots: number) => Float64Array,
): WaitInference {
  const [longest, shortest] = range.map((slots) => {
    const wait = waitsFor(slots);
    return { mean: meanOf(wait) - summary.mean, p95: quantile(wait.toSorted(), 0.95) - summary.p95 };
  });
  return {
    ...summary,
    lowMean: Math.max(0, summary.lowMean + shortest.mean),
    highMean: summary.highMean + longest.mean,
    lowP95: Math.max(0, summary.lowP95 + shortest.p95),
    highP95: summary.highP95 + longest.p95,
  };
}

/** No fixed slots: if requests wait, they do so inside the application, and the lines do not separate that from the work. */
function unlimited(input: WaitInput, trace: Trace): PlainWaits | null {
  if (!input.unbounded || trace.length === 0) return null;
  const inTurn = input.growth?.inTurn;
  if (inTurn?.found) return insideTheApplication(inTurn.found, inTurn.aside, trace);
  return {
    summary: unknownWait(
      input.limitMet === null
        ? `this kind of server has no fixed slots; ${insideWords(input.growth)}`
        : `${input.limitMet}: a limit that was set (on connections, on tasks), or the number of clients; whether requests waited for it, the log does not show`,
    ),
    wait: new Float64Array(trace.length).fill(Number.NaN),
  };
}

/**
 * The queue is inside the application. Durations begin at the arrival, as those of a proxy do, so the number of slots determines every
 * start.
 */
function insideTheApplication(found: FoundSlots, aside: ReadonlySet<number>, trace: Trace): PlainWaits {
  const wait = waitsInTurn(trace, found.slots, aside);
  const basis = `requests wait in turn inside the application, from arrivals and ends, first come first served for ${hiddenSlotsText(found)} in each process`;
  const described: Described = { wait, method: 'inferred', confidence: 0.8, basis };
  const { mean, p95 } = describe(described, 0, 0).summary;
  const blur = BLUR * trace.resolution;
  const told = describe(described, 5_000 + blur + 0.1 * mean, 10_000 + 2 * blur + 0.15 * p95);
  return {
    ...told,
    summary: widened(told.summary, [found.low, found.high], (slots) => waitsInTurn(trace, slots, aside)),
  };
}

function fewCallers({ fewerCallers, capacity }: WaitInput, trace: Trace): PlainWaits | null {
  if (fewerCallers === null) return null;
  const many =
    fewerCallers === 1 ? 'one request at once' : `${fewerCallers} requests at once, and nearly always as many`;
  const basis = `never more than ${many} on ${capacity} slots: as many callers, who ask again when they are answered`;
  return nobodyWaited(trace, basis, 0, 0);
}

function neverFull(input: WaitInput, trace: Trace): PlainWaits | null {
  const { slotsAtLeast, queue, threadsPerWorker, workers, unbounded, model } = input;
  if (unbounded || trace.length === 0) return null;
  // If each worker may have its own queue, a free slot in another worker is of no use.
  const own = queue === 'per-worker' || (queue === null && model === 'threaded' && trace.hasWorkers);
  const perQueue = own ? (threadsPerWorker ?? Math.floor(slotsAtLeast / Math.max(1, workers ?? 1))) : slotsAtLeast;
  if (perQueue < 1) return null;
  const bound = fullBefore(trace, perQueue, own, NOTHING);
  if (bound) {
    const mean = bound.most.reduce((sum, value) => sum + value, 0) / trace.length;
    const p95 = quantile(sortWaits(bound.most.slice()), 0.95);
    const basis = bound.mayWait === 0 ? 'a slot was free whenever a request started' : 'the pool was hardly ever full';
    if (p95 <= 2 * NOTHING) return nobodyWaited(trace, basis, mean, p95);
  }
  const byWork = own ? null : boundByWork(trace, perQueue);
  if (!byWork || byWork.mean > LITTLE || byWork.p95 > 2 * LITTLE) return null;
  return nobodyWaited(trace, 'every second the slots could do far more than came', byWork.mean, byWork.p95);
}

/** `mean` and `p95`: upper bounds of the wait, µs. */
function nobodyWaited(trace: Trace, basis: string, mean: number, p95: number): PlainWaits {
  const wait = new Float64Array(trace.length);
  const { summary } = describe({ wait, method: 'inferred', confidence: 0.95, basis }, 0, 0);
  return { wait, summary: { ...summary, highMean: mean + 5_000, highP95: p95 + 10_000, waitingRatio: Number.NaN } };
}

function allAtOnce(input: WaitInput, trace: Trace): PlainWaits | null {
  const { capacity, queue, model, serviceMean } = input;
  if (capacity === null || queue === 'per-worker' || !['sync', 'threaded', 'pool'].includes(model)) return null;
  const beat = beatOfGroups(input, trace);
  const law = ceilLaw(trace, capacity, beat ?? serviceMean);
  if (!law) return null;
  if (input.until !== null && mayGoOn(law, trace, input.until)) {
    const summary = unknownWait(
      'all slots have worked without a pause so far: whether all came at once shows when they rest',
    );
    return { wait: new Float64Array(trace.length).fill(Number.NaN), summary };
  }
  const turns = law.bursts.reduce((most, burst) => Math.max(most, burst.turns), 0);
  if (turns > MAYBE_BURST) return null;
  const size = Math.max(...law.bursts.map(({ members }) => members.length));
  const again = law.bursts.length > 1 ? `${law.bursts.length} bursts of up to ${size}` : `one burst of ${size}`;
  // Clients that ask again when they are answered, as many as there are slots, keep all slots at work as well, and none of them waits. One
  // client in a loop is the commonest of them.
  const mayBeClients = turns > SURELY_BURST || capacity === 1;
  const basis = mayBeClients
    ? `${again}, if all came at once: clients that come back when they are answered would have waited less, or not at all`
    : `${again}: all slots worked without a pause from one beginning, so request n was answered after ceil(n / ${capacity}) turns`;
  const confidence = beat !== null || mayBeClients ? 0.5 : 0.85;
  const either =
    beat === null ? '' : '; fewer slots on a faster beat would have kept them waiting for as long or longer';
  const described = describe({ wait: law.wait, method: 'inferred', confidence, basis: basis + either }, 0, 0);
  const { mean, p95 } = described.summary;
  const least = mayBeClients ? 0 : 0.8;
  const faster = beat === null ? 0 : fasterBeat(beat, capacity);
  const summary: WaitInference = {
    ...described.summary,
    lowMean: mean * least,
    highMean: mean * 1.1 + 20_000 + faster / 2,
    lowP95: p95 * least,
    highP95: p95 * 1.1 + 20_000 + faster,
    peakQueue: Math.max(...law.bursts.map(({ members }) => members.length - capacity)),
  };
  return { wait: law.wait, start: law.start, summary: unlessMoreSlots(summary, input) };
}

/** µs without an answer, on top of a service time and a tick, after which a burst has ended. */
const REST = 1_000_000;

/** Whether the last burst may still go on: until the pool rests, callers who keep coming fill it just as well. */
function mayGoOn({ bursts }: CeilLaw, trace: Trace, until: number): boolean {
  const longest = trace.hasDurations ? trace.duration.reduce((a, b) => Math.max(a, b), 0) : 0;
  return bursts.some(({ to }) => until - to < REST + trace.resolution + longest);
}

/**
 * µs: the beat of a burst that leaves in whole groups of as many lines as there are slots. Fewer and faster slots could keep the same beat.
 * null: the service time is known, or requests keep no beat.
 */
function beatOfGroups({ capacity, serviceMean, rhythm }: WaitInput, trace: Trace): number | null {
  if (trace.hasDurations || serviceMean > 0 || !rhythm || rhythm.byWorker) return null;
  return rhythm.size === capacity ? rhythm.period : null;
}

/**
 * µs by which waits may be longer if fewer, faster slots kept that beat. c slots with service time S write the same lines as c / f slots
 * with S / f. There a request spends S - S / f less in service, so the last of a group waits that much longer, and the first no longer. The
 * largest f is c.
 */
const fasterBeat = (beat: number, slots: number): number => beat * (1 - 1 / slots);
