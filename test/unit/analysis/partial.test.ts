// The algebra of partials: however rows are cut and joined, the summary's numbers are the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Partial } from '../../../src/analysis/partial.ts';
import { partialOfState, stateOf } from '../../../src/analysis/partial-state.ts';
import { createBatch, type RequestBatch, type StreamFacts } from '../../../src/core/batch.ts';
import { createNames } from '../../../src/core/names.ts';

const facts: StreamFacts = {
  format: 'gunicorn',
  envelope: null,
  stampMeaning: 'end',
  resolutionMicros: 1_000_000,
  zone: '+00:00',
  durationCovers: 'service',
  fields: { time: true, duration: true, worker: true, thread: false, wait: false, arrival: false },
};

interface Row {
  readonly second: number;
  readonly micros: number;
  readonly pid: number;
  readonly route: number;
  readonly status: number;
}

const rowsArbitrary = fc.array(
  fc.record({
    second: fc.integer({ min: 0, max: 4000 }),
    micros: fc.integer({ min: 0, max: 90_000_000 }),
    pid: fc.integer({ min: 100, max: 105 }),
    route: fc.integer({ min: 0, max: 4 }),
    status: fc.constantFrom(200, 404, 500, 503),
  }),
  { maxLength: 120 },
);

/** A batch of rows [from, to), as a parser over that stretch of the file would write it. */
function batchOf(rows: readonly Row[], from: number, to: number, partial: Partial): RequestBatch {
  const batch = createBatch(to - from, facts, 0);
  batch.length = to - from;
  for (let i = from; i < to; i++) {
    const row = rows[i];
    const at = i - from;
    batch.time[at] = 1_700_000_000_000_000 + row.second * 1_000_000;
    batch.duration[at] = row.micros;
    batch.wait[at] = Number.NaN;
    batch.arrival[at] = Number.NaN;
    batch.worker[at] = partial.names.workers.add(String(row.pid));
    batch.thread[at] = -1;
    batch.route[at] = partial.names.routes.add(`GET /${row.route}`);
    batch.status[at] = row.status;
    batch.bytes[at] = 12;
    batch.offset[at] = i * 100;
  }
  return batch;
}

const partialOf = (rows: readonly Row[], from: number, to: number, retained: number): Partial => {
  const partial = new Partial(createNames(), {
    all: retained,
    sample: Math.ceil(retained / 3),
    busiestBlocks: 4,
    blockBytes: 250,
  });
  partial.batch(batchOf(rows, from, to, partial));
  return partial;
};

/** Everything a summary reads, in plain values. */
const read = (partial: Partial) => ({
  requests: partial.requests,
  bytes: partial.bytes,
  first: partial.first,
  last: partial.last,
  status: [...partial.status],
  durations: [
    ...partial.routeCounts.durations().toPairs(),
    partial.routeCounts.durations().sum,
    partial.routeCounts.durations().max,
  ],
  timeline: { ...partial.timeline.view() },
  routes: partial.routeCounts.routes.map((totals, id) => [
    partial.names.routes.text(id),
    totals.requests,
    totals.errors,
    totals.busyMicros,
  ]),
  workers: partial.workers.map((totals, id) => [
    partial.names.workers.text(id),
    totals.requests,
    totals.first,
    totals.last,
  ]),
  kept: (() => {
    const table = partial.retained.table();
    return Array.from({ length: table.length }, (_, i) => [
      table.offset[i],
      table.end[i],
      partial.names.workers.text(table.worker[i]),
      partial.names.routes.text(table.route[i]),
    ]);
  })(),
  complete: partial.retained.complete,
});

describe('Partial', () => {
  it('gives the same for any cuts and any grouping of merges', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        fc.array(fc.nat(120), { maxLength: 5 }),
        fc.constantFrom(20, 60, 1000),
        (rows, cuts, kept) => {
          const whole = read(partialOf(rows, 0, rows.length, kept));
          const borders = [0, ...cuts.map((cut) => Math.min(cut, rows.length)).sort((a, b) => a - b), rows.length];
          const parts = () => borders.slice(1).map((to, i) => partialOf(rows, borders[i], to, kept));
          const leftFirst = parts().reduce((left, right) => {
            left.merge(right);
            return left;
          });
          const rightFirst = parts().reduceRight((right, left) => {
            left.merge(right);
            return left;
          });
          expect(read(leftFirst)).toEqual(whole);
          expect(read(rightFirst)).toEqual(whole);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('survives the way to another thread, and joins there as well', () => {
    fc.assert(
      fc.property(rowsArbitrary, fc.nat(120), fc.constantFrom(20, 1000), (rows, at, kept) => {
        const cut = Math.min(at, rows.length);
        const copy = (partial: Partial) => partialOfState(structuredClone(stateOf(partial)));
        const joined = copy(partialOf(rows, 0, cut, kept));
        joined.merge(copy(partialOf(rows, cut, rows.length, kept)));
        expect(read(joined)).toEqual(read(partialOf(rows, 0, rows.length, kept)));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps at most its limit of rows and says whether these are all', () => {
    const rows = Array.from({ length: 500 }, (_, i) => ({
      second: i * 10,
      micros: 1000,
      pid: 1,
      route: 0,
      status: 200,
    }));
    const partial = partialOf(rows, 0, rows.length, 100);
    expect(partial.retained.table().length).toBeLessThanOrEqual(34 + 4 * 3);
    expect(partial.retained.table().length).toBeGreaterThan(0);
    expect(partial.retained.complete).toBe(false);
    expect(partialOf(rows, 0, 100, 100).retained.complete).toBe(true);
  });

  it('joins steps of time when a log spans more than fit, without losing a request or a microsecond', () => {
    const year = 31_536_000;
    const rows = Array.from({ length: 50 }, (_, i) => ({
      second: i * year,
      micros: 5_000_000,
      pid: 1,
      route: 0,
      status: 500,
    }));
    const view = partialOf(rows, 0, rows.length, 1000).timeline.view();
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    expect(view.stepSeconds).toBeGreaterThan(1);
    expect(sum(view.requests)).toBe(50);
    expect(sum(view.errors)).toBe(50);
    expect(sum(view.busyMicros)).toBe(50 * 5_000_000);
  });
});
