// Workers that come or go while others stay: what is missing writes the same lines as what idles, none.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';
import { createRandom } from '../../../helpers/random.ts';

const SECOND = 1_000_000;

interface Slot {
  readonly pid: number;
  /** s: it takes requests in between. */
  readonly from: number;
  readonly to: number;
}

interface Run {
  readonly log: string;
  /** s */
  readonly meanWait: number;
}

const slot = (pid: number, from = 0, to = Number.POSITIVE_INFINITY): Slot => ({ pid, from, to });

/** First come, first served; the idle worker that comes first in the list takes the request, or any of them. */
function served(slots: readonly Slot[], perSecond: (second: number) => number, seconds: number, isFirst = false): Run {
  const random = createRandom(8);
  const free = slots.map(({ from }) => from);
  const lines: { end: number; text: string }[] = [];
  let waits = 0;
  for (let at = 0; ; ) {
    at += random.exponential(1 / perSecond(at));
    if (at > seconds) break;
    const micros = Math.round(1e6 * 0.2 * Math.exp(0.5 * random.normal() - 0.125));
    const alive = slots.map((_, k) => k).filter((k) => Math.max(at, free[k]) < slots[k].to);
    const idle = alive.filter((k) => free[k] <= at);
    const k =
      idle.length > 0 ? (isFirst ? idle[0] : random.pick(idle)) : alive.reduce((a, b) => (free[b] < free[a] ? b : a));
    const start = Math.max(at, free[k]) + 0.001;
    waits += start - at;
    free[k] = start + micros / 1e6;
    const stamp = new Date(1000 * Math.floor(free[k])).toUTCString().slice(17, 25);
    lines.push({
      end: free[k],
      text: `127.0.0.1 - - [28/Nov/2026:${stamp} +0000] "GET /a HTTP/1.1" 200 3 "-" "-" pid=<${slots[k].pid}> us=${micros}`,
    });
  }
  lines.sort((a, b) => a.end - b.end);
  return { log: `${lines.map(({ text }) => text).join('\n')}\n`, meanWait: waits / lines.length };
}

const pools = (log: string) => inferLog(log).regimes.map(({ workers, capacity }) => [workers, capacity]);

it('workers that were added late did not idle before: callers queued for the two that ran', () => {
  const six = [11, 12, 13, 14, 15, 16].map((pid, k) => slot(pid, k < 2 ? 0 : 50 + k));
  const { log, meanWait } = served(six, () => 9.5, 100);
  const said = inferLog(log);
  expect(said.regimes.map(({ workers }) => workers)).toEqual([2, 6]);
  expect(said.workers).toMatchObject({ low: 2, high: 6 });
  expect(said.wait.lowMean / SECOND).toBeLessThan(meanWait);
  expect(said.wait.highMean / SECOND).toBeGreaterThan(meanWait);
  expect(said.wait.mean / SECOND).toBeGreaterThan(meanWait / 3);
  expect(said.concurrency.saturatedRatio).toBeGreaterThan(0.3);
  expect(said.restarts).toBe(0);
});

it('a worker that answers nothing any more while callers queue for the others is gone, or hangs', () => {
  const four = [11, 12, 13, 14].map((pid) => slot(pid, 0, pid === 12 ? 40 : Number.POSITIVE_INFINITY));
  expect(pools(served(four, () => 13, 90).log)).toEqual([
    [4, 4],
    [3, 3],
  ]);
});

it('a worker that was not needed is none that was missing', () => {
  const eight = [11, 12, 13, 14, 15, 16, 17, 18].map((pid) => slot(pid));
  expect(pools(served(eight, () => 6, 90, true).log)).toEqual([]);
  // Nor one that has to do at the peak alone.
  expect(pools(served(eight, (second) => (second < 50 ? 6 : 30), 90, true).log)).toEqual([]);
  expect(pools(served(eight, (second) => (second < 40 ? 30 : 6), 90, true).log)).toEqual([]);
});

/** Workers that end after about sixty requests each; the next one takes a moment to start. */
function recycled(workers: number, perSecond: number, seconds: number): string {
  const random = createRandom(3);
  const lanes = Array.from({ length: workers }, (_, k) => ({ free: 0, pid: 10 + k, left: random.integer(60, 80) }));
  const lines: { end: number; text: string }[] = [];
  let pid = 10 + workers;
  for (let at = 0; at < seconds; ) {
    at += random.exponential(1 / perSecond);
    const lane = lanes.reduce((a, b) => (b.free < a.free ? b : a));
    const micros = Math.round(2e5 * Math.exp(0.5 * random.normal() - 0.125));
    const end = Math.max(at, lane.free) + 0.001 + micros / 1e6;
    const stamp = new Date(1000 * Math.floor(end)).toUTCString().slice(17, 25);
    lines.push({
      end,
      text: `127.0.0.1 - - [28/Nov/2026:${stamp} +0000] "GET /a HTTP/1.1" 200 3 "-" "-" pid=<${lane.pid}> us=${micros}`,
    });
    lane.free = end;
    if (--lane.left > 0) continue;
    lane.pid = pid++;
    lane.left = random.integer(60, 80);
    lane.free = end + 0.1;
  }
  lines.sort((a, b) => a.end - b.end);
  return lines.map(({ text }) => text).join('\n');
}

it('workers that are replaced within a tick of each other are followed all the same', () => {
  const said = inferLog(recycled(6, 28, 80));
  expect(said.regimes).toEqual([]);
  expect(said.workers.value).toBe(6);
  expect(said.wait.method).toBe('inferred');
});
