import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ticker } from '../../../src/engine/ticker.ts';
import { type HandRequest, handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const feed = (ticker: Ticker, requests: HandRequest[]) => {
  const { requests: table, placement } = handSnapshot({ requests });
  ticker.add(table, placement, 0, table.length);
};

describe('Ticker', () => {
  it('tells a second when it is over: requests, errors, busy slots, queue and quantiles', () => {
    const ticker = new Ticker();
    ticker.capacity = 4;
    feed(ticker, [
      { start: 0, end: 0.5, status: 200, wait: 0 },
      { start: 0, end: 0.9, status: 503, wait: 0 },
      { start: 0.5, end: 1.5, status: 200, wait: 0.5 },
    ]);
    expect(ticker.until(NOON + 0.99 * SECOND, true)).toEqual([]);
    const [first, ...others] = ticker.until(NOON + SECOND, true);
    expect(others).toEqual([]);
    expect(first).toEqual({
      type: 'tick',
      at: '2026-11-20T12:00:00+00:00',
      requests: 2,
      errors: 1,
      rate: 2,
      busy: 1.9,
      capacity: 4,
      queue: 0.5,
      service_time: { p50: 0.5, p95: 0.9 },
      wait: { p95: 0 },
    });
    const [second] = ticker.rest();
    expect(second).toMatchObject({ at: '2026-11-20T12:00:01+00:00', requests: 1, busy: 0.5 });
  });

  it('says null for what the log does not tell', () => {
    const ticker = new Ticker();
    feed(ticker, [{ start: Number.NaN, end: 0.5 }]);
    expect(ticker.rest()[0]).toMatchObject({
      busy: null,
      queue: null,
      capacity: null,
      service_time: { p50: null },
      wait: { p95: null },
    });
  });

  it('counts a late line in the next tick, never twice and never not', () => {
    const ticker = new Ticker();
    feed(ticker, [{ start: 0, end: 0.2 }]);
    expect(ticker.until(NOON + SECOND, true).map((tick) => tick.requests)).toEqual([1]);
    feed(ticker, [{ start: 0, end: 0.3 }]);
    expect(ticker.until(NOON + 3 * SECOND, true).map((tick) => tick.requests)).toEqual([1, 0]);
  });

  it('tells idle seconds only while live', () => {
    const ticker = new Ticker();
    feed(ticker, [
      { start: 0, end: 0.2 },
      { start: 7200, end: 7200.2 },
    ]);
    expect(ticker.until(NOON + 7300 * SECOND, false).length).toBe(2);
  });

  it('adds up to the log, however it is cut', () => {
    const request = fc.record({
      end: fc.double({ min: 0, max: 20, noNaN: true }),
      took: fc.double({ min: 0, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(request, { maxLength: 10 }), { maxLength: 10 }), fc.boolean(), (batches, quiet) => {
        const ticker = new Ticker();
        let told = 0;
        let now = 0;
        const seen: string[] = [];
        for (const batch of batches) {
          feed(
            ticker,
            batch.map(({ end, took }) => ({ start: end - took, end })),
          );
          now += 2;
          for (const tick of ticker.until(NOON + now * SECOND, quiet)) {
            told += tick.requests;
            seen.push(tick.at);
          }
        }
        for (const tick of ticker.rest()) {
          told += tick.requests;
          seen.push(tick.at);
        }
        expect(told).toBe(batches.flat().length);
        expect(seen).toEqual([...new Set(seen)].sort());
      }),
    );
  });
});
