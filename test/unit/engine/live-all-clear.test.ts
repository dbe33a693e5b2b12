// How soon a live view says that a queue has ended, whenever that falls between two examinations.
import { expect, it } from 'vitest';
import { replayLive } from '../../helpers/live-replay.ts';
import { createRandom } from '../../helpers/random.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

/** Four workers: hardly busy, full from second 6 to `fullUntil`, hardly busy again for 12 s; stamps of a second. */
function logOf(fullUntil: number): string {
  const random = createRandom(7);
  const lines: { readonly end: number; readonly line: string }[] = [];
  const serve = (pid: number, from: number, to: number, pause: () => number) => {
    for (let at = from; at < to; at += pause()) {
      const took = random.between(0.12, 0.28);
      at += took;
      const stamp = new Date(NOON + Math.floor(at) * 1000).toISOString().slice(11, 19);
      const line = `127.0.0.1 - - [20/Nov/2026:${stamp} +0000] "GET /a HTTP/1.1" 200 2 "-" "x" pid=${pid} us=${Math.round(took * 1e6)}\n`;
      lines.push({ end: at, line });
    }
  };
  for (let pid = 101; pid < 105; pid++) {
    const seldom = () => random.between(1, 2);
    serve(pid, 0, 6, seldom);
    serve(pid, 6.3, fullUntil, () => 0.002);
    serve(pid, fullUntil + random.between(0.3, 1.3), fullUntil + 12, seldom);
  }
  return lines
    .sort((a, b) => a.end - b.end)
    .map(({ line }) => line)
    .join('');
}

it.each([28, 29])('calls an alarm off within five seconds of the end of the queue, at second %i', async (fullUntil) => {
  const said: { readonly second: number; readonly isAlarm: boolean }[] = [];
  await replayLive(logOf(fullUntil), {
    seen: ({ now, verdict: { severity } }) =>
      said.push({ second: now / 1e6 - NOON / 1000, isAlarm: severity === 'critical' || severity === 'warning' }),
  });
  const last = said.findLastIndex(({ isAlarm }) => isAlarm);
  expect(said[last].second).toBeGreaterThan(fullUntil);
  expect(said[last + 1].second).toBeLessThan(fullUntil + 5);
  const first = said.findIndex(({ isAlarm }) => isAlarm);
  expect(said.slice(first, last).every(({ isAlarm }) => isAlarm)).toBe(true);
});
