// A pool that is full for want of what stands behind it, or of an application that is still being imported.
import { describe, expect, it } from 'vitest';
import { noPredictor } from '../../../src/core/prediction.ts';
import callersWaitForBoot from '../../../src/findings/callers-wait-for-boot.ts';
import coldStart from '../../../src/findings/cold-start.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import outageBehind from '../../../src/findings/outage-behind.ts';
import { verdictOf } from '../../../src/findings/verdict.ts';
import { createRandom, type Random } from '../../helpers/random.ts';
import { randomPool } from '../../helpers/random-pool.ts';
import { analysisOfPool, analysisOfStations } from '../../helpers/stations.ts';
import { type Call, event, factsOf, poisson, request, servedBy, syncPool } from '../../helpers/traffic.ts';

const routes = ['GET /a', 'GET /b', 'GET /c'] as const;
const usual = (random: Random) => ({
  takes: Math.min(1, random.exponential(0.15)) + 0.02,
  route: routes[random.integer(0, 2)],
});

describe('outage-behind', () => {
  /** 10 requests/s on 6 workers for two minutes; from 50 s to 62 s `slowed` makes of a call what becomes of it. */
  const pool = (slowed: (call: Call) => Call, seed = 1) =>
    syncPool(
      6,
      poisson(seed, 10, 120, usual).map((call) => (call.at >= 50 && call.at < 62 ? slowed(call) : call)),
    );
  const away = (call: Call): Call => ({ ...call, takes: 5 });

  it('says when, how much slower, and that more slots are no answer', () => {
    const finding = outageBehind.examine(pool(away))!;
    expect(finding.severity).toBe('critical');
    expect(finding.title).toMatch(/took 5 s instead of 1\d\d ms on all routes: what they call was slow, and filled/);
    expect(finding.evidence.busy_slots_needed).toBeGreaterThan(40);
    expect(finding.advice).toContain('More slots are no answer');
  });
  it('names the slots that would bear a backend which is only four times as slow', () => {
    const finding = outageBehind.examine(pool((call) => ({ ...call, takes: 4 * call.takes + 0.3 })))!;
    expect(finding.evidence.busy_slots_needed).toBeGreaterThan(7);
    expect(finding.evidence.busy_slots_needed).toBeLessThan(14);
    expect(finding.advice).toMatch(/About \d\d slots would have borne it/);
  });
  it('says nothing of a log that begins slow: its caches may be cold', () => {
    const calls = poisson(1, 10, 120, usual);
    const slowFrom = (from: number) =>
      syncPool(
        6,
        calls.map((call) => (call.at >= from && call.at < from + 12 ? { ...call, takes: 4 * call.takes + 0.3 } : call)),
      );
    expect(outageBehind.examine(slowFrom(0))).toBeNull();
    expect(outageBehind.examine(slowFrom(10))).not.toBeNull();
  });
  it('leads the verdict, which then recommends no pool', () => {
    const facts = pool(away);
    const findings = diagnose(facts);
    expect(findings[0].id).toBe('outage-behind');
    expect(findings.map(({ id }) => id)).not.toContain('pool-saturated');
    const { sentence } = verdictOf({ ...facts.summary, findings });
    expect(sentence).toMatch(
      /^From .* what they call was slow, and filled the pool\. 6 sync workers, all busy .* queued/,
    );
    expect(sentence).not.toContain('would end it');
  });
  it('is told as that of new workers where none lived through its beginning', () => {
    const slow = poisson(1, 10, 120, usual).map((call) =>
      call.at >= 50 && call.at < 62 ? { ...call, takes: 4 * call.takes + 0.3 } : call,
    );
    const six = { model: 'sync', workers: 6, threads: 1 } as const;
    const replaced = servedBy(6, slow, (slot, at) => String((at < 50 ? 100 : 200) + slot));
    const finding = outageBehind.examine(factsOf(replaced, six))!;
    expect(finding.title).toMatch(
      /^All workers were replaced at .* UTC, and for .* took .* instead of .* on all routes/,
    );
    expect(finding.advice).toMatch(/^Warm new workers up/);
    expect(finding.evidence.with_restart).toBe(true);
    // One that lived on would have been warm.
    const oneStayed = servedBy(6, slow, (slot, at) => String((at < 50 || slot === 0 ? 100 : 200) + slot));
    expect(outageBehind.examine(factsOf(oneStayed, six))!.title).toContain('what they call was slow');
  });
  it('leaves the pool its own finding where most of the waiting is elsewhere', () => {
    const busy = poisson(2, 60, 300, usual, 120);
    const calls = [...poisson(1, 10, 120, usual), ...busy];
    const facts = syncPool(
      6,
      calls.map((call) => (call.at >= 50 && call.at < 54 ? { ...call, takes: 2 } : call)),
    );
    expect(outageBehind.examine(facts)!.spares).toContain('pool-saturated');
    expect(diagnose(facts).map(({ id }) => id)).toContain('pool-saturated');
  });

  it('leaves a pool that is overloaded anyway its own finding', () => {
    const calls = poisson(12, 40, 200, usual).map((call) => (call.at >= 50 && call.at < 54 ? away(call) : call));
    expect(outageBehind.examine(syncPool(6, calls))?.spares ?? ['pool-saturated']).toContain('pool-saturated');
  });
  it('speaks while it lasts, until it may be a step that stays', () => {
    const until = (end: number, takes: number) =>
      syncPool(
        6,
        poisson(1, 10, end, usual).map((call) => (call.at >= 50 ? { ...call, takes } : call)),
      );
    expect(outageBehind.examine(until(53, 5))).not.toBeNull();
    expect(outageBehind.examine(until(58, 5))).toBeNull();
  });

  it('names the one route that was slow for a while, where the others kept their pace', () => {
    const facts = pool((call) => (call.route === 'GET /a' ? away(call) : call));
    const finding = outageBehind.examine(facts)!;
    expect(finding.title).toMatch(/GET \/a took 5 s instead of 1\d\d ms: what it calls was slow, and filled the pool/);
    expect(diagnose(facts).map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('is quiet of a stall, which holds one request in each slot', () =>
    expect(
      outageBehind.examine(
        syncPool(
          6,
          poisson(1, 10, 120, usual).map((call) => ({
            ...call,
            takes: call.at < 60 && call.at + call.takes > 60 ? call.takes + 6 : call.takes,
          })),
        ),
      ),
    ).toBeNull());
  it('is quiet of a slow route that comes all the time', () => {
    const random = createRandom(3);
    const calls = poisson(3, 10, 120, usual).map((call) => (random.next() < 0.1 ? away(call) : call));
    expect(outageBehind.examine(syncPool(8, calls))).toBeNull();
  });
  it('names the routes that one backend slows, where most requests are on others that keep their pace', () => {
    const all = ['GET /a', 'GET /b', 'GET /c', 'GET /d', 'GET /e'];
    for (const seed of [1, 2, 3]) {
      const calls = poisson(seed, 10, 400, (random: Random) => ({
        takes: 0.08 * Math.exp(0.5 * random.normal()),
        route: all[random.integer(0, 4)],
      }));
      const isSlow = ({ at, route }: Call) => at >= 200 && at < 260 && (route === all[0] || route === all[1]);
      const facts = syncPool(
        12,
        calls.map((call) => (isSlow(call) ? { ...call, takes: 8 * call.takes } : call)),
      );
      const finding = outageBehind.examine(facts)!;
      expect(finding.title).toMatch(/on GET \/[ab] and GET \/[ab]: what they call was slow$/);
      expect(Number(finding.evidence.service_median_seconds) / 0.64).toBeGreaterThan(0.8);
      expect(Number(finding.evidence.service_median_seconds) / 0.64).toBeLessThan(1.25);
      expect(Number(finding.evidence.usual_median_seconds) / 0.08).toBeLessThan(1.1);
      expect(finding.to! - finding.from!).toBeLessThan(65e6);
      expect(finding.to! - finding.from!).toBeGreaterThan(55e6);
    }
  });

  it('is quiet of requests that slow each other down, however much of it there is', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const analysis = analysisOfStations({
        seed,
        model: 'threaded',
        pool: {
          workers: 1 + (seed % 3),
          threads: 4 + (seed % 8),
          station: seed % 4 < 2 ? 'worker' : 'server',
          queue: 'shared',
        },
        requests: 1200,
        work: 50_000,
        delay: 20_000,
        load: { rate: 12 + (seed % 9) },
      });
      expect(outageBehind.examine({ ...analysis, predictor: noPredictor }), `seed ${seed}`).toBeNull();
    }
  });
  it('is quiet of a rush in which requests slow each other down', () => {
    // Eight threads that share a core: what starts beside n others takes n + 1 times as long.
    const calls = [...poisson(4, 4, 150, usual), ...poisson(5, 24, 72, usual, 60)].sort((a, b) => a.at - b.at);
    const free = new Array<number>(8).fill(0);
    const rows = calls.map((call) => {
      const slot = free.indexOf(Math.min(...free));
      const start = Math.max(call.at, free[slot]);
      const takes = 0.5 * call.takes * free.filter((until) => until >= start).length + 0.5 * call.takes;
      free[slot] = start + takes;
      return request({ ...call, takes }, start, '100');
    });
    const facts = factsOf(rows, { model: 'threaded', workers: 1, threads: 8 });
    expect(Math.max(...facts.requests.duration.subarray(0, rows.length))).toBeGreaterThan(1e6);
    expect(outageBehind.examine(facts)).toBeNull();
  });
  it('is quiet of pools under any load that nothing behind slows', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const analysis = analysisOfPool(randomPool(5000 + seed));
      expect(outageBehind.examine({ ...analysis, predictor: noPredictor }), `seed ${seed}`).toBeNull();
    }
  });
});

describe('callers-wait-for-boot', () => {
  /** Three workers that start at `boots` s; what came before `opens` s waits until then. */
  const booted = (calls: readonly Call[], boots: number, opens: number, workers = 3) => ({
    ...syncPool(
      workers,
      calls.map((call) => ({ ...call, at: Math.max(call.at, opens) })),
    ),
    lifecycle: Array.from({ length: workers }, (_, i) => event('boot', boots, String(100 + i))),
  });
  const steady = poisson(6, 10, 60, (random) => ({ takes: random.exponential(0.2) }));

  it('says how long they waited for the import besides', () => {
    const facts = booted(steady, 0, 8);
    const finding = callersWaitForBoot.examine(facts)!;
    expect(finding.evidence.import_seconds).toBeCloseTo(8, 0);
    expect(finding.evidence.callers_before).toBeGreaterThan(40);
    expect(finding.evidence.callers_before).toBeLessThan(110);
    expect(diagnose(facts).map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('also of a pool that works its backlog off in two seconds, and is hardly ever full again', () => {
    const finding = callersWaitForBoot.examine(booted(steady, 0, 7, 12))!;
    expect(finding.evidence.import_seconds).toBeCloseTo(7, 0);
    expect(finding.evidence.callers_before).toBeGreaterThan(40);
    expect(finding.evidence.callers_before).toBeLessThan(90);
  });
  it('calls the pool too small all the same where most waiting is at other times', () => {
    const usual = poisson(10, 10, 240, (random) => ({ takes: random.exponential(0.2) }));
    const peak = poisson(11, 30, 165, (random) => ({ takes: random.exponential(0.2) }), 150);
    const facts = booted([...usual, ...peak], 0, 8, 4);
    const findings = diagnose(facts).map(({ id }) => id);
    expect(findings).toContain('pool-saturated');
    expect(findings).toContain('callers-wait-for-boot');
  });
  it('is quiet of a server that is ready at once', () =>
    expect(callersWaitForBoot.examine(booted(steady, 0, 0))).toBeNull());
  it('is quiet where nobody came before', () => {
    const later = steady.filter(({ at }) => at > 10);
    expect(callersWaitForBoot.examine(booted(later, 0, 0))).toBeNull();
  });
  it('is quiet of a load test that fills the pool from its first request to its last', () => {
    const test = poisson(7, 25, 70, (random) => ({ takes: random.exponential(0.2) }), 10);
    expect(callersWaitForBoot.examine(booted(test, 0, 0))).toBeNull();
  });
  it('is quiet of a burst by which a test begins', () => {
    const burst = Array.from({ length: 300 }, () => ({ at: 10, takes: 0.2 }));
    const calm = poisson(8, 5, 120, (random) => ({ takes: random.exponential(0.2) }), 10);
    expect(callersWaitForBoot.examine(booted([...burst, ...calm], 5, 0))).toBeNull();
  });
  it('is quiet where the log does not say when the workers started', () => {
    const facts = booted(steady, 0, 8);
    expect(callersWaitForBoot.examine({ ...facts, lifecycle: facts.lifecycle.slice(1) })).toBeNull();
  });
});

describe('cold-start that fills the pool', () => {
  /** Four workers that are replaced every 30 s, and whose first request takes 3 s. */
  const recycled = (rate: number) => {
    const free = new Array<number>(4).fill(0);
    const seen = new Set<string>();
    const rows = poisson(9, rate, 120, usual).map((call) => {
      const slot = free.indexOf(Math.min(...free));
      const start = Math.max(call.at, free[slot]);
      const worker = String(100 * Math.floor(start / 30) + slot);
      const takes = seen.has(worker) ? call.takes : 3;
      seen.add(worker);
      free[slot] = start + takes;
      return request({ ...call, takes }, start, worker);
    });
    const facts = factsOf(rows, { model: 'sync', workers: 4, threads: 1 });
    return {
      ...facts,
      lifecycle: [...seen].map((worker) => event('boot', 30 * Math.floor(Number(worker) / 100), worker)),
    };
  };
  it('is the cause, and more workers are no remedy', () => {
    const facts = recycled(10);
    const finding = coldStart.examine(facts)!;
    expect(finding.title).toContain('fills the pool');
    expect(finding.evidence.wait_share).toBeGreaterThan(0.7);
    const findings = diagnose(facts);
    expect(findings.map(({ id }) => id)).not.toContain('pool-saturated');
    expect(verdictOf({ ...facts.summary, findings }).sentence).toMatch(/^Cold start: .* 4 sync workers, all busy/);
  });
  it('is not where the pool is overloaded anyway', () => {
    const facts = recycled(26);
    expect(coldStart.examine(facts)).not.toBeNull();
    expect(diagnose(facts).map(({ id }) => id)).toContain('pool-saturated');
  });
});
