/**
 * Which rows the lanes have: a track is a worker (or the slot of a pool without names) with everything that ran on it.
 * A worker that replaces a dead one takes over its track, so that a pool of four that recycles has four tracks.
 */
import type { Snapshot } from '../../core/snapshot.ts';
import type { RequestTable } from '../../core/table.ts';

export interface TrackLife {
  readonly worker: number;
  readonly name: string;
  /** µs since 1970 UTC; -Infinity / Infinity where neither the log nor the inference says when it began or ended. */
  readonly from: number;
  readonly to: number;
}

export interface Track {
  /** Index of the input its requests come from. */
  readonly source: number;
  readonly lives: TrackLife[];
  /** Slots of its widest life; 1 for a sync worker. */
  slots: number;
}

export interface Tracks {
  readonly list: readonly Track[];
  /** Track of each worker, by id; -1 none. */
  readonly ofWorker: Int32Array;
  /** Track of rows that name no worker, -1 none. */
  readonly nameless: number;
}

/** Fates that end a life. */
const ended = new Set(['exited', 'recycled', 'timeout', 'killed']);

export function tracksOf(snapshot: Snapshot): Tracks {
  const { inference, names, lifecycle } = snapshot;
  const { lanes, lives } = inference;
  const list: Track[] = [];
  const sourceOfWorker = sourcesOfWorkers(snapshot);

  const known = new Map(lives.map((life) => [life.worker, life]));
  const slots = new Map<number, number>();
  for (const lane of lanes)
    if (lane.worker >= 0) slots.set(lane.worker, Math.max(slots.get(lane.worker) ?? 0, lane.slot + 1));
  for (const life of lives) if (!slots.has(life.worker)) slots.set(life.worker, 1);
  // Workers that came after the last examination.
  for (const worker of sourceOfWorker.keys()) if (!slots.has(worker)) slots.set(worker, 1);

  const boots = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const event of lifecycle) {
    if (event.worker === null || Number.isNaN(event.time)) continue;
    if (event.kind === 'boot') boots.set(event.worker, event.time);
    else if (event.kind === 'exit' || event.kind === 'killed' || event.kind === 'recycle')
      ends.set(event.worker, event.time);
  }

  const workers = [...slots.keys()].map((worker): TrackLife => {
    const name = names.workers.text(worker);
    const life = known.get(worker);
    const gone = life !== undefined && ended.has(life.fate);
    const from = boots.get(name) ?? life?.from ?? Number.NEGATIVE_INFINITY;
    return { worker, name, from, to: ends.get(name) ?? (gone ? life.to : Number.POSITIVE_INFINITY) };
  });
  workers.sort((a, b) => a.from - b.from || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));

  const trackOfWorker = new Int32Array(names.workers.size).fill(-1);
  for (const life of workers) {
    const source = sourceOfWorker.get(life.worker) ?? 0;
    let at = list.findIndex(
      (track) => track.source === source && (track.lives.at(-1) as TrackLife).to <= life.from + 2e6,
    );
    if (at < 0) {
      at = list.length;
      list.push({ source, lives: [], slots: 1 });
    }
    list[at].lives.push(life);
    list[at].slots = Math.max(list[at].slots, slots.get(life.worker) ?? 1);
    trackOfWorker[life.worker] = at;
  }
  const nameless = list.length === 0 || lanes.some((lane) => lane.worker < 0) ? list.length : -1;
  if (nameless >= 0) {
    const slotsOfPool = lanes.reduce((most, lane) => (lane.worker < 0 ? Math.max(most, lane.slot + 1) : most), 1);
    list.push({ source: 0, lives: [], slots: slotsOfPool });
  }
  return inSourceOrder({ list, ofWorker: trackOfWorker, nameless });
}

/** The input that each worker's requests come from: the one of its first row. */
function sourcesOfWorkers({ requests }: Snapshot): Map<number, number> {
  const sources = new Map<number, number>();
  const { worker, source, length } = requests;
  for (let row = 0; row < length; row++) {
    const id = worker[row];
    if (id >= 0 && !sources.has(id)) sources.set(id, source[row]);
  }
  return sources;
}

function inSourceOrder({ list, ofWorker, nameless }: Tracks): Tracks {
  const order = list.map((_, index) => index).sort((a, b) => list[a].source - list[b].source || a - b);
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

/** Track of a row, -1 none. */
export function trackOfRow(
  { ofWorker, nameless }: Tracks,
  requests: Pick<RequestTable, 'worker'>,
  row: number,
): number {
  const worker = requests.worker[row];
  const track = worker < 0 || worker >= ofWorker.length ? -1 : ofWorker[worker];
  return track < 0 ? nameless : track;
}
