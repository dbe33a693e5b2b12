/** The pool behind a proxy, queues of one process, and time with all slots busy. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { concurrencyIn } from '../../../../src/analysis/structure/concurrency.ts';
import { declaredBy } from '../../../../src/analysis/structure/declared.ts';
import { queueOf } from '../../../../src/analysis/structure/queue.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { poolBehindProxy } from '../../../../src/analysis/structure/with-response-times.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const spec: ServerSpec = {
  seed: 4,
  kind: 'sync',
  workers: 2,
  threads: 1,
  service: { law: 'uniform', mean: 0.54 },
  load: { kind: 'poisson', phases: [{ rate: 3.1, seconds: 200 }] },
  wakes: 'in-turn',
};
const proxy = { pid: false, duration: true, proxy: true };
const behind = (one: ServerSpec) => {
  const { input, truth } = logOf(one, proxy);
  return { ...poolBehindProxy(traceOf(input.table), input.table, declaredBy(input.streams, []), 6), truth };
};

test('arrivals and departures of a proxy give the slots and the service time behind it', () => {
  const { structure, serviceMean, truth } = behind(spec);
  expect(structure.model).toBe('pool');
  expect(structure.capacity.value).toBe(2);
  expect(Math.abs(serviceMean / 1e6 / truth.serviceMean - 1)).toBeLessThan(0.06);
});

test('where nobody waits the logged time is the service time, and no slots are claimed', () => {
  const { structure, serviceMean, truth } = behind({
    ...spec,
    kind: 'gevent',
    load: { kind: 'poisson', phases: [{ rate: 20, seconds: 60 }] },
  });
  expect(structure.capacity.value).toBeNull();
  expect(Math.abs(serviceMean / 1e6 / truth.serviceMean - 1)).toBeLessThan(0.05);
});

test('a server whose requests take as long among very many others has no limit; among some, perhaps; among a few it may be a pool of any size', () => {
  const running = (rate: number) =>
    behind({ ...spec, kind: 'gevent', load: { kind: 'poisson', phases: [{ rate, seconds: 60 }] } }).structure;
  expect(running(8)).toMatchObject({ model: 'pool', unbounded: false, capacity: { value: null } });
  expect(running(30)).toMatchObject({ model: 'async', confidence: 0.5, unbounded: false });
  expect(running(60)).toMatchObject({ model: 'async', confidence: 0.65, unbounded: true });
});

test('requests far shorter than a tick tell neither slots nor the work: the times of an application may be taken for those of a proxy', () => {
  const log = gunzipSync(readFileSync('test/faults/times-of-the-application.log.gz')).toString();
  const { model, modelConfidence, capacity, service } = inferLog(log);
  expect(model === 'pool' && modelConfidence > 0.6).toBe(false);
  expect(capacity.value).toBeNull();
  expect(service.mean).toBeNaN();
});

test('a queue in each process shows in fine stamps: it starts requests while another process is idle', () => {
  const eager: ServerSpec = {
    ...spec,
    kind: 'gthread',
    workers: 4,
    threads: 2,
    load: { kind: 'poisson', phases: [{ rate: 11, seconds: 120 }] },
  };
  const view = { pid: true, duration: true, tick: 1e-6 };
  expect(queueOf(traceOf(logOf(eager, view).input.table), 'threaded', 4, 2, 'json')).toBe('per-worker');
  const shared: ServerSpec = { ...spec, workers: 4, load: { kind: 'poisson', phases: [{ rate: 7, seconds: 120 }] } };
  expect(queueOf(traceOf(logOf(shared, view).input.table), 'threaded', 4, 1, 'json')).toBe('shared');
  expect(
    queueOf(traceOf(logOf(eager, { pid: true, duration: true }).input.table), 'threaded', 4, 2, 'json'),
  ).toBeNull();
  expect(queueOf(traceOf(logOf(spec, view).input.table), 'sync', 2, 1, 'gunicorn')).toBe('shared');
});

test('a peak that coarse stamps only allow is told with the one that the log proves', () => {
  // Three requests of which nobody knows the order within a second.
  const times = { start: Float64Array.of(0, 1, 2), end: Float64Array.of(10, 11, 12), uncertainty: new Float64Array(3) };
  const lanes = () => 1;
  const blurred = { full: Number.NaN, atMost: null, lanes, isBlurred: true };
  expect(concurrencyIn(times, 4, null, 1, 10, blurred)).toMatchObject({ peak: 3, peakAtLeast: 1 });
  expect(concurrencyIn(times, 4, null, 1, 10, { ...blurred, isBlurred: false })).toMatchObject({ peakAtLeast: 3 });
  expect(concurrencyIn(times, 4, null, 1, 10, { ...blurred, lanes: () => 3 })).toMatchObject({ peakAtLeast: 3 });
});

test('saturated time counts hand-overs and nothing else', () => {
  const micros = (...seconds: number[]) => Float64Array.from(seconds, (value) => value * 1e6);
  const times = { start: micros(0, 1, 4.005, 9), end: micros(4, 6, 8, 10), uncertainty: micros(0, 0, 0, 0) };
  const two = concurrencyIn(times, 2, null, Number.NaN, Number.NaN);
  expect(two.peak).toBe(2);
  expect(two.saturatedMicros / 1e6).toBeCloseTo(5, 3);
  expect(two.saturatedRatio).toBeCloseTo(0.5, 2);
  const open = concurrencyIn(times, null, null, Number.NaN, Number.NaN);
  expect(open.saturatedMicros).toBeNaN();
  expect(open.mean).toBeCloseTo((4 + 5 + 3.995 + 1) / 10, 3);
});

test('threads of uWSGI would all take from one queue, those of gunicorn each from that of their process: so their sync workers tell', () => {
  const queueOfThreadsIn = (name: string) => inferLog(readFileSync(`sample-logs/${name}.log`, 'utf8')).queueOfThreads;
  expect(queueOfThreadsIn('uwsgi-4-default')).toBe('shared');
  expect(queueOfThreadsIn('gunicorn-sync-4-half-loaded')).toBe('per-worker');
});
