// Where no line tells how long requests took, the slots and the stamps still bound it: and the truth lies within.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { serviceBoundsOf } from '../../../../src/analysis/structure/service-bounds.ts';
import { indicesBelow } from '../../../../src/core/columns.ts';
import { meanOf, quantileOf } from '../../../../src/core/statistics.ts';
import { serverInput } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const root = new URL('../../../accuracy/recordings/', import.meta.url).pathname;
const withoutDurations = (text: string): string => text.replace(/ us=-?\d+/g, '').replace(/ in \d+ msecs/g, '');
const logNames = ['access.log', 'server.out'];

/** Mean and 95th percentile, µs, as the lines have them, else as the application had them. */
function truthOf(durations: readonly number[], truth: { service_seconds: { mean: number; p95: number } }) {
  return durations.length > 0
    ? { mean: meanOf(durations), p95: quantileOf(durations, 0.95) }
    : { mean: 1e6 * truth.service_seconds.mean, p95: 1e6 * truth.service_seconds.p95 };
}

it('recordings without their durations: every bound told holds the truth, of the log and of each route', () => {
  let upper = 0;
  let lower = 0;
  for (const name of readdirSync(root)) {
    const file = logNames.map((log) => `${root}${name}/${log}`).find(existsSync);
    if (!file) continue;
    const text = readFileSync(file, 'utf8');
    const { table, names } = serverInput(text);
    const stripped = serverInput(withoutDurations(text));
    const { bounds } = inferServer({ ...stripped, effort: 'live' }).service;
    if (!bounds || stripped.table.duration.some((micros) => micros >= 0)) continue;
    const logged = Array.from(table.duration).filter((micros) => micros >= 0);
    const truth = truthOf(logged, JSON.parse(readFileSync(`${root}${name}/truth.json`, 'utf8')));
    if (bounds.highMean > 0) upper++;
    if (bounds.lowMean > 0) lower++;
    // NaN: nothing is told.
    expect(bounds.highMean < truth.mean, `${name}: mean at most`).toBe(false);
    expect(bounds.highP95 < truth.p95, `${name}: p95 at most`).toBe(false);
    expect(bounds.lowMean > truth.mean, `${name}: mean at least`).toBe(false);
    for (const [id, of] of bounds.routes) {
      const route = names.routes.find(stripped.names.routes.text(id));
      const own = Array.from(table.duration).filter((micros, i) => table.route[i] === route && micros >= 0);
      if (own.length === 0) continue;
      expect(of.highMean < meanOf(own), `${name}, route ${id}: mean at most`).toBe(false);
      expect(of.highP95 < quantileOf(own, 0.95), `${name}, route ${id}: p95 at most`).toBe(false);
    }
  }
  expect(upper).toBeGreaterThan(15);
  expect(lower).toBeGreaterThan(2);
});

const sync: ServerSpec = {
  seed: 4,
  kind: 'sync',
  workers: 4,
  threads: 1,
  service: { law: 'uniform', mean: 0.4 },
  load: { kind: 'poisson', phases: [{ rate: 9, seconds: 120 }] },
  wakes: 'in-turn',
};
const pidOnly = { pid: true, duration: false };

it('four workers that are nearly full: at most a quarter more than they took', () => {
  const { input, requests } = logOf(sync, pidOnly);
  const { method, mean, bounds } = inferServer(input).service;
  const truth = 1e6 * meanOf(requests.map(({ start, end }) => end - start));
  expect(method).toBe('unknown');
  expect(mean).toBeNaN();
  expect(bounds?.highMean).toBeGreaterThan(truth);
  expect(bounds?.highMean).toBeLessThan(1.25 * truth);
});

it('a calm log with a rush: the bound of the rush is told beside that of the log', () => {
  const phases = [
    { rate: 1.5, seconds: 300 },
    { rate: 9, seconds: 60 },
    { rate: 1.5, seconds: 300 },
  ];
  const { input, requests } = logOf({ ...sync, load: { kind: 'poisson', phases } }, pidOnly);
  const { bounds } = inferServer(input).service;
  const { busiest, highMean } = bounds ?? { busiest: null, highMean: Number.NaN };
  const inside = requests.filter(({ end }) => end > 310 && end < 360);
  expect(highMean).toBeGreaterThan(1_000_000);
  expect(busiest?.highMean).toBeLessThan(600_000);
  expect(busiest?.highMean).toBeGreaterThan(1e6 * meanOf(inside.map(({ start, end }) => end - start)));
});

it('a clock that is set back by minutes does not shorten what the workers had', () => {
  const { input, requests } = logOf(sync, pidOnly);
  const end = input.table.end.map((micros, i) => (i < input.table.length / 2 ? micros : micros - 60_000_000));
  const { bounds } = inferServer({ ...input, table: { ...input.table, end } }).service;
  expect(bounds?.highMean).toBeGreaterThan(1e6 * meanOf(requests.map(({ start, end }) => end - start)));
});

it('an event loop has no slots that bound anything, and a hedge does not either', () => {
  const load = { kind: 'poisson', phases: [{ rate: 20, seconds: 100 }] } as const;
  for (const kind of ['gevent', 'gthread'] as const) {
    const { input } = logOf({ ...sync, kind, workers: 2, threads: 8, load }, pidOnly);
    const { modelConfidence, service } = inferServer(input);
    if (modelConfidence < 0.6) expect(service.bounds).toBeUndefined();
    else expect(service.bounds?.highMean).toBeNaN();
  }
});

it('where the lines of two logs stand mixed, their order and the slots contradict each other, and nothing is told', () => {
  const ofServer = (from: number) => Float64Array.from({ length: 400 }, (_, k) => 1e6 * (k % 2 === 0 ? k : from + k));
  const boundsOf = (from: number) => {
    const low = ofServer(from);
    const none = new Int32Array(low.length);
    const trace = {
      length: low.length,
      row: indicesBelow(low.length),
      startsOnly: true,
      low,
      high: low.map((micros) => micros + 1e6),
      end: low,
      duration: new Float64Array(low.length).fill(Number.NaN),
      worker: none,
      workerIds: new Int32Array(1),
      route: none,
      resolution: 1e6,
      hasWorkers: true,
      hasDurations: false,
      killed: [],
      ordered: false,
      jitter: 0,
    };
    return serviceBoundsOf(trace, { slots: 1, byWorker: true }, null);
  };
  expect(boundsOf(2)).toMatchObject({ lowMean: expect.any(Number), highMean: expect.any(Number) });
  expect(boundsOf(3600)).toBeNull();
});
