// A gate: of several servers each is asked, and what a log leaves open decides nothing in favour of it.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Summary } from '../../../src/core/summary.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { check } from '../../../src/findings/check.ts';
import { whatIfByServer } from '../../../src/simulate/what-if-servers.ts';
import { poisson, syncPool } from '../../helpers/traffic.ts';

const figures = (p95: number | null, saturated: number): Summary => {
  const { summary } = syncPool(
    4,
    poisson(1, 10, 60, () => ({ takes: 0.2 })),
  );
  return {
    ...summary,
    findings: [],
    wait: { ...summary.wait, method: p95 === null ? 'unknown' : 'inferred', p95, mean: p95 },
    concurrency: { ...summary.concurrency, saturated_ratio: saturated },
  };
};

it('a value that reads like its limit lies just above or below it', () => {
  const reason = (p95: number) => check(figures(p95, 0.1), { maxP95Wait: 5 }).results[0].reason;
  expect(reason(5.04)).toMatch(/^the p95 wait is 5 s .*, just above the limit of 5 s/);
  expect(reason(4.97)).toMatch(/^the p95 wait is 5 s .*, just below the limit of 5 s/);
  expect(reason(5)).toMatch(/; the limit is 5 s/);
  expect(reason(2)).toMatch(/^the p95 wait is 2 s .*; the limit is 5 s/);
});

describe('of several servers', () => {
  const servers = (...each: [string, Summary][]) => each.map(([name, summary]) => ({ name, summary }));
  const good = figures(0.01, 0.1);
  const bad = figures(2, 0.9);

  it('the one whose callers wait longest decides, not all callers together', () => {
    const { ok, results } = check(good, { maxP95Wait: 0.2 }, servers(['web-1', good], ['web-2', bad]));
    expect(ok).toBe(false);
    expect(results).toEqual([expect.objectContaining({ check: 'max-p95-wait', ok: false, value: 2 })]);
    expect(results[0].reason).toMatch(/^the p95 wait of web-2 is 2 s \(inferred/);
  });

  it('each must keep the share of time with all slots busy', () => {
    const { results } = check(good, { maxSaturatedRatio: 0.5 }, servers(['web-1', bad], ['web-2', bad]));
    expect(results[0].reason).toMatch(/slots of web-1 busy is 90 %.*; the share of time with all slots of web-2 busy/);
  });

  it('one whose waits are unknown does not pass', () =>
    expect(check(good, { maxP95Wait: 0.2 }, servers(['a', good], ['b', figures(null, 0.1)])).ok).toBe(false));

  it('one that may have more slots than were seen passes by the longest wait that fits alone', () => {
    const seen = figures(0.01, 0.1);
    const server = { ...seen.server, capacity: { ...seen.server.capacity, value: null } };
    const atMost = (p95: number) => ({
      ...seen,
      server,
      wait: { ...seen.wait, low: { mean: 0, p95: 0 }, high: { mean: p95, p95 } },
    });
    expect(check(atMost(0.15), { maxP95Wait: 0.2 }).ok).toBe(true);
    const { ok, results } = check(atMost(3), { maxP95Wait: 0.2 });
    expect(ok).toBe(false);
    expect(results[0].reason).toMatch(/3 s at most \(inferred; the server may have more slots than were seen\)/);
  });

  it('passes where all keep it', () =>
    expect(check(bad, { maxP95Wait: 0.2 }, servers(['a', good], ['b', good])).ok).toBe(true));
});

describe('of a pool of unknown size, where callers may have waited', async () => {
  const { summary } = await postMortem(['sample-logs/gunicorn-gthread-1x4-cpu-bound.log'], { formats });
  const reasonOf = (asked: Parameters<typeof check>[1], ...servers: [string, Summary][]) =>
    check(
      summary,
      { ...asked, failOn: 'warning' },
      servers.map(([name, one]) => ({ name, summary: one })),
    ).results.find(({ check: name }) => name === 'fail-on');

  it('that no finding speaks passes, and says what that does not mean and which threshold decides', () => {
    expect(reasonOf({})).toMatchObject({ ok: true });
    expect(reasonOf({})!.reason).toMatch(
      /^no finding of severity warning or worse; how many slots .* is not known, and callers may have waited \(p95 up to 11 s\), .*--max-p95-wait decides/,
    );
  });

  it('a threshold of the wait says so itself, and fails', () => {
    expect(reasonOf({ maxP95Wait: 0.2 })!.reason).toBe('no finding of severity warning or worse');
    expect(check(summary, { maxP95Wait: 0.2 }).ok).toBe(false);
  });

  it('of several servers names the one', () =>
    expect(reasonOf({}, ['web-1', figures(0.01, 0.1)], ['web-2', summary])!.reason).toMatch(
      /callers of web-2 may have waited/,
    ));
});

it('of two pools one after the other says which of them callers waited for', async () => {
  const { summary } = await postMortem(['test/faults/replaced-by-more.log.gz'], { formats });
  const { results } = check(summary, { maxP95Wait: 0.2, maxMeanWait: 60 });
  expect(results[0]).toMatchObject({ check: 'max-p95-wait', ok: false });
  expect(results[0].reason).toMatch(
    /; the pool was replaced at 20:08:5\d UTC: mean wait [\d.]+ s before, [\d.]+ m?s since$/,
  );
  expect(results[1].reason).not.toContain('replaced');
});

describe('of a pool that never left saturation, under twelve callers who take turns: 403 ms on average, p95 560 ms', async () => {
  const { summary, verdict, facts } = await postMortem(['test/faults/turn-takers.log.gz'], { formats });

  it('no estimate is told, and that there may be no wait', () => {
    expect(verdict.sentence).toMatch(
      /whether callers queued the log cannot tell: as many of them as slots, who ask again when they are answered/,
    );
    const saturated = summary.findings.find(({ id }) => id === 'pool-saturated')!;
    expect(saturated.detail).toMatch(/a pool that never left saturation hides: a few callers who take turns/);
    expect(saturated.evidence.recommended_workers).toBeNull();
    expect(summary.findings.map(({ detail }) => detail).join(' ')).not.toMatch(
      /p95 wait [^.]* is \d+(\.\d+)? s \(inferred/,
    );
  });

  it('the gate asks the ends of the range', () => {
    const reasonOf = (limit: number) => check(summary, { maxP95Wait: limit }).results[0];
    expect(reasonOf(0.1)).toMatchObject({ ok: false, value: null });
    expect(reasonOf(0.1).reason).toMatch(/is between 0 s and .* never left saturation/);
    // Between the ends nobody knows, and that does not pass.
    expect(reasonOf(1)).toMatchObject({ ok: false, value: null });
    expect(reasonOf(1000)).toMatchObject({ ok: true });
  });

  it('what if takes the same reading, and recommends nothing', () => {
    const document = whatIfByServer(facts, { workers: [4, 5] }, 200_000);
    expect(document.recommendation).toBeNull();
    expect(document.assumptions.join(' ')).toContain(
      'a few callers who take turns and a load beyond what it can do look alike',
    );
    expect(document.assumptions.join(' ')).not.toContain('looks closed');
    const [four, five] = document.scenarios;
    expect(four.range.wait_p95![0]).toBeLessThan(0.56);
    // Five were really run: 401 ms.
    expect(five.range.wait_p95![0]).toBeLessThan(0.401);
    expect(five.range.wait_p95![1]).toBeGreaterThan(0.401);
  });
});

describe('of a server without slots', () => {
  const unknown = figures(null, 0);
  const reasonOf = (duration: boolean) => {
    const server = { ...unknown.server, model: 'async' as const };
    const knows = { ...unknown.knows, duration };
    return check({ ...unknown, server, knows }, { maxP95Wait: 0.2 }).results[0].reason;
  };

  it('another threshold is named for its waits, and what that needs where the log lacks it', () => {
    expect(reasonOf(true)).toMatch(/--max-p95-service limits how long it takes$/);
    expect(reasonOf(false)).toMatch(/--max-p95-service limits how long it takes, once the log has durations; /);
  });
});

it('waits that leave out who came while nobody was answered do not pass for want of them', async () => {
  const { summary } = await postMortem(['test/faults/stopped-now-and-then.log.gz'], { formats });
  // True: mean 72 ms, p95 631 ms; 110 ms are inferred.
  const reasonOf = (limits: Parameters<typeof check>[1]) => check(summary, limits).results[0];
  expect(reasonOf({ maxP95Wait: 0.5 })).toMatchObject({ ok: false });
  expect(reasonOf({ maxP95Wait: 0.5 }).reason).toMatch(/callers came while nobody was answered, for up to 1\.3 s$/);
  expect(reasonOf({ maxP95Wait: 2 }).ok).toBe(true);
  expect(reasonOf({ maxMeanWait: 0.05 })).toMatchObject({ ok: false });
  expect(reasonOf({ maxMeanWait: 0.05 }).reason).toMatch(/which adds 3\d ms to it$/);
  expect(reasonOf({ maxMeanWait: 0.1 }).ok).toBe(true);
});
