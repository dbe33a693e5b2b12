/** Where a request of a lane goes if no start fits its stamp: it is put where it deviates least, at a price. */

/** A deviation of x seconds costs exp(-x / GIVE). */
const GIVE = 0.003;
/** Upper limit of that price, in nats. */
const MOST_NATS = 300;

export interface Misfit {
  /** s: the end if the request came from the queue, and if it came fresh. */
  readonly fromQueue: number;
  readonly fresh: number;
  /** How likely each of the two is. */
  readonly queuedMass: number;
  readonly freshMass: number;
}

/** The request and its lane; times in s. */
export interface Misplaced {
  /** The end without a gap before the start, and the usual gap. */
  readonly ready: number;
  readonly gap: number;
  /** The end must lie in [from, to]. */
  readonly from: number;
  readonly to: number;
  /** P(somebody queues), and arrivals per second on the lane if nobody does. */
  readonly waiting: number;
  readonly rate: number;
}

export function leastMisfit({ ready, gap, from, to, waiting, rate }: Misplaced): Misfit {
  const place = (wanted: number) => Math.min(to, Math.max(from, wanted));
  const cost = (deviation: number) => Math.exp(-Math.min(MOST_NATS, Math.max(0, deviation) / GIVE));
  const fromQueue = place(ready + gap);
  const fresh = place(ready + 2 * GIVE);
  return {
    fromQueue,
    fresh,
    queuedMass: waiting * cost(Math.abs(fromQueue - ready - gap)),
    freshMass: (1 - waiting) * cost(ready + 2 * GIVE - fresh) * Math.min(1, rate * GIVE),
  };
}
