/**
 * From possible histories to possible waits: the arrival models are weighed by how likely they make the starts, then arrivals are drawn
 * from them.
 */
import { sumOf } from '../../core/statistics.ts';
import { type Asked, arrivalModels } from './arrival-models.ts';
import { Arrivals } from './arrivals.ts';
import type { Draws } from './draws.ts';
import { epochsOf } from './epochs.ts';
import type { Path } from './paths.ts';

/** If worlds with independent callers have less weight than this, callers are taken for a fixed number of clients. */
const UNLIKELY = 0.5;
/** A world this many nats behind the best one is dropped. */
const HOPELESS = 10;
/** Least likelihood of a world that one queue passes on to the others: its histories are too few to rule a world out. */
const RULED_OUT = 1e-3;

export interface Queue {
  readonly slots: number;
  /** All callers of the server come to this queue, and there are few enough requests to consider a fixed number of clients. */
  readonly shared: boolean;
  /** The log is still being written: callers who wait after its last line are not in it. */
  readonly goesOn: boolean;
}

export interface WaitDraws {
  /** Equally likely sets of waits, each by request of the stretch, s. */
  readonly waits: readonly Float64Array[];
  /** Name of the arrival model with the most weight, and that weight, 0..1. */
  readonly model: string;
  readonly modelWeight: number;
  /** Number of clients, if the evidence is for clients who wait for their answers; else Infinity. */
  readonly clients: number;
  /** By world: ln of how likely it makes the starts of this queue, up to a constant; bounded below, so that no world is ruled out. */
  readonly support: readonly number[];
}

/** The worlds to consider for one queue. */
export interface AskedOfWorlds extends Asked {
  /** By world: sum of the `support` of other queues to which the same callers come; null: there are none. */
  readonly elsewhere: readonly number[] | null;
}

/** Draws `count` sets of waits. The histories are equally likely; the arrival models compete on each of them. */
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
  // A world that is hopeless on the first history is not tried on the others.
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

/** Replaces the wait of callers in bursts, whose arrivals are known. */
function withBursts(wait: Float64Array, { start, arrived }: Path): Float64Array {
  return arrived
    ? wait.map((seconds, i) => (Number.isNaN(arrived[i]) ? seconds : Math.max(0, start[i] - arrived[i])))
    : wait;
}
