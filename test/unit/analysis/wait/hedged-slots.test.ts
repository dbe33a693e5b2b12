// Of slots that may be more than were seen it stays open whether anybody waited.
import { describe, expect, it } from 'vitest';
import { unlessMoreSlots } from '../../../../src/analysis/wait/hedged-slots.ts';
import type { WaitInput } from '../../../../src/analysis/wait/infer-wait.ts';
import type { WaitInference } from '../../../../src/core/inference.ts';

const wait = { method: 'inferred', mean: 5e5, lowMean: 2e5, lowP95: 4e5, basis: 'histories' } as WaitInference;
const told = (slots: Partial<WaitInput>, of = wait) =>
  unlessMoreSlots(of, { capacity: 8, capacityRange: [8, 12], capacityConfidence: 0.5, ...slots } as WaitInput);

describe('a wait behind eight slots', () => {
  it('may be none where there may be twelve', () => {
    expect(told({})).toMatchObject({ mean: 5e5, lowMean: 0, lowP95: 0 });
    expect(told({}).basis).toContain('more slots than the 8 that were seen');
  });

  it('stands where there are no more of them, or that is nearly sure', () => {
    expect(told({ capacityRange: [6, 8] })).toBe(wait);
    expect(told({ capacityRange: null })).toBe(wait);
    expect(told({ capacityConfidence: 0.6 })).toBe(wait);
  });

  it('stands where it was measured, or nobody knows how many slots there are', () => {
    const measured = { ...wait, method: 'measured' } as const;
    expect(told({}, measured)).toBe(measured);
    expect(told({ capacity: null })).toBe(wait);
  });
});
