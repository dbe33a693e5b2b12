/** The law of crowds, in one pass beside that of callers who come alone. */
import { describe, expect, it } from 'vitest';
import { arrivalModels } from '../../../../src/analysis/wait/arrival-models.ts';
import { Crowds } from '../../../../src/analysis/wait/crowd-law.ts';
import { epochsOf } from '../../../../src/analysis/wait/epochs.ts';

/** Two workers are full for 30 s, during which ten requests start from the queue. */
const start = Float64Array.from([0, 0.1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
const queued = Uint8Array.from(start, (_, i) => (i < 2 ? 0 : 1));
const duration = new Float64Array(start.length).fill(3);
const epochs = epochsOf({ start, queued }, duration, 40);
const throughput = { rate: 0.4, seconds: 30, slots: 2, busy: 1.9 };
const [model] = arrivalModels(throughput, { one: false, crowds: true }, 0);

describe('the law of crowds', () => {
  it.each([1, 4, 8])('is what every size alone gives, at level %i', (level) => {
    const crowds = new Crowds(epochs, model);
    const law = Float64Array.from([0, 0.2, 0.5, 0.25, 0.05, 0]);
    const e = epochs.taken.findIndex((taken, k) => taken > 0 && epochs.span[k] > 0);
    const target = new Float64Array(40);
    crowds.add({ values: target, at: 3, length: 30 }, { values: law, at: 1, length: 4 }, e, level, 2);
    const expected = new Float64Array(40);
    for (let x = 0; x < 4; x++)
      for (let units = 1; 2 + x + units < 30; units++)
        expected[3 + 2 + x + units] += law[1 + x] * crowds.likelihood(e, level, units);
    for (let y = 0; y < 40; y++) expect(target[y]).toBeCloseTo(expected[y], 12);
    expect(Math.max(...target)).toBeGreaterThan(0);
  });
});
