// Which blocks of a log are kept, however its rows arrive.
import { describe, expect, it } from 'vitest';
import { BusiestRows } from '../../../src/analysis/busiest-rows.ts';
import { type RequestTable, sliceRows } from '../../../src/core/table.ts';
import { EPOCH, emptyTable } from '../../helpers/simulated-table.ts';

const BLOCK = 1000;
const LINE = 100;
const BLOCKS = 40;

/** Ten lines a block, a second a block; the requests of busy blocks take longer. */
function logOf(isBusy: (block: number) => boolean): RequestTable {
  const table = emptyTable((BLOCKS * BLOCK) / LINE, 1e-6);
  for (let row = 0; row < table.length; row++) {
    const block = Math.floor((row * LINE) / BLOCK);
    table.offset[row] = row * LINE;
    table.end[row] = EPOCH + row * 100_000;
    table.duration[row] = isBusy(block) ? 900_000 : 1000 + block;
    table.start[row] = table.end[row] - table.duration[row];
    table.resolution[row] = 1;
  }
  return table;
}

const offsetsOf = (rows: BusiestRows): number[] =>
  rows
    .whole()
    .flatMap(({ offset, length }) => [...offset.subarray(0, length)])
    .sort((a, b) => a - b);

describe('the busiest blocks', () => {
  const table = logOf((block) => block === 12 || block === 30);
  const kept = (rowsAtOnce: number) => {
    const busiest = new BusiestRows(6, BLOCK);
    for (let from = 0; from < table.length; from += rowsAtOnce)
      busiest.add(sliceRows(table, from, Math.min(table.length, from + rowsAtOnce)), 0);
    return offsetsOf(busiest);
  };
  const wanted = [11, 12, 13, 29, 30, 31].flatMap((block) =>
    Array.from({ length: BLOCK / LINE }, (_, k) => block * BLOCK + k * LINE),
  );

  it('are kept whole, with those beside them, whatever comes at once', () => {
    for (const rowsAtOnce of [1, 3, 7, 10, 25, 64, 400]) expect(kept(rowsAtOnce)).toEqual(wanted);
  });
});
