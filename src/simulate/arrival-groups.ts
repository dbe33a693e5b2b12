/**
 * Infers which callers came together when stamps are so coarse that each arrival is only known to lie within an interval. Requests may form
 * a group if their intervals share an instant. One grouping is drawn at random, weighted by its probability if groups arrive at random and
 * have geometric sizes (Gibbs sampling of a marked Poisson process: Daley & Vere-Jones 2003; the labelled members of a group of n can be
 * ordered in n! ways).
 *
 * A request joins a group of n with weight (n + 1) p, where p = P(n + 1) / P(n). It begins a new group with weight λ (1 - p) times the
 * length of its interval. After each sweep, p and the local rate λ of groups are drawn given the grouping.
 */
import { ascendingOrder } from '../core/order.ts';
import { gamma, type Random } from '../core/random.ts';
import { meanOf } from '../core/statistics.ts';

/** Sweeps over all requests: about `requests` / length of the log. Long logs need fewer, as their initial group size is a good estimate. */
const SWEEPS = { least: 4, most: 12, requests: 100_000 } as const;
/**
 * The rate of groups is estimated separately for every LOCAL bins, so that a busy period is not mistaken for large groups. The mean rate of
 * the log serves as a prior that weighs as much as MEAN_COUNTS observed groups.
 */
const LOCAL = 8;
const MEAN_COUNTS = 4;
/** The same two for `likelySize`, which needs a finer rate: a rate that changes within seconds must not be mistaken for groups. */
const LOCAL_FOR_SIZE = 4;
const MEAN_COUNTS_FOR_SIZE = 2;
/** Members of a group are spread over this many µs, in random order. */
const TOGETHER = 100;

export interface GroupSize {
  /** Mean group size at which the sampling starts. */
  readonly size: number;
  /** true: the mean size is sampled along with the grouping; false: it stays fixed. */
  readonly learns: boolean;
}

/** Draws one arrival per request within [`earliest`, `latest`] (µs), plus up to TOGETHER µs. Members of a group share the instant. */
export function drawGroups(
  earliest: Float64Array,
  latest: Float64Array,
  { size, learns }: GroupSize,
  random: Random,
): Float64Array {
  const grouping = new Grouping(earliest, latest, size, random);
  const sweeps = Math.max(SWEEPS.least, Math.min(SWEEPS.most, Math.round(SWEEPS.requests / earliest.length)));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    grouping.sweep();
    if (learns) grouping.learnSize();
    grouping.learnRates();
  }
  return grouping.instants();
}

export interface LikelySize {
  /** Mean group size, averaged over the sampled groupings; `low` and `high` are the 5 % and 95 % quantiles of these samples. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Arrival of each request in the last sampled grouping, µs. */
  readonly instants: Float64Array;
}

/** Sweeps that are discarded until the size no longer depends on the start (burn-in), and the sweeps after them that are averaged. */
const SETTLING = 20;
const COUNTED = 40;

/** Estimates how large the groups of callers are; each request has an interval as in `drawGroups`. */
export function likelySize(
  { earliest, latest }: { earliest: Float64Array; latest: Float64Array },
  random: Random,
): LikelySize {
  const grouping = new Grouping(earliest, latest, 1.5, random, LOCAL_FOR_SIZE, MEAN_COUNTS_FOR_SIZE);
  const sizes = new Float64Array(COUNTED);
  for (let sweep = 0; sweep < SETTLING + COUNTED; sweep++) {
    grouping.sweep();
    grouping.learnSize();
    grouping.learnRates();
    if (sweep >= SETTLING) sizes[sweep - SETTLING] = grouping.meanSize();
  }
  sizes.sort();
  return {
    mean: meanOf(sizes),
    low: sizes[Math.floor(0.05 * COUNTED)],
    high: sizes[Math.floor(0.95 * COUNTED)],
    instants: grouping.instants(),
  };
}

class Grouping {
  readonly #earliest: Float64Array;
  readonly #latest: Float64Array;
  readonly #random: Random;
  readonly #local: number;
  readonly #meanCounts: number;
  readonly #origin: number;
  /** Width of a bin, µs. At least the longest interval, so the groups a request may join are in the bin of its `earliest` or the next one. */
  readonly #width: number;
  /** Ids of groups, by the bin of their instant. */
  readonly #bins: number[][];
  /** Group id of each request. */
  readonly #groupOf: Int32Array;
  /** Instant (µs) and number of members of each group. */
  readonly #instant: Float64Array;
  readonly #size: Int32Array;
  /** Ids of empty groups. */
  readonly #unused: number[] = [];
  /** Groups per µs, one value per `#local` bins. */
  readonly #rates: Float64Array;
  /** Probability p that a group has another member; the mean size is 1 / (1 - p). */
  #another: number;
  readonly #weights: number[] = [];
  readonly #choices: number[] = [];

  constructor(
    earliest: Float64Array,
    latest: Float64Array,
    size: number,
    random: Random,
    local = LOCAL,
    meanCounts = MEAN_COUNTS,
  ) {
    this.#local = local;
    this.#meanCounts = meanCounts;
    const n = earliest.length;
    this.#random = random;
    this.#earliest = earliest;
    this.#latest = latest;
    const first = earliest.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const last = latest.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const width = earliest.reduce((most, from, i) => Math.max(most, latest[i] - from), 1);
    this.#origin = first;
    // The second term limits the number of bins: a log may have few requests over years.
    this.#width = Math.max(width, (last - first) / (4 * n));
    this.#bins = Array.from({ length: Math.floor((last - first) / this.#width) + 1 }, () => []);
    this.#another = 1 - 1 / size;
    this.#rates = new Float64Array(Math.ceil(this.#bins.length / this.#local)).fill(n / size / (last - first + 1));
    this.#groupOf = new Int32Array(n);
    this.#instant = new Float64Array(n);
    this.#size = new Int32Array(n);
    this.#begin();
  }

  /** Initial grouping: joins neighbours whose intervals allow it, so that groups have about the given mean size. */
  #begin(): void {
    const order = ascendingOrder(this.#latest);
    let group = -1;
    for (const i of order) {
      const isNext = group >= 0 && this.#earliest[i] <= this.#instant[group] && this.#random() < this.#another;
      if (!isNext) {
        group++;
        this.#instant[group] = this.#latest[i];
        this.#binAt(this.#latest[i]).push(group);
      }
      this.#groupOf[i] = group;
      this.#size[group]++;
    }
    for (let left = this.#size.length - 1; left > group; left--) this.#unused.push(left);
  }

  #bin(at: number): number {
    return Math.min(this.#bins.length - 1, Math.max(0, Math.floor((at - this.#origin) / this.#width)));
  }

  #binAt(at: number): number[] {
    return this.#bins[this.#bin(at)];
  }

  sweep(): void {
    for (let i = 0; i < this.#groupOf.length; i++) {
      this.#leave(this.#groupOf[i]);
      const group = this.#choose(i);
      this.#size[group]++;
      this.#groupOf[i] = group;
    }
    this.#moveGroups();
  }

  #leave(group: number): void {
    if (--this.#size[group] > 0) return;
    const bin = this.#binAt(this.#instant[group]);
    bin[bin.indexOf(group)] = bin[bin.length - 1];
    bin.pop();
    this.#unused.push(group);
  }

  /** Draws the group of request i: an existing one whose instant lies within the request's interval, or a new one. */
  #choose(i: number): number {
    const random = this.#random;
    const from = this.#earliest[i];
    const to = this.#latest[i];
    const alone = from + random() * (to - from);
    const last = this.#bin(to);
    let total = this.#rates[Math.floor(this.#bin(alone) / this.#local)] * (to - from) * (1 - this.#another);
    const own = total;
    let count = 0;
    for (let bin = this.#bin(from); bin <= last; bin++) {
      for (const group of this.#bins[bin]) {
        if (this.#instant[group] < from || this.#instant[group] > to) continue;
        total += (this.#size[group] + 1) * this.#another;
        this.#weights[count] = total;
        this.#choices[count++] = group;
      }
    }
    const drawn = random() * total;
    if (drawn >= own) {
      let k = 0;
      while (k < count - 1 && this.#weights[k] <= drawn) k++;
      if (count > 0) return this.#choices[k];
    }
    // There are as many group ids as requests, and this request has none now, so an id is unused.
    const group = this.#unused.pop()!;
    this.#instant[group] = alone;
    this.#binAt(alone).push(group);
    return group;
  }

  /** Moves each group to a random instant within the intervals of all its members. */
  #moveGroups(): void {
    const n = this.#groupOf.length;
    const from = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    const to = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < n; i++) {
      const group = this.#groupOf[i];
      if (this.#earliest[i] > from[group]) from[group] = this.#earliest[i];
      if (this.#latest[i] < to[group]) to[group] = this.#latest[i];
    }
    for (const bin of this.#bins) bin.length = 0;
    for (let group = 0; group < n; group++) {
      if (this.#size[group] === 0) continue;
      this.#instant[group] = from[group] + this.#random() * (to[group] - from[group]);
      this.#binAt(this.#instant[group]).push(group);
    }
  }

  /** Draws p from its Beta posterior given the grouping, as a ratio of gamma variates. */
  learnSize(): void {
    const n = this.#groupOf.length;
    const groups = n - this.#unused.length;
    const more = gamma(n - groups + 1, this.#random);
    this.#another = more / (more + gamma(groups + 1, this.#random));
  }

  meanSize(): number {
    return 1 / (1 - this.#another);
  }

  learnRates(): void {
    const groups = this.#groupOf.length - this.#unused.length;
    const mean = groups / (this.#bins.length * this.#width);
    for (let stretch = 0; stretch < this.#rates.length; stretch++) {
      const bins = this.#bins.slice(stretch * this.#local, (stretch + 1) * this.#local);
      const count = bins.reduce((sum, bin) => sum + bin.length, 0);
      const time = bins.length * this.#width + this.#meanCounts / mean;
      this.#rates[stretch] = gamma(count + this.#meanCounts, this.#random) / time;
    }
  }

  instants(): Float64Array {
    return Float64Array.from(this.#groupOf, (group) => this.#instant[group] + this.#random() * TOGETHER);
  }
}
