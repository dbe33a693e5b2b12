// By how much two hosts' clocks differ, from their lines about the same requests.
import { describe, expect, it } from 'vitest';
import { clockOffsets, FARTHEST, NEAR } from '../../../src/analysis/clock-offset.ts';
import type { LoggedRequests } from '../../../src/analysis/same-requests.ts';
import { createDictionary } from '../../../src/core/dictionary.ts';
import { createRandom } from '../../helpers/random.ts';
import { EPOCH, emptyTable, floorToTick } from '../../helpers/simulated-table.ts';

const SECOND = 1e6;
const HOUR = 3600 * SECOND;

/** Ends of 200 requests, seconds: one every 0.2 to 3 s. */
function endsOf(seed: number): number[] {
  const random = createRandom(seed);
  let at = 0;
  return Array.from({ length: 200 }, () => (at += random.between(0.2, 3)));
}

/** A log of requests that ended at these seconds, by a clock with the given tick (seconds). */
function logOf(ends: readonly number[], tick: number): LoggedRequests {
  const rows = emptyTable(ends.length, tick);
  ends.forEach((end, row) => {
    rows.end[row] = EPOCH + floorToTick(end, tick);
  });
  const routes = createDictionary();
  routes.add('GET /');
  return { rows, routes };
}

/** The same requests on a host whose clock is so many seconds ahead, and that writes its lines up to 40 ms later. */
function seenBy(ends: readonly number[], aheadSeconds: number, tick: number): LoggedRequests {
  const random = createRandom(99);
  return logOf(
    ends.map((end) => end + aheadSeconds + random.between(0, 0.04)),
    tick,
  );
}

describe('the clock of another host', () => {
  it('is taken to agree if its lines are later by no more than a response takes to be passed on', () => {
    const ends = endsOf(1);
    expect(clockOffsets(logOf(ends, 0.001), seenBy(ends, 0, 0.001), NEAR)).toEqual([0]);
  });

  it('is ahead by whole seconds if both logs have stamps of whole seconds', () => {
    const ends = endsOf(2);
    expect(clockOffsets(logOf(ends, 1), seenBy(ends, 3600, 1), FARTHEST)[0]).toBe(HOUR);
    expect(clockOffsets(logOf(ends, 1), seenBy(ends, -7, 1), FARTHEST)[0]).toBe(-7 * SECOND);
  });

  it('is ahead by what finer stamps show, to within the width that they are compared in', () => {
    const ends = endsOf(3);
    const [ahead] = clockOffsets(logOf(ends, 0.001), seenBy(ends, 5.25, 0.001), FARTHEST);
    expect(Math.abs(ahead - 5.27 * SECOND)).toBeLessThan(0.05 * SECOND);
  });

  it('is not compared by lines of other requests', () => {
    expect(clockOffsets(logOf(endsOf(4), 0.001), logOf(endsOf(5), 0.001), FARTHEST)).toEqual([]);
  });
});
