/** From possible histories to possible waits: arrival models weighed by how likely they make the starts, then drawn from. */
import { type ArrivalModel, arrivalModels, givenRate } from './arrival-models.ts';
import type { Draws } from './draws.ts';
import { epochsOf } from './epochs.ts';
import { OpenArrivals } from './open-arrivals.ts';
import type { Path, RateCurve } from './paths.ts';

export interface WaitDraws {
  /** Equally likely: the wait of every request of the stretch, s. */
  readonly waits: readonly Float64Array[];
  /** The arrival model that the log speaks for most, and its weight 0..1. */
  readonly model: string;
  readonly modelWeight: number;
}

/** `assumed`: the arrival rates that the filter which found the histories took for granted. */
export function drawWaits(
  paths: readonly Path[],
  assumed: RateCurve,
  duration: Float64Array,
  count: number,
  draws: Draws,
): WaitDraws {
  const n = duration.length;
  const samplers: { sampler: OpenArrivals; model: ArrivalModel; logWeight: number }[] = [];
  for (const path of paths) {
    let begin = Number.POSITIVE_INFINITY;
    let end = 0;
    for (let i = 0; i < n; i++) {
      begin = Math.min(begin, path.start[i]);
      end = Math.max(end, path.start[i] + duration[i]);
    }
    const epochs = epochsOf(path, end);
    const seconds = Math.max(1e-3, end - begin);
    const known = new OpenArrivals(epochs, givenRate(), assumed).logLikelihood;
    for (const model of arrivalModels(n / seconds, seconds)) {
      const sampler = new OpenArrivals(epochs, model);
      samplers.push({ sampler, model, logWeight: sampler.logLikelihood - known + Math.log(model.prior) });
    }
  }
  const best = Math.max(...samplers.map((s) => s.logWeight));
  const weights = samplers.map((s) => Math.exp(s.logWeight - best));
  const total = weights.reduce((a, b) => a + b, 0);
  const waits: Float64Array[] = [];
  let reached = 0;
  const offset = draws.next();
  const byModel = new Map<string, number>();
  samplers.forEach(({ sampler, model }, k) => {
    byModel.set(model.name, (byModel.get(model.name) ?? 0) + weights[k] / total);
    reached += (weights[k] / total) * count;
    while (waits.length < count && waits.length + offset < reached) waits.push(sampler.sample(draws).wait);
  });
  const [model, modelWeight] = [...byModel].sort((a, b) => b[1] - a[1])[0];
  return { waits, model, modelWeight };
}
