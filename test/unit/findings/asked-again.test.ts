// Callers who give up and ask again while the server still works on what they asked before.
import { describe, expect, it } from 'vitest';
import askedAgain from '../../../src/findings/asked-again.ts';
import { createRandom } from '../../helpers/random.ts';
import { type Call, factsOf, poisson, request } from '../../helpers/traffic.ts';

const seeds = [1, 2, 3];
const SLOTS = 4;

/** A pool with a peak, first come, first served. `patience`: seconds after which a caller asks again, twice at most. */
function served(seed: number, patience: number, peakRate: number, callers = 800) {
  const random = createRandom(seed + 100);
  const waiting: (Call & { tries: number })[] = [
    ...poisson(seed, 12, 120, make),
    ...poisson(seed + 50, peakRate, 60, make, 40),
  ]
    .map((call) => ({ ...call, tries: 0, client: random.integer(1, callers) }))
    .sort((a, b) => a.at - b.at);
  function make(dice: ReturnType<typeof createRandom>): Omit<Call, 'at'> {
    return { takes: dice.exponential(0.18), route: dice.next() < 0.5 ? 'GET /a' : 'GET /b' };
  }
  const free = new Array<number>(SLOTS).fill(0);
  const rows = [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const slot = free.indexOf(Math.min(...free));
    const start = Math.max(next.at, free[slot]);
    free[slot] = start + next.takes;
    rows.push(request(next, start, String(100 + slot)));
    if (free[slot] - next.at < patience || next.tries === 2) continue;
    const again = { ...next, at: next.at + patience, tries: next.tries + 1 };
    const behind = waiting.findIndex(({ at }) => at > again.at);
    waiting.splice(behind < 0 ? waiting.length : behind, 0, again);
  }
  return factsOf(rows, { model: 'sync', workers: SLOTS, threads: 1 });
}

describe('asked-again', () => {
  it.each(seeds)('finds callers who ask again while they queue (seed %i)', (seed) => {
    const finding = askedAgain.examine(served(seed, 2, 25))!;
    expect(finding.evidence.repeat_share).toBeGreaterThan(0.5);
    expect(finding.evidence.repeat_share_otherwise).toBeLessThan(0.2);
  });
  it.each(seeds)('is quiet of as many callers who wait (seed %i)', (seed) => {
    expect(askedAgain.examine(served(seed, Number.POSITIVE_INFINITY, 60))).toBeNull();
  });
  it.each(seeds)('is quiet of few callers who come often at all times (seed %i)', (seed) => {
    expect(askedAgain.examine(served(seed, Number.POSITIVE_INFINITY, 60, 25))).toBeNull();
  });
});
