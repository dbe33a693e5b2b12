// Findings about the log itself: too short, lacking columns, measured waits that cannot be right.
import { describe, expect, it } from 'vitest';
import logLacksFields from '../../../src/findings/log-lacks-fields.ts';
import measuredWaitDisagrees from '../../../src/findings/measured-wait-disagrees.ts';
import notEnoughData from '../../../src/findings/not-enough-data.ts';
import { asyncPool, type Call, event, poisson, syncPool } from '../../helpers/traffic.ts';

const calls = (seed: number, rate: number, seconds: number, measured?: (call: Call) => number) =>
  poisson(seed, rate, seconds, (random) => ({ takes: random.between(0.1, 1) })).map((call) =>
    measured ? { ...call, measuredWait: measured(call) } : call,
  );

describe('not-enough-data', () => {
  it('speaks of a few requests that prove nothing', () => {
    expect(notEnoughData.examine(syncPool(4, calls(1, 0.2, 60)))?.severity).toBe('info');
  });
  it('says that the server was never full only where that is known', () => {
    expect(notEnoughData.examine(syncPool(4, calls(1, 0.2, 60)))!.detail).toContain('never filled');
    const unknown = asyncPool(1, calls(1, 0.2, 60));
    expect(notEnoughData.examine(unknown)!.detail).toContain('whether it was full then the log does not tell');
    const waited = { ...unknown, lifecycle: [event('queued', 3)] };
    expect(notEnoughData.examine(waited)!.detail).toContain('its own lines say that some had to wait');
  });
  it('is quiet of many', () => expect(notEnoughData.examine(syncPool(4, calls(2, 3, 60)))).toBeNull());
  it('does not take one request on each of the workers that were seen for a full pool', () => {
    const found = notEnoughData.examine(
      syncPool(
        3,
        [0, 0.05, 0.1].map((at) => ({ at, takes: 0.3 })),
      ),
    );
    expect(found?.title).toBe('Not enough data: 3 requests');
    expect(notEnoughData.examine(syncPool(1, [{ at: 0, takes: 0.3 }]))?.detail).toMatch(/^1 request .*says little/);
  });
  it('is quiet of a burst that fills the pool', () => {
    expect(
      notEnoughData.examine(
        syncPool(
          1,
          [0, 1, 2].map((i) => ({ at: i * 1e-6, takes: 5 })),
        ),
      ),
    ).toBeNull();
  });
});

describe('log-lacks-fields', () => {
  const lacking = (what: readonly string[], unknown: boolean) => {
    const facts = syncPool(4, calls(3, 3, 60));
    const { summary } = facts;
    const missing = what.map((field) => ({ what: field, gives: `gives ${field}`, how: `log ${field} so` }));
    const server = unknown
      ? {
          ...summary.server,
          model: 'unknown' as const,
          capacity: { ...summary.server.capacity, value: null, confidence: 0 },
        }
      : summary.server;
    return { ...facts, summary: { ...summary, server, knows: { ...summary.knows, missing } } };
  };
  it('gives the line that adds what is missing', () => {
    const finding = logLacksFields.examine(lacking(['pid', 'duration', 'wait'], true))!;
    expect(finding.advice).toBe('pid: log pid so. duration: log duration so');
    expect(finding.detail).toContain('how many requests the server runs at once');
  });
  it('says a line that adds several fields once', () => {
    const facts = lacking(['time', 'pid', 'duration'], true);
    const missing = facts.summary.knows.missing.map((field, i) => ({ ...field, how: i < 2 ? 'set A' : 'set B' }));
    const summary = { ...facts.summary, knows: { ...facts.summary.knows, missing } };
    expect(logLacksFields.examine({ ...facts, summary })!.advice).toBe('time and pid: set A. duration: set B');
  });
  it('is quiet when only a luxury is missing', () =>
    expect(logLacksFields.examine(lacking(['wait'], true))).toBeNull());
  it('is quiet when everything was found out anyway', () =>
    expect(logLacksFields.examine(lacking(['pid'], false))).toBeNull());
});

describe('measured-wait-disagrees', () => {
  const measured = (workers: number, rate: number, wait: (call: Call) => number) =>
    measuredWaitDisagrees.examine(syncPool(workers, calls(4, rate, 120, wait), { fields: { wait: true } }));
  it('sees clocks that differ', () => expect(measured(8, 5, () => -40_000)!.title).toContain('clocks'));
  it('sees waits that are not for this pool', () => {
    expect(measured(12, 5, () => 300_000)!.evidence.peak_concurrency).toBeLessThan(12);
  });
  it('sees a stamp that is set behind the queue', () =>
    expect(measured(2, 4, () => 300)!.title).toContain('does not see'));
  it('is quiet when both agree', () => {
    expect(measured(8, 3, () => 1000)).toBeNull();
    expect(measured(2, 4, () => 900_000)).toBeNull();
  });
});
