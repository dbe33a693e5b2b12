import { describe, expect, it } from 'vitest';
import type { StreamFacts } from '../../../src/core/batch.ts';
import { RowStore } from '../../../src/engine/row-store.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const facts = { format: 'gunicorn', resolutionMicros: 1, stampMeaning: 'end' } as unknown as StreamFacts;
const rowsOf = (count: number, from = 0, worker = '1') =>
  handSnapshot({
    requests: Array.from({ length: count }, (_, i) => ({ start: from + i, end: from + i + 0.9, worker })),
  }).requests;

describe('RowStore', () => {
  it('hands out pictures that stay as they were', () => {
    const store = new RowStore();
    store.add(rowsOf(3), facts);
    const before = store.view();
    store.add(rowsOf(5000, 3), facts);
    store.settle(0, store.view().requests, { ...store.view().placement, slot: new Int32Array(5003).fill(7) });
    store.dropFirst(2);
    expect(before.requests.length).toBe(3);
    expect([...before.requests.end]).toEqual([0, 1, 2].map((i) => NOON + (i + 0.9) * SECOND));
    expect([...before.placement.slot]).toEqual([0, 0, 0]);
    expect(store.view().requests.length).toBe(5001);
    expect(store.total).toBe(5003);
  });

  it('places rows by their stamps until the inference was asked', () => {
    const store = new RowStore();
    const rows = rowsOf(2);
    rows.resolution.fill(SECOND);
    store.add(rows, facts);
    const { placement } = store.view();
    expect(placement.end[0]).toBe(rows.end[0] + SECOND / 2);
    expect(placement.uncertainty[0]).toBe(SECOND / 2);
    expect([...placement.turn]).toEqual([0, 1]);
    expect(placement.wait[0]).toBeNaN();
  });

  it('settles rows by input and line, in whatever order several inputs were merged, and after rows were dropped', () => {
    const store = new RowStore();
    const [a, b] = [rowsOf(3), rowsOf(3)];
    b.source.fill(1);
    store.add(a, facts);
    store.add(b, facts);
    const { requests } = store.view();
    // The inference merged them by time: a0 b0 a1 b1 a2 b2.
    const order = [0, 3, 1, 4, 2, 5];
    const merged = {
      ...requests,
      source: requests.source.map((_, i) => requests.source[order[i]]),
      offset: requests.offset.map((_, i) => requests.offset[order[i]]),
    };
    const placement = { ...store.view().placement, slot: Int32Array.from([10, 20, 11, 21, 12, 22]) };
    store.dropFirst(1);
    store.settle(0, merged, placement);
    expect([...store.view().placement.slot]).toEqual([11, 12, 20, 21, 22]);
  });

  it('drops the rows of one input, and takes no examination that is under way to be about those that come instead', () => {
    const store = new RowStore();
    const [a, b] = [rowsOf(3), rowsOf(2)];
    b.source.fill(1);
    store.add(a, facts);
    store.add(b, facts);
    const before = store.view();
    const number = store.firstNumber;
    store.withdraw(0);
    expect([...store.view().requests.source]).toEqual([1, 1]);
    expect([...store.view().placement.start]).toEqual([...before.placement.start.subarray(3, 5)]);
    store.add(rowsOf(3, 10), facts);
    const placed = [...store.view().placement.start];
    store.settle(number, before.requests, { ...before.placement, start: new Float64Array(5) });
    expect([...store.view().placement.start]).toEqual(placed);
    expect(before.requests.length).toBe(5);
    expect(store.view().revision.table).not.toBe(before.revision.table);
    expect([store.total, store.withdrawn]).toEqual([8, 3]);
  });

  it('keeps the waits that an examination told, when the next one looks at newer requests', () => {
    const store = new RowStore();
    store.add(rowsOf(3), facts);
    const { requests, placement } = store.view();
    store.settle(0, requests, { ...placement, wait: Float64Array.from([Number.NaN, 2 * SECOND, 0]) });
    store.settle(0, requests, { ...placement, wait: Float64Array.from([Number.NaN, Number.NaN, SECOND]) });
    expect([...store.view().placement.wait]).toEqual([Number.NaN, 2 * SECOND, SECOND]);
  });

  it('keeps the waits of a longer look: a shorter one tells only those that no other told', () => {
    const store = new RowStore();
    store.add(rowsOf(3), facts);
    const { requests, placement } = store.view();
    const waits = (...seconds: number[]) => Float64Array.from(seconds, (one) => one * SECOND);
    store.settle(0, requests, { ...placement, wait: waits(3, 2, Number.NaN) });
    store.settle(0, requests, { ...placement, wait: waits(9, 0, 1) }, false);
    expect([...store.view().placement.wait]).toEqual([...waits(3, 2, 1)]);
    store.settle(0, requests, { ...placement, wait: waits(4, 2, 2) });
    expect([...store.view().placement.wait]).toEqual([...waits(4, 2, 2)]);
  });

  it('selects rows by their lines or times, the last of them where there are too many', () => {
    const store = new RowStore();
    store.add(rowsOf(10), facts);
    const offsets = (rows: { requests: { offset: Float64Array } }) => [...rows.requests.offset];
    const all = [...store.view().requests.offset];
    expect(offsets(store.select((_, offset) => offset === all[3] || offset === all[7]))).toEqual([all[3], all[7]]);
    expect(offsets(store.select((_, __, instant) => instant >= NOON + 5 * SECOND, 2))).toEqual(all.slice(8));
    expect(store.select(() => false).requests.length).toBe(0);
  });

  it('settles at once although all those rows were forgotten', () => {
    const store = new RowStore();
    store.add(rowsOf(30_000), facts);
    const { requests, placement } = store.view();
    const [examined, places] = [{ ...requests, length: 20_000 }, placement];
    store.add(rowsOf(60_000, 30_000), facts);
    store.dropFirst(30_000);
    const begun = performance.now();
    store.settle(0, examined, places);
    // Searched for one by one it took a second and more.
    expect(performance.now() - begun).toBeLessThan(300);
  });

  it('finds the newest rows of a stretch of time', () => {
    const store = new RowStore();
    store.add(rowsOf(100), facts);
    expect(store.firstSince(NOON + 89 * SECOND, 1000)).toBe(89);
    expect(store.firstSince(Number.NEGATIVE_INFINITY, 1000)).toBe(0);
    expect(store.firstSince(Number.NEGATIVE_INFINITY, 10)).toBe(90);
    expect(store.firstSince(NOON + 1e9, 1000)).toBe(100);
  });

  it('spreads overlapping requests of a worker over slots, up to its limit', () => {
    const store = new RowStore();
    store.slotsPerWorker = 2;
    const { requests } = handSnapshot({
      requests: [
        { start: 0, end: 3 },
        { start: 1, end: 2 },
        { start: 1.5, end: 4 },
        { start: 3.5, end: 5 },
      ],
    });
    store.add(requests, facts);
    expect([...store.view().placement.slot]).toEqual([0, 1, 1, 0]);
  });
});
