/**
 * The JSON contract with the programs that read us (`logscope analyze --json`). Names are snake_case because they are
 * JSON; times are seconds, instants ISO 8601 with a zone, ratios 0..1; what the log cannot tell is null, never 0.
 */
export const SUMMARY_SCHEMA = 'logscope/summary/v1';

export type ServerModel = 'sync' | 'threaded' | 'async' | 'thread-per-request' | 'pool' | 'unknown';
/** Every request runs at once: in an event loop, or in a thread of its own. */
export const hasNoSlots = (model: ServerModel): boolean => model === 'async' || model === 'thread-per-request';

/** Below this confidence the kind of server is a hedge. */
export const HEDGED = 0.6;

export type Severity = 'info' | 'warning' | 'critical';
export type WorkerFate = 'running' | 'exited' | 'recycled' | 'timeout' | 'killed';

/** An inferred number: its value, the range it lies in, how sure that is (0..1), and how it was found. */
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
  /** The host it was read on, where somebody named it. */
  host?: string;
  /** Where its lines name several hosts (containers, pods): the first of them, whose workers bear plain names. */
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
  /** Of these, lines that tell of no request, as an application's own do; left out where there are none. */
  unrelated?: number;
  timestamp: {
    meaning: 'start' | 'end' | 'arrival' | null;
    /** What exactly the server stamps: "response start" is an "end", but for responses that stream on. */
    detail: string | null;
    resolution_seconds: number | null;
    zone: string | null;
  };
  /**
   * The first lines that nothing took: line number (from 1), the text made printable, and why. Lines that tell of no request stand behind
   * the others, where there is room.
   */
  unparsed_examples: { line: number; text: string; reason: string }[];
  /** What was assumed where the log does not say (zone, unit, …), one sentence each. */
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
    /** At most, where no line tells it. */
    high: { mean: number | null; p95: number | null };
  };
  /** Where the times in the log are a proxy's: from the request to the answer, any wait behind it included. */
  response_time?: Omit<Distribution, 'p90'>;
}

export interface RouteEstimatesSummary {
  /** About. */
  distinct_routes: number;
  /** The requests of a listed route may be too high by so many. */
  excess_requests: number;
  /** Requests that the times of listed routes come from. */
  sampled_requests: number;
  basis: string;
}

export interface FindingSummary {
  id: string;
  severity: Severity;
  title: string;
  /** The title in fewer words; missing where it has few. */
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
    /** Only where there are several, each with a queue of its own; the numbers are those of all, full time that of the fullest. */
    servers?: number;
    /** Only where the number of workers changed, that of slots, or their kind: pools one after the other. */
    regimes?: {
      from: string | null;
      to: string | null;
      workers: number | null;
      model: ServerModel;
      capacity: number | null;
      capacity_at_least: number | null;
      /** Time with all of its slots busy. */
      saturated_seconds: number | null;
      wait_mean: number | null;
    }[];
  };
  service_time: Distribution & {
    method: 'logged' | 'inferred' | 'unknown';
    basis: string;
    /** Requests take longer the more are in flight, so waiting for each other is in their times; null: not asked, or not known. */
    grows_with_load: boolean | null;
    /** Where no line tells it: between what the mean lies, and the 95th percentile at most. No estimates. */
    low: { mean: number | null };
    high: { mean: number | null; p95: number | null };
    /** The part of the log for whose requests slots had the least time, and the mean of those at most; null: no part was much busier. */
    busiest: { from: string | null; to: string | null; high_mean: number | null } | null;
  };
  /** Where the times in the log are a proxy's: from the request to the answer, any wait behind it included. */
  response_time?: Distribution;
  concurrency: {
    mean: number | null;
    p95: number | null;
    peak: number | null;
    /** What the log proves of the peak, however its stamps are read; null: it was not asked. */
    peak_at_least: number | null;
    saturated_seconds: number | null;
    saturated_ratio: number | null;
  };
  batches: { detected: boolean; size: number | null; period_seconds: number | null; count: number | null };
  wait: WaitSummary;
  throughput: { ceiling_per_second: number | null };
  workers: WorkerSummary[];
  routes: RouteSummary[];
  /** Only where there are too many routes to count each. */
  route_estimates?: RouteEstimatesSummary;
  findings: FindingSummary[];
  timeline: {
    from: string | null;
    step_seconds: number;
    requests: number[];
    errors: number[];
    /** Mean number of busy slots in each step; null where durations are unknown. */
    busy: (number | null)[];
    queue: (number | null)[];
  };
}
