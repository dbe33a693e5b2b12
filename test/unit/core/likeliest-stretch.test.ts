// Where something happened far more often than elsewhere, if chance would not make such a stretch.
import { describe, expect, it } from 'vitest';
import { likeliestStretch } from '../../../src/core/likeliest-stretch.ts';

const USUAL = 0.1;
const HIGH = 0.6;
const found = (isHit: (position: number) => boolean, length: number) => likeliestStretch(isHit, USUAL, HIGH, 0, length);

describe('the likeliest stretch', () => {
  it('reaches from the first to the last hit of a crowd, over a miss between them', () => {
    const isHit = (position: number) => position >= 100 && position < 130 && position !== 115;
    expect(found(isHit, 200)).toEqual({ first: 100, last: 129, hits: 29 });
  });

  it('is none where a run is as long as chance makes it somewhere in so long a log', () => {
    const isHit = (position: number) => position < 12;
    expect(found(isHit, 20)).toEqual({ first: 0, last: 11, hits: 12 });
    expect(found(isHit, 2000)).toBeNull();
  });

  it('is none where there is nothing to look at, or where it happens so often everywhere', () => {
    expect(found(() => true, 0)).toBeNull();
    expect(likeliestStretch(() => true, HIGH, HIGH, 0, 100)).toBeNull();
  });
});
