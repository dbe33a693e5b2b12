/** Bursts and even rates: service times without durations. */
import { expect, test } from 'vitest';
import { rhythmOf, rhythmOfGroups, rhythmOfWorkers } from '../../../../src/analysis/structure/rhythm.ts';
import { longestPause } from '../../../../src/analysis/structure/route-pauses.ts';
import { mostInFlight, usualSlotsAbove } from '../../../../src/analysis/structure/start-order.ts';
import { evenStretchOf, mixesLikeBusyWorkers, mixingOf } from '../../../../src/analysis/structure/steady-rate.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { turnsOf } from '../../../../src/analysis/structure/turns.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

/** Lines of the article's form: [second, pid] each. */
const article = (lines: readonly [second: number, pid: number][]): string =>
  lines.map(([second, pid]) => `[2024-10-29 17:04:${15 + second}] [pid-${pid}] GET /io`).join('\n');

const spec: ServerSpec = {
  seed: 21,
  kind: 'sync',
  workers: 4,
  threads: 1,
  service: { law: 'uniform', mean: 0.55 },
  load: { kind: 'poisson', phases: [{ rate: 7.4, seconds: 90 }] },
  wakes: 'in-turn',
};
const pids = { pid: true, duration: false };

test('sixteen lines of four pids in four seconds: four workers, one second, batches of four', () => {
  const lines = Array.from({ length: 16 }, (_, i): [number, number] => [i >> 2, 8712 + ((i * 3) % 4)]);
  const said = inferLog(article(lines));
  expect(said.model).toBe('sync');
  expect(said.workers.value).toBe(4);
  expect(said.capacity.value).toBe(4);
  expect(said.service.method).toBe('inferred');
  expect(said.service.mean / 1e6).toBeCloseTo(1, 1);
  expect(said.batches).toMatchObject({ detected: true, size: 4, count: 4 });
  expect(said.batches.periodMicros / 1e6).toBeCloseTo(1, 1);
  expect(said.concurrency).toMatchObject({ mean: 4, p95: 4, peak: 4, saturatedRatio: 1 });
});

test('two sub-tasks of half a second: the same lines twice as fast', () => {
  const seconds = [0, 1, 1, 2];
  const lines = Array.from({ length: 16 }, (_, i): [number, number] => [seconds[i >> 2], 8712 + (i % 4)]);
  const said = inferLog(article(lines));
  expect(said.service.mean / 1e6).toBeCloseTo(0.5, 1);
  expect(said.capacity.value).toBe(4);
});

test('groups of which one worker has nearly all: it may have more threads, while the other is idle', () => {
  // A burst on 2 processes of 4 threads, of which one accepts 36 of 40.
  const lines = Array.from({ length: 40 }, (_, i): [number, number] => [
    Math.floor(0.7 * (i >> 2)),
    i < 8 && i % 2 === 0 ? 6727 : 6726,
  ]);
  const said = inferLog(article(lines));
  expect(said.workers.value).toBe(2);
  expect(said.threads.value).toBeNull();
  expect(said.capacity.value).toBeNull();
  expect(said.capacity.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(8);
});

test('one second of lines on an event loop keeps no beat', () => {
  const lines = Array.from({ length: 16 }, (_, i): [number, number] => [0, 8712 + (i % 4)]);
  const said = inferLog(article(lines));
  expect(said.service.method).toBe('unknown');
  expect(said.batches.detected).toBe(false);
});

test('a longer burst bounds the beat as a digitised line does', () => {
  const burst: ServerSpec = { ...spec, service: { law: 'fixed', mean: 0.55 }, load: { kind: 'burst', size: 48 } };
  const rhythm = rhythmOfWorkers(traceOf(logOf(burst, pids).input.table));
  expect(rhythm).toMatchObject({ size: 4, generations: 12 });
  expect((rhythm?.low ?? 0) / 1e6).toBeLessThan(0.56);
  expect((rhythm?.high ?? 0) / 1e6).toBeGreaterThan(0.55);
  expect((rhythm?.period ?? 0) / 1e6).toBeCloseTo(0.55, 1);
});

test('without pids whole groups show, the smallest reading stays open', () => {
  const burst: ServerSpec = { ...spec, service: { law: 'fixed', mean: 1 }, load: { kind: 'burst', size: 40 } };
  const trace = traceOf(logOf(burst, { pid: false, duration: false }).input.table);
  const group = rhythmOfGroups(trace);
  expect(group).toMatchObject({ size: 4, generations: 10 });
  expect(group?.nats).toBeGreaterThan(10);
  expect(rhythmOf(traceOf(logOf(spec, { pid: false, duration: false }).input.table))).toBeNull();
});

test('workers that are woken in turn repeat each other less than chance, threads do not', () => {
  const sync = turnsOf(traceOf(logOf(spec, pids).input.table));
  const threads = turnsOf(
    traceOf(
      logOf(
        {
          ...spec,
          kind: 'gthread',
          workers: 2,
          threads: 8,
          load: { kind: 'poisson', phases: [{ rate: 25, seconds: 40 }] },
        },
        pids,
      ).input.table,
    ),
  );
  expect(sync.repeats).toBeLessThan(0.5 * sync.expected);
  expect(threads.repeats).toBeGreaterThan(0.8 * threads.expected);
});

test('a worker falls silent before the lines of a slow route, unless it runs many at once', () => {
  const slow: ServerSpec = {
    ...spec,
    workers: 3,
    service: { law: 'two-routes', mean: 0.02, slow: 1.5, share: 0.17 },
    load: { kind: 'poisson', phases: [{ rate: 9, seconds: 60 }] },
  };
  const sync = longestPause(traceOf(logOf(slow, pids).input.table));
  const loop = longestPause(traceOf(logOf({ ...slow, kind: 'gevent' }, pids).input.table));
  expect(sync.share).toBeGreaterThan(0.9);
  expect(sync.z).toBeGreaterThan(5);
  expect(loop.share).toBeLessThan(0.8);
});

test('an even rate shows a busy pool, chance does not', () => {
  const trace = traceOf(logOf(spec, pids).input.table);
  const stretch = evenStretchOf(trace);
  expect(stretch).not.toBeNull();
  if (stretch) {
    expect(mixesLikeBusyWorkers(stretch, mixingOf(trace, stretch.from, stretch.to))).toBe(true);
    expect(4 / stretch.rate / 1e6).toBeCloseTo(0.55, 1);
  }
  const idle: ServerSpec = { ...spec, load: { kind: 'poisson', phases: [{ rate: 3, seconds: 90 }] } };
  expect(evenStretchOf(traceOf(logOf(idle, pids).input.table))).toBeNull();
});

test('starts out of order bound the threads from below', () => {
  const waitress: ServerSpec = {
    ...spec,
    kind: 'waitress',
    workers: 1,
    threads: 8,
    load: { kind: 'poisson', phases: [{ rate: 15, seconds: 60 }] },
  };
  const trace = traceOf(logOf(waitress, { pid: false, duration: false }).input.table);
  expect(trace.startsOnly).toBe(true);
  const most = mostInFlight(trace);
  expect(most).toBeGreaterThanOrEqual(5);
  expect(most).toBeLessThanOrEqual(8);
  expect(usualSlotsAbove(3)).toBe(4);
  expect(usualSlotsAbove(13)).toBe(16);
});

test('the beat places every request: inside its tick, on its worker, with no overlap', () => {
  const twice = Array.from({ length: 16 }, (_, i): [number, number] => [[0, 1, 1, 2][i >> 2], 8712 + (i % 4)]);
  const said = inferLog(article(twice));
  const { start, end, lane, wait } = said.requests;
  const free = new Map<number, number>();
  for (const [i, [second]] of twice.entries()) {
    const tick = Date.UTC(2024, 9, 29, 17, 4, 15 + second) * 1000;
    expect(end[i]).toBeGreaterThanOrEqual(tick);
    expect(end[i]).toBeLessThan(tick + 1e6);
    expect(end[i] - start[i]).toBeCloseTo(said.service.mean, -1);
    expect(start[i]).toBeGreaterThanOrEqual((free.get(lane[i]) ?? 0) - 10);
    free.set(lane[i], end[i]);
  }
  expect(said.lanes).toHaveLength(4);
  // Everybody came when the first round began.
  expect(start[15] - wait[15]).toBeCloseTo(start[0], -4);
});

/** Thirty at once on two processes of four threads each, a second each: one takes eight of them, the other twenty-two. */
const unevenBurst = (pid: (worker: number) => string): string =>
  [8, 4, 4, 4, 4, 4, 2]
    .flatMap((count, second) => Array.from({ length: count }, (_, i) => [second, i < 4 ? 1 : 0]))
    .map(
      ([second, worker]) =>
        `10.0.0.9 - - [29/Oct/2024:17:04:${15 + second} +0000] "GET /io HTTP/1.1" 200 12 "-" "curl"${pid(worker)}`,
    )
    .join('\n');

test('a first tick with two groups of four may be one group of each of two processes, of which one is done early', () => {
  const without = inferLog(unevenBurst(() => ''));
  expect(without.capacity).toMatchObject({ value: 4, low: 1, high: 8 });
  expect(without.capacity.confidence).toBeLessThan(0.6);
  const withPid = inferLog(unevenBurst((worker) => ` pid=<${8712 + worker}>`));
  expect(withPid.capacity.high).toBe(8);
  expect(withPid.threads.high).toBe(4);
});

test('groups of four of which a later tick holds more are no processes that run dry', () => {
  const counts = [12, 12, 16, 12, 12, 4];
  const lines = counts.flatMap((count, second) => Array.from({ length: count }, () => second));
  const text = lines.map((second) => `10.0.0.9 - - [29/Oct/2024:17:04:${15 + second} +0000] "GET / HTTP/1.1" 200 12`);
  expect(inferLog(text.join('\n')).capacity.high).toBeLessThanOrEqual(4);
});
