// Peaks of a long log last as long as its timeline has them, although their requests are kept in part.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/finding.ts';
import type { Episode } from '../../../src/core/full-stretches.ts';
import type { FullStretch } from '../../../src/core/inference.ts';
import { momentsBetween } from '../../../src/core/moments.ts';
import { lengthOf, peaksOf, peakText } from '../../../src/findings/peaks.ts';

const SECOND = 1e6;
const BEGIN = Date.UTC(2026, 2, 2, 14) * 1000;

const episode = (from: number, to: number, waiters: number): Episode => ({
  from: BEGIN + from * SECOND,
  to: BEGIN + to * SECOND,
  fullMicros: (to - from) * SECOND,
  waiters,
  totalWaitMicros: 2 * waiters * SECOND,
  longestWaitMicros: 5 * SECOND,
});
const stretch = (from: number, to: number, full: number): FullStretch => ({
  from: BEGIN + from * SECOND,
  to: BEGIN + to * SECOND,
  fullMicros: full * SECOND,
});
const of = (fullStretches: readonly FullStretch[] | undefined): Facts =>
  ({ inference: { fullStretches } }) as unknown as Facts;
const isDeep = ({ waiters }: Episode) => waiters >= 10;
const moments = momentsBetween(BEGIN, BEGIN + 3600 * SECOND);
const textOf = (facts: Facts, episodes: readonly Episode[]) =>
  peaksOf(facts, episodes, isDeep).map((peak) => peakText(peak, 'queued', 'inferred', moments));

describe('a peak', () => {
  it('of a log that is kept whole is that of its requests', () => {
    expect(textOf(of(undefined), [episode(0, 60, 40), episode(100, 110, 3)])).toEqual([
      'From 14:00:00 to 14:01:00 UTC (60 s) 40 requests queued, for 2 s on average (inferred).',
    ]);
  });
  it('goes on where requests are no longer kept, and says that its callers are those that were followed', () => {
    const facts = of([stretch(0, 2400, 2300)]);
    expect(textOf(facts, [episode(5, 600, 400), episode(620, 1400, 300)])).toEqual([
      'From 14:00:05 to 14:40:00 UTC (40 min) 700 requests of those that were followed queued, for 2 s on average (inferred).',
    ]);
  });
  it('with gaps says for how long all slots were busy', () => {
    const facts = of([stretch(0, 300, 100), stretch(900, 910, 10)]);
    const episodes = [episode(0, 50, 20), episode(250, 300, 2), episode(900, 910, 4)];
    expect(textOf(facts, episodes)).toEqual([
      'From 14:00:00 to 14:05:00 UTC (5 min, all slots busy for 100 s) 22 requests queued, for 2 s on average (inferred).',
    ]);
    expect(lengthOf(peaksOf(facts, episodes, isDeep))).toBe(100 * SECOND);
  });
  it('of which the timeline shows nothing is that of its requests', () => {
    const [peak] = peaksOf(of([]), [episode(0, 60, 40)], isDeep);
    expect(peak).toMatchObject({ ...episode(0, 60, 40), isFollowed: true });
  });
});
