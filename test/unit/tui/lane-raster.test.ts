// What lanes are drawn as: bars while they can be told apart, shares of busy time when they cannot, and neighbours alike.
import { describe, expect, it } from 'vitest';
import { type Raster, rasterFor, type TrackPlan } from '../../../src/tui/scene/lane-raster.ts';
import type { Tracks } from '../../../src/tui/scene/tracks.ts';

const COLUMNS = 100;

/** The lanes whose requests are drawn one by one, of lanes with so many requests each. */
function barsOf(crowd: readonly number[], before: Raster | null = null): { bars: boolean[]; raster: Raster } {
  const plans = crowd.map((_, track): TrackPlan => ({ track, form: 'slots', rows: 1, thick: 1 }));
  const list = crowd.map(() => ({ group: '', lives: [], slots: 1 }));
  const tracks: Tracks = { list, ofWorker: new Int32Array(), nameless: -1 };
  const raster = rasterFor({
    plans,
    tracks,
    columns: COLUMNS,
    crowd: Float64Array.from(crowd),
    hasPast: false,
    before,
  });
  return { bars: raster.plans.map(({ asBars }) => asBars), raster };
}

describe('what lanes are drawn as', () => {
  it('is the same for lanes of which one has a few requests more', () => {
    expect(barsOf([95, 60, 70, 65]).bars).toEqual([true, true, true, true]);
    expect(barsOf([85, 130, 120, 95]).bars).toEqual([false, false, false, false]);
  });

  it('is its own for a lane that is far more, or far less, crowded', () => {
    expect(barsOf([400, 10, 10, 10]).bars).toEqual([false, true, true, true]);
    expect(barsOf([400, 390, 380, 8]).bars).toEqual([false, false, false, true]);
  });

  it('does not change back and forth with every request', () => {
    const { raster } = barsOf([95, 95]);
    expect(barsOf([85, 85], raster).bars).toEqual([false, false]);
    expect(barsOf([60, 60], raster).bars).toEqual([true, true]);
  });
});
