// A pool that has room again: how long callers queued before is told on a narrow screen, too, while there is room.
import { expect, it } from 'vitest';
import { calmVerdict } from '../../../src/findings/live-verdict.ts';
import { replaySnapshot } from '../../helpers/snapshots.ts';

it('keeps the wait of the time when the pool was full', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const shorterWith = (wait: { mean: number; low: number; high: number; isOpen: boolean } | null) =>
    calmVerdict(summary, {
      seconds: 60,
      fullSeconds: 35,
      confidence: 0.9,
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
