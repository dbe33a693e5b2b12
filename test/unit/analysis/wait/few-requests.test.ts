// A handful of requests: how their callers came nobody can tell, so neither is it said that none of them waited.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const line = (second: number, pid: number, micros: number) =>
  `10.0.0.9 - - [29/Oct/2024:17:04:${15 + second} +0000] "GET /io HTTP/1.1" 200 12 "-" "curl" pid=<${pid}> us=${micros}`;

it('five at once on four sync workers: the fifth waited a turn, or came when it was answered', () => {
  const lines = [0, 1, 2, 3].map((k) => line(0, 8712 + k, 1_001_000 + k));
  const { wait, requests } = inferLog([...lines, line(1, 8713, 1_017_809)].join('\n'));
  const mayBe = (seconds: number) =>
    wait.method === 'unknown' || (wait.lowMean <= 1e6 * seconds && 1e6 * seconds <= wait.highMean);
  expect(mayBe(0) && mayBe(0.22)).toBe(true);
  // The time of each request is known all the same.
  expect(requests.end.every(Number.isFinite)).toBe(true);
});

it('a few requests that never filled the pool waited for nothing', () => {
  const { wait } = inferLog([0, 3, 6, 9].map((second, k) => line(second, 8712 + k, 200_000)).join('\n'));
  expect(wait.highMean / 1e6).toBeLessThan(0.05);
});
