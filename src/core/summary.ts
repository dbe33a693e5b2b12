/**
 * The JSON contract with programs that read our output (`logscope analyze --json`). Names are snake_case, as usual in JSON. Times are
 * seconds, instants ISO 8601 with a zone, ratios 0..1; what the log does not show is null, never 0.
 */
export const SUMMARY_SCHEMA = 'logscope/summary/v1';

export type ServerModel = 'sync' | 'threaded' | 'async' | 'thread-per-request' | 'pool' | 'unknown';
/** Every request runs at once, in an event loop or in a thread of its own. */
export const hasNoSlots = (model: ServerModel): boolean => model === 'async' || model === 'thread-per-request';

/** Below this confidence, the kind of server is only a guess. */
export const HEDGED = 0.6;

export type Severity = 'info' | 'warning' | 'critical';
export type WorkerFate = 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';

/** An inferred number: its value, its range, how sure that is (0..1), and how it was found. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  confidence: number;
  method: string;
}

export const unknownEstimate = (method: string): Estimate => ({
  value: null,
  low: null,
  high: null,
  confidence: 0,
  method,
});

export interface InputSummary {
  path: string;
  /** The host on which it was read, if it was named. */
  host?: string;
  /** If lines name several hosts (containers, pods): the first one, whose workers have plain names. */
  first_host?: string;
  format: string | null;
  format_confidence: number;
  envelope: string | null;
  bytes: number;
  lines: number;
  requests: number;
  lifecycle: number;
  /** Lines that belong to the line before them (tracebacks). */
  continuation: number;
  unparsed: number;
  /** Those of `unparsed` that are not about a request, but an application's own, for example; missing: none. */
  unrelated?: number;
  timestamp: {
    meaning: 'start' | 'end' | 'arrival' | null;
    /** What exactly the server stamps: "response start" is an "end", except for answers that are streamed. */
    detail: string | null;
    resolution_seconds: number | null;
    zone: string | null;
  };
  /**
   * The first lines that nothing took: line number (from 1), printable text, and reason. Lines that are not about a request come last, if
   * there is room.
   */
  unparsed_examples: { line: number; text: string; reason: string }[];
  /** What was assumed where the log does not say it (zone, unit, …), one sentence each. */
  assumptions: string[];
}

export interface Distribution {
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
}

export interface WaitSummary {
  method: 'measured' | 'inferred' | 'bounded' | 'unknown';
  mean: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
  waiting_ratio: number | null;
  peak_queue: number | null;
  low: { mean: number | null; p95: number | null };
  high: { mean: number | null; p95: number | null };
  confidence: number;
  /** How the wait was found, in words. */
  basis: string;
}

export interface WorkerSummary {
  id: string;
  from: string | null;
  to: string | null;
  requests: number;
  busy_ratio: number | null;
  peak_concurrency: number | null;
  fate: WorkerFate;
}

export interface RouteSummary {
  route: string;
  requests: number;
  error_ratio: number | null;
  /** Share of all busy time that this route took. */
  busy_ratio: number | null;
  service_time: {
    mean: number | null;
    p50: number | null;
    p95: number | null;
    p99: number | null;
    max: number | null;
    /** Upper bounds, if the time is not logged. */
    high: { mean: number | null; p95: number | null };
  };
  /** If the times in the log are a proxy's: from the request to the answer, with any wait behind the proxy. */
  response_time?: Omit<Distribution, 'p90'>;
}

export interface RouteEstimatesSummary {
  /** Approximately. */
  distinct_routes: number;
  /** The number of requests of a listed route may be too high by this. */
  excess_requests: number;
  /** Number of sampled requests from which the times of the listed routes come. */
  sampled_requests: number;
  basis: string;
}

export interface FindingSummary {
  id: string;
  severity: Severity;
  title: string;
  /** A shorter title; missing: the title is short. */
  brief?: string;
  detail: string;
  evidence: Record<string, number | string | boolean | null>;
  advice: string;
  from: string | null;
  to: string | null;
}

export interface Knows {
  time: boolean;
  pid: boolean;
  thread: boolean;
  duration: boolean;
  wait: boolean;
  /** What the log lacks, what it would give, and the configuration that adds it. */
  missing: { what: string; gives: string; how: string }[];
}

export interface Summary {
  schema: typeof SUMMARY_SCHEMA;
  generator: { name: 'logscope'; version: string };
  inputs: InputSummary[];
  knows: Knows;
  window: { from: string | null; to: string | null; seconds: number | null };
  requests: {
    total: number;
    error_ratio: number | null;
    status: Record<string, number>;
    rate: { mean: number | null; peak: number | null };
    bytes: number | null;
  };
  server: {
    model: ServerModel;
    model_confidence: number;
    model_method: string;
    workers: Estimate;
    threads: Estimate;
    capacity: Estimate;
    restarts: number | null;
    /** Only if there are several, each with its own queue. The numbers are those of all; saturated time is that of the fullest. */
    servers?: number;
    /** Only if the number of workers or slots, or their kind, changed: the pools in order of time. */
    regimes?: {
      from: string | null;
      to: string | null;
      workers: number | null;
      model: ServerModel;
      capacity: number | null;
      capacity_at_least: number | null;
      /** Time in which all of its slots were busy. */
      saturated_seconds: number | null;
      wait_mean: number | null;
    }[];
  };
  service_time: Distribution & {
    method: 'logged' | 'inferred' | 'unknown';
    basis: string;
    /**
     * Whether requests take longer when more are in flight, so that their times contain waits for each other; null: not examined, or
     * unknown.
     */
    grows_with_load: boolean | null;
    /** Bounds of the mean and of the 95th percentile if the time is not logged. No estimates. */
    low: { mean: number | null };
    high: { mean: number | null; p95: number | null };
    /**
     * The part of the log in which slots had the least time for each request, with the upper bound of the mean there; null: no part was
     * much busier.
     */
    busiest: { from: string | null; to: string | null; high_mean: number | null } | null;
  };
  /** If the times in the log are a proxy's: from the request to the answer, with any wait behind the proxy. */
  response_time?: Distribution;
  concurrency: {
    mean: number | null;
    p95: number | null;
    peak: number | null;
    /** Lower bound of the peak that the log proves, however coarse its stamps are; null: not computed. */
    peak_at_least: number | null;
    saturated_seconds: number | null;
    saturated_ratio: number | null;
  };
  batches: { detected: boolean; size: number | null; period_seconds: number | null; count: number | null };
  wait: WaitSummary;
  throughput: { ceiling_per_second: number | null };
  workers: WorkerSummary[];
  routes: RouteSummary[];
  /** Only if there are too many routes to count each one. */
  route_estimates?: RouteEstimatesSummary;
  findings: FindingSummary[];
  timeline: {
    from: string | null;
    step_seconds: number;
    requests: number[];
    errors: number[];
    /** Mean number of busy slots in each step; null: durations are unknown. */
    busy: (number | null)[];
    queue: (number | null)[];
  };
}
