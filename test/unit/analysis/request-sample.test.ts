// The sample of requests that does not depend on the cut.
import { expect, it } from 'vitest';
import { RequestSample } from '../../../src/analysis/request-sample.ts';
import type { RequestTable } from '../../../src/core/table.ts';

/** Rows [from, to) of an input whose lines are `step` bytes long. */
function rowsOf(from: number, to: number, step: number, input = 0): RequestTable {
  const length = to - from;
  return {
    length,
    offset: Float64Array.from({ length }, (_, i) => (from + i) * step),
    source: new Uint16Array(length).fill(input),
    route: Int32Array.from({ length }, (_, i) => (from + i) % 7),
    duration: Float64Array.from({ length }, (_, i) => from + i),
  } as unknown as RequestTable;
}
const sampleOf = (size: number, tables: readonly RequestTable[]) => {
  const sample = new RequestSample(size);
  for (const table of tables) sample.add(table);
  return sample;
};

it('keeps the requests with the smallest hashes, in their order', () => {
  const all = sampleOf(100_000, [rowsOf(0, 50_000, 97)]).state();
  const few = sampleOf(512, [rowsOf(0, 50_000, 97)]).state();
  expect([...all.hash]).toEqual([...all.hash].sort((a, b) => a - b));
  expect([...few.hash]).toEqual([...all.hash.subarray(0, 512)]);
  expect([...few.offset]).toEqual([...all.offset.subarray(0, 512)]);
  expect([...few.duration]).toEqual([...few.offset].map((offset) => offset / 97));
});

it('is the same however the requests are cut, and when parts join', () => {
  const whole = sampleOf(512, [rowsOf(0, 20_000, 131)]).state();
  const cut = sampleOf(512, [rowsOf(0, 700, 131), rowsOf(700, 19_999, 131), rowsOf(19_999, 20_000, 131)]).state();
  const joined = sampleOf(512, [rowsOf(0, 9_000, 131)]);
  joined.merge(sampleOf(512, [rowsOf(9_000, 20_000, 131)]).state(), Int32Array.of(0, 1, 2, 3, 4, 5, 6), 0);
  expect(cut).toEqual(whole);
  expect(joined.state()).toEqual(whole);
});

it('of one hash keeps the first ones: offsets 4 GiB apart have the same hash', () => {
  const far = 2 ** 32;
  const places = [5, 1, 4, 0, 3, 2];
  const rows = places.map((place) => rowsOf(place, place + 1, far));
  expect([...sampleOf(4, rows).state().offset]).toEqual([0, far, 2 * far, 3 * far]);
  const inputs = [2, 0, 1].map((input) => rowsOf(0, 1, far, input));
  expect([...sampleOf(2, inputs).state().source]).toEqual([0, 1]);
  const many = Array.from({ length: 600 }, (_, k) => rowsOf(599 - k, 600 - k, far));
  expect([...sampleOf(4, many).state().offset]).toEqual([0, far, 2 * far, 3 * far]);
});
