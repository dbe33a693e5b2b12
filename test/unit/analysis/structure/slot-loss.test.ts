// A thread that hangs for ever takes its slot with it, and writes no line.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import { createRandom } from '../../../helpers/random.ts';

/** One process whose threads take requests first come, first served; from some second on it has fewer. */
function served(threads: number, lost: { from: number; left: number }, perSecond: number, clients = 0): string {
  const random = createRandom(11);
  let free = Array.from({ length: threads }, () => 0);
  const lines: { end: number; text: string }[] = [];
  const next = Array.from({ length: clients }, () => 0);
  for (let at = 0; at < 90; ) {
    if (clients > 0) at = Math.min(...next);
    else at += random.exponential(1 / perSecond);
    if (at >= lost.from && free.length > lost.left) free = free.toSorted((a, b) => a - b).slice(0, lost.left);
    const micros = Math.round(2e5 * Math.exp(0.5 * random.normal() - 0.125));
    const k = free.indexOf(Math.min(...free));
    const start = Math.max(at, free[k]) + 0.001;
    free[k] = start + micros / 1e6;
    if (clients > 0) next[next.indexOf(at)] = free[k] + 0.001;
    const stamp = new Date(1000 * Math.floor(free[k])).toUTCString().slice(17, 25);
    lines.push({
      end: free[k],
      text: `127.0.0.1 - - [28/Nov/2026:${stamp} +0000] "GET /a HTTP/1.1" 200 3 "-" "-" pid=<7> us=${micros}`,
    });
  }
  lines.sort((a, b) => a.end - b.end);
  return lines.map(({ text }) => text).join('\n');
}

const never = { from: Number.POSITIVE_INFINITY, left: 0 };

it('is told by a limit that falls by one', () => {
  const said = inferLog(served(4, { from: 25, left: 3 }, 14.5));
  expect(said.regimes.map(({ workers, capacity }) => [workers, capacity])).toEqual([
    [1, 4],
    [1, 3],
  ]);
  expect(said.model).toBe('threaded');
  expect(said.capacity).toMatchObject({ low: 3, high: 4 });
  expect(said.wait.mean).toBeGreaterThan(100_000);
  expect(said.concurrency.saturatedRatio).toBeGreaterThan(0.3);
});

it('is not seen in a pool that keeps its threads, however busy, nor where callers are the limit', () => {
  expect(inferLog(served(4, never, 14.5)).regimes).toEqual([]);
  expect(inferLog(served(4, never, 19)).regimes).toEqual([]);
  expect(inferLog(served(8, { from: 40, left: 7 }, 0, 5)).regimes).toEqual([]);
});
