// Workers that stay taken after their answers, which no line shows.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const recorded = () => gunzipSync(readFileSync('test/faults/clients-close-late.log.gz')).toString();

it('clients a tenth of a second away, who close their connections late: the range holds the wait behind workers that no line shows as taken', () => {
  const { wait } = inferLog(recorded());
  // As the callers saw it: mean 85 ms, p95 340 ms.
  expect(wait.highMean).toBeGreaterThan(84_600);
  expect(wait.highP95).toBeGreaterThan(339_800);
  expect(wait.highMean).toBeLessThan(1_000_000);
  expect(wait.confidence).toBeLessThanOrEqual(0.5);
  expect(wait.basis).toContain('after each answer');
});

it('a worker that once took its next request at once was not held', () => {
  // Every 97th request of a worker is logged as if it had taken the one before and this one in one go.
  const lines = recorded().split('\n');
  const last = new Map<string, number>();
  for (const [i, line] of lines.entries()) {
    const pid = /pid=<(\d+)>/.exec(line)?.[1];
    if (!pid) continue;
    const before = last.get(pid);
    if (i % 97 === 0 && before !== undefined) lines[i] = lines[before].replace(/us=\d+/, 'us=900000');
    last.set(pid, i);
  }
  expect(inferLog(lines.join('\n')).wait.basis).not.toContain('after each answer');
});
