/** Requests that died with their worker and wrote no line: between its last line and the moment it was killed. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { Tracks } from './tracks.ts';

export interface LostRequest {
  readonly track: number;
  /** µs since 1970 UTC: the last end on this worker that the log knows, and its death. */
  readonly from: number;
  readonly to: number;
}

/** A server that logs the killed request after all does so at the moment of the kill, with a 5xx: that line is no end of another. */
const SAME_MOMENT = 1_500_000;
/** A worker that served until a moment before it was killed was not stuck. */
const LEAST_MICROS = 1_000_000;

export function lostRequests({ requests, placement, lifecycle, names }: Snapshot, tracks: Tracks): LostRequest[] {
  const lost: { track: number; from: number; readonly to: number }[] = [];
  const byWorker = new Map<number, typeof lost>();
  for (const event of lifecycle) {
    if (event.kind !== 'timeout' || event.worker === null || !Number.isFinite(event.time)) continue;
    const worker = names.workers.find(event.worker);
    const track = worker < 0 ? -1 : (tracks.ofWorker[worker] ?? -1);
    if (track < 0) continue;
    const born = tracks.list[track].lives.find((life) => life.worker === worker)?.from ?? Number.NEGATIVE_INFINITY;
    const one = { track, from: born, to: event.time };
    lost.push(one);
    byWorker.set(worker, [...(byWorker.get(worker) ?? []), one]);
  }
  if (lost.length === 0) return lost;
  for (let row = 0; row < requests.length; row++) {
    const own = byWorker.get(requests.worker[row]);
    if (!own) continue;
    const end = placement.end[row];
    for (const one of own) {
      if (requests.status[row] >= 500 && Math.abs(end - one.to) <= SAME_MOMENT) continue;
      if (end - placement.uncertainty[row] > one.from && end - placement.uncertainty[row] <= one.to) one.from = end;
    }
  }
  return lost.filter(({ from, to }) => to - from >= LEAST_MICROS && Number.isFinite(from));
}
