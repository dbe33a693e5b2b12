// A deploy that changes the number of workers: pools one after the other in one log.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Evidence } from '../../../../src/analysis/structure/changes.ts';
import type { Life } from '../../../../src/analysis/structure/lives.ts';
import { eventsOf, regimesOf as regimesAndDoubt } from '../../../../src/analysis/structure/regimes.ts';
import type { LifecycleEvent } from '../../../../src/core/lifecycle.ts';
import { inferLog } from '../../../helpers/infer-log.ts';

const SECOND = 1_000_000;
const recording = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../accuracy/recordings', name, 'access.log'), 'utf8').trimEnd();
const meanWait = (name: string): number =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../accuracy/recordings', name, 'truth.json'), 'utf8'))
    .wait_seconds.mean;

/** The same log, so many seconds later, its workers called otherwise. */
const later = (log: string, seconds: number): string =>
  log.replace(/pid=<(\d+)>/g, 'pid=<9$1>').replace(/\[(\d+)\/(\w+)\/(\d+):([\d:]+) /g, (_, day, month, year, time) => {
    const at = new Date(Date.parse(`${day} ${month} ${year} ${time} UTC`) + 1000 * seconds)
      .toUTCString()
      .split(/[ ,]+/);
    return `[${at[1]}/${at[2]}/${at[3]}:${at[4]} `;
  });

const life = (worker: number, from: number, to: number, requests: number): Life => ({
  id: worker,
  worker,
  from: from * SECOND,
  to: to * SECOND,
  requests,
  booted: false,
  ended: false,
  fate: 'running',
});

const nobodyWaits: Evidence = { fullness: () => 0, requestsIn: ({ requests }) => requests, slotsOfEach: () => null };

const regimesOf = (lives: Life[]) => regimesAndDoubt(lives, nobodyWaits).regimes;

const full = 'gunicorn-sync-3-net-steps-rho119';
const easy = 'gunicorn-sync-4-net-poisson-rho066';

const stampOf = (line: string): number =>
  Date.parse(
    line
      .match(/\[(.*?):(.*?) /)!
      .slice(1)
      .join(' ')
      .replace(/\//g, ' '),
  );

/** The one log, and five seconds later the other. */
function deployed(first: string, second: string): string {
  const shift = (stampOf(first.split('\n').at(-1)!) - stampOf(second.split('\n')[0])) / 1000 + 5;
  return `${first}\n${later(second, shift)}\n`;
}

it('three workers that were overloaded, then four that are not: each pool has its own queue', () => {
  const first = recording(full);
  const second = recording(easy);
  const [lines, others] = [first.split('\n'), second.split('\n')];
  const said = inferLog(deployed(first, second));
  expect(said.regimes.map(({ workers }) => workers)).toEqual([3, 4]);
  expect(said.workers).toMatchObject({ low: 3, high: 4 });
  const truth = (meanWait(full) * lines.length + meanWait(easy) * others.length) / (lines.length + others.length);
  expect(said.wait.lowMean / SECOND).toBeLessThan(truth);
  expect(said.wait.highMean / SECOND).toBeGreaterThan(truth);
  // As each log alone tells it.
  const alone = [first, second].map((text) => inferLog(text).wait.mean);
  const together = (alone[0] * lines.length + alone[1] * others.length) / (lines.length + others.length);
  expect(said.wait.mean / together).toBeGreaterThan(0.9);
  expect(said.wait.mean / together).toBeLessThan(1.1);
  expect(said.concurrency.saturatedMicros).toBeGreaterThan(20 * SECOND);
});

it('as many workers of another kind are another pool, and the log is told as the one that it ends with', () => {
  const threads = recording('gunicorn-gthread-4x3-api-poisson-rho115');
  const alone = inferLog(`${threads}\n`);
  const said = inferLog(deployed(recording(easy), threads));
  expect(said.regimes.map(({ workers, model, capacity }) => ({ workers, model, capacity }))).toEqual([
    { workers: 4, model: 'sync', capacity: 4 },
    { workers: 4, model: 'threaded', capacity: alone.capacity.value },
  ]);
  expect(said.model).toBe('threaded');
  expect(said.threads.value).toBe(alone.threads.value);
  const back = inferLog(deployed(threads, recording(easy)));
  expect(back.model).toBe('sync');
  expect(back.capacity.value).toBe(4);
});

it('a restart that leaves the number as it was is none, nor are recycled workers, nor one that is idle until late', () => {
  const four = [0, 1, 2, 3];
  expect(regimesOf([...four.map((w) => life(w, 0, 60, 50)), ...four.map((w) => life(4 + w, 62, 120, 50))])).toEqual([]);
  expect(regimesOf(Array.from({ length: 12 }, (_, k) => life(k, 10 * (k >> 1), 10 * (k >> 1) + 15, 40)))).toEqual([]);
  expect(regimesOf([life(0, 0, 100, 90), life(1, 0, 100, 90), life(2, 70, 100, 20)])).toEqual([]);
});

it('where every request has a process of its own, tens of thousands of lives are joined in little time', () => {
  const lives = Array.from({ length: 40_000 }, (_, k) => life(k, k, k + 0.5, 1));
  const before = process.cpuUsage();
  expect(regimesOf(lives)).toEqual([]);
  const { user, system } = process.cpuUsage(before);
  // Some 0.6 s; 14 s where each join copied what had been joined before.
  expect(user + system).toBeLessThan(2_000_000);
});

it('nor are workers that are replaced often, each beside its successor for a moment by whole seconds', () => {
  const stays = [0, 1].map((w) => ({ ...life(w, 0, 100, 90), booted: true }));
  const calm = { ...life(2, 0, 50, 90), booted: true, ended: true };
  const often = Array.from({ length: 13 }, (_, k) => ({
    ...life(3 + k, 49 + 4 * k, 54 + 4 * k, 10),
    booted: true,
    ended: true,
  }));
  expect(regimesOf([...stays, calm, ...often])).toEqual([]);
});

it('nor is a worker that is replaced late, where nobody missed it', () => {
  const three = [0, 1, 2].map((w) => life(w, 0, 100, 90));
  expect(regimesOf([...three, life(3, 0, 40, 40), life(4, 60, 100, 40)])).toEqual([]);
});

it('too few requests tell no number of workers', () => {
  expect(regimesOf([life(0, 0, 60, 80), life(1, 0, 60, 80), life(2, 62, 70, 4)])).toEqual([]);
});

it('what the server says belongs to the pool of its worker, or to the one that it begins or ends', () => {
  const regimes = regimesOf([
    ...[0, 1].map((w) => life(w, 0, 60, 90)),
    ...[2, 3, 4, 5].map((w) => life(w, 70, 130, 90)),
  ]);
  expect(regimes).toHaveLength(2);
  const event = (kind: LifecycleEvent['kind'], time: number, worker: string | null): LifecycleEvent => ({
    kind,
    time: time * SECOND,
    offset: 0,
    source: 0,
    worker,
    value: null,
    text: null,
  });
  const events = [event('exit', 65, 'w1'), event('boot', 64, 'w9'), event('exit', 66, 'w8'), event('boot', 68, 'w3')];
  const of = (k: number) =>
    eventsOf(events, regimes, regimes[k], ({ worker }) => `w${worker}`).map((one) => one.worker);
  expect(of(0)).toEqual(['w1', 'w8']);
  expect(of(1)).toEqual(['w9', 'w3']);
});
