// What passes a filter is judged as a part: never as if it were the log of a smaller server.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { FilteredPart } from '../../../src/core/part.ts';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { quantileOf } from '../../../src/core/statistics.ts';
import { durationText } from '../../../src/core/words.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { ReplayEngine } from '../../../src/engine/replay-engine.ts';
import { partVerdict } from '../../../src/findings/part-verdict.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { root } from '../../helpers/terminal.ts';

async function partsOf(
  log: string,
  filters: readonly string[] | ((snapshot: Snapshot) => readonly string[]),
): Promise<{ snapshot: Snapshot; parts: (FilteredPart | null)[] }> {
  const engine = new ReplayEngine({
    paths: [join(root, log)],
    formats,
    clock: new FakeClock(),
    speed: 1,
    examiner: (names) => new LocalExaminer(names, formats),
  });
  await engine.load();
  const parts: (FilteredPart | null)[] = [];
  for (const text of typeof filters === 'function' ? filters(engine.snapshot()) : filters) {
    engine.command({ type: 'filter', text });
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    parts.push(engine.snapshot().part);
  }
  const snapshot = engine.snapshot();
  await engine.stop();
  return { snapshot, parts };
}

describe('what passes a filter', () => {
  it('has its own numbers, beside the pool of all requests', async () => {
    const { snapshot, parts } = await partsOf('sample-logs/gunicorn-sync-3-slow-route-starves-fast.log', [
      'route:/fast',
      'route:/slow',
      '',
    ]);
    const { requests, placement, names } = snapshot;
    // The finding speaks of the same requests: one number for both.
    const starved = snapshot.summary.findings.find(({ id }) => id === 'head-of-line');
    const waited = Number(starved?.evidence.others_wait_p95_seconds) * 1e6;
    expect(parts[0]?.verdict.sentence).toContain(`wait p95 about ${durationText(waited)} (inferred)`);
    const rows = [...requests.route.keys()];
    const busy = (of: readonly number[]) => of.reduce((sum, row) => sum + placement.end[row] - placement.start[row], 0);
    for (const [i, path] of ['/fast', '/slow'].entries()) {
      const own = rows.filter((row) => names.routes.text(requests.route[row]).includes(path));
      const part = parts[i]!;
      expect(part).toMatchObject({ requests: own.length, of: rows.length, findings: [], unasked: '' });
      const share = Math.round((100 * busy(own)) / busy(rows));
      const p95 = quantileOf(
        own.map((row) => placement.end[row] - placement.start[row]),
        0.95,
      );
      expect(part.verdict.sentence).toMatch(
        new RegExp(`^${own.length} of 580 requests, ${share === 2 ? '1\\.9' : share} % of the busy time;`),
      );
      expect(part.verdict.sentence).toContain(`service p95 ${durationText(p95)}`);
      expect(part.verdict.sentence).toContain('no errors');
      // They all stand in one queue: those of the fast route wait as long as the others.
      expect(part.verdict.sentence).toMatch(/wait p95 about [45](\.\d)? s \(inferred\)/);
      expect(part.verdict.severity).toBe('warning');
    }
    expect(parts[2]).toBeNull();
    expect(snapshot.verdict.sentence).toMatch(/^3 sync workers, all busy 4[78] of 55 s/);
    expect(snapshot.summary.server.workers.value).toBe(3);
  });

  it('never speaks of a pool, whatever is filtered by', async () => {
    const logs = readdirSync(join(root, 'sample-logs')).filter((name) =>
      /^gunicorn-sync-(2-overloaded|3-timeout-kills|4-burst-of-100)\.log$/.test(name),
    );
    expect(logs.length).toBe(3);
    for (const log of logs) {
      const { parts } = await partsOf(`sample-logs/${log}`, ({ names, requests }) => {
        const route = names.routes.text(requests.route[0]).replace(/^[A-Z]+ /, '');
        const worker = names.workers.text(requests.worker[0]);
        return [`route:${route}`, `worker:${worker}`, `-worker:${worker}`, 'slower:50ms', 'status:2xx', 'wait>1s'];
      });
      for (const part of parts) {
        expect(part!.verdict.sentence, log).not.toMatch(/worker|slot|would end it|saturated|all busy/i);
        for (const { id } of part!.findings) expect(['error-burst', 'latency-step', 'common-timeout']).toContain(id);
      }
    }
  });

  it('has the findings of its routes, and not those of others', async () => {
    const { snapshot, parts } = await partsOf('test/faults/upstream-time-out.log.gz', [
      'route:/pay',
      'route:/no-such',
      'slower:1s',
    ]);
    expect(snapshot.summary.findings.map(({ id }) => id)).toContain('common-timeout');
    expect(parts[0]!.findings.map(({ id }) => id)).toEqual(['common-timeout']);
    expect(parts[0]!.verdict.sentence).toMatch(/end at .* sharp/);
    expect(parts[1]).toMatchObject({
      requests: 0,
      findings: [],
      verdict: { severity: 'info', sentence: 'No request passes this filter.' },
    });
    // To be slow is what these were chosen for.
    expect(parts[2]).toMatchObject({ findings: [], verdict: { severity: 'info' } });
    expect(parts[2]!.unasked).toContain('picks the outcome');
  });

  it('does not say what the log does not: no wait, no duration, no status', () => {
    const unknown = { busyShare: Number.NaN, serviceP95: Number.NaN, waitP95: Number.NaN, errors: Number.NaN };
    const verdict = partVerdict(
      {
        requests: 3,
        of: 20,
        isSample: true,
        picksOutcome: false,
        waitMethod: 'unknown',
        waitConfidence: 0,
        waitIsHidden: false,
        ...unknown,
      },
      [],
    );
    expect(verdict).toMatchObject({ severity: 'info', sentence: '3 of a sample of 20 requests.', confidence: 1 });
  });
});
