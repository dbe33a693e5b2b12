// A reload puts as many new workers in the place of the old ones, which end what they are at meanwhile: the pool stays as it was.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Life } from '../../../../src/analysis/structure/lives.ts';
import { reloadsOf, workersOfReloads } from '../../../../src/analysis/structure/regimes.ts';
import { inferLog } from '../../../helpers/infer-log.ts';

const recordings = join(import.meta.dirname, '../../../accuracy/recordings');
const faults = join(import.meta.dirname, '../../../faults');
const log = (name: string) => readFileSync(join(recordings, name, 'access.log'), 'utf8');
const meanWait = (name: string): number =>
  JSON.parse(readFileSync(join(recordings, name, 'truth.json'), 'utf8')).wait_seconds.mean;

it('three sync workers that are reloaded are three, and their callers queued', () => {
  const name = 'gunicorn-sync-3-reloaded';
  const server = inferLog(log(name));
  expect(server.workers).toMatchObject({ value: 3, low: 3, high: 3 });
  expect(server.capacity.value).toBe(3);
  expect(server.wait.mean / 1e6).toBeGreaterThan(0.75 * meanWait(name));
  expect(server.wait.mean / 1e6).toBeLessThan(1.25 * meanWait(name));
  expect(server.concurrency.saturatedRatio).toBeGreaterThan(0.5);
});

it('two workers of four threads that are reloaded are not four workers', () => {
  const server = inferLog(log('gunicorn-gthread-2x4-reloaded'));
  expect(server.workers.value).toBe(2);
  expect(server.capacity.value).toBe(8);
});

it('three workers whose successors begin ten seconds before they end are three, not six', () => {
  const server = inferLog(gunzipSync(readFileSync(join(faults, 'usr2-overlap.log.gz'))).toString('utf8'));
  expect(server.workers).toMatchObject({ value: 3, low: 3, high: 3 });
  expect(server.capacity.value).toBe(3);
  // 81 ms is what callers waited more than the logged durations, the way to the server included.
  expect(server.wait.mean / 1e3).toBeGreaterThan(40);
  expect(server.wait.mean / 1e3).toBeLessThan(120);
});

describe('generations', () => {
  const life = (worker: number, from: number, to: number, requests: number): Life => ({
    id: worker,
    worker,
    from: 1e6 * from,
    to: 1e6 * to,
    requests,
    booted: false,
    ended: false,
    fate: 'running',
  });

  it('may overlap for as long as a request takes to end', () => {
    const lives = [life(0, 0, 41, 90), life(1, 0, 40, 80), life(2, 39, 80, 85), life(3, 40, 80, 90)];
    expect(reloadsOf(lives).map((one) => one.lives.length)).toEqual([2, 2]);
  });

  it('may overlap for a while where the old ones end together, and the new ones go on', () => {
    const first = [life(0, 0, 50, 90), life(1, 0.2, 51, 80)];
    const second = [life(2, 40, 200, 285), life(3, 40.5, 201, 290)];
    const third = [life(4, 190, 250, 85), life(5, 190.5, 250, 90)];
    expect(reloadsOf([...first, ...second]).map((one) => one.lives.length)).toEqual([2, 2]);
    expect(reloadsOf([...first, ...second, ...third]).map((one) => one.lives.length)).toEqual([2, 2, 2]);
  });

  it('are one where workers are added, however their last requests before the end of the log lie', () => {
    const old = [life(0, 0, 99, 90), life(1, 0.2, 99.2, 80)];
    expect(reloadsOf([...old, life(2, 80, 99.8, 20), life(3, 80.5, 99.9, 20)])).toEqual([]);
  });

  it('are one where half of the workers end together and are replaced, and then the other half', () => {
    const halves = [0, 1, 2, 3, 4].flatMap((k) => [
      life(2 * k, Math.max(0, 25 * k - 22), 25 * k + 25, 200),
      life(2 * k + 1, Math.max(0, 25 * k - 21), 25 * k + 24, 200),
    ]);
    expect(reloadsOf(halves)).toEqual([]);
  });

  it('are one where one worker goes, or they go one after another', () => {
    const young = [life(2, 40, 100, 85), life(3, 40.5, 101, 90)];
    expect(reloadsOf([life(0, 0, 50, 90), life(1, 0.2, 101, 180), ...young])).toEqual([]);
    expect(reloadsOf([life(0, 0, 50, 90), life(1, 0.2, 75, 140), ...young])).toEqual([]);
  });

  it('have as many workers as were alive at once, not as took turns in them', () => {
    const generation = (first: number, from: number) => [
      life(first, from, from + 40, 90),
      life(first + 1, from, from + 19, 40),
      life(first + 2, from + 20, from + 40, 45),
    ];
    const reloads = reloadsOf([...generation(0, 0), ...generation(3, 41)]);
    expect(reloads).toHaveLength(2);
    expect(workersOfReloads(reloads)).toMatchObject({ value: 2, low: 2, high: 2 });
  });

  it('are none where workers are replaced one by one', () => {
    expect(reloadsOf([life(0, 0, 20, 90), life(1, 0, 40, 80), life(2, 20, 80, 85), life(3, 40, 80, 90)])).toEqual([]);
  });

  it('that differ in their number are a deploy', () => {
    const lives = [
      life(0, 0, 40, 90),
      life(1, 0, 40, 80),
      life(2, 41, 80, 85),
      life(3, 41, 80, 90),
      life(4, 41, 80, 90),
    ];
    expect(reloadsOf(lives)).toEqual([]);
  });

  it('of which the last is too short to have shown all its workers', () => {
    const lives = [life(0, 0, 40, 90), life(1, 0, 40, 80), life(2, 41, 44, 5)];
    expect(reloadsOf(lives)).toHaveLength(2);
  });
});
