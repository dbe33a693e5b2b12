// Requests that take longer while the pool is full: what they wait for lies behind the pool, and more slots may not help.
import { describe, expect, it } from 'vitest';
import { episodesOf } from '../../../src/core/full-stretches.ts';
import poolSaturated from '../../../src/findings/pool-saturated.ts';
import { slowerWhenFull } from '../../../src/findings/slower-when-full.ts';
import { type Call, poisson, syncPool } from '../../helpers/traffic.ts';

/** A peak of a minute in three; `longer`: times as long as else its requests take. */
const peak = (seed: number, longer: number): Call[] =>
  [...poisson(seed, 6, 60, () => ({ takes: 0 })), ...poisson(seed + 1, 26, 120, () => ({ takes: 0 }), 60)]
    .concat(poisson(seed + 2, 6, 180, () => ({ takes: 0 }), 130))
    .map((call, i) => ({ ...call, route: 'GET /list', takes: 0.15 * (0.4 + ((i * 7919) % 100) / 83) }))
    .map((call) => (call.at > 60 && call.at < 130 ? { ...call, takes: call.takes * longer } : call));

describe('a full pool', () => {
  it('whose requests take longer then tells so, and warns of more at once', () => {
    const facts = syncPool(4, peak(1, 2));
    expect(slowerWhenFull(facts, episodesOf(facts, 4))).toBeCloseTo(2, 0);
    const finding = poolSaturated.examine(facts)!;
    expect(finding.evidence.slower_when_full).toBeCloseTo(2, 0);
    expect(finding.advice).toContain('Where they wait for each other, more of them at once only makes each slower');
  });
  it.each([3, 6, 9])('whose requests take as long as else does not (seed %i)', (seed) => {
    const facts = syncPool(4, peak(seed, 1));
    expect(poolSaturated.examine(facts)!.evidence.slower_when_full).toBeNull();
  });
});
