// When each request of a pool that keeps one beat ran: the ticks of all rounds together leave the phase an interval, whose middle is told.
import { expect, it } from 'vitest';
import { beatTimes } from '../../../../src/analysis/structure/beat-times.ts';
import type { Rhythm } from '../../../../src/analysis/structure/rhythm.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { emptyTable } from '../../../helpers/simulated-table.ts';

const SECOND = 1_000_000;
const PERIOD = 1.3 * SECOND;
const PHASE = 100.45 * SECOND;

/** Rounds of two workers, stamped to the second at their ends. */
function rounds(count: number) {
  const table = emptyTable(2 * count, 1);
  for (let row = 0; row < table.length; row++) {
    const end = PHASE + Math.floor(row / 2) * PERIOD;
    table.end[row] = Math.floor(end / SECOND) * SECOND;
    // The workers of a round come in either order.
    table.worker[row] = (row + (row >> 1)) % 2;
  }
  const trace = traceOf(table);
  const of = (byWorker: boolean, size = 2): Rhythm => ({
    byWorker,
    size,
    generations: count,
    period: PERIOD,
    low: PERIOD,
    high: PERIOD,
  });
  return { table, trace, of };
}

it.each([true, false])(
  'round j ends at the phase and j periods, and began a period before (by worker: %s)',
  (byWorker) => {
    const { table, trace, of } = rounds(12);
    const { start, end, uncertainty } = beatTimes(table, trace, of(byWorker));
    for (let row = 0; row < table.length; row++) {
      const round = Math.floor(row / 2);
      expect(end[row] - round * PERIOD).toBeCloseTo(end[0], 3);
      // The phase lies between two of the tenths that the ticks leave: their middle is told.
      expect(Math.abs(end[row] - (PHASE + round * PERIOD))).toBeLessThan(0.001 * SECOND);
      expect(end[row] - start[row]).toBeCloseTo(PERIOD, 3);
    }
    // Twelve rounds of 1.3 s pass ticks of 1 s at every tenth of one: 0.1 s is what is not known, and half of it to either side.
    expect(uncertainty[0]).toBeCloseTo(0.05 * SECOND, 0);
  },
);

it('times stand in the rows of the requests, whatever others the table has', () => {
  const { table, trace, of } = rounds(12);
  // The same requests behind one row that is in no trace.
  const shifted = { ...trace, row: trace.row.map((row) => row + 1) };
  const { start, end, uncertainty } = beatTimes({ ...table, length: table.length + 1 }, shifted, of(true));
  expect([start[0], end[0], uncertainty[0]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(end[1]).toBe(beatTimes(table, trace, of(true)).end[0]);
});
