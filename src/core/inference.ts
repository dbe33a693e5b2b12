/** What the inference says about some requests: the server behind them, and when and where each request ran. */
import type { Estimate, ServerModel } from './summary.ts';

/** One value in µs per row of the table that it was inferred from; NaN: unknown. */
export interface InferredRequests {
  /** µs since 1970 UTC: best estimates of start and end, finer than the stamp where lanes allow it. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Half-width of the range in which the end may lie, µs (0: exact). */
  readonly uncertainty: Float64Array;
  /** Index in `lanes`; -1: the row could not be placed. */
  readonly lane: Int32Array;
  /** Estimated time between the client's connection and the start, µs; NaN: unknown. */
  readonly wait: Float64Array;
  /** Posterior samples of `wait`, each from a possible history of all rows; missing: the engine gives only a point estimate. */
  readonly waitSamples?: readonly Float64Array[];
  /** Of a long log: how many of its requests each one stands for; NaN: its wait is not known. Missing: each stands for itself. */
  readonly weight?: Float64Array;
}

/**
 * A lane is a slot, which runs one request at a time: a sync worker, a thread of a worker, or (if the log names no worker) a row that
 * colouring the overlaps gave.
 */
export interface Lane {
  /** Id in `names.workers`; -1: the log names no worker. */
  readonly worker: number;
  /** 0 for the first slot of its worker. */
  readonly slot: number;
}

export interface WaitInference {
  readonly method: 'measured' | 'inferred' | 'bounded' | 'unknown';
  readonly confidence: number;
  /** In words: which engine, and on what evidence. */
  readonly basis: string;
  /** µs; NaN unknown. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly lowMean: number;
  readonly highMean: number;
  readonly lowP95: number;
  readonly highP95: number;
  /** 0..1 */
  readonly waitingRatio: number;
  readonly peakQueue: number;
  /** Upper bound of the queue length; missing: unknown. */
  readonly mostQueued?: number;
  /** Share of the time in which all slots were busy, in the possible histories; NaN: there are no histories of the whole pool. */
  readonly full: number;
  /** How callers come in the possible histories; null: the wait was found without any. */
  readonly callers: Callers | null;
}

/** Whether requests take longer when more others are in flight, by comparing those that found few others with those that found many. */
export interface LoadGrowth {
  /** true: they do, so they wait for one another while they run. false: they do not, and it would have shown. */
  readonly grows: boolean;
  /** The times are a proxy's, and contain the queue in front of the server: if requests wait there, the times decide nothing. */
  readonly behindProxy: boolean;
  /** Mean number of others in the same process, and mean time of the requests in µs. */
  readonly few: { readonly beside: number; readonly mean: number };
  readonly many: { readonly beside: number; readonly mean: number };
  /** They queue for slots inside the application that the log does not show; missing: they do not, or it cannot be seen. */
  readonly inTurn?: HiddenSlots;
}

/** A queue inside the application, first come, first served. */
export interface HiddenSlots {
  /** null: the number of slots is unknown. */
  readonly found: FoundSlots | null;
  /** Ids of routes whose requests do not pass through it. */
  readonly aside: ReadonlySet<number>;
}

/** What a longer look at a live log found. It is valid until the next one. */
export interface LastLook {
  readonly wait: WaitInference;
  /** null: nobody queued inside the application. */
  readonly inTurn: HiddenSlots | null;
}

/** Slots of each process, between `low` and `high`. */
export interface FoundSlots {
  readonly slots: number;
  readonly low: number;
  readonly high: number;
  /** Mean service time, µs; NaN: the ends of the range give values that are too far apart. */
  readonly serviceMean: number;
  readonly lowService: number;
  readonly highService: number;
}

/** Bounds of the service time if it is not logged, µs; NaN: unknown. These are no estimates: the truth may be anywhere between them. */
export interface ServiceBounds {
  readonly lowMean: number;
  readonly highMean: number;
  readonly highP95: number;
  /** The part of the log with the lowest upper bound of the mean service time; null: no part is much below the whole. */
  readonly busiest: { readonly from: number; readonly to: number; readonly highMean: number } | null;
  /** By id of the route. */
  readonly routes: ReadonlyMap<number, { readonly highMean: number; readonly highP95: number }>;
}

export interface ServiceInference {
  readonly method: 'logged' | 'inferred' | 'unknown';
  readonly basis: string;
  /** Bounds, if the time is not logged; missing: there are none. */
  readonly bounds?: ServiceBounds;
  /** µs; NaN: unknown. */
  readonly mean: number;
  /** Quantiles in µs; NaN: unknown. A log without durations can only give the mean. */
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** For servers without a limit whose lines have durations; null: not examined, or the log does not show it. */
  readonly growth: LoadGrowth | null;
}

export interface WorkerLife {
  /** Id in `names.workers`. */
  readonly worker: number;
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly busyMicros: number;
  readonly peakConcurrency: number;
  readonly fate: 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';
}

/** A stretch of the log with another number of workers or slots than the stretch before. */
export interface PoolRegime {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  readonly workers: number | null;
  readonly model: ServerModel;
  readonly capacity: number | null;
  /** Lower bound of the number of slots; null: unknown. */
  readonly capacityLow: number | null;
  readonly requests: number;
  /** µs; NaN unknown. */
  readonly serviceMean: number;
  /** µs in which all of its slots were busy; NaN: unknown. */
  readonly saturatedMicros: number;
  /** µs; NaN unknown. */
  readonly waitMean: number;
}

/** One of several servers whose logs were read together. */
export interface ServerPart {
  /** As in the names of its workers ("web-2.log" in "web-2.log/8712"); '': these have no server in them. */
  readonly name: string;
  /** Its rows of the table, ascending. */
  readonly rows: Int32Array;
  /** From these rows alone. */
  readonly inference: ServerInference;
}

/** The route after whose answers something that no line shows keeps workers busy, for the longest time in total. */
export interface HeldWorkers {
  /** Id in `names.routes`. */
  readonly route: number;
  /** Number of its answers that are followed by another request of the same worker. */
  readonly answers: number;
  /** Pauses after these answers, µs: nine of ten are at least `least`; and their median. */
  readonly least: number;
  readonly median: number;
  /** Share of the pauses after other routes that are as long. */
  readonly usual: number;
  /** Sum of these pauses, µs. */
  readonly micros: number;
}

/** µs since 1970 UTC. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export interface FullStretch extends TimeSpan {
  /** µs within it in which all slots were busy. */
  readonly fullMicros: number;
}

export interface ServerInference {
  /** The lines are those of a proxy in front of the server, and include answers of the proxy itself. */
  readonly seenByProxy?: true;
  readonly model: ServerModel;
  readonly modelConfidence: number;
  readonly modelMethod: string;
  readonly workers: Estimate;
  /** Per worker. */
  readonly threads: Estimate;
  /** Number of slots; its value is null if unlimited or unknown (the method says which). */
  readonly capacity: Estimate;
  /** true: no limit was found, and the evidence is that there is none. */
  readonly unbounded: boolean;
  /** Servers that the names of the workers distinguish, each with its own queue; empty if there is only one. */
  readonly servers: readonly ServerPart[];
  /** In order of time; empty if the pool did not change. */
  readonly regimes: readonly PoolRegime[];
  readonly restarts: number | null;
  /**
   * For a long log of which only a sample was followed: the stretch in which the pool was full for longest (µs since 1970 UTC), the number
   * of requests in the sample, and the share of its time in which the pool was full. The sample has nothing like this stretch (but see
   * `isKept`). If the log is read from `lookFrom` on, the stretch is followed: all of it if `isFollowed`, otherwise its busiest parts.
   * Missing: the sample has such stretches, or all of the log was followed.
   */
  readonly notFollowed?: {
    readonly from: number;
    readonly to: number;
    readonly fullMicros: number;
    readonly lookFrom: number;
    readonly isFollowed: boolean;
    readonly requests: number;
    readonly fullShare: number;
    /** The sample does include such stretches, but its waits are not reported. */
    readonly isKept?: true;
  };
  /**
   * Of a long log a stretch of which next to no request is kept, in which requests took far longer than usual: mean service times, µs, the
   * slots that were busy, and µs of slots beyond the usual; read from `lookFrom` to `lookTo` it can be followed; missing: there is none.
   */
  readonly slowNotFollowed?: {
    readonly from: number;
    readonly to: number;
    readonly lookFrom: number;
    readonly lookTo: number;
    readonly isFollowed: boolean;
    readonly mean: number;
    readonly usual: number;
    readonly requests: number;
    readonly busySlots: number;
    readonly excessMicros: number;
    /** Like it, itself among them. */
    readonly stretches: number;
  };
  /**
   * Of a long log of which parts were followed, by the timeline of all its requests, in order of time: when all slots were busy, with gaps of
   * a minute at most, and when requests took many times as long as usual (to half a minute). Missing: all requests were followed, slots are not
   * known, or lines log no service times.
   */
  readonly fullStretches?: readonly FullStretch[];
  readonly slowStretches?: readonly TimeSpan[];
  /** In words: the evidence that lines of several servers with the same process ids are mixed; missing: none. */
  readonly mixed?: string;
  /** One queue for all workers, or one per process; null: the log does not show it. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** The same for processes with threads, which this server has or would have; null: the lines do not show which server it is. */
  readonly queueOfThreads: 'shared' | 'per-worker' | null;
  readonly lives: readonly WorkerLife[];
  readonly lanes: readonly Lane[];
  readonly requests: InferredRequests;
  /** null: there is no evidence that workers are busy after their answers. */
  readonly held: HeldWorkers | null;
  readonly service: ServiceInference;
  /** For a pool of threads, if requests that hold a thread queue for something else; null: they do not, or the log does not show it. */
  readonly behindThreads: LoadGrowth | null;
  readonly concurrency: {
    readonly mean: number;
    readonly p95: number;
    readonly peak: number;
    /** Lower bound of the peak that the log proves, whatever instants its coarse stamps stand for; NaN: not computed. */
    readonly peakAtLeast: number;
    readonly saturatedMicros: number;
    readonly saturatedRatio: number;
  };
  readonly batches: {
    readonly detected: boolean;
    readonly size: number;
    readonly periodMicros: number;
    readonly count: number;
  };
  readonly wait: WaitInference;
}

/** How most callers come to a pool: together with others, or alone; 'not-asked': this was not examined. */
export type Callers = 'in-bursts' | 'alone' | 'not-asked';

/**
 * How much work an inference may do. `live` gives an answer for the window of a screen within a few milliseconds; `look` is the longer look
 * that a live view takes now and then (how callers come); `sample` is for a sample of a log that is too long to be kept whole (whose
 * length already averages); `full` does everything.
 */
export type Effort = 'live' | 'look' | 'sample' | 'full';
