/** Counts how often workers end together. */
import { binomialDistribution } from 'simple-statistics';
import type { WorkerLife } from '../core/inference.ts';
import { sumOf } from '../core/statistics.ts';

/** Lives that end within this share of a life of each other end together. */
const MOMENT = 0.1;
/** Workers are recycled together if on average this share of the others ends within MOMENT of one that ends; by chance it is 2 × MOMENT. */
const USUALLY = 0.5;
/** Rounds must exceed the number expected by chance by SURE deviations. Up to FEW lives this is not tested, as chance makes few rounds. */
const SURE = 3;
const FEW = 20;

/** Whether there are more rounds than chance makes; of many lives some end together by chance. `life`: median, µs. */
function areMoreThanChance(rounds: number, ended: readonly WorkerLife[], workers: number, life: number): boolean {
  if (ended.length <= FEW) return true;
  const needed = neededOf(workers) - 1;
  const others = workers - 1;
  const fewer = sumOf((binomialDistribution(others, MOMENT) ?? []).slice(0, needed));
  const byChance = (ended.length * (1 - fewer)) / (1 + needed * (1 - fewer));
  return rounds > byChance + SURE * Math.sqrt(byChance) || besideEach(ended, life) >= USUALLY * others;
}

/** Mean number of other lives that end within MOMENT of the end of a life. `ended` in order of time. */
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

/**
 * Number of times that at least half of the workers, and two at least, ended within a tenth of a life (`life`, µs); 0 if only once, or if
 * chance makes as many. `ended` in order of time.
 */
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
