/** Cost of a frame: a dense picture of 200 x 50 cells that changes every time, from snapshot to bytes. Prints JSON. */
import type { StreamFacts } from '../../src/core/batch.ts';
import { createNames } from '../../src/core/names.ts';
import { newRevision, type Snapshot } from '../../src/core/snapshot.ts';
import { sliceRows } from '../../src/core/table.ts';
import { emptySnapshot } from '../../src/engine/empty-snapshot.ts';
import { emptyPlacement } from '../../src/engine/placement.ts';
import { RowStore, slicePlacement } from '../../src/engine/row-store.ts';
import { Session } from '../../src/tui/session.ts';
import type { UiState } from '../../src/tui/ui-state.ts';

const START = Date.UTC(2026, 10, 20, 12) * 1000;
const SECOND = 1_000_000;

/** `workers` sync workers that are nearly always busy, with `perSecond` requests per second for `seconds`. */
function denseSnapshot(workers: number, perSecond: number, seconds: number): Snapshot {
  const names = createNames();
  const length = Math.floor(perSecond * seconds);
  const base = emptySnapshot('tail', 'access.log', ['access.log'], names, []);
  const placement = emptyPlacement(length);
  const column = () => new Float64Array(length);
  const requests = {
    length,
    start: column(),
    end: column(),
    duration: column(),
    measuredWait: column(),
    arrival: column(),
    resolution: column(),
    worker: new Int32Array(length),
    thread: new Int32Array(length).fill(-1),
    route: new Int32Array(length),
    client: new Uint32Array(length),
    status: new Uint16Array(length),
    bytes: column(),
    offset: column(),
    source: new Uint16Array(length),
  };
  const ids = Array.from({ length: workers }, (_, i) => names.workers.add(String(8712 + i)));
  const routes = Array.from({ length: 40 }, (_, i) => names.routes.add(`GET /resource-${i}/{id}`));
  let random = 12_345;
  const next = () => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return random / 2_147_483_648;
  };
  for (let row = 0; row < length; row++) {
    const worker = row % workers;
    const end = START - seconds * SECOND + (row / perSecond) * SECOND;
    const took = (workers / perSecond) * SECOND * (0.7 + 0.5 * next());
    requests.start[row] = placement.start[row] = end - took;
    requests.end[row] = placement.end[row] = end;
    requests.duration[row] = took;
    requests.worker[row] = ids[worker];
    requests.route[row] = routes[Math.floor(next() * next() * routes.length)];
    requests.status[row] = next() < 0.02 ? 500 : next() < 0.05 ? 404 : 200;
    requests.offset[row] = row * 120;
    placement.wait[row] = next() * 0.5 * SECOND;
    placement.turn[row] = Math.floor(row / workers) % 2;
  }
  const sure = (value: number) => ({ value, low: value, high: value, confidence: 1, method: 'made' });
  return {
    ...base,
    revision: newRevision(),
    now: START,
    from: START - seconds * SECOND,
    to: START,
    live: true,
    total: length,
    requests,
    placement,
    names,
    inference: {
      ...base.inference,
      model: 'sync',
      workers: sure(workers),
      threads: sure(1),
      capacity: sure(workers),
      lanes: ids.map((worker) => ({ worker, slot: 0 })),
      lives: ids.map((worker) => ({
        worker,
        from: START - 3600 * SECOND,
        to: START,
        requests: 1,
        busyMicros: 1,
        peakConcurrency: 1,
        fate: 'running' as const,
      })),
      service: { ...base.inference.service, method: 'logged' },
      wait: { ...base.inference.wait, method: 'inferred' },
    },
  };
}

/** A live log with the requests of a picture that have ended by now, examined again every second. */
class Live {
  readonly #all: Snapshot;
  readonly #store = new RowStore();
  #next = 0;
  #examinedAt = Number.NEGATIVE_INFINITY;

  constructor(all: Snapshot) {
    this.#all = all;
  }

  snapshot(now: number): Snapshot {
    const { requests, placement } = this.#all;
    const from = this.#next;
    while (this.#next < requests.length && requests.end[this.#next] <= now) this.#next++;
    if (this.#next > from) this.#store.add(sliceRows(requests, from, this.#next), facts);
    let { inference } = this.#all;
    if (now - this.#examinedAt >= SECOND) {
      this.#examinedAt = now;
      const first = Math.max(0, this.#next - EXAMINED_ROWS);
      this.#store.settle(first, sliceRows(requests, first, this.#next), slicePlacement(placement, first, this.#next));
      inference = { ...inference };
    }
    return { ...this.#all, inference, now, ...this.#store.view(), total: this.#next };
  }
}

const EXAMINED_ROWS = 20_000;
const facts: StreamFacts = {
  format: 'gunicorn',
  stampMeaning: 'end',
  writtenAt: 'end',
  resolutionMicros: 1,
  durationCovers: 'service',
  waitIncludes: null,
  clock: null,
} as unknown as StreamFacts;

interface Costs {
  readonly median: number;
  readonly mean: number;
  /** 95th percentile of the frames 4 to 13 s after the beginning, while code is still being optimised; and of later frames. */
  readonly firstP95: number;
  readonly p95: number;
  readonly max: number;
  readonly kilobytes: number;
}

function measure(
  first: Snapshot,
  ui: Partial<UiState>,
  stepMicros: number,
  pictureOf: (frame: number) => Snapshot,
  frames = FRAMES,
): Costs {
  let now = START;
  let listener = () => {};
  let current = first;
  let frame = () => {};
  let bytes = 0;
  const session = new Session({
    engine: {
      snapshot: () => current,
      subscribe: (call) => {
        listener = call;
        return () => {};
      },
      command: () => {},
      readLines: async () => [],
      predict: async () => null,
      summarise: async () => null,
      stop: async () => {},
    },
    clock: {
      nowMicros: () => now,
      after: (_, callback) => {
        frame = callback;
        return () => {};
      },
    },
    fps: 30,
    depth: 16_777_216,
    ascii: false,
    ui,
    size: () => ({ columns: 200, rows: 50 }),
    write: (text) => {
      bytes += text.length;
    },
    isBehind: () => false,
    effect: () => {},
  });
  const costs: number[] = [];
  for (let i = 0; i < frames; i++) {
    now += stepMicros;
    current = pictureOf(i);
    listener();
    const before = process.cpuUsage();
    frame();
    const used = process.cpuUsage(before);
    costs.push((used.user + used.system) / 1000);
  }
  session.stop();
  const round = (value: number) => Math.round(value * 100) / 100;
  const p95Of = (some: readonly number[]) => round(some.toSorted((a, b) => a - b)[Math.floor(0.95 * some.length)]);
  const steady = costs.slice(Math.floor(frames / 4)).sort((a, b) => a - b);
  return {
    median: round(steady[steady.length >> 1]),
    mean: round(steady.reduce((a, b) => a + b) / steady.length),
    firstP95: p95Of(costs.slice(FRESH, 4 * FRESH)),
    p95: p95Of(costs.slice(4 * FRESH)),
    max: round(steady[steady.length - 1]),
    kilobytes: Math.round(bytes / frames / 1000),
  };
}

const FRAMES = 1200;
/** Frames in the first three seconds. */
const FRESH = 100;

const cases: readonly [name: string, snapshot: () => Snapshot, ui: Partial<UiState>][] = [
  ['200x50, 24 workers, 60 s, 400 requests/s', () => denseSnapshot(24, 400, 102), {}],
  [
    '200x50, 24 workers, 10 s of bars',
    () => denseSnapshot(24, 60, 227),
    { spanSeconds: 10, tab: 'requests', focus: 'requests' },
  ],
  [
    '200x50, 24 workers, 60 s, routes',
    () => denseSnapshot(24, 400, 102),
    { tab: 'routes', focus: 'routes', colourBy: 'route' },
  ],
  ['200x50, 200,000 requests in sight, 10 min', () => denseSnapshot(24, 333, 642), { spanSeconds: 600 }],
  [
    '200x50, 200,000 requests in sight, routes and a filter',
    () => denseSnapshot(24, 333, 642),
    { spanSeconds: 600, tab: 'routes', focus: 'routes', colourBy: 'route', filter: 'status:5xx' },
  ],
];
const only = process.argv[2] === undefined ? cases : [cases[Number(process.argv[2])]];
const results = only.map(([name, snapshot, ui]) => {
  const all = snapshot();
  // 30 frames per second while time passes and requests come in, as in a live log. Every second the newest requests are examined again.
  const live = new Live(all);
  const begin = START - 41 * SECOND;
  const moving = measure(live.snapshot(begin), ui, SECOND / 30, (frame) =>
    live.snapshot(begin + (frame * SECOND) / 30),
  );
  // Screens that were never drawn before, so that everything is computed from the rows.
  const anew = Array.from({ length: 12 }, () => measure(all, ui, SECOND, () => ({ ...all }), 1).median).sort(
    (a, b) => a - b,
  );
  return {
    name,
    mean_ms: moving.mean,
    first_p95_ms: moving.firstP95,
    p95_ms: moving.p95,
    max_ms: moving.max,
    anew_ms: anew[anew.length >> 1],
    kilobytes: moving.kilobytes,
  };
});
process.stdout.write(`${JSON.stringify(results)}\n`);
