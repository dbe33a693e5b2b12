// Workers that end together round after round, beside those of whom some end at one moment by chance.
import { expect, it } from 'vitest';
import type { WorkerLife } from '../../../src/core/inference.ts';
import { roundsTogether } from '../../../src/findings/recycle-rounds.ts';
import { createRandom } from '../../helpers/random.ts';

const LIFE = 300e6;
const SHIFTS = 40;

/** Lives of about five minutes, one behind the other in each of the places. `varies`: by what share of it, on the whole. */
function lives(workers: number, varies: number, seed: number): WorkerLife[] {
  const random = createRandom(seed);
  const ended: WorkerLife[] = [];
  for (let worker = 0; worker < workers; worker++) {
    let to = 0;
    for (let k = 0; k < SHIFTS; k++) {
      to += LIFE * (1 + varies * (random.next() - 0.5));
      ended.push({
        worker: worker * SHIFTS + k,
        from: to - LIFE,
        to,
        requests: 1000,
        busyMicros: 1e6,
        peakConcurrency: 1,
        fate: 'recycled',
      });
    }
  }
  return ended.sort((a, b) => a.to - b.to);
}

it.each([2, 3, 4, 8])('counts the rounds of %i workers that started together', (workers) =>
  expect(roundsTogether(lives(workers, 0.01, 1), workers, LIFE)).toBe(SHIFTS),
);

it.each([1, 2, 3, 4, 5, 6, 7, 8])('counts none where each life is as long as it likes (seed %i)', (seed) => {
  const workers = 2 + (seed % 4);
  expect(roundsTogether(lives(workers, 1.5, seed), workers, LIFE)).toBe(0);
});
