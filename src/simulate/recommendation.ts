/** The recommended pool with the reason for it, or why none is recommended. */
import { poolKind, poolName } from '../core/pool-names.ts';
import type { PoolShape } from '../core/prediction.ts';
import type { WhatIf } from '../core/what-if.ts';
import { durationText, listText, percentText } from '../core/words.ts';
import { causesOf } from './interruption-words.ts';
import type { PoolMeasures } from './measures.ts';
import {
  arrivalsAreKnown,
  carriesRecommendation,
  growsByThreads,
  isForMoments,
  isRemedy,
  likelyRange,
  medianOf,
  meets,
  rangeOf,
  recommendedOf,
  repetitionsFor,
  runUninterrupted,
  SURELY,
  smallestOf,
  tellsOfSize,
  WHAT_IF_BUDGET,
} from './recommend.ts';
import type { ScenarioRuns } from './scenario.ts';
import type { WhatIfRequest } from './what-if.ts';
import type { Workload } from './workload.ts';

export interface Recommendation {
  readonly recommendation: WhatIf['recommendation'];
  /** Why no pool is recommended, where the log could carry a recommendation; else empty. */
  readonly withheld: readonly string[];
}

const noneMeetsText = (target: number): string =>
  `No pool that was tried keeps the p95 wait under ${durationText(target)} in nine of ten repetitions, up to sizes beyond which more slots are no remedy: spread the callers, or make requests shorter.`;

/** "More slots are no remedy: without … the present 6 sync workers have a p95 wait of 33 ms, and with it 115 would be needed." */
function noRemedyText(workload: Workload, chosen: PoolShape | null, target: number): string {
  const present = workload.present!;
  if (chosen === null && Number.isFinite(workload.interruptions?.opens)) {
    return `No number of slots keeps the p95 wait under ${durationText(target)}: those who came before anybody was served wait for that in any pool.`;
  }
  const without = runUninterrupted(workload, present, repetitionsFor(workload.trace.length, WHAT_IF_BUDGET));
  const wait = durationText(medianOf(without.runs, (run) => run.wait.p95));
  const causes = causesOf(workload.interruptions);
  const needed = chosen === null ? 'no pool that was tried keeps' : `${poolName(chosen)} would be needed to keep`;
  const withThem = `with ${causes.length > 1 ? 'them' : 'it'} ${needed} it under ${durationText(target)}`;
  const first = meets(workload, present, without, target)
    ? ''
    : ' Mend that first, then ask a log of the time after it.';
  return `More slots are no remedy: without ${listText(causes)} the present ${poolName(present)} have a p95 wait of ${wait}, and ${withThem}.${first}`;
}

/** "More slots are no remedy: 51 sync workers would keep … and be busy 0.5 % of the time …" */
function forMomentsText(present: PoolShape, chosen: PoolShape, { runs }: ScenarioRuns, target: number): string {
  const busy = percentText(medianOf(runs, (run) => run.utilisation));
  return `More slots are no remedy: ${poolName(chosen)} instead of ${poolName(present)} would keep the p95 wait under ${durationText(target)}, and be busy ${busy} of the time. The callers who wait come all at once: spread them, or let a task queue feed them.`;
}

/** Why no pool is recommended from this log, where no other sentence says it. */
function notCarriedText(workload: Workload): string[] {
  if (workload.ifFull) {
    return [
      'Whether as many requests as ever ran at once are a limit of the server, in front of which callers queue, or the number of its clients, this log does not tell: no pool is recommended from it.',
    ];
  }
  if (workload.present?.model === 'async') {
    return ['Async workers have no slots that could be too few: no number of them is recommended.'];
  }
  if (!arrivalsAreKnown(workload)) return [];
  if (!tellsOfSize(workload))
    return ['The requests are too few, and none of them waited: no pool is recommended from them.'];
  return [
    'How many requests the server can run at once this log does not show, so it may have room enough: no pool is recommended in its place.',
  ];
}

/** Recommends a pool of the kind asked for, if only one kind was; else of the present kind. */
export function recommendationOf(
  workload: Workload,
  { pools, targetP95WaitMicros: target }: Pick<WhatIfRequest, 'pools' | 'targetP95WaitMicros'>,
  ask: (pool: PoolShape) => ScenarioRuns,
): Recommendation {
  if (!carriesRecommendation(workload)) return { recommendation: null, withheld: notCarriedText(workload) };
  const kinds = new Set(pools.map(({ model, threads }) => `${model} ${threads}`));
  const { present } = workload;
  const asked = kinds.size === 1 ? pools[0] : present!;
  // If that is the present kind, the search keeps the present number of processes, since the log shows how these accept.
  const isPresent = asked.model === present?.model && asked.threads === present.threads;
  const kind = isPresent ? present : asked;
  const keeps = (pool: PoolShape, share: number) => meets(workload, pool, ask(pool), target, share);
  const found = recommendedOf(workload, kind, keeps);
  if (found === null) {
    const why = workload.interruptions ? noRemedyText(workload, null, target) : noneMeetsText(target);
    return { recommendation: null, withheld: [why] };
  }
  const { pool: chosen, isSure } = found;
  if (isForMoments(workload, chosen, ask(chosen))) {
    return { recommendation: null, withheld: [forMomentsText(workload.present!, chosen, ask(chosen), target)] };
  }
  if (!isRemedy(workload, chosen, target, WHAT_IF_BUDGET)) {
    return { recommendation: null, withheld: [noRemedyText(workload, chosen, target)] };
  }
  const size = { model: chosen.model, workers: chosen.workers, threads: chosen.threads };
  const because =
    chosen.model === 'async'
      ? loopsBecause(ask(chosen), target, isSure)
      : slotsBecause(workload, { kind, chosen, isSure, target, ask, keeps });
  return { recommendation: { ...size, because }, withheld: [] };
}

function loopsBecause(runs: ScenarioRuns, target: number, isSure: boolean): string {
  const latency = durationText(medianOf(runs.runs, (run) => run.latency.p95));
  return `the fewest async workers whose busy event loops add no more than ${durationText(target)} to the p95 service time in ${isSure ? 'nine of ten' : 'most'} repetitions: p95 latency ${latency}, if the views await`;
}

interface Choice {
  /** The pool that was grown or shrunk to the chosen one. */
  readonly kind: PoolShape;
  readonly chosen: PoolShape;
  readonly isSure: boolean;
  readonly target: number;
  readonly ask: (pool: PoolShape) => ScenarioRuns;
  readonly keeps: (pool: PoolShape, share: number) => boolean;
}

const p95Wait = ({ wait }: PoolMeasures): number => wait.p95;

function slotsBecause(workload: Workload, { kind, chosen, isSure, target, ask, keeps }: Choice): string {
  const byThreads = growsByThreads(workload, kind);
  const words = (pool: PoolShape) => {
    const runs = ask(pool);
    const [low, high] = likelyRange(runs, p95Wait);
    return `${durationText(medianOf(runs.runs, p95Wait))} (${durationText(low)} to ${durationText(high)})`;
  };
  const less = byThreads ? { ...chosen, threads: chosen.threads - 1 } : { ...chosen, workers: chosen.workers - 1 };
  const fewer =
    less.threads > 0 && less.workers > 0
      ? `; with ${byThreads ? less.threads : less.workers} it would be ${words(less)}`
      : '';
  const most = rangeOf(ask(chosen), p95Wait)[1];
  // The range in the table includes the less likely readings; without these words the recommendation would seem to miss its own target.
  const unlikely = most > target ? `; readings of this log that are less likely reach ${durationText(most)}` : '';
  const kept = target > 0 ? `stays under ${durationText(target)}` : 'is nothing';
  const fewest = `fewest ${slotsGrown(chosen, byThreads)} whose p95 wait ${kept}`;
  const numbers = `${words(chosen)}${fewer}${unlikely}`;
  if (isSure) return `the ${fewest} in nine of ten repetitions: ${numbers}`;
  const sure = smallestOf(workload, kind, (pool) => keeps(pool, SURELY));
  const insured = sure ? `, which takes ${byThreads ? sure.threads : sure.workers} in nine of ten` : '';
  return `one more than the ${fewest} in half of the repetitions${insured}: ${numbers}`;
}

/** What a larger pool of this kind has more of. */
function slotsGrown(pool: PoolShape, byThreads: boolean): string {
  if (!byThreads) return poolKind(pool);
  return pool.workers === 1 ? 'threads' : `threads in each of ${pool.workers} workers`;
}
