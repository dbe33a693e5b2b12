// One sentence a person can act on; where the log cannot tell, it says so.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/finding.ts';
import type { FindingSummary, Summary } from '../../../src/core/summary.ts';
import { diagnose } from '../../../src/findings/diagnose.ts';
import { verdictOf } from '../../../src/findings/verdict.ts';
import { asyncPool, poisson, syncPool } from '../../helpers/traffic.ts';

const summaryOf = (facts: Facts): Summary => ({ ...facts.summary, findings: diagnose(facts) });
const views = (seed: number, rate: number, seconds = 300) =>
  poisson(seed, rate, seconds, (random) => ({ takes: random.between(0.1, 1) }));

describe('the verdict', () => {
  it('of a full pool says how long, how long callers waited, and what would end it', () => {
    const { severity, sentence } = verdictOf(summaryOf(syncPool(2, views(1, 3.6))));
    expect(severity).toBe('critical');
    expect(sentence).toMatch(
      /^2 sync workers, all busy \d+ of \d+ s; callers queued up to [\d.]+ s \(inferred\)\. [345] workers, or async I\/O, would end it\.$/,
    );
  });
  it('of a pool that was full for longer than its finding lasts tells that as one time of several', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const [full] = summary.findings;
    const begin = Date.parse(summary.window.from!);
    const at = (seconds: number) => new Date(begin + 1000 * seconds).toISOString();
    const lasting = (seconds: number) => {
      const finding = {
        ...full,
        from: at(20),
        to: at(20 + seconds),
        evidence: { ...full.evidence, saturated_seconds: 90 },
      };
      return verdictOf({ ...summary, findings: [finding] }).sentence;
    };
    expect(lasting(30)).toMatch(/all busy 90 of \d+ s \(among others from [\d:]+ to [\d:]+ UTC\)/);
    expect(lasting(100)).toMatch(/all busy 90 of \d+ s \(from [\d:]+ to [\d:]+ UTC\)/);
  });
  it('of waits that the log hardly tells gives what fits it, and no longest wait', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const wait = {
      ...summary.wait,
      mean: 0.9,
      low: { ...summary.wait.low, mean: 0.02 },
      high: { ...summary.wait.high, mean: 26 },
    };
    const concurrency = { ...summary.concurrency, saturated_ratio: 0.6 };
    const { sentence, shorter = [] } = verdictOf({ ...summary, wait, concurrency });
    expect(sentence).toContain('callers queued for 20 ms to 26 s on average (inferred).');
    expect(shorter[0]).toContain('mean wait 20 ms to 26 s (inferred).');
  });
  it('of waits that a pool which never left saturation hides tells the least of them', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const [low, high] = [
      { ...summary.wait.low, mean: 0.02 },
      { ...summary.wait.high, mean: 26 },
    ];
    const { sentence, shorter = [] } = verdictOf({ ...summary, wait: { ...summary.wait, mean: 0.9, low, high } });
    expect(sentence).toContain(
      'callers queued for 20 ms or longer on average, and how much longer the log cannot tell',
    );
    for (const words of [sentence, ...shorter]) expect(words).not.toContain('900 ms');
  });
  it('of measured waits answers whether callers queued, though nobody knows how many requests run at once', () => {
    const summary = summaryOf(syncPool(8, views(1, 3)));
    const unknown = { ...summary.server.capacity, value: null, confidence: 0 };
    const wait = { ...summary.wait, method: 'measured' as const, mean: 0.001, p95: 0.002, p99: 0.003 };
    const server = { ...summary.server, capacity: unknown };
    const { severity, sentence } = verdictOf({ ...summary, server, wait, findings: [] });
    expect(sentence).toBe('8 slots or more, how many the log cannot tell; callers did not queue.');
    expect(severity).toBe('ok');
    // Fewer than one of a hundred waited, but not for nothing.
    const few = { ...wait, max: 1.6, waiting_ratio: 0.002 };
    expect(verdictOf({ ...summary, server, wait: few, findings: [] }).sentence).toContain(
      'hardly any caller queued (up to 1.6 s, measured)',
    );
    const nothing = { ...wait, method: 'unknown' as const, mean: null, p95: null, p99: null };
    expect(verdictOf({ ...summary, server, wait: nothing, findings: [] }).sentence).toMatch(
      /^The server runs at least 8 /,
    );
  });
  it('of an event loop of which nothing else is known speaks of its requests', () => {
    const summary = summaryOf(
      asyncPool(
        1,
        poisson(2, 30, 60, () => ({ takes: 0.2 })),
      ),
    );
    const workers = { ...summary.server.workers, value: null };
    const { sentence } = verdictOf({ ...summary, server: { ...summary.server, workers }, findings: [] });
    expect(sentence).toMatch(/^(At least|About) \d+ requests were in flight at once; /);
  });
  it('of a burst whose waits are unknown says how it ran, not that nobody knows', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const [saturated] = summary.findings;
    const evidence = { ...saturated.evidence, burst_size: 6, burst_generations: 3, burst_seconds: 3 };
    const wait = { ...summary.wait, method: 'unknown' as const, mean: null, p95: null, max: null };
    const { sentence } = verdictOf({ ...summary, wait, findings: [{ ...saturated, evidence }] });
    expect(sentence).toContain('6 came at once and ran in 3 turns, the last was answered after 3 s');
    expect(sentence).not.toContain('cannot tell');
  });
  it('gives no longest wait where even the mean may be longer', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const wait = { ...summary.wait, mean: 0.9, max: 4, low: { ...summary.wait.low, mean: 0.3 } };
    const at = (high: number) => verdictOf({ ...summary, wait: { ...wait, high: { ...wait.high, mean: high } } });
    expect(at(3).sentence).toContain('callers queued up to about 4 s (inferred)');
    expect(at(5).sentence).toContain('callers queued for about 900 ms on average (300 ms to 5 s fit the log).');
    for (const words of at(5).shorter ?? []) expect(words).not.toContain('4 s');
  });
  it('does not say that callers queued where it may be that none did', () => {
    const summary = summaryOf(syncPool(2, views(1, 3.6)));
    const wait = { ...summary.wait, mean: 0.2, low: { ...summary.wait.low, mean: 0 } };
    // Of a pool that was not full all the time.
    const concurrency = { ...summary.concurrency, saturated_ratio: 0.9 };
    const { sentence } = verdictOf({ ...summary, concurrency, wait: { ...wait, high: { ...wait.high, mean: 0.4 } } });
    expect(sentence).toContain('callers may have queued for about 200 ms on average (0 s to 400 ms fit the log).');
  });
  it('of a full pool without trouble says for how long all were busy', () => {
    const { summary } = syncPool(12, views(2, 7));
    const concurrency = { ...summary.concurrency, peak: 12, peak_at_least: 12, saturated_seconds: 3.4 };
    const sentenceOf = (change: object) =>
      verdictOf({ ...summary, concurrency: { ...concurrency, ...change }, findings: [] }).sentence;
    expect(sentenceOf({})).toMatch(/^12 sync workers, all busy 3\.4 of \d+ s; callers did not queue\.$/);
    expect(sentenceOf({ saturated_seconds: 0.027 })).toContain('all busy 27 ms of');
    expect(sentenceOf({ peak_at_least: 4 })).toContain(
      'between 4 and 12 of 12 slots busy at once, all perhaps for 3.4 s;',
    );
  });
  it('of a quiet pool does not deny a wait that the last percent had, nor assert one that may be none', () => {
    const { summary } = syncPool(12, views(2, 7));
    const sentenceOf = (change: object) =>
      verdictOf({ ...summary, wait: { ...summary.wait, method: 'inferred', ...change }, findings: [] }).sentence;
    expect(sentenceOf({ p95: 0, p99: 0.047 })).toContain('; few callers queued (p99 47 ms, inferred).');
    const open = { mean: 0.004, p95: 0.03, low: { mean: 0, p95: 0 }, high: { mean: 6, p95: 46 } };
    expect(sentenceOf(open)).toContain('; callers may have queued for about 4 ms on average (0 s to 6 s fit the log).');
  });
  it('of pools one after the other never counts more busy slots than there are', () => {
    const { summary } = syncPool(12, views(2, 7));
    const regime = (workers: number) => ({
      ...{
        from: null,
        to: null,
        model: 'sync' as const,
        capacity_at_least: workers,
        saturated_seconds: 0,
        wait_mean: 0,
      },
      ...{ workers, capacity: workers },
    });
    const server = { ...summary.server, regimes: [regime(12), regime(20)] };
    const concurrency = { ...summary.concurrency, peak: 14, peak_at_least: 14, saturated_seconds: 0 };
    const { sentence } = verdictOf({ ...summary, server, concurrency, findings: [] });
    expect(sentence).toContain('12, then 20 sync workers, at most 14 of 20 slots busy at once');
  });
  it('has all its numbers in fewer words, too', () => {
    const { sentence, shorter = [] } = verdictOf(summaryOf(syncPool(2, views(1, 3.6))));
    const numbers = (text: string) => text.match(/\d+(\.\d+)?/g);
    expect(shorter.length).toBe(2);
    for (const words of shorter) expect(numbers(words), words).toEqual(numbers(sentence));
    expect(shorter[1].length).toBeLessThan(shorter[0].length);
    expect(shorter[0].length).toBeLessThan(sentence.length);
  });
  it('of a healthy pool says so', () => {
    const { severity, sentence } = verdictOf(summaryOf(syncPool(12, views(2, 7))));
    expect(severity).toBe('ok');
    expect(sentence).toMatch(/^12 sync workers, at most \d+ of 12 slots busy at once; callers did not queue\.$/);
  });
  it('of a pool whose peak the stamps blur gives what they leave open', () => {
    const { summary } = syncPool(12, views(2, 7));
    const concurrency = { ...summary.concurrency, peak: 8, peak_at_least: 2 };
    expect(verdictOf({ ...summary, concurrency, findings: [] }).sentence).toContain('between 2 and 8 of 12 slots busy');
  });
  it('of a pool whose slots are known, and not how busy they were, says the slots', () => {
    const { summary } = syncPool(3, views(2, 3));
    const unknown = {
      mean: null,
      p95: null,
      peak: null,
      peak_at_least: null,
      saturated_seconds: null,
      saturated_ratio: null,
    };
    const wait = { ...summary.wait, method: 'unknown' as const, mean: null, p95: null };
    const { sentence, shorter } = verdictOf({ ...summary, concurrency: unknown, wait, findings: [] });
    expect(sentence).toMatch(/^3 sync workers; how many of them were busy at once, .* the log cannot tell/);
    expect(sentence).not.toContain('how many requests the server runs');
    expect(shorter).toHaveLength(2);
  });
  it('of an async server speaks of requests in flight', () => {
    const { severity, sentence } = verdictOf(summaryOf(asyncPool(2, views(3, 60, 60))));
    expect(severity).toBe('info');
    expect(sentence).toMatch(
      /^2 async workers, about \d+ requests in flight at once; whether they waited inside the application the log does not show\.$/,
    );
  });
  it('of an async server says that nobody waited only where times do not grow with the load', () => {
    const summary = summaryOf(asyncPool(2, views(3, 60, 60)));
    const flat = { ...summary, service_time: { ...summary.service_time, grows_with_load: false } };
    const { severity, sentence } = verdictOf(flat);
    expect(severity).toBe('ok');
    expect(sentence).toMatch(/requests in flight at once; they took as long among many as among few\.$/);
  });
  it('of one slow route names it, and the pool it fills', () => {
    const calls = poisson(4, 12, 120, (random) =>
      random.next() < 1 / 6 ? { takes: 1.5, route: 'GET /slow' } : { takes: 0.005, route: 'GET /fast' },
    );
    const { sentence } = verdictOf(summaryOf(syncPool(3, calls)));
    expect(sentence).toContain('3 sync workers, all busy');
  });
  it('of a server that fails is that it fails, however well its pool does', () => {
    const failing = syncPool(
      12,
      poisson(8, 7, 120, (random) => ({ takes: random.between(0.1, 1), status: random.next() < 0.15 ? 500 : 200 })),
    );
    const { severity, sentence } = verdictOf(summaryOf(failing));
    expect(severity).toBe('warning');
    expect(sentence).toMatch(
      /^1\d(\.\d)? % of the answers are server errors, all on GET \/. 12 sync workers, at most \d+ of 12 slots busy/,
    );
  });
  it('of an async server without times does not say that all is well', () => {
    const summary = summaryOf(asyncPool(2, views(3, 60, 60)));
    const blind = { ...summary, findings: [], concurrency: { ...summary.concurrency, peak: null } };
    const { severity, sentence } = verdictOf(blind);
    expect(severity).toBe('info');
    expect(sentence).toContain('cannot tell');
  });
  it('that says nothing of waits is as sure as the server is known, however little is known of waits', () => {
    const summary = summaryOf(syncPool(8, views(1, 3)));
    const recycled: FindingSummary = {
      id: 'recycle-storm',
      severity: 'warning',
      title: 'workers are recycled together',
      detail: '',
      advice: '',
      evidence: {},
      from: null,
      to: null,
    };
    const server = { ...summary.server, capacity: { ...summary.server.capacity, confidence: 0.95 } };
    const wait = { ...summary.wait, confidence: 0.3 };
    expect(verdictOf({ ...summary, server, wait, findings: [recycled] }).confidence).toBe(0.95);
    expect(verdictOf({ ...summary, server, wait, findings: [] }).confidence).toBe(0.3);
  });
  it('of an empty log is that there is none', () => {
    const summary = summaryOf(syncPool(2, views(5, 3)));
    expect(verdictOf({ ...summary, findings: [], requests: { ...summary.requests, total: 0 } }).sentence).toBe(
      'No requests yet.',
    );
  });
  it('of a log that cannot tell names what it lacks', () => {
    const summary = summaryOf(syncPool(2, views(6, 1)));
    const blind: Summary = {
      ...summary,
      findings: [],
      server: {
        ...summary.server,
        model: 'unknown',
        capacity: { ...summary.server.capacity, value: null, confidence: 0 },
      },
      wait: { ...summary.wait, method: 'unknown', mean: null, p95: null },
      knows: { ...summary.knows, missing: ['pid', 'duration'].map((what) => ({ what, gives: '', how: '' })) },
    };
    const { severity, sentence } = verdictOf(blind);
    expect(severity).toBe('info');
    expect(sentence).toBe(
      'The server runs at least 2 requests at once; how many more the log cannot tell: it lacks pid and duration.',
    );
  });
  it('of a server whose slots are unknown says what the waits are all the same', () => {
    const summary = summaryOf(syncPool(2, views(6, 1)));
    const capacity = { ...summary.server.capacity, value: null, low: 6, confidence: 0 };
    const server = { ...summary.server, model: 'threaded' as const, capacity };
    const high = { mean: 0.408, p95: 3 };
    const inferred = {
      ...summary.wait,
      method: 'inferred' as const,
      mean: 0.01,
      p95: 0.08,
      low: { mean: 0, p95: 0 },
      high,
    };
    expect(verdictOf({ ...summary, findings: [], server, wait: inferred })).toMatchObject({
      severity: 'info',
      sentence:
        '6 slots or more, how many the log cannot tell; nobody need have queued, or for 408 ms on average at most (inferred).',
    });
    const measured = { ...summary.wait, method: 'measured' as const, mean: 0.001, p95: 0.002, p99: 0.005, max: 0.006 };
    expect(verdictOf({ ...summary, findings: [], server, wait: measured })).toMatchObject({
      severity: 'ok',
      sentence: '6 slots or more, how many the log cannot tell; callers did not queue.',
    });
  });
  it('of unknown waits does not call the pool healthy', () => {
    const summary = summaryOf(syncPool(4, views(7, 2)));
    const wait = {
      ...summary.wait,
      method: 'unknown' as const,
      mean: null,
      p50: null,
      p95: null,
      p99: null,
      max: null,
    };
    const { severity, sentence } = verdictOf({ ...summary, findings: [], wait });
    expect(severity).toBe('info');
    expect(sentence).toContain('cannot tell');
  });
});
