/** The columns of a simulated log: stamps and durations in ticks, from a fixed date on. */
import type { RequestTable } from '../../src/core/table.ts';

/** Start of all simulated runs, µs since 1970 UTC. */
export const EPOCH = 1_700_000_000_000_000;

/** Seconds, rounded down to whole ticks, as µs. */
export const floorToTick = (seconds: number, tickSeconds: number): number =>
  Math.round(Math.floor(seconds / tickSeconds + 1e-9) * tickSeconds * 1e6);

/** A table of `length` requests with status 200 and 12 bytes, without times and workers. */
export function emptyTable(length: number, tickSeconds: number) {
  const unknown = () => new Float64Array(length).fill(Number.NaN);
  return {
    length,
    start: unknown(),
    end: unknown(),
    duration: unknown(),
    measuredWait: unknown(),
    arrival: unknown(),
    resolution: new Float64Array(length).fill(tickSeconds * 1e6),
    worker: new Int32Array(length).fill(-1),
    thread: new Int32Array(length).fill(-1),
    route: new Int32Array(length),
    client: new Uint32Array(length),
    status: new Uint16Array(length).fill(200),
    bytes: new Float64Array(length).fill(12),
    offset: Float64Array.from({ length }, (_, i) => i * 100),
    source: new Uint16Array(length),
  } satisfies RequestTable;
}
