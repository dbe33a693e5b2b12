/** The benchmark's generated log: seeded, ordered, and what a real pool could have written. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const { generate } = await import(new URL('../../bench/generate.mjs', import.meta.url).href);
const folder = mkdtempSync(join(tmpdir(), 'logscope-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function log(megabytes: number, seed: number): string {
  const path = join(folder, `${megabytes}-${seed}.log`);
  generate(path, megabytes, seed);
  return readFileSync(path, 'latin1');
}

describe('the generated log', () => {
  const text = log(4, 1);
  const rows = [...text.matchAll(/\[01\/Mar\/2026:(\d\d):(\d\d):(\d\d) \+0000\].* pid=<(\d+)> us=(\d+)\n/g)].map(
    (m) => ({
      second: Number(m[1]) * 3600 + Number(m[2]) * 60 + Number(m[3]),
      pid: m[4],
      micros: Number(m[5]),
    }),
  );

  it('has the size that was asked for and whole lines only', () => {
    expect(text.length).toBeGreaterThanOrEqual(4e6);
    expect(text.length).toBeLessThan(4.001e6);
    expect(rows.length).toBe(text.split('\n').length - 1);
  });

  it('is the same for the same seed, another for another', () => {
    expect(log(1, 1)).toBe(log(1, 1));
    expect(log(1, 2)).not.toBe(log(1, 1));
  });

  it('is written in the order of the ends', () => {
    expect(rows.every((row, i) => i === 0 || row.second >= rows[i - 1].second)).toBe(true);
  });

  it('keeps every worker to one request at a time', () => {
    const lives = new Map<string, typeof rows>();
    for (const row of rows) lives.set(row.pid, [...(lives.get(row.pid) ?? []), row]);
    expect(lives.size).toBeGreaterThan(16);
    for (const life of lives.values()) {
      const busySeconds = life.reduce((sum, row) => sum + row.micros, 0) / 1e6;
      expect(busySeconds).toBeLessThanOrEqual(life.at(-1)!.second + 1 - life[0].second + life[0].micros / 1e6);
    }
  });
});
