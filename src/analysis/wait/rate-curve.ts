/** The rate of starts (requests per second) around each moment, smoothed. */
import type { RateCurve } from './paths.ts';
import type { Stretch } from './stretch.ts';

/** Most bins. They are a second wide, or wider for stretches of many hours. */
const MOST_BINS = 20_000;
/** Width of the Gaussian kernel: standard deviation in mean times between two starts, and its least value in s. */
const STARTS_IN_BELL = 40;
const LEAST_BELL = 3;

export function rateCurve(stretch: Stretch): RateCurve {
  const { length, low, high, duration } = stretch;
  let last = 0;
  let from = Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    from = Math.min(from, (low[i] + high[i]) / 2 - duration[i]);
    last = Math.max(last, high[i]);
  }
  const mean = length / Math.max(1, last - from);
  const bin = Math.max(1, (last - from) / MOST_BINS);
  const bins = Math.ceil((last - from) / bin) + 1;
  const counts = new Float64Array(bins);
  for (let i = 0; i < length; i++) counts[Math.floor(((low[i] + high[i]) / 2 - duration[i] - from) / bin)]++;
  const bell = Math.max(LEAST_BELL, STARTS_IN_BELL / mean) / bin;
  const reach = Math.min(bins, Math.ceil(3 * bell));
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp((-k * k) / (2 * bell * bell)));
  const smooth = new Float64Array(bins);
  for (let b = 0; b < bins; b++) {
    // The mean rate is mixed in with the weight of 1.5 bins at the centre: a short silence does not prove that nobody will come.
    let sum = 1.5 * mean * bin;
    let weight = 1.5;
    for (let x = Math.max(0, b - reach); x <= Math.min(bins - 1, b + reach); x++) {
      const k = kernel[Math.abs(x - b)];
      sum += k * counts[x];
      weight += k;
    }
    smooth[b] = sum / (weight * bin);
  }
  return (second) => smooth[Math.min(bins - 1, Math.max(0, Math.floor((second - from) / bin)))];
}
