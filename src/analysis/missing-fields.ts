/** What the log contains, what it lacks, and the line of configuration that would add it. */
import type { LogField } from '../core/format.ts';
import type { ServerInference } from '../core/inference.ts';
import type { LifecycleEvent, LifecycleKind } from '../core/lifecycle.ts';
import type { InputSummary, Knows } from '../core/summary.ts';
import type { Stream } from './partial.ts';

/**
 * The configuration that makes the server of a format log a field; null: it cannot. `said`: kinds of the server's own lines in the log.
 * `beside`: formats of inputs that hold only such lines; one of them may be of the server whose requests are in another input.
 */
export type HowToLog = (
  format: string,
  field: LogField,
  said: ReadonlySet<LifecycleKind>,
  beside: readonly string[],
) => string | null;

const gives: Record<LogField, string> = {
  time: 'rates, batches and everything below',
  pid: 'workers and lanes',
  thread: 'threads per worker',
  duration: 'service time, concurrency and saturation',
  wait: 'the queue time as it was, instead of as inferred',
};

/** A field counts as known if at least half of the requests carry it. */
export function missingFields(
  streams: readonly Stream[],
  lifecycle: readonly LifecycleEvent[],
  inference: ServerInference,
  inputs: readonly InputSummary[],
  howToLog: HowToLog,
): Knows {
  const total = streams.reduce((sum, stream) => sum + stream.requests, 0);
  const has = (test: (stream: Stream) => boolean) =>
    total > 0 && streams.filter(test).reduce((sum, stream) => sum + stream.requests, 0) * 2 >= total;
  const known: Record<LogField, boolean> = {
    time: has(({ facts }) => facts.fields.time),
    pid: has(({ facts }) => facts.fields.worker),
    thread: has(({ facts }) => facts.fields.thread),
    duration: has(({ facts }) => facts.fields.duration),
    wait: has(({ facts }) => facts.fields.wait || facts.fields.arrival),
  };
  const said = new Set(lifecycle.map(({ kind }) => kind));
  const beside = inputs.flatMap(({ format, requests, lifecycle: lines }) =>
    format !== null && requests === 0 && lines > 0 ? [format] : [],
  );
  const busiest = [...streams].sort((a, b) => b.requests - a.requests)[0];
  const worthAsking = (field: LogField) => {
    if (known[field]) return false;
    // A server that says how many of its requests wait for a thread is a single process, so its pid would add nothing.
    if (field === 'pid' && said.has('queued')) return false;
    if (field === 'thread') return inference.model === 'threaded' && inference.threads.confidence < 0.8;
    return true;
  };
  const missing = (Object.keys(known) as LogField[]).filter(worthAsking).map((what) => ({
    what,
    gives: gives[what],
    how:
      (busiest && howToLog(busiest.facts.format, what, said, beside)) ??
      (what === 'thread'
        ? 'this server cannot log it; the application can, in a line of its own'
        : 'this server cannot log it; a proxy in front can'),
  }));
  return { ...known, missing: total === 0 ? [] : missing };
}
