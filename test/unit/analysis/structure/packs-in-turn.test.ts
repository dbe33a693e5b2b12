// A crawler on a pool of sync workers leaves packs of requests that no herd leaves: nobody waited for a worker.
import { describe, expect, it } from 'vitest';
import { callersInTurn } from '../../../../src/analysis/structure/packs-in-turn.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { createRandom } from '../../../helpers/random.ts';
import { EPOCH, emptyTable, floorToTick } from '../../../helpers/simulated-table.ts';

/** Packs of 40 on four sync workers by so many connections, each of which asks again when it is answered; lines with stamps of a second. */
function packsBy(seed: number, connections: number, packs: number, tick = 1) {
  const random = createRandom(seed);
  const rows: { start: number; end: number; worker: number }[] = [];
  for (let pack = 0, at = 0; pack < packs; pack++) {
    const free = Array.from({ length: connections }, () => at);
    const idle = [0, 0, 0, 0];
    for (let k = 0; k < 40; k++) {
      const c = free.indexOf(Math.min(...free));
      const able = [0, 1, 2, 3].filter((worker) => idle[worker] <= free[c]);
      const worker = able.length > 0 ? able[random.integer(0, able.length - 1)] : idle.indexOf(Math.min(...idle));
      const start = Math.max(free[c], idle[worker]);
      const end = start + 0.04 * Math.exp(0.5 * random.normal() - 0.125);
      rows.push({ start, end, worker });
      idle[worker] = end + 0.0005;
      free[c] = connections >= 40 ? Number.POSITIVE_INFINITY : end + 0.003;
    }
    at = Math.max(...idle) + random.between(3, 8);
  }
  rows.sort((a, b) => a.end - b.end);
  const table = emptyTable(rows.length, tick);
  rows.forEach(({ start, end, worker }, i) => {
    table.duration[i] = floorToTick(end - start, 1e-6);
    table.end[i] = EPOCH + floorToTick(end, tick);
    table.start[i] = table.end[i] - table.duration[i];
    table.worker[i] = worker;
  });
  return traceOf(table);
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed + 1);

describe('packs of requests', () => {
  it('of one caller in turn are known', () => {
    for (const seed of seeds) expect(callersInTurn(packsBy(seed, 1, 12), 4)).toEqual({ callers: 1, sure: true });
  });

  it('of two at a time are not taken for surely those of a herd', () => {
    const found = seeds.map((seed) => callersInTurn(packsBy(seed, 2, 14), 4));
    expect(found.filter((one) => one !== null).length).toBeGreaterThan(6);
    for (const one of found) if (one?.sure) expect(one.callers).toBe(2);
  });

  it.each([4, 40])('of %i at once fill the pool', (connections) => {
    for (const seed of seeds) expect(callersInTurn(packsBy(seed, connections, 14), 4)).toBeNull();
  });

  it('tell nothing where there are three of them, or where stamps are as fine as requests', () => {
    expect(callersInTurn(packsBy(1, 1, 3), 4)).toBeNull();
    expect(callersInTurn(packsBy(1, 1, 12, 0.001), 4)).toBeNull();
  });
});
