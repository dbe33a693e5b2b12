/** The wait that no line records: from the requests of a pool to how long each of them queued before a worker took it. */
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
import { perhapsShortOfCpu } from './perhaps-short-of-cpu.ts';
import { perhapsStarved } from './perhaps-starved.ts';
import { type PlainWaits, plainWaits } from './plain-waits.ts';
import type { CountedSteps } from './queue-depth.ts';
import { perhapsQueuedBefore } from './queued-before.ts';
import type { Elsewhere } from './runs-elsewhere.ts';
import type { SlotChange } from './slot-changes.ts';
import { unknownWait } from './summarise-waits.ts';

/** What must be known of a stretch of log before its wait can be asked for. */
export interface WaitInput {
  /** The requests in the order of their lines. */
  readonly table: RequestTable;
  readonly model: ServerModel;
  /** Slots of the whole pool; null when unknown or without a limit. */
  readonly capacity: number | null;
  /** Between what it lies; null where it is not known. */
  readonly capacityRange: readonly [low: number, high: number] | null;
  /** How sure that number is, 0..1. */
  readonly capacityConfidence: number;
  /** Slots that the pool has for sure: a worker each at least, and as many as were seen busy at once; 0 unknown. */
  readonly slotsAtLeast: number;
  /** Requests that one worker runs at once for sure; 0 unknown. */
  readonly threadsAtLeast: number;
  /** Slots that were seen busy at once; 0 unknown. */
  readonly wereBusy: number;
  /** Callers who keep that many slots busy, and never one more, where they are fewer than the slots; null: not so, or unknown. */
  readonly fewerCallers: number | null;
  /** Callers who ask in turn, fewer than the slots, would leave such packs of requests: then nobody waited. */
  readonly mayTakeTurns: boolean;
  /** true: the server is of a kind without fixed slots. */
  readonly unbounded: boolean;
  /** Slots of the one queue from when on (µs since 1970 UTC), where some came or went while others stayed; empty: their number stayed. */
  readonly slotChanges: readonly SlotChange[];
  /** Worker processes alive at once; null unknown. */
  readonly workers: number | null;
  /** Requests that one worker runs at once; null unknown. */
  readonly threadsPerWorker: number | null;
  /** One accept queue for all workers, or one in each; null unknown. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** What the durations cover; null unknown. */
  readonly durationCovers: 'service' | 'response' | null;
  /** µs, mean service time where the lines carry no duration but the pool's rhythm gave it; NaN unknown. */
  readonly serviceMean: number;
  /** What holds the workers after their answers; null: nothing shows it. */
  readonly held: HeldWorkers | null;
  /** What speaks for a limit all the same, in words; null: nothing does. */
  readonly limitMet: string | null;
  /** Of a server without a limit, whether its requests take longer among many; null unknown. */
  readonly growth: LoadGrowth | null;
  /** The beat on which requests end; null: they keep none. */
  readonly rhythm: Rhythm | null;
  /** Waits that lines tell are those of several servers, each with a queue of its own, together. */
  readonly waitsOfAll: boolean;
  readonly lifecycle: readonly LifecycleEvent[];
  readonly effort: Effort;
  /** Where runs of filters are done that may turn out to be needed; missing: here, when they are. */
  readonly elsewhere?: Elsewhere;
  /** false: the requests are of a part of a log that cannot speak for the waits of all of it. */
  readonly canSpeak: () => boolean;
  /** All requests of a log of which not all are in the table; null: they all are. */
  readonly counted: CountedSteps | null;
  /** µs since 1970 UTC: the log goes on, and everything up to here is in it; null: it has ended. */
  readonly until: number | null;
  /** What a longer look at the same log has found, for a `live` one. */
  readonly callers: Callers;
}

export interface WaitResult {
  readonly wait: WaitInference;
  readonly requests: InferredRequests;
  /** The starts and ends are sharper than the stamps. */
  readonly sharpened: boolean;
}

const filled = (length: number, value: number): Float64Array => new Float64Array(length).fill(value);

/**
 * Deterministic: random draws are seeded by the data. `logged`: of `input.table`. Columns of the result have one value per row of `input.table`,
 * µs, NaN unknown.
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

/** Waits that neither the lines tell nor a law of bursts. */
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
  const found = held === followed ? perhapsFullThroughout(followed, trace, pool, input) : held;
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

/** As the lines alone tell: each in the middle of its stamp, its wait unknown. */
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

/** `slotsKnown`: of slots that may be more, when each request ran is no better known than from its line: the limit may be none. */
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

/** Such callers leave packs as herds do. */
const IN_TURN = 'a few callers asked for one thing after the other';

/** Workers of which it is not known whether they share a queue may each have their own. */
function followedAs(pool: Pool, trace: Trace, input: WaitInput, hidden: boolean): FilteredWaits | null {
  const followed = filteredWaits(trace, pool, input, hidden);
  if (!followed || pool.queue !== 'worker' || input.queue !== null || !input.capacity) return followed;
  const shared = filteredWaits(trace, { ...pool, slots: input.capacity, queue: 'pool' }, input, hidden);
  return shared && eitherQueue(followed, shared);
}

/** From so much confidence on, slots that were counted without worker ids are followed. */
const SURE_OF_SLOTS = 0.9;

/**
 * Where a request of this server runs, as far as the lines tell; null: not well enough to follow it. Slots that no worker id
 * tells apart may be those of several processes with a queue each; but a number without divisors has one process or one slot in each.
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

/** Without worker ids so many slots that were seen at least may be those of a few processes; more hide queues of their own (docs/inference-wait.md). */
const MOST_OF_FEW = 4;

/** The slots that were seen, where there may be more, of a server that is not known to have none; null: too little is known. */
function leastPoolOf(input: WaitInput, trace: Trace): Pool | null {
  const { model, unbounded, queue, threadsAtLeast, slotsAtLeast, wereBusy, slotChanges, durationCovers, effort } =
    input;
  // Of a kind that usually has no slots the most at once are no pool.
  if (effort !== 'full' || unbounded || model === 'unknown' || hasNoSlots(model) || slotChanges.length > 0) return null;
  // Times that hold the wait are no work that fills a slot.
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
