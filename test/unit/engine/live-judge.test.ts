// What one examination after the other finds becomes what is said: without a word about pools that nobody can see.
import { expect, it } from 'vitest';
import type { FindingSummary } from '../../../src/core/summary.ts';
import { type Examined, LiveJudge } from '../../../src/engine/live-judge.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const { requests, summary, inference } = handSnapshot({ requests: [{ start: 0, end: 0.1, status: 200 }] });
const finding: FindingSummary = {
  id: 'pool-saturated',
  severity: 'critical',
  title: 'Pool saturated',
  detail: '',
  evidence: {},
  advice: '',
  from: null,
  to: null,
};
/** Of a log whose lines do not tell what ran. */
const unseen = { ...inference, concurrency: { ...inference.concurrency, peak: Number.NaN } };
const examined = (severity: 'critical' | 'info' | 'ok', sentence: string): Examined => ({
  summary: { ...summary, findings: severity === 'critical' ? [finding] : [] },
  verdict: { severity, sentence, confidence: 1 },
  inference: unseen,
  requests,
});
const at = (seconds: number) => ({ now: seconds * SECOND, isLook: false, isSilent: false, zoneMinutes: 0 });

it('says what was found where nobody sees the slots, and lets an alarm stand for a while', () => {
  const judge = new LiveJudge();
  expect(judge.judge(examined('critical', 'Full.'), at(0)).verdict).toMatchObject({
    severity: 'critical',
    sentence: 'Full.',
  });
  expect(judge.judge(examined('info', 'The log cannot tell.'), at(2)).verdict.sentence).toBe('Full.');
  expect(judge.judge(examined('critical', 'Full.'), at(5)).verdict.sentence).toBe('Full.');
  expect(judge.judge(examined('info', 'The log cannot tell.'), at(14)).verdict.sentence).toBe('Full.');
  expect(judge.judge(examined('info', 'The log cannot tell.'), at(16)).verdict.sentence).toBe('The log cannot tell.');
});

it('does not tell other numbers all the time', () => {
  const judge = new LiveJudge();
  const said = [0, 3, 6, 9, 12].map((seconds) => judge.judge(examined('ok', `All busy ${seconds} s.`), at(seconds)));
  expect(said.map(({ verdict }) => verdict.sentence)).toEqual([
    ...new Array(4).fill('All busy 0 s.'),
    'All busy 12 s.',
  ]);
});

it('says of a log that has ended what a report says', () => {
  const judge = new LiveJudge();
  judge.judge(examined('critical', 'Full.'), at(0));
  expect(judge.ended(examined('ok', 'Nobody queued.'), at(1)).verdict.sentence).toBe('Nobody queued.');
});
