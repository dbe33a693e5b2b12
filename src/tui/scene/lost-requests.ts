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

interface Stuck {
  readonly track: number;
  from: number;
  readonly to: number;
}

/** What each worker may have had when it was killed, by its id: from the birth of the worker on, until its last answer is known. */
function killsByWorker({ lifecycle, names }: Snapshot, tracks: Tracks): Map<number, Stuck[]> {
  const kills = new Map<number, Stuck[]>();
  for (const event of lifecycle) {
    if (event.kind !== 'timeout' || event.worker === null || !Number.isFinite(event.time)) continue;
    const worker = names.workers.find(event.worker);
    const track = worker < 0 ? -1 : (tracks.ofWorker[worker] ?? -1);
    if (track < 0) continue;
    const born = tracks.list[track].lives.find((life) => life.worker === worker)?.from ?? Number.NEGATIVE_INFINITY;
    const own = kills.get(worker) ?? [];
    own.push({ track, from: born, to: event.time });
    kills.set(worker, own);
  }
  return kills;
}

/** The worker was free again when this request had ended. */
function endsBefore({ requests, placement }: Snapshot, row: number, kill: Stuck): boolean {
  const end = placement.end[row];
  if (requests.status[row] >= 500 && Math.abs(end - kill.to) <= SAME_MOMENT) return false;
  const earliest = end - placement.uncertainty[row];
  return earliest > kill.from && earliest <= kill.to;
}

export function lostRequests(snapshot: Snapshot, tracks: Tracks): LostRequest[] {
  const kills = killsByWorker(snapshot, tracks);
  if (kills.size === 0) return [];
  const { requests, placement } = snapshot;
  for (let row = 0; row < requests.length; row++) {
    for (const kill of kills.get(requests.worker[row]) ?? NONE)
      if (endsBefore(snapshot, row, kill)) kill.from = placement.end[row];
  }
  return [...kills.values()].flat().filter(({ from, to }) => to - from >= LEAST_MICROS && Number.isFinite(from));
}

const NONE: readonly Stuck[] = [];
