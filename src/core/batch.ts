/**
 * The columns that a parser writes: one row per request, with no object and no string per line.
 *
 * Units: all times and durations are whole microseconds (µs) in a Float64Array, because 2^53 µs reach the year 2255 while 2^32 µs are 72
 * minutes; and sums of whole µs are exact. What a line does not say is `NaN` (-1 for an id, 0 for a status), never 0 µs.
 */
import type { Dictionary } from './dictionary.ts';

/** What the stamp of a line means. `response-start`: when the head of the response was sent. */
export type StampMeaning = 'start' | 'end' | 'response-start' | 'arrival';

/** Facts about every row of a batch: what the format says about its lines. */
export interface StreamFacts {
  /** Id of the format, as `logscope formats` lists it. */
  readonly format: string;
  /** Envelopes around the line, outermost first, joined by "+"; null: none. */
  readonly envelope: string | null;
  /** null: the lines have no time at all. */
  readonly stampMeaning: StampMeaning | null;
  /** Neither the format nor the data show what the stamp means: `stampMeaning` is the more likely meaning. */
  readonly stampAssumed?: boolean;
  /** One tick of the stamp: the true instant is in [time, time + resolution). */
  readonly resolutionMicros: number;
  /**
   * The stamp was made by a process that read the line from a pipe (Docker, containerd, journald), so it may be late: the true instant is
   * in [time - lateMicros, time + resolution). Missing: the server itself made the stamp.
   */
  readonly lateMicros?: number;
  /** "+00:00", "local" …; null: the lines have no time. */
  readonly zone: string | null;
  /**
   * What the duration covers: the work in the application (`service`, gunicorn's %(D)s), or also the wait before it (`response`, nginx's
   * $request_time). null: there is no duration.
   */
  readonly durationCovers: 'service' | 'response' | null;
  /** The waits in `wait` are those of all requests to several servers behind one proxy, but which server a request waited for is not known. */
  readonly waitsOfAll?: true;
  /** Which columns the layout fills. */
  readonly fields: FieldSet;
}

export interface FieldSet {
  readonly time: boolean;
  readonly duration: boolean;
  readonly worker: boolean;
  readonly thread: boolean;
  /** A queue time that the line states (a column of a proxy), in `wait`. */
  readonly wait: boolean;
  /** The instant at which a proxy received the request (X-Request-Start), in `arrival`. */
  readonly arrival: boolean;
}

/** Whether both say the same about their lines. */
export function sameFacts(a: StreamFacts, b: StreamFacts): boolean {
  return (
    a === b ||
    (a.format === b.format &&
      a.envelope === b.envelope &&
      a.stampMeaning === b.stampMeaning &&
      a.resolutionMicros === b.resolutionMicros &&
      a.lateMicros === b.lateMicros &&
      a.zone === b.zone &&
      a.durationCovers === b.durationCovers &&
      a.waitsOfAll === b.waitsOfAll &&
      (Object.keys(a.fields) as (keyof StreamFacts['fields'])[]).every((name) => a.fields[name] === b.fields[name]))
  );
}

/** Interned texts; the columns hold their ids. Shared by all batches of an analysis. */
export interface Names {
  /** Worker processes as the log names them (a pid, "worker-3", "web.1"). */
  readonly workers: Dictionary;
  readonly threads: Dictionary;
  /** "GET /users/{id}": method and path template, without the query. */
  readonly routes: Dictionary;
  /** Once there are so many routes, further ones are named "GET (other)". */
  readonly mostRoutes: number;
}

/** Up to `capacity` rows. The arrays are reused, so a consumer must copy what it keeps before it returns. */
export interface RequestBatch {
  readonly capacity: number;
  length: number;
  facts: StreamFacts;
  /** Index of the input the rows come from. */
  source: number;
  /** The stamp, µs since 1970-01-01 UTC, at the start of its tick. */
  readonly time: Float64Array;
  /** µs */
  readonly duration: Float64Array;
  /** µs between the arrival at a proxy and the start of the work, as the line itself measures it. */
  readonly wait: Float64Array;
  /** µs since 1970 UTC at which a proxy in front received the request. */
  readonly arrival: Float64Array;
  /** Id in `names.workers`; -1: unknown. */
  readonly worker: Int32Array;
  readonly thread: Int32Array;
  readonly route: Int32Array;
  /** Hash of the client's address; 0: unknown. Enough to count clients, but not to identify them. */
  readonly client: Uint32Array;
  /** HTTP status; 0: unknown. */
  readonly status: Uint16Array;
  /** Bytes of the response. */
  readonly bytes: Float64Array;
  /** Byte offset of the line in its input, to read the line again. */
  readonly offset: Float64Array;
}

/** @param place gives the memory for a column of so many bytes, and the offset of the column in it; default: separate memory */
export function createBatch(
  capacity: number,
  facts: StreamFacts,
  source: number,
  place: (bytes: number) => readonly [ArrayBuffer, number] = (bytes) => [new ArrayBuffer(bytes), 0],
): RequestBatch {
  const float64 = () => new Float64Array(...place(capacity * 8), capacity);
  const int32 = () => new Int32Array(...place(capacity * 4), capacity);
  return {
    capacity,
    length: 0,
    facts,
    source,
    time: float64(),
    duration: float64(),
    wait: float64(),
    arrival: float64(),
    worker: int32(),
    thread: int32(),
    route: int32(),
    client: new Uint32Array(...place(capacity * 4), capacity),
    status: new Uint16Array(...place(capacity * 2), capacity),
    bytes: float64(),
    offset: float64(),
  };
}
