/** What the inference says of a stretch of requests: the server behind them, and for each request where and when it ran. */
import type { Estimate, ServerModel } from './summary.ts';

/** One µs value per row of the table it was inferred from; NaN unknown. */
export interface InferredRequests {
  /** µs since 1970 UTC: best estimate of the start and the end, sharper than the stamp where lanes allow it. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Half-width of what is not known about the end, µs (0: exact). */
  readonly uncertainty: Float64Array;
  /** Index in `lanes`, -1 when the row could not be placed. */
  readonly lane: Int32Array;
  /** Estimated µs between the client's connection and the start; NaN unknown. */
  readonly wait: Float64Array;
  /** Posterior samples of `wait`, each one possible history of all rows; missing where the engine gives a point alone. */
  readonly waitSamples?: readonly Float64Array[];
}

/** A lane is one slot that runs one request at a time: a sync worker, a thread of a worker, or a coloured row without a pid. */
export interface Lane {
  /** Id in `names.workers`, -1 when the log names no worker. */
  readonly worker: number;
  /** 0 for the first slot of its worker. */
  readonly slot: number;
}

export interface WaitInference {
  readonly method: 'measured' | 'inferred' | 'bounded' | 'unknown';
  readonly confidence: number;
  /** In words: which engine, on what evidence. */
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
  /** No more callers can have queued at once; missing: not known. */
  readonly mostQueued?: number;
  /** Share of the time in which all slots were taken, in the possible histories; NaN where there are none of the whole pool. */
  readonly full: number;
  /** As the possible histories take them; null: the wait was found without any. */
  readonly callers: Callers | null;
}

/** Whether requests take longer the more others are in flight, by those that found few and those that found many of them. */
export interface LoadGrowth {
  /** true: they do, so they wait for one another while they run; false: they do not, although it would have shown. */
  readonly grows: boolean;
  /** The times are a proxy's, which hold a queue in front of the server as well: where requests wait, they do not tell. */
  readonly behindProxy: boolean;
  /** Others in the same process, and the mean time taken in µs. */
  readonly few: { readonly beside: number; readonly mean: number };
  readonly many: { readonly beside: number; readonly mean: number };
  /** They wait in turn for slots inside the application that the server does not tell of; missing: they do not, or it does not show. */
  readonly inTurn?: HiddenSlots;
}

/** A queue inside the application, first come, first served. */
export interface HiddenSlots {
  /** null: not known. */
  readonly found: FoundSlots | null;
  /** Routes whose requests do not stand in it, by their ids. */
  readonly aside: ReadonlySet<number>;
}

/** What a longer look at a live log found: it stands until the next one. */
export interface LastLook {
  readonly wait: WaitInference;
  /** null: nobody waited in turn inside the application. */
  readonly inTurn: HiddenSlots | null;
}

/** Slots of each process, between `low` and `high`. */
export interface FoundSlots {
  readonly slots: number;
  readonly low: number;
  readonly high: number;
  /** Mean service time, µs: NaN where what the ends of the range give is too far apart. */
  readonly serviceMean: number;
  readonly lowService: number;
  readonly highService: number;
}

/** Between what a service time lies that the lines do not tell; µs, NaN unknown. No estimates: the truth may lie anywhere between. */
export interface ServiceBounds {
  readonly lowMean: number;
  readonly highMean: number;
  readonly highP95: number;
  /** The part of the log whose requests took least at most; null: none is much less than the whole. */
  readonly busiest: { readonly from: number; readonly to: number; readonly highMean: number } | null;
  /** By id of the route. */
  readonly routes: ReadonlyMap<number, { readonly highMean: number; readonly highP95: number }>;
}

export interface ServiceInference {
  readonly method: 'logged' | 'inferred' | 'unknown';
  readonly basis: string;
  /** Where the time is not logged; missing: nothing bounds it. */
  readonly bounds?: ServiceBounds;
  /** µs; NaN unknown. */
  readonly mean: number;
  /** Quantiles in µs, NaN unknown: a log without durations can give the mean alone. */
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Of a server without a limit whose lines carry durations; null: not asked, or the log cannot tell. */
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

/** A stretch of the log with another number of workers, or slots, than the one before. */
export interface PoolRegime {
  /** µs since 1970 UTC */
  readonly from: number;
  readonly to: number;
  readonly workers: number | null;
  readonly model: ServerModel;
  readonly capacity: number | null;
  /** Slots that it has at least; null unknown. */
  readonly capacityLow: number | null;
  readonly requests: number;
  /** µs; NaN unknown. */
  readonly serviceMean: number;
  /** µs with all of its slots busy; NaN unknown. */
  readonly saturatedMicros: number;
  /** µs; NaN unknown. */
  readonly waitMean: number;
}

/** One of several servers whose logs were read together. */
export interface ServerPart {
  /** As the names of its workers have it ("web-2.log" of "web-2.log/8712"); '' where theirs have none. */
  readonly name: string;
  /** Rows of the table that the inference is of, ascending. */
  readonly rows: Int32Array;
  /** Of these rows alone. */
  readonly inference: ServerInference;
}

/** The route after whose answers something holds the workers for longest that no line shows. */
export interface HeldWorkers {
  /** Id in `names.routes`. */
  readonly route: number;
  /** Its answers that another request of the same worker follows. */
  readonly answers: number;
  /** µs: nine of ten pauses are as long or longer, and the median of them. */
  readonly least: number;
  readonly median: number;
  /** Share of the pauses after other routes that are as long. */
  readonly usual: number;
  /** µs in all. */
  readonly micros: number;
}

export interface ServerInference {
  /** The lines are those of a proxy in front of the server: they tell of answers that are its own, too. */
  readonly seenByProxy?: true;
  readonly model: ServerModel;
  readonly modelConfidence: number;
  readonly modelMethod: string;
  readonly workers: Estimate;
  /** Per worker. */
  readonly threads: Estimate;
  /** Slots; value null when unbounded or unknown (the method says which). */
  readonly capacity: Estimate;
  /** true: no limit was found and the evidence says there is none. */
  readonly unbounded: boolean;
  /** Servers that the names of the workers tell apart, each with a queue of its own; empty where the log is of one. */
  readonly servers: readonly ServerPart[];
  /** In order of time; empty where the pool stayed the same. */
  readonly regimes: readonly PoolRegime[];
  readonly restarts: number | null;
  /**
   * Of a log of which a calm sample was followed, a stretch in which its pool was full for longest, µs since 1970 UTC, how many requests
   * were followed, and for what share of their time the pool was full; read from `lookFrom` on it can be followed, all of it or its busiest parts; missing: the sample is as full as the log, or the log was followed whole.
   */
  readonly notFollowed?: {
    readonly from: number;
    readonly to: number;
    readonly fullMicros: number;
    readonly lookFrom: number;
    readonly isFollowed: boolean;
    readonly requests: number;
    readonly fullShare: number;
    /** The like of it was followed, and its waits are not told all the same. */
    readonly isKept?: true;
  };
  /** What shows that lines of several servers with the same process ids are mixed, in words; missing: nothing does. */
  readonly mixed?: string;
  /** One queue for all workers, or one per process; null when the log cannot tell. */
  readonly queue: 'shared' | 'per-worker' | null;
  /** The same of the processes with threads that this server has, or would have; null where its lines do not name it. */
  readonly queueOfThreads: 'shared' | 'per-worker' | null;
  readonly lives: readonly WorkerLife[];
  readonly lanes: readonly Lane[];
  readonly requests: InferredRequests;
  /** null: nothing shows that workers are held after their answers. */
  readonly held: HeldWorkers | null;
  readonly service: ServiceInference;
  /** Of a pool of threads, where requests that hold one wait in turn for something else; null: they do not, or the log cannot tell. */
  readonly behindThreads: LoadGrowth | null;
  readonly concurrency: {
    readonly mean: number;
    readonly p95: number;
    readonly peak: number;
    /** What the log proves of the peak, however its stamps are read; NaN not asked. */
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

/** How most callers come to a pool: together with others, or each alone, as far as a log has been asked about it. */
export type Callers = 'in-bursts' | 'alone' | 'not-asked';

/**
 * How much work an inference may be: `live` answers for a screen's window in a few milliseconds, `look` is the longer look
 * that a live view takes now and then (how callers come), `sample` speaks for a log too long to be kept whole (whose own
 * length averages), `full` does all it can.
 */
export type Effort = 'live' | 'look' | 'sample' | 'full';
