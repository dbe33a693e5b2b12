// Threads of several processes in lines that name no server: whether they share a queue widens the range, it hides no wait.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import { type PoolSpec, type SimulatedRequest, simulatePool } from '../../../helpers/simulate-pool.ts';

const spec: PoolSpec = {
  seed: 4,
  workers: 2,
  threads: 3,
  queue: 'per-worker',
  service: { law: 'uniform', mean: 0.3 },
  load: { kind: 'poisson', phases: [{ rate: 18.5, seconds: 25 }] },
  overhead: 0.0006,
};

const stampOf = ({ end }: SimulatedRequest) =>
  new Date(Date.UTC(2026, 9, 29, 17) + 1000 * Math.floor(end)).toISOString();
const microsOf = ({ start, end }: SimulatedRequest) => Math.round(1e6 * (end - start));

const asJson = (request: SimulatedRequest) =>
  `{"time":"${stampOf(request).slice(0, 19)}Z","method":"GET","path":"/x","status":200,"duration":${(microsOf(request) / 1e6).toFixed(6)},"pid":${700 + request.worker}}`;

const asGunicorn = (request: SimulatedRequest) =>
  `10.0.0.9 - - [29/Oct/2026:${stampOf(request).slice(11, 19)} +0000] "GET /x HTTP/1.1" 200 12 "-" "curl" pid=<${700 + request.worker}> us=${microsOf(request)}`;

const written = (of: PoolSpec) => simulatePool(of).sort((a, b) => a.end - b.end);

const meanWait = (requests: readonly SimulatedRequest[]) =>
  requests.reduce((sum, { send, start }) => sum + start - send, 0) / requests.length;

it('the same requests as JSON and in the form of gunicorn: the same wait, in a wider range', () => {
  const requests = written(spec);
  const known = inferLog(requests.map(asGunicorn).join('\n'));
  const open = inferLog(requests.map(asJson).join('\n'));
  expect(known.queue).toBe('per-worker');
  expect(open.queue).toBe(null);
  expect(open.capacity.value).toBe(6);
  expect(open.wait.method).toBe('inferred');
  expect(open.wait.mean).toBeCloseTo(known.wait.mean, -3);
  expect(open.wait.lowMean).toBeLessThanOrEqual(known.wait.lowMean);
  expect(open.wait.highMean).toBeGreaterThanOrEqual(known.wait.highMean);
  expect(open.wait.confidence).toBeLessThan(known.wait.confidence);
});

it.each([5, 6, 7])('the range holds the wait in one queue for all, too (seed %i)', (seed) => {
  const requests = written({ ...spec, seed, queue: 'shared' });
  const { wait } = inferLog(requests.map(asJson).join('\n'));
  const truth = 1e6 * meanWait(requests);
  expect(wait.method).toBe('inferred');
  expect(wait.lowMean).toBeLessThanOrEqual(truth);
  expect(wait.highMean).toBeGreaterThanOrEqual(truth);
});
