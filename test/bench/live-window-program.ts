/** Cost of examining a live window in a warm program, in ms. Bundled and run by live-window.mjs. */
import type { ServerInput } from '../../src/analysis/infer-server.ts';
import { inferServer } from '../../src/analysis/infer-server.ts';
import { createNames } from '../../src/core/names.ts';
import { createRandom, exponential } from '../../src/core/random.ts';
import { sliceRows } from '../../src/core/table.ts';
import { examineWindow } from '../../src/engine/examiner.ts';
import { waitsOfWorkerQueues } from '../../src/simulate/fifo-pool.ts';
import { EPOCH, emptyTable, floorToTick } from '../helpers/simulated-table.ts';

interface Pool {
  readonly name: string;
  /** Number of queues, and slots of each. */
  readonly queues: number;
  readonly slots: number;
  /** Mean service time, seconds. */
  readonly service: number;
  readonly load: number;
  /** Requests in the window. */
  readonly rows: number;
  /** What a line names: the slot, the queue, or neither. */
  readonly pid: 'slot' | 'queue' | 'none';
  readonly duration?: false;
}

const pools: Pool[] = [
  { name: '16 sync workers, 40 ms', queues: 1, slots: 16, service: 0.04, load: 0.85, rows: 20_000, pid: 'slot' },
  {
    name: '16 sync workers, 40 ms, 97 % busy',
    queues: 1,
    slots: 16,
    service: 0.04,
    load: 0.97,
    rows: 20_000,
    pid: 'slot',
  },
  { name: '8 sync workers, 20 ms', queues: 1, slots: 8, service: 0.02, load: 0.8, rows: 20_000, pid: 'slot' },
  { name: '4 sync workers, 400 ms', queues: 1, slots: 4, service: 0.4, load: 0.9, rows: 2700, pid: 'slot' },
  { name: '16 sync workers, 400 ms', queues: 1, slots: 16, service: 0.4, load: 0.9, rows: 10_000, pid: 'slot' },
  { name: '8 slots, 40 ms, no pid', queues: 1, slots: 8, service: 0.04, load: 0.85, rows: 20_000, pid: 'none' },
  {
    name: '2 processes of 8 threads, 200 ms',
    queues: 2,
    slots: 8,
    service: 0.2,
    load: 0.85,
    rows: 10_000,
    pid: 'queue',
  },
  {
    name: '2 processes of 8 threads, 40 ms',
    queues: 2,
    slots: 8,
    service: 0.04,
    load: 0.85,
    rows: 20_000,
    pid: 'queue',
  },
  {
    name: '4 event loops, 100 in flight',
    queues: 4,
    slots: 1000,
    service: 0.2,
    load: 0.025,
    rows: 20_000,
    pid: 'queue',
  },
  {
    name: '16 sync workers, no durations',
    queues: 1,
    slots: 16,
    service: 0.04,
    load: 0.85,
    rows: 20_000,
    pid: 'slot',
    duration: false,
  },
];

/** The window of a log with stamps in whole seconds. */
function windowOf({ queues, slots, service, load, rows, pid, duration }: Pool): ServerInput {
  const random = createRandom(7);
  const names = createNames();
  const gap = service / (queues * slots * load);
  const arrivals = new Float64Array(rows);
  for (let i = 1; i < rows; i++) arrivals[i] = arrivals[i - 1] + 1e6 * gap * exponential(random);
  const held = arrivals.map(() => 1e6 * service * (0.2 + 0.8 * exponential(random)));
  const queue = Uint16Array.from(held, () => Math.floor(random() * queues));
  const wait = new Float64Array(rows);
  waitsOfWorkerQueues(arrivals, held, queue, queues, slots, wait);
  const free = new Float64Array(queues * slots);
  const ran = held.map((micros, i) => {
    const start = arrivals[i] + wait[i];
    // Of the free slots, the one that has been free for longest.
    let slot = queue[i] * slots;
    for (let x = slot; x < (queue[i] + 1) * slots; x++) if (free[x] < free[slot]) slot = x;
    free[slot] = start + micros;
    return slot;
  });
  const ends = Float64Array.from(held, (micros, i) => arrivals[i] + wait[i] + micros);
  const order = Array.from(ends.keys()).sort((a, b) => ends[a] - ends[b]);
  const table = emptyTable(rows, 1);
  order.forEach((i, row) => {
    table.end[row] = EPOCH + floorToTick(ends[i] / 1e6, 1);
    table.duration[row] = duration === false ? Number.NaN : Math.floor(held[i]);
    table.start[row] = table.end[row] - table.duration[row];
    if (pid !== 'none') table.worker[row] = names.workers.add(String(4000 + (pid === 'slot' ? ran[i] : queue[i])));
    table.route[row] = names.routes.add(`GET /r${Math.floor(random() * 12)}`);
    table.client[row] = Math.floor(random() * 1e6);
  });
  const facts = {
    format: 'gunicorn',
    envelope: null,
    stampMeaning: 'end',
    resolutionMicros: 1e6,
    zone: '+00:00',
    durationCovers: duration === false ? null : 'service',
    fields: {
      time: true,
      duration: duration !== false,
      worker: pid !== 'none',
      thread: false,
      wait: false,
      arrival: false,
    },
  } as const;
  return { table, lifecycle: [], names, streams: [{ facts, requests: rows }] };
}

const WARM = 12;
const ROUNDS = 15;

/** Median wall-clock time, ms. */
function cost(run: () => unknown): number {
  for (let k = 0; k < WARM; k++) run();
  const all = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  return all.sort((a, b) => a - b)[ROUNDS >> 1];
}

console.log(
  'ms, median                                      rows   window   inference   waits of a screen   a longer look',
);
const only = process.argv[2] ?? '';
for (const pool of pools) {
  if (!pool.name.includes(only)) continue;
  const input = windowOf(pool);
  const { table, names, streams } = input;
  const until = table.end[table.length - 1] + 1_500_000;
  const stream = new Uint8Array(table.length);
  const facts = streams.map((one) => one.facts);
  const window = { requests: table, stream, facts, lifecycle: [], inputs: [], until };
  const screen = { ...input, table: sliceRows(table, table.length - Math.min(table.length, 1000), table.length) };
  const numbers = [
    cost(() => examineWindow(window, names, [])),
    cost(() => inferServer({ ...input, until, effort: 'live' })),
    cost(() => inferServer({ ...screen, until, effort: 'live' })),
    cost(() => inferServer({ ...input, until, effort: 'look' })),
  ];
  const cells = numbers.map((ms, k) => ms.toFixed(1).padStart([9, 12, 20, 16][k]));
  console.log(`${pool.name.padEnd(46)}${String(table.length).padStart(7)}${cells.join('')}`);
}
