/** Repetitions of a workload with the most likely behaviour of its callers, drawn once and used for all pools. */
import { drawRepetition, type Repetition } from './repetition.ts';
import type { Workload } from './workload.ts';

/** Factors on the observed arrival rate where saturation hides the arrivals: at least as many as were answered, at most twice that. */
export const HIDDEN_LOADS = [1, 1.25, 1.5, 2] as const;

export const isWider = (r: number): boolean => r % 2 === 1;

/** Cache of draws that do not depend on the pool: pools are compared on the same random numbers. */
const drawn = new WeakMap<Workload, Map<string, Repetition>>();

interface Reading {
  /** Factor on all waits; null or absent: the likely one. */
  readonly stretched?: number;
  /** Mean size of the groups in which callers come; absent: the one that the log shows. */
  readonly groupsOf?: number;
}

export function repetitionOf(workload: Workload, r: number, byWorker: boolean, reading: Reading = {}): Repetition {
  const known = drawn.get(workload) ?? new Map<string, Repetition>();
  drawn.set(workload, known);
  // A quarter of the repetitions do not group callers beyond what the stamps show.
  const size = reading.groupsOf ?? (r % 4 === 1 ? 1 : workload.trace.clumps.drawn);
  const clumped = size > 1 ? { size, learns: reading.groupsOf === undefined } : null;
  const stretched = reading.stretched ?? null;
  const boot = workload.interruptions?.boot ?? null;
  const key = `${r} ${byWorker} ${stretched} ${size} ${clumped?.learns}`;
  let repetition = known.get(key);
  if (!repetition) {
    repetition = drawRepetition(workload.trace, workload.times, {
      seed: workload.seed + r,
      byWorker,
      ownService: !isWider(r),
      clumped,
      stretched,
      boot,
    });
    known.set(key, repetition);
  }
  return repetition;
}

/** A repetition with the most likely arrivals. */
export function likelyRepetition(workload: Workload, r: number, byWorker: boolean): Repetition {
  const plain = repetitionOf(workload, r, byWorker);
  if (workload.callers.likely.kind !== 'hidden' || !workload.trace.waitUnknown) return plain;
  const load = HIDDEN_LOADS[(r >> 1) % HIDDEN_LOADS.length];
  if (load === 1) return plain;
  const known = quickened.get(plain) ?? quicker(plain, load);
  quickened.set(plain, known);
  return known;
}

/** Cache: the repetition with its faster arrivals. The factor depends on the number of the repetition alone. */
const quickened = new WeakMap<Repetition, Repetition>();

/** The same arrivals in 1/factor of the time: `factor` times the arrival rate. */
export function quicker(repetition: Repetition, factor: number): Repetition {
  const origin = repetition.arrival[0];
  return { ...repetition, arrival: repetition.arrival.map((at) => origin + (at - origin) / factor) };
}
