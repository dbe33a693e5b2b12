import { describe, expect, it } from 'vitest';
import { BlockIndex } from '../../../src/engine/block-index.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;

describe('BlockIndex', () => {
  const rowsAt = (from: number, count: number, source = 0) => {
    const { requests } = handSnapshot({
      requests: Array.from({ length: count }, (_, i) => ({ start: from + i - 0.5, end: from + i, source })),
    });
    requests.offset.forEach((_, i) => {
      requests.offset[i] = (from + i) * 100;
    });
    return requests;
  };

  const filled = (parts: number) => {
    const index = new BlockIndex();
    for (let i = 0; i < parts; i++) index.add(rowsAt(i * 4096, 4096));
    index.complete();
    return index;
  };

  it('finds the bytes of a stretch of time, neighbours joined', () => {
    const index = filled(5);
    expect(index.rangesFor(NOON + 5000 * SECOND, NOON + 9000 * SECOND, 1e9)).toEqual([
      { source: 0, from: 409_600, to: 921_600, rows: 5120 },
    ]);
    expect(index.rangesFor(NOON + 20_000 * SECOND, NOON + 99_999 * SECOND, 1e9)).toEqual([
      { source: 0, from: 1_945_600, to: Number.POSITIVE_INFINITY, rows: 1024 },
    ]);
    expect(index.rangesFor(NOON - 99 * SECOND, NOON - 9 * SECOND, 1e9)).toEqual([]);
  });

  it('leaves out the line that is still being read', () => {
    const index = new BlockIndex();
    index.add(rowsAt(0, 2000));
    expect(index.rangesFor(NOON, NOON + 99_999 * SECOND, 1e9)).toEqual([
      { source: 0, from: 0, to: 199_900, rows: 2000 },
    ]);
  });

  it('keeps the end of a stretch with too many requests', () => {
    expect(filled(5).rangesFor(NOON, NOON + 99_999 * SECOND, 9000)).toEqual([
      { source: 0, from: 1_228_800, to: Number.POSITIVE_INFINITY, rows: 8192 },
    ]);
  });

  it('keeps a stretch before what lies around it, and of that what is nearest', () => {
    const ranges = (most: number) =>
      filled(5).rangesFor(NOON + 5000 * SECOND, NOON + 9000 * SECOND, most, {
        from: NOON,
        to: NOON + 99_999 * SECOND,
      });
    // A minute of 6000 requests, after which come as many as memory holds, was a picture without requests.
    expect(ranges(6000)).toEqual([{ source: 0, from: 409_600, to: 921_600, rows: 5120 }]);
    expect(ranges(6200)).toEqual([{ source: 0, from: 409_600, to: 1_024_000, rows: 6144 }]);
    expect(ranges(7200)).toEqual([{ source: 0, from: 307_200, to: 1_024_000, rows: 7168 }]);
    expect(ranges(3000)).toEqual([{ source: 0, from: 716_800, to: 921_600, rows: 2048 }]);
    expect(filled(5).rowsIn({ from: NOON, to: NOON + 99_999 * SECOND })).toBe(20_480);
  });

  it('reads no line twice of a log whose formats alternate, although their rows come in batches', () => {
    const index = new BlockIndex();
    // The lines of the second format lie between those of the first.
    const rows = rowsAt(0, 2000);
    index.add(rows);
    const between = rowsAt(0, 2000);
    for (let i = 0; i < between.length; i++) between.offset[i] += 50;
    index.add(between);
    index.complete();
    const ranges = index.rangesFor(NOON, NOON + 500 * SECOND, 1e9);
    expect(ranges.length).toBe(1);
    expect(ranges[0].from).toBe(0);
    expect(ranges[0].to).toBeGreaterThan(500 * 100 + 50);
  });

  it('keeps inputs apart', () => {
    const index = new BlockIndex();
    index.add(rowsAt(0, 100, 0));
    index.add(rowsAt(0, 100, 1));
    index.add(rowsAt(100, 100, 0));
    index.complete();
    expect(index.rangesFor(NOON, NOON + 999 * SECOND, 1e9).map(({ source, rows }) => [source, rows])).toEqual([
      [0, 200],
      [1, 100],
    ]);
  });
});
