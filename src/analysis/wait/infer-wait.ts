/** The wait that no log line records: infers from the requests of a pool how long each of them queued before a worker took it. */
import type {
  Callers,
  Effort,
  HeldWorkers,
  InferredRequests,
  LoadGrowth,
  WaitInference,
} from '../../core/inference.ts';
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import { hasNoSlots, type ServerModel } from '../../core/summary.ts';
import type { RequestTable } from '../../core/table.ts';
import { durationText } from '../../core/words.ts';
import { insideWords } from '../structure/growth.ts';
import { whileHeld } from '../structure/held-workers.ts';
import type { Rhythm } from '../structure/rhythm.ts';
import type { Trace } from '../structure/trace.ts';
import { anchorsOf, heldToAnchors } from './anchors.ts';
import { eitherQueue } from './either-queue.ts';
import { type FilteredWaits, filteredWaits, type Pool } from './filtered-waits.ts';
import { unlessMoreSlots } from './hedged-slots.ts';
import { perhapsNone, withoutRest } from './no-rest.ts';
import { perhapsHeld } from './perhaps-held.ts';
import { perhapsShortOfCpu } from './perhaps-short-of-cpu.ts';
import { perhapsStarved } from './perhaps-starved.ts';
import { type PlainWaits, plainWaits } from './plain-waits.ts';
import type { CountedSteps } from './queue-depth.ts';
import { perhapsQueuedBefore } from './queued-before.ts';
import type { Elsewhere } from './runs-elsewhere.ts';
import type { SlotChange } from './slot-changes.ts';
import { unknownWait } from './summarise-waits.ts';

/** What must be known about a stretch of log before its waits can be inferred. */
export interface WaitInput {
  /** The requests in the order of their lines. */
  readonly table: RequestTable;
  readonly model: ServerModel;
  /** Slots of the whole pool; null when unknown or without a limit. */
  readonly capacity: number | null;
  /** Range of `capacity`; null: unknown. */
  readonly capacityRange: readonly [low: number, high: number] | null;
  /** Confidence in `capacity`, 0..1. */
  readonly capacityConfidence: number;
  /** Slots that the pool surely has: at least one per worker, and at least as many as were seen busy at once; 0: unknown. */
  readonly slotsAtLeast: number;
  /** Requests that one worker can surely run at once; 0: unknown. */
  readonly threadsAtLeast: number;
  /** Most slots that were seen busy at once; 0: unknown. */
  readonly wereBusy: number;
  /** Number of callers where they are fewer than the slots: they keep that many slots busy and never one more. null: not so, or unknown. */
  readonly fewerCallers: number | null;
  /** true: the packs of requests may come from callers, fewer than the slots, who ask for one thing after the other. Then nobody waited. */
  readonly mayTakeTurns: boolean;
  /** true: this kind of server has no fixed number of slots. */
  readonly unbounded: boolean;
  /**
   * Slots of the one queue from each instant on (µs since 1970 UTC), where some came or went while others stayed; empty: the number is
   * constant.
   */
  readonly slotChanges: readonly SlotChange[];
  /** Worker processes alive at once; null unknown. */
  readonly workers: number | null;
  /** Requests that one worker runs at once; null: unknown. */
  readonly threadsPerWorker: number | null;
  /** One accept queue for all workers, or one per worker; null: unknown. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** What the durations cover: the service alone, or the response (wait and service); null: unknown. */
  readonly durationCovers: 'service' | 'response' | null;
  /** µs: mean service time found from the rhythm of the pool, where lines carry no duration; NaN: unknown. */
  readonly serviceMean: number;
  /** The route after whose answers something holds the worker; null: there is no sign of that. */
  readonly held: HeldWorkers | null;
  /** For a server without fixed slots: the sign that it met some limit all the same, in words; null: there is none. */
  readonly limitMet: string | null;
  /** For a server without fixed slots: whether requests take longer when many run at once; null: unknown. */
  readonly growth: LoadGrowth | null;
  /** The beat on which requests end; null: they keep none. */
  readonly rhythm: Rhythm | null;
  /** true: the waits in the log are those of several servers together, each with a queue of its own. */
  readonly waitsOfAll: boolean;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly effort: Effort;
  /**
   * Does filter runs in another thread before it is known whether they are needed; missing: they are done in this thread, when they are
   * needed.
   */
  readonly elsewhere?: Elsewhere;
  /** false: the requests are only a part of a log, and that part is not representative of its waits. */
  readonly canSpeak: () => boolean;
  /** Counts of all requests of the log, where the table holds only some of them; null: the table holds all. */
  readonly counted: CountedSteps | null;
  /** µs since 1970 UTC: the log is still being written, and everything up to this instant is in it; null: it has ended. */
  readonly until: number | null;
  /** For effort `live`: how callers come, as a longer look at the same log found it. */
  readonly callers: Callers;
}

export interface WaitResult {
  readonly wait: WaitInference;
  readonly requests: InferredRequests;
  /** true: starts and ends are known more precisely than the stamps tell. */
  readonly sharpened: boolean;
}

const filled = (length: number, value: number): Float64Array => new Float64Array(length).fill(value);

/**
 * Infers the waits of `input.table`; `logged` is its trace. Deterministic, because the random draws are seeded by the data. Columns of the
 * result have one value per row of `input.table`, in µs; NaN: unknown.
 */
export function inferWait(input: WaitInput, logged: Trace): WaitResult {
  const plain = plainWaits(input, logged);
  if (plain) return toldPlainly(plain, input, logged);
  const { held: holding } = input;
  if (!holding) return waitsOfQueue(input, logged);
  const { trace, hold } = whileHeld(logged, holding);
  const found = waitsOfQueue(input, trace);
  const { end } = found.requests;
  if (found.sharpened) for (let i = 0; i < trace.length; i++) end[trace.row[i]] -= hold[i];
  const basis = `${found.wait.basis}; one route's answers hold their worker for ${durationText(holding.median)} more than their lines say`;
  return { ...found, wait: found.wait.method === 'inferred' ? { ...found.wait, basis } : found.wait };
}

/** Waits of a queue whose arrivals have to be modelled, because `plainWaits` does not apply. */
function waitsOfQueue(input: WaitInput, trace: Trace): WaitResult {
  const known = poolOf(input, trace);
  const pool = known ?? leastPoolOf(input, trace);
  const silent = (why: string): WaitResult => ({
    wait: unknownWait(why),
    requests: withinStamps(input.table),
    sharpened: false,
  });
  if (!pool) return silent(whySilent(input, trace));
  if (!input.canSpeak()) return silent('nothing like the busiest parts of the log is kept');
  const hidden = input.slotChanges.length === 0 && trace.workerIds.length > (input.workers ?? input.capacity ?? 0);
  const followed = trace.length === 0 ? null : followedAs(pool, trace, input, hidden);
  if (!followed) return silent(OUT_OF_STEP);
  const anchors = anchorsOf(input.table, trace);
  const held = anchors ? heldToAnchors(followed, anchors, trace) : followed;
  const again = (other: Trace) => followedAs(pool, other, input, hidden);
  const widened = held === followed ? perhapsFullThroughout(followed, trace, pool, input) : held;
  const found = held === followed && input.effort === 'full' ? perhapsHeld(widened, trace, pool, again) : widened;
  const likely = input.mayTakeTurns ? perhapsNone(found.summary, IN_TURN) : found.summary;
  return {
    wait: unlessMoreSlots(likely, input),
    requests: requestsOf(found, input.table, trace, known !== null),
    sharpened: found.times !== null,
  };
}

function perhapsFullThroughout(followed: FilteredWaits, trace: Trace, pool: Pool, input: WaitInput): FilteredWaits {
  const slots = input.capacity ?? pool.slots;
  const threads = input.threadsPerWorker ?? input.threadsAtLeast;
  const starved = perhapsStarved(withoutRest(followed, trace, slots, input.table.client), trace, {
    pool,
    threads,
    slots,
  });
  const found = perhapsShortOfCpu(starved, trace, pool);
  return input.effort === 'full' ? perhapsQueuedBefore(found, trace, pool) : found;
}

const OUT_OF_STEP =
  'the requests of a worker do not fit one after the other: killed requests or lines out of order hide when it worked';

/** Times as the lines alone give them: start and end in the middle of their tick, the wait unknown. */
function withinStamps(table: RequestTable): InferredRequests {
  const n = table.length;
  const end = filled(n, Number.NaN);
  const start = filled(n, Number.NaN);
  const uncertainty = filled(n, Number.NaN);
  for (let i = 0; i < n; i++) {
    const half = table.resolution[i] / 2;
    start[i] = table.start[i] + half;
    end[i] = table.end[i] + half;
    uncertainty[i] = half;
  }
  return { start, end, uncertainty, lane: new Int32Array(n).fill(-1), wait: filled(n, Number.NaN) };
}

function toldPlainly(plain: PlainWaits, input: WaitInput, trace: Trace): WaitResult {
  const requests = withinStamps(input.table);
  // A duration that includes the wait begins at the arrival; the work begins after the wait.
  const holdsWait = input.durationCovers === 'response' || (input.unbounded && input.growth?.inTurn !== undefined);
  const fromArrival = holdsWait && plain.summary.method === 'inferred';
  for (let i = 0; i < trace.length; i++) {
    const row = trace.row[i];
    requests.wait[row] = plain.wait[i];
    if (fromArrival) {
      requests.start[row] = trace.end[i] - trace.duration[i] + plain.wait[i];
      requests.end[row] = trace.end[i];
    } else if (plain.start && !Number.isNaN(plain.start[i])) {
      requests.start[row] = plain.start[i];
      requests.end[row] = plain.start[i] + (trace.hasDurations ? trace.duration[i] : input.serviceMean);
    }
  }
  return { wait: plain.summary, requests, sharpened: fromArrival || plain.start !== undefined };
}

/**
 * Columns by row of the table. Where there may be more slots than were followed (`slotsKnown` false), perhaps no limit was met at all; so
 * the uncertainty of the times stays that of the stamps.
 */
function requestsOf(found: FilteredWaits, table: RequestTable, trace: Trace, slotsKnown: boolean): InferredRequests {
  const requests = withinStamps(table);
  for (let i = 0; i < trace.length; i++) {
    const row = trace.row[i];
    requests.wait[row] = found.wait[i];
    if (!found.times) continue;
    requests.start[row] = found.times.start[i];
    requests.end[row] = found.times.end[i];
    if (slotsKnown) requests.uncertainty[row] = found.times.uncertainty[i];
  }
  const waitSamples = found.samples.map((sample) => {
    const column = filled(table.length, Number.NaN);
    for (let i = 0; i < trace.length; i++) column[trace.row[i]] = sample[i];
    return column;
  });
  return { ...requests, waitSamples };
}

/** Named because such callers leave the same packs of requests as callers who all come at once. */
const IN_TURN = 'a few callers asked for one thing after the other';

/** Follows the pool. Where it is unknown whether the workers share one queue, both cases are followed and their ranges combined. */
function followedAs(pool: Pool, trace: Trace, input: WaitInput, hidden: boolean): FilteredWaits | null {
  const followed = filteredWaits(trace, pool, input, hidden);
  if (!followed || pool.queue !== 'worker' || input.queue !== null || !input.capacity) return followed;
  const shared = filteredWaits(trace, { ...pool, slots: input.capacity, queue: 'pool' }, input, hidden);
  return shared && eitherQueue(followed, shared);
}

/** Without worker ids, the slots are followed only if `capacityConfidence` is at least this. */
const SURE_OF_SLOTS = 0.9;

/**
 * The pool that the filters follow; null: the lines tell too little to follow one. Slots without worker ids may belong to several processes
 * with a queue each. A number of slots without divisors rules that out, except for processes of one slot.
 */
function poolOf(input: WaitInput, trace: Trace): Pool | null {
  const { capacity, capacityConfidence, threadsPerWorker, queue, slotChanges, model } = input;
  if (!capacity || !trace.hasDurations || trace.startsOnly) return null;
  if (slotChanges.length > 0) {
    const slots = Math.max(...slotChanges.map((change) => change.slots));
    return { slots, queue: 'pool', onLanes: false, changes: slotChanges };
  }
  if (trace.hasWorkers && threadsPerWorker === 1 && queue !== 'per-worker')
    return { slots: capacity, queue: 'pool', onLanes: true };
  if (trace.hasWorkers && threadsPerWorker && (queue === 'per-worker' || (queue === null && model === 'threaded')))
    return { slots: threadsPerWorker, queue: 'worker', onLanes: false };
  if (queue === 'shared') return { slots: capacity, queue: 'pool', onLanes: false };
  if (!trace.hasWorkers && (capacity === 1 || capacityConfidence >= SURE_OF_SLOTS))
    return { slots: capacity, queue: hasNoDivisors(capacity) ? 'pool' : 'unknown', onLanes: false };
  return null;
}

/**
 * Without worker ids: the most slots that may be followed as a lower bound. More of them would hide queues of their own
 * (docs/inference-wait.md).
 */
const MOST_OF_FEW = 4;

/**
 * The pool of the slots that were seen busy, where there may be more; null: too little is known, or this kind of server has no fixed slots.
 */
function leastPoolOf(input: WaitInput, trace: Trace): Pool | null {
  const { model, unbounded, queue, threadsAtLeast, slotsAtLeast, wereBusy, slotChanges, durationCovers, effort } =
    input;
  // For servers that usually have no slots, the most requests at once are no pool.
  if (effort !== 'full' || unbounded || model === 'unknown' || hasNoSlots(model) || slotChanges.length > 0) return null;
  // Durations that include the wait are not time for which a slot is busy.
  if (!trace.hasDurations || trace.startsOnly || wereBusy < 1 || durationCovers === 'response') return null;
  const least = { onLanes: false, isLeast: true } as const;
  if (!trace.hasWorkers)
    return slotsAtLeast <= MOST_OF_FEW ? { ...least, slots: slotsAtLeast, queue: 'unknown' } : null;
  if (threadsAtLeast < 1) return null;
  if (queue === 'per-worker') return { ...least, slots: threadsAtLeast, queue: 'worker' };
  return queue === 'shared' ? { ...least, slots: slotsAtLeast, queue: 'pool' } : null;
}

const hasNoDivisors = (slots: number): boolean => {
  for (let k = 2; k < slots; k++) if (slots % k === 0) return false;
  return true;
};

function whySilent({ capacity, threadsPerWorker, model, growth }: WaitInput, trace: Trace): string {
  if (model === 'thread-per-request' && !growth)
    return 'whether the server starts a thread for each request, or runs one at a time and lets the others wait, its lines do not say';
  if (!capacity) return `how many slots the server has is not known${growth ? `; ${insideWords(growth)}` : ''}`;
  if (!trace.hasDurations) return 'without durations only bursts tell how long callers waited, and this log is none';
  if (!trace.hasWorkers) return 'without worker ids the requests cannot be followed through the pool';
  return model === 'threaded' || threadsPerWorker !== 1
    ? 'it is not known whether the workers share one queue'
    : 'the stamps are those of the starts alone';
}
