/** Workers that end together, round after round. */
import { binomialDistribution } from 'simple-statistics';
import type { WorkerLife } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';

/** Share of a life that is one moment. */
const MOMENT = 0.1;
/** Of the other workers, how many end within a moment of one that does where they go together; by chance twice the share of a moment. */
const USUALLY = 0.5;
/** Deviations by which there are more rounds than by chance; of so few lives chance makes no more than a few. */
const SURE = 3;
const FEW = 20;

/** Of many lives some end at one moment by chance. */
function areMoreThanChance(rounds: number, ended: readonly WorkerLife[], workers: number, life: number): boolean {
  if (ended.length <= FEW) return true;
  const needed = neededOf(workers) - 1;
  const others = workers - 1;
  const fewer = sumOf((binomialDistribution(others, MOMENT) ?? []).slice(0, needed));
  const byChance = (ended.length * (1 - fewer)) / (1 + needed * (1 - fewer));
  return rounds > byChance + SURE * Math.sqrt(byChance) || besideEach(ended, life) >= USUALLY * others;
}

/** Others that end within a moment of one that does, on average. */
function besideEach(ended: readonly WorkerLife[], life: number): number {
  let pairs = 0;
  let first = 0;
  for (let i = 0; i < ended.length; i++) {
    while (ended[i].to - ended[first].to > MOMENT * life) first++;
    pairs += i - first;
  }
  return (2 * pairs) / ended.length;
}

const neededOf = (workers: number): number => Math.max(2, Math.ceil(workers / 2));

/** Moments in which at least half of the workers ended within a tenth of a life: one each at most per worker and round; 0 where chance makes as many. */
export function roundsTogether(ended: readonly WorkerLife[], workers: number, life: number): number {
  const needed = neededOf(workers);
  const within = MOMENT * life;
  let rounds = 0;
  let i = 0;
  while (i < ended.length) {
    let j = i;
    while (j + 1 < ended.length && ended[j + 1].to - ended[i].to <= within) j++;
    if (j - i + 1 >= needed) {
      rounds++;
      i = j + 1;
    } else i++;
  }
  return rounds >= 2 && areMoreThanChance(rounds, ended, workers, life) ? rounds : 0;
}
