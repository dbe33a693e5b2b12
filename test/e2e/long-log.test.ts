// A log of more requests than are kept: where its pool was full is read from all of it, and its waits are not those of a calm sample.
import { expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';

const BEGIN = Date.UTC(2026, 2, 1, 8, 0, 0);
const stampOf = (second: number): string => {
  const [, day, month, year, time] = new Date(BEGIN + 1000 * second).toUTCString().split(/[ ,]+/);
  return `${day}/${month}/${year}:${time} +0000`;
};

/** Four workers: eight requests a second, and from `fullFrom` on, for a minute and a half, as many as they can answer. */
function log(seconds: number, fullFrom: number): string {
  const lines: string[] = [];
  for (let second = 0; second < seconds; second++) {
    const isFull = second >= fullFrom && second < fullFrom + 90;
    for (let k = 0; k < (isFull ? 20 : 8); k++) {
      const micros = isFull ? 199_000 : 90_000 + 1000 * ((k * 37 + second * 11) % 60);
      lines.push(
        `10.0.0.${k} - - [${stampOf(second)}] "GET /a HTTP/1.1" 200 3 "-" "-" pid=${70 + (k % 4)} us=${micros}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

it('names the stretch in which the pool was full, and tells no wait of the log', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 3200) });
  const summary = JSON.parse(stdout);
  expect(summary.requests.total).toBeGreaterThan(40_000);
  const found = summary.findings.find(({ id }: { id: string }) => id === 'full-stretch-not-followed');
  expect(found.evidence.full_seconds).toBeGreaterThan(80);
  expect(found.evidence.full_seconds).toBeLessThan(100);
  expect(found.advice).toContain('--since 2026-03-01T08:5');
  expect(summary.wait.mean).toBeNull();
});

it('says nothing of the kind of a log that is calm throughout', async () => {
  const { stdout } = await run(['analyze', '--json', '-'], { input: log(6000, 7000) });
  const summary = JSON.parse(stdout);
  expect(summary.findings.map(({ id }: { id: string }) => id)).not.toContain('full-stretch-not-followed');
  expect(summary.wait.mean).not.toBeNull();
});
