// A picture that follows a log keeps what is the same as in the picture before: it must look like one made from nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamFacts } from '../../src/core/batch.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { RowStore } from '../../src/engine/row-store.ts';
import { planLanes } from '../../src/tui/scene/plan-lanes.ts';
import { RowIndex } from '../../src/tui/scene/row-index.ts';
import { SceneCache } from '../../src/tui/scene/scene-cache.ts';
import { createTheme } from '../../src/tui/theme.ts';
import { createAxis } from '../../src/tui/time-axis.ts';
import { initialUi, type UiState } from '../../src/tui/ui-state.ts';
import { handSnapshot, NOON } from '../helpers/snapshots.ts';

const SECOND = 1_000_000;
const facts = { format: 'gunicorn', resolutionMicros: 1, stampMeaning: 'end' } as unknown as StreamFacts;
const theme = createTheme('dark', 16_777_216, false);

/** What may happen to a live log between two pictures. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('requests' as const), count: fc.nat(40), took: fc.nat(5000) }),
  fc.record({ kind: fc.constant('settle' as const), last: fc.nat(60), shift: fc.nat(3000), wait: fc.nat(4000) }),
  fc.record({ kind: fc.constant('forget' as const), share: fc.nat(60) }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(6000) }),
  fc.record({ kind: fc.constant('filter' as const), text: fc.constantFrom('', 'status:5xx', '-worker:8713') }),
);

/** A pool of three workers; requests end one after the other. */
function requestsOf(from: number, count: number, tookMs: number): Snapshot['requests'] {
  return handSnapshot({
    requests: Array.from({ length: count }, (_, i) => {
      const end = (from + i) * 0.05;
      const took = (tookMs * (1 + ((from + i) % 7))) / 4000;
      return {
        start: end - took,
        end,
        worker: String(8712 + ((from + i) % 3)),
        status: (from + i) % 11 === 0 ? 500 : 200,
        route: `GET /${(from + i) % 5}`,
      };
    }),
  }).requests;
}

const server = handSnapshot({
  requests: [
    { start: 0, end: 1, worker: '8712' },
    { start: 0, end: 1, worker: '8713' },
    { start: 0, end: 1, worker: '8714' },
  ],
  threads: 2,
});

/** Everything that is drawn of the lanes and the pool, when nothing is stale any more. */
function drawnBy(cache: SceneCache, snapshot: Snapshot, ui: UiState, columns: number) {
  const axis = createAxis(snapshot.now, ui.spanSeconds * SECOND, columns);
  for (let tries = 0; tries < 100; tries++) {
    // The first picture answers a key: what is stale in it is brought up to date by those after it.
    const { scene, wait } = cache.get({ snapshot, ui, theme, axis }, tries * 1000, tries === 0);
    const { plans } = planLanes({ snapshot, ui, scene }, 12);
    const { pictures, hues } = scene.lanes(plans);
    const { rows: _, source: __, ...stats } = scene.stats();
    const drawn = { pictures, shown: hues.shown, pool: scene.pool(), stats: JSON.stringify(stats), lost: scene.lost() };
    if (wait() === 0) return drawn;
  }
  throw new Error('never up to date');
}

describe('a picture that follows a log', () => {
  it('looks as if it were made from nothing', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(3, 20, 120),
        (steps, spanSeconds) => {
          const store = new RowStore();
          store.slotsPerWorker = 2;
          const cache = new SceneCache();
          let ui = initialUi({ spanSeconds, laneForm: 'height' });
          let now = NOON;
          let made = 0;
          let inference = server.inference;
          for (const one of steps) {
            if (one.kind === 'requests') {
              const rows = requestsOf(made, one.count, one.took);
              rows.offset.forEach((_, i) => {
                rows.offset[i] = (made + i) * 100;
              });
              made += one.count;
              store.add(rows, facts);
              now = Math.max(now, NOON + made * 0.05 * SECOND);
            } else if (one.kind === 'settle') {
              const { requests, placement } = store.view();
              const first = Math.max(0, requests.length - one.last);
              const moved = (column: Float64Array, by: number) => column.subarray(first).map((value) => value + by);
              store.settle(
                store.firstNumber + first,
                {
                  ...requests,
                  length: requests.length - first,
                  offset: requests.offset.subarray(first),
                  source: requests.source.subarray(first),
                },
                {
                  ...placement,
                  start: moved(placement.start, one.shift * 100),
                  end: moved(placement.end, one.shift * 100),
                  slot: placement.slot.subarray(first),
                  uncertainty: placement.uncertainty.subarray(first).map(() => one.shift * 50),
                  wait: placement.wait.subarray(first).map(() => one.wait * 1000),
                },
              );
              inference = { ...inference };
            } else if (one.kind === 'forget') store.dropFirst(Math.floor((store.length * one.share) / 100));
            else if (one.kind === 'time') now += one.ms * 1000;
            else ui = { ...ui, filter: one.text };
            const snapshot: Snapshot = {
              ...server,
              ...store.view(),
              inference,
              now,
              from: NOON - 60 * SECOND,
              to: now,
            };
            expect(drawnBy(cache, snapshot, ui, 60)).toEqual(drawnBy(new SceneCache(), snapshot, ui, 60));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('RowIndex', () => {
  it('finds the rows of a stretch of time, and no stretch changes that it does not tell of', () => {
    const store = new RowStore();
    store.add(requestsOf(0, 1000, 900), facts);
    const index = new RowIndex();
    expect(index.update({ ...server, ...store.view() })).toBe('all');
    const wanted = { from: NOON + 20 * SECOND, to: NOON + 21 * SECOND };
    const found = () => {
      const { rows, count } = index.rowsIn(wanted);
      return [...rows.subarray(0, count)];
    };
    const { start, end } = store.view().placement;
    const all = [...start.keys()];
    expect(found()).toEqual(all.filter((row) => end[row] >= wanted.from && start[row] <= wanted.to));
    // Requests that come later touch nothing before their beginning.
    store.add(requestsOf(1000, 10, 900), facts);
    const change = index.update({ ...server, ...store.view() });
    expect(change).not.toBe('all');
    for (const { from } of change as readonly { from: number }[]) expect(from).toBeGreaterThan(NOON + 47 * SECOND);
    // Forgetting rows moves their numbers, not what is found.
    const before = found().map((row) => store.view().requests.offset[row]);
    store.dropFirst(300);
    index.update({ ...server, ...store.view() });
    expect(found().map((row) => store.view().requests.offset[row])).toEqual(before);
  });

  it('samples evenly, also of workers that take turns', () => {
    const store = new RowStore();
    store.add(requestsOf(0, 3000, 900), facts);
    const index = new RowIndex();
    const { requests } = store.view();
    index.update({ ...server, ...store.view() });
    const { rows, count, weight } = index.sampleIn({ from: NOON - SECOND, to: NOON + 200 * SECOND }, 1000);
    expect(count * weight).toBeGreaterThan(2900);
    expect(count * weight).toBeLessThan(3100);
    for (const worker of [0, 1, 2]) {
      const own = [...rows.subarray(0, count)].filter((row) => requests.worker[row] === worker).length;
      expect(own * weight).toBeGreaterThan(800);
      expect(own * weight).toBeLessThan(1200);
    }
  });

  it('samples of a stretch that is short beside a block only what runs in it', () => {
    const store = new RowStore();
    store.add(requestsOf(0, 3000, 900), facts);
    const index = new RowIndex();
    index.update({ ...server, ...store.view() });
    const wanted = { from: NOON + 20 * SECOND, to: NOON + 21 * SECOND };
    const { count, weight } = index.sampleIn(wanted, 4000);
    expect(weight).toBe(1);
    expect(count).toBe(index.rowsIn(wanted).count);
  });

  it('tells of nothing where places were worked out anew and are the same', () => {
    const store = new RowStore();
    store.add(requestsOf(0, 600, 900), facts);
    const index = new RowIndex();
    index.update({ ...server, ...store.view() });
    const { requests, placement } = store.view();
    store.settle(0, requests, { ...placement });
    expect(index.update({ ...server, ...store.view() })).toEqual([]);
  });
});
