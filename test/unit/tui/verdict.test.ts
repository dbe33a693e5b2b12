// The sentence at the top keeps its numbers on a narrow screen: it is told in fewer words before it is cut.
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { partVerdict } from '../../../src/findings/part-verdict.ts';
import { verdictOf } from '../../../src/findings/verdict.ts';
import verdict from '../../../src/tui/panels/verdict.ts';
import { replaySnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

/** Logs whose sentences are the longest, and one of each kind. */
const samples = [
  'gunicorn-sync-3-slow-route-starves-fast.log',
  'gunicorn-sync-3-timeout-kills.log',
  'gunicorn-sync-2-failing-route.log',
  'gunicorn-gthread-2x8-nearly-full.log',
  'waitress-4-threads-ramp.log',
  'uvicorn-default-no-time.log',
  'gunicorn-asgi-4-burst-of-100.log',
];

const told = (snapshot: Snapshot, columns: number, rows: number, filter = ''): string =>
  drawn(verdict, viewOf(snapshot, { columns, ui: { filter } }), columns, rows).join('\n');

describe('the verdict on a narrow screen', () => {
  it('is not cut at 80 columns in two lines, or at 200 in one, whatever log it is of', async () => {
    for (const name of samples) {
      const snapshot = await replaySnapshot(name);
      expect(told(snapshot, 80, 2), name).not.toContain('…');
      expect(told(snapshot, 200, 1), name).not.toContain('…');
    }
  });

  it('keeps what would end it where a starved route and failing answers stand beside it', async () => {
    const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
    const { findings } = snapshot.summary;
    const errors = {
      ...findings[0],
      id: 'server-errors',
      severity: 'warning' as const,
      title: '9.4 % of the answers are server errors, all on GET /err',
      evidence: { share: 0.094 },
    };
    const [starves] = findings;
    expect(starves.id).toBe('head-of-line');
    for (const order of [
      [starves, errors],
      [errors, starves],
    ]) {
      const summary = { ...snapshot.summary, findings: order };
      const text = told({ ...snapshot, summary, verdict: verdictOf(summary) }, 80, 2).replaceAll(/\s+/g, ' ');
      expect(text).not.toContain('…');
      expect(text).toMatch(/4[78]\/55 s.* mean wait \d+ ms to \d+ s \(inferred\)\. Fix: own pool for GET \/slow\./);
      expect(text).toContain('9.4 %');
    }
    // Nor without a full pool: a route that starves the others, or a pool that kept up.
    const unfilled = { ...starves, evidence: { ...starves.evidence, saturated_seconds: null } };
    for (const order of [[unfilled, errors], [errors]]) {
      const summary = { ...snapshot.summary, findings: order };
      expect(told({ ...snapshot, summary, verdict: verdictOf(summary) }, 80, 2)).not.toContain('…');
    }
    // Without a pool to speak of, what the log lacks is not cut either.
    const summary = { ...(await replaySnapshot('waitress-4-threads-ramp.log')).summary, findings: [errors] };
    const text = told({ ...snapshot, summary, verdict: verdictOf(summary) }, 80, 2);
    expect(text).toContain('lacks');
    expect(text).not.toContain('…');
  });

  it('tells at 60 columns what would end it before how sure that is', async () => {
    const text = told(await replaySnapshot('gunicorn-sync-4-burst-of-16.log'), 59, 2).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/4 sync workers full .*waits up to 3 s \(inferred\)\. Fix: 16 workers or async I\/O\.$/);
  });

  it('keeps the pool, how long it was full, the wait and how it is known, what would end it, and how sure that is', async () => {
    const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
    expect(told(snapshot, 220, 1)).toContain(snapshot.verdict.sentence);
    for (const columns of [80, 70]) {
      const text = told(snapshot, columns, 2).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(
        /CRITICAL 3 sync workers .*4[78].?(of|\/).?55 s.* mean wait (~[\d.]+ s \()?\d+ ms to \d+ s.* (A pool of its own|own pool) for GET \/slow.*\((70|90)% sure\)/,
      );
    }
  });

  it('says under a filter, in four lines, what passes and what all of them tell', async () => {
    const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
    const numbers = {
      requests: 481,
      of: 580,
      isSample: false,
      picksOutcome: false,
      busyShare: 0.02,
      serviceP95: 5800,
      waitP95: 4.4e6,
      waitMethod: 'inferred' as const,
      waitConfidence: 0.9,
      waitIsHidden: true,
      errors: 0,
    };
    const part = {
      filter: 'route:/fast',
      requests: 481,
      of: 580,
      verdict: partVerdict(numbers, []),
      findings: [],
      unasked: '',
    };
    const text = told({ ...snapshot, part }, 80, 4, 'route:/fast');
    expect(text).not.toContain('…');
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(
      /FILTER 481 of 580 requests, 2 % .*about 4\.4 s \(inferred\), no errors, service p95 5\.8 ms.* All requests: 3 sync workers/,
    );
  });

  it('stays the same words live while only its numbers change', async () => {
    const snapshot = { ...(await replaySnapshot('gunicorn-sync-4-burst-of-16.log')), live: true };
    const withWait = (wait: string) => {
      const sentence = `4 sync workers, full since 20:42:31. Callers now queue for about ${wait} (1 s to 21 s).`;
      const shorter = [`4 sync workers full since 20:42:31; waits now ~${wait}.`, `Full; waits ${wait}.`];
      return { ...snapshot, verdict: { severity: 'critical' as const, sentence, shorter, confidence: 1 } };
    };
    for (let columns = 48; columns < 120; columns++) {
      const [long, short] = ['438 ms', '2 s'].map((wait) => told(withWait(wait), columns, 1).replace(wait, 'a while'));
      expect(short, `${columns} columns`).toBe(long);
    }
  });
});
