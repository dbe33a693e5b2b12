// Requests that take longer than before: from one moment on, or little by little.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import latencyDrift from '../../../src/findings/latency-drift.ts';
import latencyStep from '../../../src/findings/latency-step.ts';
import { asyncPool, event, NOON, poisson, syncPool } from '../../helpers/traffic.ts';

describe('latency-step', () => {
  const stepped = (seed: number, factor: (at: number) => number) =>
    poisson(seed, 5, 400, (random, at) => ({ takes: 0.1 * factor(at) * random.exponential(1), route: 'GET /list' }));
  it('says when and by how much', () => {
    const finding = latencyStep.examine(
      asyncPool(
        1,
        stepped(1, (at) => (at < 250 ? 1 : 3)),
      ),
    )!;
    expect((finding.from - NOON) / 1e6).toBeGreaterThan(240);
    expect((finding.from - NOON) / 1e6).toBeLessThan(260);
    expect(finding.evidence.ratio).toBeGreaterThan(2.3);
    expect(finding.evidence.ratio).toBeLessThan(3.8);
  });
  it('names a restart at that moment', () => {
    const facts = asyncPool(
      1,
      stepped(2, (at) => (at < 200 ? 1 : 3)),
      { lifecycle: [event('reload', 198)] },
    );
    expect(latencyStep.examine(facts)!.evidence.with_restart).toBe(true);
  });
  it('of a load that rose at that moment says so, and neither blames a change nor recommends slots', async () => {
    const { summary, verdict } = await postMortem(['test/faults/two-connections.log.gz'], { formats });
    const [finding] = summary.findings;
    expect(finding).toMatchObject({ id: 'latency-step', severity: 'critical' });
    expect(finding.title).toMatch(/times as long since more callers come, and that fills the pool$/);
    expect(finding.evidence.callers_before_per_second).toBeCloseTo(12, -1);
    expect(finding.evidence.callers_since_per_second).toBeGreaterThan(28);
    expect(finding.evidence.recommended_threads).toBeNull();
    expect(finding.advice).toMatch(/^Look first for what these requests share .* a pool of connections/);
    expect(verdict.sentence).not.toContain('would end it');
  });
  it('of a change under the same load does not', () => {
    const finding = latencyStep.examine(
      asyncPool(
        1,
        stepped(1, (at) => (at < 250 ? 1 : 3)),
      ),
    )!;
    expect(finding.evidence.callers_since_per_second).toBeNull();
    expect(finding.title).toContain('slower and stayed so');
  });
  it.each([3, 4, 5, 6, 7])('is quiet when nothing changed (seed %i)', (seed) => {
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(seed, () => 1),
        ),
      ),
    ).toBeNull();
  });
  it('is quiet of a burst that passed, and of a slow rise', () => {
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(8, (at) => (at > 200 && at < 260 ? 3 : 1)),
        ),
      ),
    ).toBeNull();
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(9, (at) => 1 + at / 100),
        ),
      ),
    ).toBeNull();
  });
  it('is quiet when it got better', () =>
    expect(
      latencyStep.examine(
        asyncPool(
          1,
          stepped(10, (at) => (at < 200 ? 3 : 1)),
        ),
      ),
    ).toBeNull());
});

describe('latency-drift', () => {
  const drifting = (seed: number, factor: (at: number) => number, rate = 5) =>
    poisson(seed, rate, 400, (random, at) => ({ takes: 0.1 * factor(at) * random.exponential(1), route: 'GET /list' }));
  it('tells of a route that gets slower little by little', () => {
    const finding = latencyDrift.examine(
      asyncPool(
        1,
        drifting(1, (at) => 1 + at / 100),
      ),
    )!;
    expect(finding.evidence.ratio).toBeGreaterThan(2.5);
    expect(finding.evidence.ratio).toBeLessThan(4.2);
    expect(finding.detail).toContain('while callers came as often as before');
  });
  it.each([2, 3, 4, 5, 6, 7, 8])(
    'is quiet when nothing changed, of a step, of a passing rise and of a fall (seed %i)',
    (seed) => {
      for (const factor of [
        () => 1,
        (at: number) => (at < 200 ? 1 : 3),
        (at: number) => 1 + 2 * Math.sin((Math.PI * at) / 400),
        (at: number) => 4 - at / 133,
      ])
        expect(latencyDrift.examine(asyncPool(1, drifting(seed, factor)))).toBeNull();
    },
  );
  it('is the cause of the queue that comes of it', () => {
    const [found, ...others] = diagnose(
      syncPool(
        4,
        poisson(9, 10, 300, (random, at) => ({
          takes: (0.1 + at / 1000) * random.between(0.5, 1.5),
          route: 'GET /list',
        })),
      ),
    );
    expect(found.id).toBe('latency-drift');
    expect(found.title).toMatch(/, and that fills the pool$/);
    expect(found.evidence.symptoms).toMatch(/pool-saturated/);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('is quiet where more and more callers come and it cannot be told whether requests slow each other down', () => {
    const more = drifting(10, (at) => 1 + at / 100, 8).filter(({ at }, i) => i % 4 < 1 + (3 * at) / 400);
    const facts = asyncPool(1, more);
    const predictor = { ...facts.predictor, contention: () => 'unknown' as const };
    expect(latencyDrift.examine({ ...facts, predictor })).toBeNull();
  });
});

describe('latency-step that fills a pool', () => {
  const stepped = (slots: number, before: number, after: number) =>
    diagnose(
      syncPool(
        slots,
        poisson(29, 10, 240, (random, at) => ({
          takes: (at < 120 ? before : after) * random.between(0.5, 1.5),
          route: 'GET /search',
        })),
      ),
    );
  it('is the cause of the queue that began with it, says when in a clock, and how many slots would bridge it', () => {
    const [found, ...others] = stepped(4, 0.1, 0.36);
    expect(found.id).toBe('latency-step');
    expect(found.title).toMatch(/, and that fills the pool$/);
    expect(found.detail).toMatch(/^Since \d\d:\d\d:\d\d UTC /);
    expect(found.evidence.symptoms).toMatch(/pool-saturated/);
    expect(found.advice).toMatch(/Until it is mended: .*[5-9] workers would keep the p95 wait under 200 ms/);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
  });
  it('does not fill a pool with a route that takes next to nothing of its time, when more callers come', () => {
    const calls = [5, 16].flatMap((perSecond, half) =>
      poisson(31 + half, perSecond, 120, (random) =>
        random.between(0, 1) < 0.4
          ? { takes: (half === 0 ? 0.01 : 0.025) * random.between(0.8, 1.2), route: 'GET /fast' }
          : { takes: 0.4 * random.between(0.5, 1.5), route: 'GET /net' },
      ).map((request) => ({ ...request, at: request.at + 120 * half })),
    );
    const found = diagnose(syncPool(4, calls));
    const step = found.find(({ id }) => id === 'latency-step');
    expect(step?.title).toMatch(/^GET \/fast takes 2\.\d times as long since more callers come$/);
    expect(found[0].id).toBe('pool-saturated');
  });
  it('leaves a pool that was full before it its own findings', () => {
    expect(stepped(2, 0.19, 0.4).map(({ id }) => id)).toContain('pool-saturated');
  });
});
