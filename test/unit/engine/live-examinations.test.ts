/** A live view asks now and then how callers come, and follows them as that look has found them. */
import { expect, it } from 'vitest';
import type { StreamFacts } from '../../../src/core/batch.ts';
import type { ExaminedWindow, Examiner, ExamineWindow } from '../../../src/engine/examiner.ts';
import { LiveExaminations } from '../../../src/engine/live-examinations.ts';
import { RowStore } from '../../../src/engine/row-store.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const facts = { format: 'gunicorn', resolutionMicros: 1, stampMeaning: 'end' } as unknown as StreamFacts;

/** Every look costs so much, ms. */
const COST = 1000;

/** What is asked of an examiner that says so of every window, in `seconds` with a request in each. */
async function askedIn(seconds: number, highP95: number, method: 'inferred' | 'unknown' = 'inferred', isLive = false) {
  const clock = new FakeClock();
  const rows = new RowStore();
  const asked: string[] = [];
  const { requests, placement, summary, verdict, inference } = handSnapshot({
    requests: [{ start: 0, end: 0.1, status: 200 }],
  });
  const examine = async ({ effort, lastLook }: ExamineWindow): Promise<ExaminedWindow> => {
    const callers = lastLook?.wait.callers ?? 'not-asked';
    asked.push(`${effort} ${callers}`);
    const found = effort === 'look' ? ('in-bursts' as const) : callers;
    const wait = { ...inference.wait, method, highP95, callers: found };
    const cost = effort === 'look' ? COST : 1;
    return { summary, verdict, inference: { ...inference, wait }, servers: [], requests, placement, cost };
  };
  const examinations = new LiveExaminations({
    clock,
    examiner: { examine } as Partial<Examiner> as Examiner,
    rows,
    newest: () => NOON,
    until: () => (isLive ? clock.nowMicros() : null),
    lifecycle: () => [],
    inputs: () => [],
    zoneMinutes: () => 0,
    done: () => {},
    failed: (error) => {
      throw error;
    },
  });
  for (let second = 0; second < seconds; second++) {
    rows.add(requests, facts);
    examinations.schedule();
    await clock.pass(1000);
  }
  const during = asked.length;
  await clock.pass(60_000, 1000);
  return { asked: asked.slice(0, during), after: asked.slice(during) };
}

it('looks longer where callers may wait for long, for a twentieth of the time', async () => {
  const { asked, after } = await askedIn(40, 500_000);
  expect(asked.slice(0, 3)).toEqual(['live not-asked', 'look not-asked', 'live in-bursts']);
  const looks = asked.flatMap((what, k) => (what.startsWith('look') ? [k] : []));
  expect(looks.length).toBe(2);
  // A look that is held to the one before would see nothing new.
  expect(looks.map((k) => asked[k])).toEqual(['look not-asked', 'look not-asked']);
  expect(looks[1] - looks[0]).toBeGreaterThanOrEqual(19);
  expect(after).toEqual(['full not-asked']);
});

it('does not where nobody waits', async () => {
  expect(new Set((await askedIn(40, 20_000)).asked)).toEqual(new Set(['live not-asked']));
});

it('asks as a report would when the requests of a log that is of another day rest', async () => {
  const { after } = await askedIn(5, Number.NaN, 'unknown');
  expect(after).toEqual(['full not-asked']);
});

it('asks as a report would when requests rest, and once more of all that is held when they rest for long', async () => {
  const { after } = await askedIn(5, Number.NaN, 'unknown', true);
  expect(after).toEqual(['full not-asked', 'full not-asked']);
});
