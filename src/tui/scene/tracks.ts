/**
 * The rows of the lanes: a track is a worker (or the slots of a pool without names) with everything that ran on it. A worker that replaces
 * a dead one takes over its track, so a pool of four that recycles has four tracks.
 */
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { RequestTable } from '../../core/table.ts';
import { type SeenWorker, SeenWorkers } from './seen-workers.ts';

export interface TrackLife {
  readonly worker: number;
  readonly name: string;
  /** The name without its host, which is in the heading of the group. */
  readonly label: string;
  /** µs since 1970 UTC; -Infinity / Infinity if neither the log nor the inference shows when it began or ended. */
  readonly from: number;
  readonly to: number;
}

export interface Track {
  /** Where its workers ran: the host named in the log, else the input. Tracks of a group are placed together. */
  readonly group: string;
  readonly lives: TrackLife[];
  /** Largest number of slots of its workers; 1 for a sync worker. */
  slots: number;
}

export interface Tracks {
  readonly list: readonly Track[];
  /** Track of each worker, by id; -1 none. */
  readonly ofWorker: Int32Array;
  /** Track of rows that name no worker; -1 none. */
  readonly nameless: number;
}

/** Several tracks as one, for a shared lane. */
export function joined({ list }: Tracks, tracks: readonly number[]): Track {
  const all = tracks.map((track) => list[track]);
  return {
    group: all[0].group,
    lives: all.flatMap(({ lives }) => lives),
    slots: all.reduce((sum, { slots }) => sum + slots, 0),
  };
}

/** Workers that have rows, by id. */
type Seen = ReadonlyMap<number, SeenWorker>;

/** Fates that end a worker's life. */
const ended = new Set(['exited', 'recycled', 'timeout', 'killed']);

/** µs: a worker that begins up to this long before another ends may still replace it. */
const TAKE_OVER_MICROS = 2e6;

/**
 * `before`: the tracks of the previous picture. Only the newest minutes of a live log are examined, so the first sight of a worker moves on
 * with them; a worker with a track keeps it.
 */
export function tracksOf(
  snapshot: Snapshot,
  seen = new SeenWorkers().update(snapshot),
  before: Tracks | null = null,
): Tracks {
  const { names, sources, inference } = snapshot;
  const { lanes } = inference;
  const slots = slotsOfWorkers(snapshot, seen);
  const list: Track[] = [];
  const firstSource = new Map<string, number>();
  const ofWorker = new Int32Array(names.workers.size).fill(-1);
  for (const life of livesInOrder(snapshot, [...slots.keys()], seen, before)) {
    const source = seen.get(life.worker)?.source ?? 0;
    const group = groupOf(life.name, sources[source] ?? '');
    firstSource.set(group, Math.min(source, firstSource.get(group) ?? source));
    let at = list.findIndex((track) => track.group === group && hasEnded(track, life));
    if (at < 0) {
      at = list.length;
      list.push({ group, lives: [], slots: 1 });
    }
    list[at].lives.push(life);
    list[at].slots = Math.max(list[at].slots, slots.get(life.worker) ?? 1);
    ofWorker[life.worker] = at;
  }
  const nameless = list.length === 0 || lanes.some((lane) => lane.worker < 0) ? list.length : -1;
  if (nameless >= 0) {
    const slotsOfPool = lanes.reduce((most, lane) => (lane.worker < 0 ? Math.max(most, lane.slot + 1) : most), 1);
    list.push({ group: sources[0] ?? '', lives: [], slots: slotsOfPool });
  }
  return inGroups({ list, ofWorker, nameless }, firstSource);
}

/** true: the last worker of the track was gone when the next one began, or soon afterwards. */
const hasEnded = ({ lives }: Track, next: TrackLife): boolean =>
  (lives.at(-1) as TrackLife).to <= next.from + TAKE_OVER_MICROS;

/** Number of slots of every worker that was examined or seen, by id. */
function slotsOfWorkers({ inference }: Snapshot, seen: Seen): Map<number, number> {
  const slots = new Map<number, number>();
  for (const { worker, slot } of inference.lanes)
    if (worker >= 0) slots.set(worker, Math.max(slots.get(worker) ?? 0, slot + 1));
  for (const { worker } of inference.lives) if (!slots.has(worker)) slots.set(worker, 1);
  // Workers that the last examination did not see are assumed to be like the others: bare stamps may overlap where requests did not.
  const most = inference.unbounded ? Number.POSITIVE_INFINITY : (inference.threads.value ?? Number.POSITIVE_INFINITY);
  for (const [worker, one] of seen) if (!slots.has(worker)) slots.set(worker, Math.min(one.slots, most));
  return slots;
}

/** When the server logged that workers began and ended; µs since 1970 UTC by worker name. */
function toldLives(lifecycle: readonly LifecycleEvent[]) {
  const boots = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const { worker, kind, time } of lifecycle) {
    if (worker === null || Number.isNaN(time)) continue;
    if (kind === 'boot') boots.set(worker, time);
    else if (kind === 'exit' || kind === 'killed' || kind === 'recycle') ends.set(worker, time);
  }
  return { boots, ends };
}

/** The workers, sorted by their previous tracks, then by birth. */
function livesInOrder(snapshot: Snapshot, workers: readonly number[], seen: Seen, before: Tracks | null): TrackLife[] {
  const { inference, names, mode } = snapshot;
  const { boots, ends } = toldLives(snapshot.lifecycle);
  const examined = new Map(inference.lives.map((life) => [life.worker, life]));
  const sorted = workers.map((worker) => {
    const name = names.workers.text(worker);
    const life = examined.get(worker);
    const gone = life !== undefined && ended.has(life.fate);
    const guess = life === undefined ? seen.get(worker) : undefined;
    const born = boots.get(name) ?? life?.from ?? guess?.from ?? Number.NEGATIVE_INFINITY;
    // Only the newest minutes of a live log are examined; the held rows reach further back.
    const held = mode === 'tail' && !boots.has(name) ? seen.get(worker)?.from : undefined;
    const track = mode === 'tail' ? (before?.ofWorker[worker] ?? -1) : -1;
    return {
      place: track < 0 ? Number.MAX_SAFE_INTEGER : track,
      born,
      life: {
        worker,
        name,
        label: name.slice(name.lastIndexOf('/') + 1),
        from: Math.min(born, held ?? born),
        to: ends.get(name) ?? (gone ? life.to : (guess?.to ?? Number.POSITIVE_INFINITY)),
      },
    };
  });
  sorted.sort(
    (a, b) =>
      a.place - b.place ||
      a.born - b.born ||
      a.life.name.length - b.life.name.length ||
      (a.life.name < b.life.name ? -1 : 1),
  );
  return sorted.map(({ life }) => life);
}

/** Workers of several hosts are named "host/pid". */
const hostOf = (worker: string): string => worker.slice(0, Math.max(0, worker.lastIndexOf('/')));

/**
 * The group of a worker: its host; but its input if that is the file of the host, since workers of the other inputs are then named without
 * a host.
 */
function groupOf(worker: string, path: string): string {
  const host = hostOf(worker);
  return path.endsWith(host) ? path : host;
}

/** Sorts the groups by the input in which they first appear, regardless of anything else. */
function inGroups({ list, ofWorker, nameless }: Tracks, firstSource: ReadonlyMap<string, number>): Tracks {
  const groups = [...new Set(list.map(({ group }) => group))].sort(
    (a, b) => (firstSource.get(a) ?? 0) - (firstSource.get(b) ?? 0),
  );
  const groupOf = list.map(({ group }) => groups.indexOf(group));
  const order = list.map((_, index) => index).sort((a, b) => groupOf[a] - groupOf[b] || a - b);
  const place = new Int32Array(list.length);
  order.forEach((index, at) => {
    place[index] = at;
  });
  return {
    list: order.map((index) => list[index]),
    ofWorker: ofWorker.map((track) => (track < 0 ? -1 : place[track])),
    nameless: nameless < 0 ? -1 : place[nameless],
  };
}

/** Track of a row; -1 none. */
export function trackOfRow(
  { ofWorker, nameless }: Tracks,
  requests: Pick<RequestTable, 'worker'>,
  row: number,
): number {
  const worker = requests.worker[row];
  const track = worker < 0 || worker >= ofWorker.length ? -1 : ofWorker[worker];
  return track < 0 ? nameless : track;
}
