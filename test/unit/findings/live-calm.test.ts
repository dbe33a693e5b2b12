// The sentence of a live pool: what is told beside a full one, and of one that has room again how long callers queued before.
import { expect, it } from 'vitest';
import type { FindingSummary } from '../../../src/core/summary.ts';
import { calmVerdict, type FullNow, fullVerdict } from '../../../src/findings/live-verdict.ts';
import { finding, replaySnapshot } from '../../helpers/snapshots.ts';

it('keeps the wait of the time when the pool was full', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const shorterWith = (wait: { mean: number; low: number; high: number; isOpen: boolean } | null) =>
    calmVerdict(summary, {
      seconds: 60,
      fullSeconds: 35,
      confidence: 0.9,
      wasOk: false,
      lastFull: { from: '22:47:36', to: '22:48:10', isSilent: false, wait },
    }).shorter;
  const told = { mean: 2_900_000, low: 753_000, high: 38_000_000, isOpen: true };
  const brief = 'Free slots since 22:48:10; full since 22:47:36 before.';
  expect(shorterWith(told)).toEqual([
    'Free slots since 22:48:10; full since 22:47:36 before; waits then ~2.9 s (753 ms to 38 s).',
    brief,
  ]);
  expect(shorterWith({ ...told, isOpen: false })?.[0]).toMatch(/; waits then up to 2\.9 s\.$/);
  expect(shorterWith(null)?.[0]).toBe(brief);
});

// Windows of one calm pool: its queue is not a different one because an estimate crosses a border.
it('tells a short queue that goes up and down in one way', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const windows = [
    { mean: 0.015, p95: 0.095, low: 0, high: 0.122 },
    { mean: 0.01, p95: 0.06, low: 0, high: 0.04 },
    { mean: 0.019, p95: 0.141, low: 0.0005, high: 0.055 },
    { mean: 0.03, p95: 0.12, low: 0.02, high: 0.04 },
  ];
  let wasOk = false;
  const told = windows.map(({ mean, p95, low, high }) => {
    const wait = {
      ...summary.wait,
      ...{ method: 'inferred' as const, mean, p95, low: { mean: low, p95: null }, high: { mean: high, p95: null } },
    };
    const calm = { seconds: 20, fullSeconds: 5, lastFull: null, confidence: 0.9, wasOk };
    const verdict = calmVerdict({ ...summary, wait }, calm);
    wasOk = verdict.severity === 'ok';
    return `${verdict.severity}: ${verdict.sentence.replace(/[\d.]+ ?(?:µs|ms|s)\b/g, '#')}`;
  });
  expect(new Set(told)).toEqual(
    new Set([
      'ok: 4 sync workers, all busy 5 of the last #; callers queued for about # on average (# to # fit the log).',
    ]),
  );
});

it('tells a full pool before what does not fill it, and after what does or is as grave', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const step = (change: Partial<FindingSummary>) => {
    const cause = finding({
      id: 'latency-step',
      severity: 'warning',
      title: 'GET /fast got slower',
      evidence: {},
      ...change,
    });
    const now = {
      since: '17:43:30',
      orLonger: false,
      spell: null,
      workers: null,
      wait: null,
      longest: 5e6,
      answered: 12,
    };
    return fullVerdict(summary, { ...now, severity: 'critical', cause, finding: null, confidence: 0.9 });
  };
  const { sentence, shorter = [] } = step({});
  expect(sentence).toMatch(/^\S.* full since 17:43:30 .* GET \/fast got slower\.$/);
  expect(shorter[0]).toMatch(/full since 17:43:30; .* GET \/fast got slower\.$/);
  expect(step({ evidence: { saturated_seconds: 12 } }).sentence).toMatch(/^GET \/fast got slower\. .* full since/);
  expect(step({ severity: 'critical' }).sentence).toMatch(/^GET \/fast got slower\. .* full since/);
});

it('tells a pool that is full again and again in one sentence, with the most that anybody can have waited', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const spell = { fullSeconds: 38, seconds: 55 };
  const now = { since: '17:43:30', orLonger: false, spell, workers: null, wait: null, longest: 21e6, answered: 12 };
  const tell = (more: Partial<FullNow>) =>
    fullVerdict(summary, { ...now, ...more, severity: 'critical', cause: null, finding: null, confidence: 0.9 });
  expect(tell({})).toMatchObject({
    severity: 'critical',
    sentence: '4 sync workers, full on and off since 17:43:30 (38 of 55 s): callers queue at times, 21 s at most.',
    shorter: [
      '4 sync workers, full on and off since 17:43:30; waits 21 s at most.',
      '4 sync workers, full on and off since 17:43:30.',
    ],
  });
  expect(tell({ longest: Number.POSITIVE_INFINITY }).sentence).toMatch(/: callers queue at times\.$/);
  expect(tell({ workers: { full: 1, all: 2 } }).sentence).toMatch(
    /, some of them full on and off .* their callers queue/,
  );
});
