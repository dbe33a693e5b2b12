// Findings about the size and kind of a pool: they speak with the right number, and stay quiet when all is well.
import { describe, expect, it } from 'vitest';
import type { FindingRule } from '../../../src/core/finding.ts';
import { durationText } from '../../../src/core/words.ts';
import asgiWouldNotQueue from '../../../src/findings/asgi-would-not-queue.ts';
import asyncViewUnderWsgi from '../../../src/findings/async-view-under-wsgi.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import gatheredSubtasks from '../../../src/findings/gathered-subtasks.ts';
import headOfLine from '../../../src/findings/head-of-line.ts';
import overprovisioned from '../../../src/findings/overprovisioned.ts';
import poolSaturated from '../../../src/findings/pool-saturated.ts';
import poolTooSmall from '../../../src/findings/pool-too-small.ts';
import threadsCpuBound from '../../../src/findings/threads-cpu-bound.ts';
import threadsWouldHelp from '../../../src/findings/threads-would-help.ts';
import threadsWouldNotHelp from '../../../src/findings/threads-would-not-help.ts';
import { createPredictor } from '../../../src/simulate/predictor.ts';
import { analysisOfStations } from '../../helpers/stations.ts';
import { asyncPool, poisson, syncPool } from '../../helpers/traffic.ts';

const uniform = (seed: number, rate: number, seconds = 300) =>
  poisson(seed, rate, seconds, (random) => ({ takes: random.between(0.1, 1) }));

const burst = (size: number, takes: number, route = 'GET /io') =>
  Array.from({ length: size }, (_, i) => ({ at: i * 1e-6, takes, route }));

/** What the inference says of a burst that ran in generations. */
const inBatches = (facts: ReturnType<typeof syncPool>, size: number, seconds: number, count: number) => ({
  ...facts,
  inference: { ...facts.inference, batches: { detected: true, size, periodMicros: seconds * 1e6, count } },
});

const everyCapacityRule: readonly FindingRule[] = [
  asgiWouldNotQueue,
  asyncViewUnderWsgi,
  headOfLine,
  overprovisioned,
  poolSaturated,
  poolTooSmall,
  threadsCpuBound,
  threadsWouldHelp,
  threadsWouldNotHelp,
];

describe('a healthy pool', () => {
  it.each([1, 2, 3])('at half load gets no finding about its size (seed %i)', (seed) => {
    const facts = syncPool(8, uniform(seed, 7));
    expect(everyCapacityRule.filter((rule) => rule.examine(facts)).map(({ id }) => id)).toEqual([]);
  });
  it('without slots gets none either', () => {
    const facts = asyncPool(2, uniform(4, 60, 60));
    expect(everyCapacityRule.filter((rule) => rule.examine(facts)).map(({ id }) => id)).toEqual([]);
  });
});

describe('pool-saturated', () => {
  it('of a busy pool whose callers wait no longer than the target says that it is large enough, as whatif does', () => {
    const facts = syncPool(
      4,
      poisson(3, 26, 200, (random) => ({ takes: random.between(0.05, 0.15) })),
    );
    expect(facts.summary.concurrency.saturated_ratio).toBeGreaterThan(0.2);
    expect(facts.predictor.smallestPool(200_000)!.pool.workers).toBeLessThanOrEqual(4);
    const { advice, evidence, severity } = poolSaturated.examine(facts)!;
    expect(severity).toBe('info');
    expect(evidence.recommended_workers).toBeNull();
    expect(advice).toMatch(/^[34] workers keep the p95 wait under 200 ms \(simulated from this log: p95 wait \d+ ms/);
    expect(advice).not.toMatch(/^Add /);
    const one = syncPool(
      1,
      poisson(2, 9, 200, () => ({ takes: 0.05 })),
    );
    const present = { model: 'sync', workers: 1, threads: 1 } as const;
    const alone = {
      ...one,
      predictor: { ...one.predictor, smallestPool: (t: number) => one.predictor.predict(present, { within: 10 * t }) },
    };
    expect(poolSaturated.examine(alone)!.advice).toMatch(/^1 worker keeps the p95 wait/);
  });

  it('of one burst in a quiet log asks for no pool that stands idle, but to spread the callers', () => {
    const calm = poisson(5, 0.3, 200, () => ({ takes: 0.3 }));
    const calls = [...calm, ...burst(60, 0.4).map((one) => ({ ...one, at: one.at + 100 }))];
    const { advice, evidence } = poolSaturated.examine(syncPool(3, calls))!;
    expect(evidence.recommended_workers).toBeNull();
    expect(advice).toMatch(/^The queue was a matter of \d+(\.\d)? s: spread the callers/);
  });
  it('of a peak in a quiet log tells how long the pool was full as the summary does', () => {
    const calm = poisson(5, 2, 600, (random) => ({ takes: random.between(0.1, 1) }));
    const peak = poisson(6, 30, 10, (random) => ({ takes: random.between(0.1, 1) }));
    const facts = syncPool(4, [...calm, ...peak.map((one) => ({ ...one, at: one.at + 300 }))]);
    const { title, detail, evidence } = poolSaturated.examine(facts)!;
    const { saturated_seconds: full } = facts.summary.concurrency;
    expect(title).toMatch(/^Pool saturated in a peak of \d+ s: /);
    expect(evidence.saturated_seconds).toBeCloseTo(full!, 6);
    expect(evidence.peak_seconds).toBeGreaterThan(20);
    expect(title).toContain(durationText(Number(evidence.peak_seconds) * 1e6));
    expect(detail).toContain(`busy for ${durationText(full! * 1e6)} (`);
    // The peak is as long in its sentence as in the title.
    expect(detail).toContain(`(${durationText(Number(evidence.peak_seconds) * 1e6)}) `);
  });
  it('states the ceil law of a burst', () => {
    const finding = poolSaturated.examine(inBatches(syncPool(4, burst(16, 1)), 4, 1, 4))!;
    expect(finding.severity).toBe('critical');
    expect(finding.evidence).toMatchObject({
      slots: 4,
      burst_size: 16,
      burst_generations: 4,
      burst_seconds: 4,
      peak_queue: 12,
    });
    expect(finding.detail).toContain('ceil(16 / 4) = 4');
  });
  it('computes the workers that end it', () => {
    const finding = poolSaturated.examine(syncPool(2, uniform(1, 3.6)))!;
    expect(finding.evidence.recommended_workers).toBeGreaterThanOrEqual(3);
    expect(finding.evidence.recommended_workers).toBeLessThanOrEqual(5);
    expect(finding.advice).toContain(`${finding.evidence.recommended_workers} workers`);
  });
  it('finds one bad stretch in a day that was quiet otherwise', () => {
    const quiet = poisson(5, 0.5, 20_000, (random) => ({ takes: random.between(0.1, 1) }));
    const rush = poisson(6, 12, 10_300, (random) => ({ takes: random.between(0.1, 1) }), 10_000);
    const finding = poolSaturated.examine(syncPool(4, [...quiet, ...rush]))!;
    expect(finding.from).toBeGreaterThan(syncPool(4, quiet).inference.requests.start[0] + 9_000e6);
    expect((finding.to - finding.from) / 1e6).toBeLessThan(900);
  });
  it('is quiet when the pool is full but nobody queues', () => {
    // Four clients, each with a worker to itself: all slots busy, no queue.
    const calls = [0, 1, 2, 3].flatMap((k) =>
      Array.from({ length: 100 }, (_, i) => ({ at: k * 0.01 + i * 1.001, takes: 1 })),
    );
    expect(poolSaturated.examine(syncPool(4, calls))).toBeNull();
  });
  it('is quiet when the slots are not known', () => {
    const facts = syncPool(2, uniform(1, 3.6));
    const capacity = { ...facts.summary.server.capacity, value: null, confidence: 0 };
    const summary = { ...facts.summary, server: { ...facts.summary.server, capacity } };
    expect(poolSaturated.examine({ ...facts, summary })).toBeNull();
  });
});

describe('async-view-under-wsgi', () => {
  it('speaks of a route that says async and ran in batches', () => {
    const finding = asyncViewUnderWsgi.examine(inBatches(syncPool(4, burst(16, 1, 'GET /async-io')), 4, 1, 4))!;
    expect(finding.evidence).toMatchObject({ slots: 4, batch_size: 4, batch_period_seconds: 1 });
    expect(finding.advice).toMatch(/^If /);
  });
  it('is quiet of a route that does not, or only looks like it', () => {
    for (const route of ['GET /io', 'GET /asynchronous-report', 'GET /caio', 'GET /mosaic']) {
      expect(asyncViewUnderWsgi.examine(inBatches(syncPool(4, burst(16, 1, route)), 4, 1, 4))).toBeNull();
    }
  });
  it('is quiet on ASGI', () =>
    expect(asyncViewUnderWsgi.examine(asyncPool(4, burst(100, 1, 'GET /async-io')))).toBeNull());
});

describe('gathered-subtasks', () => {
  it('says by how much the gathered route is quicker', () => {
    const calls = poisson(7, 2, 100, (random, at) =>
      Math.floor(at) % 2 === 0
        ? { takes: random.between(0.95, 1.05), route: 'GET /io-multi' }
        : { takes: random.between(0.48, 0.52), route: 'GET /async-io-multi' },
    );
    expect(gatheredSubtasks.examine(syncPool(4, calls))!.evidence.speedup).toBeCloseTo(2, 0);
  });
  it('is quiet of routes that have nothing in common', () => {
    const calls = poisson(7, 2, 100, (random, at) =>
      Math.floor(at) % 2 === 0
        ? { takes: random.between(0.95, 1.05), route: 'GET /report' }
        : { takes: random.between(0.48, 0.52), route: 'GET /async-mail' },
    );
    expect(gatheredSubtasks.examine(syncPool(4, calls))).toBeNull();
  });
});

describe('pool-too-small', () => {
  it('names the number of workers for the target, which keeps it in a real pool', () => {
    const calls = uniform(11, 5);
    const finding = poolTooSmall.examine(syncPool(4, calls))!;
    const workers = finding.evidence.recommended_workers as number;
    expect(workers).toBeGreaterThan(4);
    expect(syncPool(workers, calls).inference.wait.p95).toBeLessThanOrEqual(300_000);
  });
});

describe('overprovisioned', () => {
  it('says how few would have done', () => {
    const finding = overprovisioned.examine(syncPool(16, uniform(12, 2)))!;
    expect(finding.severity).toBe('info');
    expect(finding.evidence.needed_slots).toBeLessThanOrEqual(8);
    expect(finding.evidence.needed_slots).toBeGreaterThanOrEqual(2);
  });
  it('never advises fewer than were needed', () => {
    const calls = uniform(13, 2);
    const needed = overprovisioned.examine(syncPool(16, calls))!.evidence.needed_slots as number;
    expect(syncPool(needed, calls).inference.wait.p95).toBeLessThan(100_000);
  });
  it('is quiet of a short log', () => expect(overprovisioned.examine(syncPool(16, uniform(14, 2, 10)))).toBeNull());
});

describe('asgi-would-not-queue and threads-would-help', () => {
  it('speak where callers queue for slots that only wait', () => {
    const facts = syncPool(2, uniform(15, 3.6));
    const asgi = asgiWouldNotQueue.examine(facts)!;
    expect(asgi.evidence.async_latency_p95_seconds).toBeLessThan(1.1);
    expect(asgi.advice).toMatch(/^If /);
    expect(threadsWouldHelp.examine(facts)!.evidence.threads_per_worker).toBeLessThanOrEqual(8);
  });
  it('are among the remedies of a full pool, which then names them once', () => {
    const [full, ...others] = diagnose(syncPool(2, uniform(15, 3.6)));
    expect(full.id).toBe('pool-saturated');
    expect(full.evidence.symptoms).toContain('threads-would-help, asgi-would-not-queue');
    expect(full.advice).toMatch(
      /If the views wait for I\/O .*, 2 workers of \d+ threads would do as well .*, and async views on an ASGI server would not queue/,
    );
    expect(others.map(({ id }) => id)).not.toContain('threads-would-help');
  });
  it('are quiet where requests of a process slow each other down', () => {
    const analysis = analysisOfStations({
      seed: 16,
      model: 'threaded',
      pool: { workers: 1, threads: 4, queue: 'shared', station: 'worker' },
      requests: 2000,
      work: 95_000,
      delay: 5_000,
      load: { rate: 9.5 },
    });
    const facts = { ...analysis, predictor: createPredictor(analysis) };
    expect(asgiWouldNotQueue.examine(facts)).toBeNull();
    expect(threadsWouldHelp.examine(facts)).toBeNull();
    const cpu = threadsCpuBound.examine(facts)!;
    expect(cpu.evidence.shared_work).toBeGreaterThan(0.8);
    expect(cpu.evidence.ceiling_per_process_per_second).toBeGreaterThan(8);
    expect(cpu.evidence.ceiling_per_process_per_second).toBeLessThan(13);
    expect(threadsWouldNotHelp.examine(facts)).toBeNull();
  });
});

describe('threads-cpu-bound of event loops', () => {
  const loops = (workers: number, rate: number) => {
    const analysis = analysisOfStations({
      seed: 21,
      model: 'async',
      pool: { workers, threads: Number.POSITIVE_INFINITY, queue: 'per-worker', station: 'worker' },
      requests: 2000,
      work: 90_000,
      delay: 20_000,
      load: { rate },
    });
    return threadsCpuBound.examine({ ...analysis, predictor: createPredictor(analysis) })!;
  };
  it('says what holds the loop, and nothing of threads, which are no knob of it', () => {
    const { title, detail, advice, evidence } = loops(2, 18);
    expect(title).toMatch(/^Requests of one event loop hold each other up/);
    expect(`${detail} ${advice}`).not.toMatch(/of \d+ threads?|Use processes|however many threads/);
    expect(advice).toContain('asyncio.to_thread');
    expect(advice).toMatch(/If they compute, [34] workers in place of 2 would keep each loop under 70 % busy/);
    expect(evidence.recommended_threads).toBeNull();
  });
  it('recommends no number of workers that there are already', () => {
    expect(loops(3, 15).advice).not.toMatch(/3 workers in place of 3/);
  });
});

describe('threads-would-not-help', () => {
  it('blames what all workers share', () => {
    const analysis = analysisOfStations({
      seed: 17,
      model: 'threaded',
      pool: { workers: 3, threads: 4, queue: 'per-worker', station: 'server' },
      requests: 3000,
      work: 70_000,
      delay: 30_000,
      load: { rate: 11 },
    });
    const facts = { ...analysis, predictor: createPredictor(analysis) };
    const finding = threadsWouldNotHelp.examine(facts)!;
    expect(finding.evidence.shared_work).toBeGreaterThan(0.5);
    expect(threadsCpuBound.examine(facts)).toBeNull();
  });
});

it('a worker alone shows nothing of requests beside each other', () => {
  const single = syncPool(1, uniform(5, 1.7));
  const several = syncPool(4, uniform(5, 6.8));
  expect(single.predictor.contention()).toBe('unknown');
  expect(several.predictor.contention()).toBe('none');
});
