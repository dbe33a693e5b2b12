// Slots that are held: by few requests that take minutes, by requests that wait for each other inside the application, by workers that are recycled.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';

const found = async (...names: string[]) =>
  (
    await postMortem(
      names.map((name) => `test/faults/${name}.log.gz`),
      { formats },
    )
  ).summary.findings;

const clockSeconds = (iso: string | null): number => {
  const [hours, minutes, seconds] = iso!.slice(11, 19).split(':').map(Number);
  return 3600 * hours + 60 * minutes + seconds;
};
const expectNear = (iso: string | null, clock: string, within: number) =>
  expect(Math.abs(clockSeconds(iso) - clockSeconds(`0000-00-00T${clock}`))).toBeLessThanOrEqual(within);

describe('slot-held', () => {
  it('names the one request that took a worker for 45 s, and when callers queued for the others', async () => {
    const [finding, ...others] = await found('slot-held');
    expect(finding).toMatchObject({ id: 'slot-held', severity: 'warning' });
    expect(finding.title).toMatch(/^1 request of GET \/api\/export held 1 of 3 slots \(45 s\)/);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
    // It was sent at 11:00:17 and lasted for 45 s.
    expectNear(finding.from, '11:00:17', 3);
    expectNear(finding.to, '11:01:02', 3);
  });

  it('counts the streams that held all threads', async () => {
    const [finding] = await found('streams-hold-threads');
    expect(finding).toMatchObject({ id: 'slot-held', severity: 'critical' });
    expect(finding.evidence).toMatchObject({ requests: 8, held_peak: 8, slots: 8, routes: 'GET /events/feed' });
    // By the views' own clocks callers waited for 0.2 s and longer from 10:53:33 to 10:54:24.
    expectNear(finding.from, '10:53:33', 4);
    expectNear(finding.to, '10:54:24', 4);
  });

  it('says nothing of a long request in a pool that has room beside it', async () => {
    expect(await found('slot-held-not')).toEqual([]);
  });
});

describe('threads-wait-in-turn', () => {
  it('tells of a lock in one route that one request holds at a time, and which routes stand aside', async () => {
    const [finding] = await found('lock-in-route');
    expect(finding).toMatchObject({ id: 'threads-wait-in-turn' });
    expect(finding.evidence).toMatchObject({ at_once_at_most: 1, routes: 'GET /inproc/book', routes_aside: 3 });
    expect(finding.title).toContain('only one gets on at a time (a lock?)');
  });

  it('tells of 5 connections behind 16 threads, and how many would do', async () => {
    const [finding, ...others] = await found('few-connections');
    expect(finding).toMatchObject({ id: 'threads-wait-in-turn' });
    // Each request does 20 ms of other work, which makes 5 seem 5.7.
    expect(finding.evidence.at_once_at_most).toBeGreaterThanOrEqual(5);
    expect(finding.evidence.at_once_at_most).toBeLessThanOrEqual(7);
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
    // 36 requests/s of 0.15 s keep 5.4 of them busy; 11 were tried on the same server, where the mean wait went from 298 to 17 ms.
    expect(finding.evidence.recommended_at_once).toBeGreaterThanOrEqual(8);
    expect(finding.evidence.recommended_at_once).toBeLessThanOrEqual(14);
    // 36 instead of 20 requests/s came from 11:02:16 to 11:02:44.
    expectNear(finding.from, '11:02:16', 15);
    expectNear(finding.to, '11:02:50', 25);
  });
});

describe('what the wrong cause was told of', () => {
  it('workers that only health checks call at night are not taken for held ones', async () => {
    expect(await found('night-health-checks')).toEqual([]);
  });

  it('workers recycled together are the cause of the pauses and the full pool behind them', async () => {
    const findings = await found('recycled-with-import', 'recycled-with-import.error');
    expect(findings.map(({ id }) => id)).toEqual(['recycle-storm']);
    // The application takes 4 s to import.
    expect(findings[0].evidence.replaced_after_median_seconds).toBeGreaterThan(3.5);
    expect(findings[0].evidence.replaced_after_median_seconds).toBeLessThan(5);
    expect(findings[0].advice).toContain('--preload');
  });

  it('of workers that were killed, without the error log, it is not said that they reached a limit', async () => {
    const [told] = await found('killed-unsaid');
    expect(told.title).toBe('Workers are replaced together: 4 times at least half of them at once');
    expect(told.detail).toContain('this log does not tell');
    expect(told.advice).toMatch(/^Read the error log of that time/);
  });

  it('a client that a limit refuses at little cost is a remark', async () => {
    const [finding] = await found('refused-clients');
    expect(finding).toMatchObject({ id: 'retry-storm', severity: 'info' });
    expect(finding.title).toMatch(/^Refused clients \(429\) ask again at once/);
    expect(finding.detail).not.toContain('already failing');
  });

  it('a time-out upstream is told once, as what it is', async () => {
    const findings = await found('enqueue-times-out');
    expect(findings.map(({ id }) => id)).toEqual(['common-timeout']);
    expect(findings[0].evidence).toMatchObject({ limit_seconds: 2, requests: 40, routes: 'GET /enqueue' });
  });

  it('a route whose answers grew with its times was asked for more', async () => {
    const [finding] = await found('asked-for-more');
    expect(finding.title).toMatch(/GET \/list took .*: it was asked for more, and filled the pool$/);
    expect(finding.advice).toContain('pages of a fixed size');
  });
});
