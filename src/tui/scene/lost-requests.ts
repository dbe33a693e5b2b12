/** Requests that died with their worker and wrote no line: between its last line and the moment it was killed. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { TimeAxis } from '../time-axis.ts';
import { type Tracks, trackOfRow } from './tracks.ts';

export interface LostRequest {
  readonly track: number;
  /** µs since 1970 UTC: the last end on this worker that the log knows, and its death. */
  readonly from: number;
  readonly to: number;
}

/** A worker that served until a moment before it was killed was not stuck. */
const LEAST_MICROS = 1_000_000;

export function lostRequests(
  { requests, placement, lifecycle, names }: Snapshot,
  tracks: Tracks,
  axis: TimeAxis,
): LostRequest[] {
  const lost: LostRequest[] = [];
  for (const event of lifecycle) {
    if (event.kind !== 'timeout' || event.worker === null || !(event.time >= axis.from)) continue;
    const worker = names.workers.find(event.worker);
    const track = worker < 0 ? -1 : (tracks.ofWorker[worker] ?? -1);
    if (track < 0) continue;
    let from = tracks.list[track].lives.find((life) => life.worker === worker)?.from ?? Number.NEGATIVE_INFINITY;
    for (let row = 0; row < requests.length; row++) {
      if (requests.worker[row] !== worker || trackOfRow(tracks, requests, row) !== track) continue;
      const end = placement.end[row] - placement.uncertainty[row];
      if (end > from && end <= event.time) from = placement.end[row];
    }
    if (event.time - from >= LEAST_MICROS && Number.isFinite(from)) lost.push({ track, from, to: event.time });
  }
  return lost;
}
