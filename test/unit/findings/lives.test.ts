// Findings about the lives of workers: killed, recycled together, cold after birth, unevenly loaded.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Facts } from '../../../src/core/finding.ts';
import type { WorkerLife } from '../../../src/core/inference.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import coldStart from '../../../src/findings/cold-start.ts';
import recycleStorm from '../../../src/findings/recycle-storm.ts';
import unbalancedWorkers from '../../../src/findings/unbalanced-workers.ts';
import workerTimeouts from '../../../src/findings/worker-timeouts.ts';
import { createRandom } from '../../helpers/random.ts';
import { event, factsOf, NOON, poisson, request, servedBy, syncPool } from '../../helpers/traffic.ts';

const steady = (seed: number, rate: number, seconds: number, takes = 0.1) =>
  poisson(seed, rate, seconds, (random) => ({ takes: takes * random.between(0.8, 1.2) }));

describe('worker-timeouts', () => {
  const calls = steady(1, 10, 100);
  it('counts each killed worker once and says how long it had been silent', () => {
    const lifecycle = [
      event('timeout', 50, '100'),
      event('killed', 51, '100'),
      event('boot', 51.2, '200'),
      event('timeout', 80, '101'),
    ];
    const rows = servedBy(3, calls).filter(
      (row) => !(row.worker === '100' && row.end > NOON + 20e6) && !(row.worker === '101' && row.end > NOON + 50e6),
    );
    const finding = workerTimeouts.examine(factsOf(rows, { model: 'sync', workers: 3, threads: 1, lifecycle }))!;
    expect(finding.severity).toBe('critical');
    expect(finding.evidence).toMatchObject({ killed: 2, timeout_events: 2 });
    expect(finding.evidence.silent_median_seconds).toBeGreaterThan(29);
    expect(finding.evidence.silent_median_seconds).toBeLessThan(32);
    expect(finding.detail).toContain('one request');
  });
  it('names the killed request where the server logs it with a 5xx', () => {
    const lifecycle = [event('timeout', 50, '100'), event('timeout', 70, '101')];
    const rows = servedBy(3, calls).filter(
      (row) => !(row.worker === '100' && row.end > NOON + 45e6) && !(row.worker === '101' && row.end > NOON + 66e6),
    );
    for (const [worker, at] of [
      ['100', 50.01],
      ['101', 70.01],
    ] as const) {
      rows.push(request({ at, takes: 0.002, route: 'GET /stuck', status: 500 }, at, worker));
    }
    const finding = workerTimeouts.examine(factsOf(rows, { model: 'sync', workers: 3, threads: 1, lifecycle }))!;
    expect(finding.evidence.in_flight).toBe('GET /stuck');
    expect(finding.evidence.silent_shortest_seconds).toBeGreaterThan(3.5);
    expect(finding.advice).toContain('Look at GET /stuck');
  });
  it('names the killed request where the server names it without an answer', () => {
    const rows = servedBy(3, calls).filter((row) => !(row.worker === '100' && row.end > NOON + 45e6));
    rows.push(request({ at: 47, takes: 3, route: 'GET /stuck', status: 0 }, 47, '100'));
    const lifecycle = [event('timeout', 50, '100')];
    const finding = workerTimeouts.examine(factsOf(rows, { model: 'sync', workers: 3, threads: 1, lifecycle }))!;
    expect(finding.evidence.in_flight).toBe('GET /stuck');
    expect(finding.detail).not.toContain('wrote no line');
  });
  it('is quiet of orderly exits and boots', () => {
    const lifecycle = [event('boot', 0, '100'), event('exit', 50, '100'), event('recycle', 60, '101')];
    expect(workerTimeouts.examine(syncPool(3, calls, { lifecycle }))).toBeNull();
  });
});

/** Lives of workers one after another on `slots` slots, each of about `requests` requests. */
function recycled(slots: number, requests: number, spread: number, together: boolean, seconds: number): Facts {
  const random = createRandom(7);
  const rate = 20 * slots;
  const facts = syncPool(slots, steady(2, rate, seconds, 0.02));
  const lives: WorkerLife[] = [];
  for (let slot = 0; slot < slots; slot++) {
    let from = together ? 0 : -random.next() * (requests / 20);
    while (from < seconds) {
      const count = Math.round(requests * (1 + spread * random.normal()));
      const to = from + Math.max(0.5, count / 20);
      const cut = to >= seconds;
      lives.push({
        worker: lives.length,
        from: NOON + Math.max(0, from) * 1e6,
        to: NOON + Math.min(to, seconds) * 1e6,
        requests: count,
        busyMicros: 1,
        peakConcurrency: 1,
        fate: cut ? 'running' : 'recycled',
      });
      from = to;
    }
  }
  return { ...facts, inference: { ...facts.inference, lives } };
}

describe('recycle-storm', () => {
  it('speaks of lives of seconds, with a limit that would last an hour', () => {
    const finding = recycleStorm.examine(recycled(2, 80, 0.02, false, 60))!;
    expect(finding.evidence.requests_per_life).toBeGreaterThan(70);
    expect(finding.evidence.recommended_max_requests).toBeGreaterThan(60_000);
    expect(finding.evidence.recommended_max_requests).toBeLessThan(90_000);
  });
  it('speaks of workers that go together', () => {
    const finding = recycleStorm.examine(recycled(4, 2000, 0.005, true, 600))!;
    expect(finding.evidence.rounds_together).toBeGreaterThanOrEqual(3);
    expect(finding.advice).toContain('jitter');
  });
  it('is quiet of long lives that end apart', () => {
    expect(recycleStorm.examine(recycled(8, 2400, 0.25, false, 700))?.evidence.rounds_together ?? 0).toBe(0);
  });
  it('is quiet of crashes, which scatter', () =>
    expect(recycleStorm.examine(recycled(2, 80, 0.8, false, 60))).toBeNull());
  it('is quiet of reloads and a shutdown, with the words of the server and without', async () => {
    const paths = ['test/faults/reload.log.gz', 'test/faults/reload.error.log.gz'];
    for (const given of [paths, paths.slice(0, 1)]) {
      const { summary } = await postMortem(given, { formats });
      expect(summary.findings.map(({ id }) => id)).not.toContain('recycle-storm');
    }
  });
  it('is quiet of a pool that never changes', () =>
    expect(recycleStorm.examine(syncPool(2, steady(3, 10, 60)))).toBeNull());
});

describe('cold-start', () => {
  const withCold = (extra: number) => {
    const rows = servedBy(2, steady(4, 10, 200), (slot, at) => String(100 + slot + 2 * Math.floor(at / 25)));
    const seen = new Set<string>();
    return rows.map((row) => {
      if (seen.has(row.worker)) return row;
      seen.add(row.worker);
      return { ...row, end: row.end + extra };
    });
  };
  const server = { model: 'sync' as const, workers: 2, threads: 1 };
  it('says by how much the first request of a new worker is slower', () => {
    const finding = coldStart.examine(factsOf(withCold(600_000), server))!;
    expect(finding.evidence.new_workers).toBeGreaterThanOrEqual(10);
    expect(finding.evidence.excess_median_seconds).toBeGreaterThan(0.5);
    expect(finding.evidence.excess_median_seconds).toBeLessThan(0.7);
  });
  it('is quiet when new workers are as quick', () =>
    expect(coldStart.examine(factsOf(withCold(0), server))).toBeNull());
  it('is quiet when nobody was born', () => expect(coldStart.examine(syncPool(4, steady(5, 20, 100)))).toBeNull());
});

describe('unbalanced-workers', () => {
  const spread = (shares: readonly number[], model: 'async' | 'threaded' | 'sync', wait = 0) => {
    const random = createRandom(6);
    const rows = steady(6, 40, 60).map((call) => {
      let pick = random.next();
      let worker = 0;
      while (worker < shares.length - 1 && pick >= shares[worker]) pick -= shares[worker++];
      return { ...request(call, call.at, String(100 + worker)), wait };
    });
    return factsOf(rows, { model, workers: shares.length, threads: 4, queue: 'per-worker' });
  };
  it('speaks of a worker with many times the requests of another', () => {
    expect(unbalancedWorkers.examine(spread([0.7, 0.1, 0.1, 0.1], 'async'))!.evidence.ratio).toBeGreaterThan(4);
  });
  it('speaks of a smaller difference where callers wait', () => {
    expect(unbalancedWorkers.examine(spread([0.6, 0.4], 'threaded', 200_000))!.severity).toBe('warning');
    expect(unbalancedWorkers.examine(spread([0.6, 0.4], 'threaded'))).toBeNull();
  });
  it('is quiet of chance', () =>
    expect(unbalancedWorkers.examine(spread([0.25, 0.25, 0.25, 0.25], 'async', 200_000))).toBeNull());
  it('is quiet of workers that share one queue', () =>
    expect(unbalancedWorkers.examine(spread([0.8, 0.2], 'sync', 200_000))).toBeNull());
});
