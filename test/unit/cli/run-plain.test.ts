// The report that grows: nothing is told before it is known, nothing twice, and it ends where the log does.
import { expect, it } from 'vitest';
import { runPlain } from '../../../src/cli/run-plain.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { FakeEngine } from '../../helpers/screen.ts';
import { replaySnapshot } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;

it('tells of a replay the verdict first, then each stretch since the line before, and ends at its end', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
  const { from, to } = snapshot;
  const engine = new FakeEngine({ ...snapshot, now: from, playing: true });
  const clock = new FakeClock();
  const lines: string[] = [];
  const ended = runPlain(engine, clock, { write: (line) => lines.push(line) });
  expect(lines[0]).toBe(`Verdict, critical: ${snapshot.verdict.sentence}`);
  // Nothing was played yet.
  expect(lines.filter((line) => / last /.test(line))).toEqual([]);
  // Three times as fast as the clock.
  engine.publish({ now: from + 30 * SECOND });
  clock.advance(10_000);
  // It stands still.
  clock.advance(10_000);
  engine.publish({ now: to, playing: false });
  expect(await ended).toBe(0);
  const stretches = lines.filter((line) => / last /.test(line));
  expect(stretches.map((line) => /last ([\d.]+) s: (\d+) requests/.exec(line)?.[1])).toEqual(['30', '25']);
  const told = stretches.reduce((sum, line) => sum + Number(/: (\d+) requests/.exec(line)?.[1]), 0);
  // A request that reaches over the border is told of on both sides.
  expect(told).toBeGreaterThanOrEqual(580);
  expect(told).toBeLessThan(590);
});

it('writes titles and advice as sentences', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
  const lines: string[] = [];
  await runPlain(new FakeEngine({ ...snapshot, playing: false }), new FakeClock(), {
    write: (line) => lines.push(line),
  });
  const finding = lines.find((line) => line.startsWith('Finding, critical: GET /slow starves the other routes'));
  expect(finding).toContain('(p95, inferred). Give GET /slow a pool of its own');
});

it('breaks its lines between words on a terminal, and leaves them whole for a program', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-3-slow-route-starves-fast.log');
  const told = async (columns: number | undefined) => {
    const lines: string[] = [];
    await runPlain(new FakeEngine({ ...snapshot, playing: false }), new FakeClock(), {
      write: (line) => lines.push(line),
      columns: () => columns,
    });
    return lines;
  };
  const whole = await told(undefined);
  const broken = await told(60);
  expect(broken.map((line) => line.replace(/\n +/g, ' '))).toEqual(whole);
  for (const row of broken.join('\n').split('\n')) expect(row.length).toBeLessThanOrEqual(60);
  expect(whole.some((line) => line.length > 200)).toBe(true);
});

it('ends with a stream that has ended', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-4-nearly-full.log');
  let over = () => {};
  const ended = runPlain(new FakeEngine({ ...snapshot, mode: 'tail' }), new FakeClock(), {
    write() {},
    onOver: (listener) => {
      over = listener;
    },
  });
  over();
  expect(await ended).toBe(0);
});

it('says at once when something is wrong, and that all is well once a minute at most', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-4-nearly-full.log');
  const well = (k: number) => ({ verdict: { severity: 'ok' as const, sentence: `All is well, ${k}.`, confidence: 1 } });
  const engine = new FakeEngine({ ...snapshot, mode: 'tail', ...well(0) });
  const clock = new FakeClock();
  const lines: string[] = [];
  let over = () => {};
  const ended = runPlain(engine, clock, {
    write: (line) => lines.push(line),
    onOver: (listener) => {
      over = listener;
    },
  });
  for (let k = 1; k < 100; k++) {
    clock.advance(1000);
    engine.publish(well(k));
  }
  engine.publish({ verdict: { severity: 'warning', sentence: 'The pool is full.', confidence: 1 } });
  over();
  await ended;
  expect(lines.filter((line) => line.startsWith('Verdict'))).toEqual([
    'Verdict, ok: All is well, 0.',
    'Verdict, ok: All is well, 60.',
    'Verdict, warning: The pool is full.',
  ]);
});
