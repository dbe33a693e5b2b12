// For how many requests of a long log each followed one stands, by how busy the pool was.
import { describe, expect, it } from 'vitest';
import { weightsOf } from '../../../src/analysis/followed-waits.ts';
import { FIRST_FULL, STRATA } from '../../../src/analysis/strata.ts';

const SECOND = 1e6;
const CALM = 1;
const BUSIER = 2;

/** By stratum: requests and steps (of a second) of the log, and requests that were followed. */
type Stratum = readonly [stratum: number, requests: number, steps: number, followed: number];

function weights(...all: readonly Stratum[]): Float64Array | null {
  const [requests, steps, counts] = [new Float64Array(STRATA), new Float64Array(STRATA), new Float64Array(STRATA)];
  for (const [stratum, many, long, followed] of all) {
    requests[stratum] = many;
    steps[stratum] = long;
    counts[stratum] = followed;
  }
  return weightsOf({ requests, steps, step: SECOND }, counts);
}

describe('a followed request', () => {
  it('stands for as many as its stratum has for each that was followed', () => {
    const found = weights([CALM, 1000, 100, 50], [FIRST_FULL, 300, 30, 100])!;
    expect([found[CALM], found[FIRST_FULL]]).toEqual([20, 3]);
  });

  it('of a busier stratum stands for a calm one of which too little was followed', () => {
    const found = weights([CALM, 1000, 100, 3], [BUSIER, 400, 30, 100])!;
    expect([found[CALM], found[BUSIER]]).toEqual([0, 14]);
  });

  it('of a small stratum stands for itself where all of it was followed', () =>
    expect(weights([CALM, 1000, 100, 50], [FIRST_FULL, 5, 1, 5])![FIRST_FULL]).toBe(1));
});

describe('of a full pool of which nothing was followed', () => {
  const calm: Stratum = [CALM, 100_000, 1000, 5000];

  it('a few requests do not matter', () => expect(weights(calm, [FIRST_FULL, 300, 3, 0])).not.toBeNull());

  it('many requests leave the waits unknown', () => expect(weights(calm, [FIRST_FULL, 600, 3, 0])).toBeNull());

  it('few requests in a long time do so as well', () => expect(weights(calm, [FIRST_FULL, 30, 20, 0])).toBeNull());
});
