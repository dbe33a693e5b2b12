// A log of more requests than are kept: its busiest parts are followed whatever a sample of it holds.
import { expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';

const BEGIN = Date.UTC(2026, 2, 1, 8, 0, 0);
const stampOf = (second: number): string => {
  const [, day, month, year, time] = new Date(BEGIN + 1000 * second).toUTCString().split(/[ ,]+/);
  return `${day}/${month}/${year}:${time} +0000`;
};

/** Four workers: eight requests a second, and from `fullFrom` on, for a minute and a half or so, as many as they can answer. */
function log(seconds: number, fullFrom: number, fullFor = 90): string {
  const lines: string[] = [];
  for (let second = 0; second < seconds; second++) {
    const isFull = second >= fullFrom && second < fullFrom + fullFor;
    for (let k = 0; k < (isFull ? 20 : 8); k++) {
      const micros = isFull ? 199_000 : 30_000 + 500 * ((k * 37 + second * 11) % 60);
      lines.push(
        `10.0.0.${k} - - [${stampOf(second)}] "GET /a HTTP/1.1" 200 3 "-" "-" pid=${70 + (k % 4)} us=${micros}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

it('follows the stretch in which the pool was full, and weighs it by its share of the log', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 3200) });
  const summary = JSON.parse(stdout);
  expect(summary.requests.total).toBeGreaterThan(40_000);
  expect(summary.concurrency.peak).toBe(4);
  expect(summary.concurrency.saturated_seconds).toBeGreaterThan(75);
  expect(summary.concurrency.saturated_seconds).toBeLessThan(250);
  expect(summary.concurrency.p95).toBeLessThan(4);
  expect(summary.wait.mean).not.toBeNull();
  // 1800 of 49 080 requests came when it was full.
  expect(summary.wait.waiting_ratio).toBeLessThan(0.1);
  expect(summary.wait.p50).toBe(0);
});

it('names a stretch that is too long to be followed, and tells no wait of the log', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 1200, 3000) });
  const summary = JSON.parse(stdout);
  const found = summary.findings.find(({ id }: { id: string }) => id === 'full-stretch-not-followed');
  expect(found.evidence.full_seconds).toBeGreaterThan(2000);
  // Sixty thousand requests are more than can be followed at once.
  expect(found.advice).toContain('--since 2026-03-01T08:');
  expect(found.advice).toContain('and follows more of it');
  expect(summary.concurrency.saturated_ratio).toBeCloseTo(0.5, 1);
  expect(summary.wait.mean).toBeNull();
});

it('advises to read ten minutes before it as well, where all of that can be followed', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 3200, 1500) });
  const found = JSON.parse(stdout).findings.find(({ id }: { id: string }) => id === 'full-stretch-not-followed');
  const [, since] = /--since (\S+)/.exec(found.advice)!;
  // One minute before it is where the finding begins.
  expect((Date.parse(found.from) - Date.parse(since)) / 1000).toBeCloseTo(9 * 60, -1);
  expect(found.advice).toContain('and follows all of it');
});

it('says nothing of the kind of a log that is calm throughout', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 7000) });
  const summary = JSON.parse(stdout);
  expect(summary.findings.map(({ id }: { id: string }) => id)).not.toContain('full-stretch-not-followed');
  expect(summary.wait.mean).not.toBeNull();
});
