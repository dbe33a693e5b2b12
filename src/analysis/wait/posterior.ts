/** From possible histories to possible waits: arrival models weighed by how likely they make the starts, then drawn from. */
import { sumOf } from '../../core/statistics.ts';
import { type Asked, arrivalModels } from './arrival-models.ts';
import { Arrivals } from './arrivals.ts';
import type { Draws } from './draws.ts';
import { epochsOf } from './epochs.ts';
import type { Path } from './paths.ts';

/** Callers who do not wait for each other are given up below this weight. */
const UNLIKELY = 0.5;
/** Nats behind the best world from which a world is out of question. */
const HOPELESS = 10;
/** No likelihood of a world in one queue rules it out for the others: histories of a queue are few. */
const RULED_OUT = 1e-3;

export interface Queue {
  readonly slots: number;
  /** All callers of the server come to this queue. */
  readonly shared: boolean;
  /** Its log goes on behind the last line: who still waits is in none. */
  readonly goesOn: boolean;
}

export interface WaitDraws {
  /** Equally likely: the wait of every request of the stretch, s. */
  readonly waits: readonly Float64Array[];
  /** The arrival model that the log speaks for most, and its weight 0..1. */
  readonly model: string;
  readonly modelWeight: number;
  /** Clients in all, where the log speaks for clients who wait for their answers; else Infinity. */
  readonly clients: number;
  /** ln of how likely each world makes this queue, up to a constant; no world is ruled out. */
  readonly support: readonly number[];
}

/** What is asked of the worlds of one queue. */
export interface AskedOfWorlds extends Asked {
  /** `support` of other queues to which the same callers come, added up; null: there are none. */
  readonly elsewhere: readonly number[] | null;
}

/** Histories are equally likely; the arrival models compete on each of them. */
export function drawWaits(
  paths: readonly Path[],
  duration: Float64Array,
  { slots, shared, goesOn }: Queue,
  count: number,
  asked: AskedOfWorlds,
  draws: Draws,
): WaitDraws {
  const n = duration.length;
  const work = duration.reduce((sum, seconds) => sum + seconds, 0);
  const perPath = Math.ceil(count / paths.length);
  const byModel = new Map<string, number>();
  const byClients = new Map<number, number>();
  const waits: Float64Array[] = [];
  // A world that the first history speaks against is not asked about the others.
  let worlds: ReadonlySet<number> | null = null;
  const likely: number[] = [];
  for (const path of paths) {
    let begin = Number.POSITIVE_INFINITY;
    let end = 0;
    for (let i = 0; i < n; i++) {
      begin = Math.min(begin, path.start[i]);
      end = Math.max(end, path.start[i] + duration[i]);
    }
    const epochs = epochsOf(path, duration, end, goesOn ? slots : null);
    const seconds = Math.max(1e-3, end - begin);
    const alone = path.arrived ? path.arrived.filter(Number.isNaN).length : n;
    const throughput = {
      rate: Math.max(1, alone) / seconds,
      seconds,
      slots: shared ? slots : null,
      busy: work / seconds,
    };
    const samplers = arrivalModels(throughput, asked, draws.next() - 0.5)
      .map((model, world) => ({ model, world }))
      .filter(({ world }) => worlds === null || worlds.has(world))
      .map(({ model, world }) => ({ model, world, sampler: new Arrivals(epochs, model, slots) }));
    const most = Math.max(...samplers.map(({ sampler }) => sampler.logLikelihood));
    const likelihoods = samplers.map(({ sampler }) => Math.exp(sampler.logLikelihood - most));
    const sum = sumOf(likelihoods);
    for (const [k, { world }] of samplers.entries()) likely[world] = (likely[world] ?? 0) + likelihoods[k] / sum;
    const logWeights = samplers.map(
      ({ model, world, sampler }) => sampler.logLikelihood + Math.log(model.prior) + (asked.elsewhere?.[world] ?? 0),
    );
    const best = Math.max(...logWeights);
    worlds ??= new Set(samplers.filter((_, k) => logWeights[k] > best - HOPELESS).map(({ world }) => world));
    const weights = logWeights.map((w) => Math.exp(w - best));
    const total = sumOf(weights);
    const offset = draws.next();
    let reached = 0;
    let drawn = 0;
    samplers.forEach(({ sampler, model }, k) => {
      const share = weights[k] / total;
      byModel.set(model.name, (byModel.get(model.name) ?? 0) + share / paths.length);
      byClients.set(model.clients, (byClients.get(model.clients) ?? 0) + share / paths.length);
      reached += share * perPath;
      while (drawn < perPath && drawn + offset < reached) {
        waits.push(withBursts(sampler.sample(draws), path));
        drawn++;
      }
    });
    for (const { sampler } of samplers) sampler.release();
  }
  const [model, modelWeight] = [...byModel].sort((a, b) => b[1] - a[1])[0];
  const open = byClients.get(Number.POSITIVE_INFINITY) ?? 0;
  byClients.delete(Number.POSITIVE_INFINITY);
  const [clients] = [...byClients].sort((a, b) => b[1] - a[1])[0] ?? [Number.POSITIVE_INFINITY];
  const support = likely.map((sum) => Math.log(Math.max(RULED_OUT, sum / paths.length)));
  return { waits, model, modelWeight, clients: open < UNLIKELY ? clients : Number.POSITIVE_INFINITY, support };
}

/** Who came in a burst has waited since. */
function withBursts(wait: Float64Array, { start, arrived }: Path): Float64Array {
  return arrived
    ? wait.map((seconds, i) => (Number.isNaN(arrived[i]) ? seconds : Math.max(0, start[i] - arrived[i])))
    : wait;
}
