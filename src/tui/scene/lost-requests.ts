/** Requests that died with their worker and left no line: from the worker's last line to the moment when it was killed. */
import type { Snapshot } from '../../core/snapshot.ts';
import type { Tracks } from './tracks.ts';

export interface LostRequest {
  readonly track: number;
  /** The last known end on this worker, and its death; µs since 1970 UTC. */
  readonly from: number;
  readonly to: number;
}

/**
 * µs. If the server does log the killed request, it does so at the moment of the kill with a 5xx: that line is not the end of another
 * request.
 */
const SAME_MOMENT = 1_500_000;
/** A worker that answered within this time (µs) before the kill was not stuck. */
const LEAST_MICROS = 1_000_000;

interface Stuck {
  readonly track: number;
  from: number;
  readonly to: number;
}

/**
 * For each killed worker, by id: the time for which a request may have been stuck. It begins with the worker's birth until a last answer is
 * found.
 */
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

/** true: the worker was free again after this request, before the kill. */
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
