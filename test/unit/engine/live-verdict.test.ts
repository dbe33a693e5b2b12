// What a live view says while a pool fills, is full and has room again: recorded overloads, watched as they came.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Verdict } from '../../../src/core/snapshot.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { type LivePicture, replayLive } from '../../helpers/live-replay.ts';

interface Said {
  /** "20:42:31" */
  readonly at: string;
  readonly verdict: Verdict;
  readonly findings: readonly string[];
  /** s: the waits that are drawn of those who began in the last three seconds, the mean. */
  readonly drawn: number;
}

function drawnNow(rows: LivePicture['rows']): number {
  const { placement } = rows.view();
  const newest = placement.start.reduce((latest, at) => Math.max(latest, at), 0);
  const waits = placement.wait.filter((wait, row) => wait >= 0 && placement.start[row] > newest - 3e6);
  return waits.reduce((sum, wait) => sum + wait, 0) / waits.length / 1e6;
}

async function watch(name: string): Promise<Said[]> {
  const said: Said[] = [];
  const seen = ({ now, verdict, summary, rows }: LivePicture) => {
    const findings = summary.findings.map(({ id }) => id);
    said.push({ at: new Date(now / 1000).toISOString().slice(11, 19), verdict, findings, drawn: drawnNow(rows) });
  };
  await replayLive(gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString('utf8'), { restSeconds: 45, seen });
  return said;
}

/** "597", "ms", "19": between what callers queue; empty where the sentence says no such thing. */
const rangeOf = (sentence: string): readonly string[] =>
  /queue for ([\d.]+) (m?s) to (\S+) s \(less/.exec(sentence) ?? [];
const isAlarm = ({ verdict }: Said) => verdict.severity === 'critical' || verdict.severity === 'warning';
const sentences = (said: readonly Said[]) => [...new Set(said.map(({ verdict }) => verdict.sentence))];

// By the clients: callers queue from 20:42:30 on; the queue of the first is empty at 20:43:09, that of the second at 20:43:18.
describe.each([
  { name: 'full-live', pool: '4 sync workers', empty: '20:43:09', free: '20:43:17', workers: [6, 9] },
  { name: 'full-live-threads', pool: '2 workers of 4 threads', empty: '20:43:18', free: '20:43:26', workers: [2, 2] },
])('$name: a pool that is full for half a minute', ({ name, pool, empty, free, workers: [least, most] }) => {
  let said: Said[] = [];
  let first = -1;
  beforeAll(async () => {
    said = await watch(name);
    first = said.findIndex(isAlarm);
  });

  it('raises the alarm once, holds it as long as callers queue, and calls it off when there is room', () => {
    expect(said[first].at < '20:42:45').toBe(true);
    expect(said.slice(0, first).some(isAlarm)).toBe(false);
    const during = said.filter(({ at }, k) => k >= first && at < empty);
    expect(during.every(isAlarm)).toBe(true);
    expect(during.every(({ findings }) => findings.includes('pool-saturated'))).toBe(true);
    const after = said.filter(({ at }) => at > free && at < '20:43:50');
    expect(after.length).toBeGreaterThan(2);
    expect(after.some(isAlarm)).toBe(false);
    expect(after[0].verdict.sentence).toMatch(
      new RegExp(`^${pool} with free slots again since 20:43:\\d\\d\\. Full from 20:42:3\\d to 20:43:`),
    );
  });

  it('speaks of now, in few sentences, with advice that stays', () => {
    const opened = said.findIndex(({ verdict }) => verdict.sentence.includes('full since'));
    expect(said[opened].at < '20:42:45').toBe(true);
    const during = said.filter(({ at }, k) => k >= opened && at < empty);
    for (const sentence of sentences(during)) {
      expect(sentence).toMatch(new RegExp(`^${pool}, (1 of them )?full since 20:42:3\\d without a break`));
      const who = sentence.includes('1 of them') ? 'Its callers' : 'Callers';
      expect(sentence).toMatch(
        new RegExp(
          `\\. ${who} (may queue now|now queue for [\\d.]+ m?s to \\d+ s \\(less if a few clients keep asking\\)|hardly queue)`,
        ),
      );
      expect(sentence).not.toMatch(/all busy|on average/);
    }
    expect(sentences(during).length).toBeLessThan(8);
    const advised = sentences(during).flatMap(
      (sentence) => /(\d+) workers(?: of (\d+) threads)?, or/.exec(sentence)?.[1] ?? [],
    );
    expect(advised.length).toBeGreaterThan(0);
    expect(advised.every((workers) => Number(workers) >= least && Number(workers) <= most)).toBe(true);
    expect(new Set(advised).size).toBeLessThan(3);
  });

  it('draws a queue as long as it says that there is one', () => {
    const told = said.flatMap(({ verdict, drawn }) => {
      const [, least, unit] = rangeOf(verdict.sentence);
      return least === undefined || !verdict.sentence.includes('full since')
        ? []
        : [{ least: Number(least) / (unit === 'ms' ? 1000 : 1), drawn }];
    });
    expect(told.length).toBeGreaterThan(5);
    // The sentence stands for ten seconds, and a request is no less than a queue tells that had not run empty when it began.
    for (const { least, drawn } of told) expect(drawn).toBeGreaterThan(0.5 * least);
  });

  it('says afterwards no longer mean wait than the stretch leaves those who came in it', () => {
    const past = said.flatMap(({ verdict }) => {
      const told = /Full from 20:(\d\d):(\d\d) to 20:(\d\d):(\d\d) .* m?s to ([\d.]+) s fit/.exec(verdict.sentence);
      if (!told) return [];
      const [fromMinute, from, toMinute, to, most] = told.slice(1).map(Number);
      return [{ seconds: 60 * (toMinute - fromMinute) + to - from, most }];
    });
    expect(past.length).toBeGreaterThan(2);
    // Whoever came at its begin waits to its end at most, whoever came last not at all; the edges are known to three seconds and a bin.
    const { seconds, most } = past.at(-1)!;
    expect(most).toBeLessThan(seconds / 2 + 5);
  });

  it('ends, when the log rests, at what a report says of it', async () => {
    const { verdict } = await postMortem([`test/faults/${name}.log.gz`], { formats });
    expect(said.at(-1)?.verdict).toEqual(verdict);
  });
});

// By the clients: callers queue from 02:45:44 to 02:46:42, for 2.7 s at 02:45:56 and for 8.6 s in the end; then nobody asks.
describe('full-live-silent: a queue that grows to its end, and silence after it', () => {
  let said: Said[] = [];
  beforeAll(async () => {
    said = await watch('full-live-silent');
  });

  it('tells between what callers queue, closer than from nothing', () => {
    const waits: [at: string, seconds: number][] = [
      ['02:45:56', 2.7],
      ['02:46:06', 4.6],
      ['02:46:16', 5.6],
      ['02:46:26', 6.8],
      ['02:46:36', 8.5],
    ];
    for (const [at, seconds] of waits) {
      const { verdict } = said.findLast((picture) => picture.at <= at) as Said;
      const [, least, unit, most] = rangeOf(verdict.sentence);
      expect(Number(least) / (unit === 'ms' ? 1000 : 1)).toBeLessThan(seconds);
      expect(Number(least) / (unit === 'ms' ? 1000 : 1)).toBeGreaterThan(seconds / 20);
      expect(Number(most)).toBeGreaterThan(seconds);
    }
  });

  it('tells no likeliest wait, which would go up and down while the queue grows: both ends only rise', () => {
    const ranges = sentences(said).flatMap((sentence) => {
      const [, least, unit, most] = rangeOf(sentence);
      return least === undefined ? [] : [{ least: Number(least) / (unit === 'ms' ? 1000 : 1), most: Number(most) }];
    });
    expect(ranges.length).toBeGreaterThan(3);
    expect(ranges.map(({ least }) => least)).toEqual(ranges.map(({ least }) => least).toSorted((a, b) => a - b));
    expect(ranges.map(({ most }) => most)).toEqual(ranges.map(({ most }) => most).toSorted((a, b) => a - b));
    for (const sentence of sentences(said)) expect(sentence).not.toContain('now queue for about');
  });

  it('says within seconds that nothing is answered any more, and lets go of the alarm', () => {
    const silent = said.find(({ verdict }) => verdict.sentence.includes('no answer since'));
    expect(silent?.at && silent.at < '02:46:52').toBe(true);
    expect(silent?.verdict).toMatchObject({ severity: 'info' });
    expect(silent?.verdict.sentence).toMatch(
      /^4 sync workers, no answer since 02:46:4\d: nobody asks, or all are stuck\. Full from 02:45:4\d to 02:46:4\d before that; callers queued for about [\d.]+ m?s then/,
    );
  });
});

it('calls no pool full without a break that had a fifth of its slots idle for a quarter of a minute', async () => {
  // By the application: 4.0 of 4 busy from 13:03:15 on, 3.2 from 13:03:30 to 13:03:45, when callers wait 0.1 s, then 3.9 again.
  const text = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
  const said: { readonly at: string; readonly sentence: string; readonly isAlarm: boolean }[] = [];
  await replayLive(text, {
    restSeconds: 3,
    seen: ({ now, verdict: { sentence, severity } }) => {
      const isAlarm = severity === 'critical' || severity === 'warning';
      said.push({ at: new Date(now / 1000).toISOString().slice(11, 19), sentence, isAlarm });
    },
  });
  // Their queue is empty from 13:03:32 to 13:03:44, and for a moment at 13:03:52: that is no end of an alarm each.
  const flips = said.filter(({ isAlarm }, k) => k > 0 && isAlarm !== said[k - 1].isAlarm).length;
  expect(flips).toBeLessThanOrEqual(4);
  expect(said.some(({ sentence }) => sentence.includes('full on and off since 13:03:14'))).toBe(true);
  // Callers waited 0.01 s at 13:04:08: no low end of 0.3 s stands then.
  for (const { at, sentence } of said)
    if (/^13:04:0[89]/.test(at)) expect(`${at} ${sentence}`).not.toMatch(/queue for \d+ ms to/);
  const between = (from: string, to: string) => said.filter(({ at }) => at >= from && at < to);
  expect(between('13:03:20', '13:03:30').some(({ sentence }) => sentence.includes('full since 13:03:14'))).toBe(true);
  const after = between('13:03:40', '13:05:00');
  expect(after.length).toBeGreaterThan(5);
  for (const { sentence } of after) expect(sentence).not.toContain('full since 13:03:14');
  // What was full ended after it began, and no stretch is told with one before it.
  const stretches = said.flatMap(({ sentence }) => /Full from ([\d:]+) to ([\d:]+) before/.exec(sentence) ?? []);
  expect(stretches.length).toBeGreaterThan(0);
  for (let k = 0; k < stretches.length; k += 3) expect(stretches[k + 1] <= stretches[k + 2]).toBe(true);
  for (const { at, sentence } of between('13:03:46', '13:03:56'))
    expect(`${at} ${sentence}`).not.toMatch(/all busy \d+ of \d+ s/);
});
