/**
 * What callers are assumed to do before the log is read: they come at random, at a rate that is at one of several levels.
 *
 * These models ("worlds") are weighed by how likely they make the observed starts: a constant rate; a rate that changes now and then (a
 * ramp, a busy quarter of an hour); a rate that changes every few seconds; and a fixed number of clients, each of whom waits for its answer
 * before it asks again (a closed system, in which the arrival rate falls as more requests are in it). In all of them the load may stop for
 * good at some moment, which is what lets a queue drain.
 */

export interface ArrivalModel {
  readonly name: string;
  /**
   * Arrivals per second by level; with a fixed number of clients, as if none of them waited for an answer. Level 0 stands for the end of
   * all load.
   */
  readonly levels: Float64Array;
  /** Number of clients, each of whom waits for its answer before it asks again; Infinity: callers do not wait for each other. */
  readonly clients: number;
  /** By level: its probability when the rate is drawn. */
  readonly chance: Float64Array;
  /** s: mean time between two changes of the rate. */
  readonly hold: number;
  /** Rate per second at which the load stops for good. */
  readonly stop: number;
  /** Probability that a caller brings a crowd, and callers per second. */
  readonly crowd: number;
  readonly perSecond: number;
  /** Prior weight. */
  readonly prior: number;
}

/**
 * Levels of a changing rate: ln of the ratio of neighbours, levels on each side of the mean, and the ln distance at which the chance has
 * halved.
 */
const STEP = 0.4;
const SIDE = 6;
const SPREAD = 0.6;

/**
 * Levels of a rate that changes now and then. They reach far up, because an overload may be many times the mean of a log that is mostly
 * calm.
 */
const CHANGING = (() => {
  const logs = Array.from({ length: 2 * SIDE + 1 }, (_, k) => STEP * (k - SIDE));
  const weights = logs.map((log) => 1 / (1 + (log / SPREAD) ** 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  return logs.map((log, k) => ({ factor: Math.exp(log), chance: weights[k] / sum }));
})();

const SHAPES = [
  {
    name: 'one rate',
    factors: [0.62, 0.72, 0.82, 0.91, 1, 1.09, 1.2, 1.35, 1.6, 2],
    chance: [0.05, 0.08, 0.12, 0.16, 0.18, 0.16, 0.1, 0.07, 0.05, 0.03],
    hold: Number.POSITIVE_INFINITY,
    prior: 0.5,
  },
  {
    name: 'a rate that changes now and then',
    factors: CHANGING.map(({ factor }) => factor),
    chance: CHANGING.map(({ chance }) => chance),
    hold: 30,
    prior: 0.3,
  },
  {
    name: 'a rate that changes every few seconds',
    factors: [0.03, 0.25, 0.45, 0.65, 0.9, 1.2, 1.6, 2.2, 3],
    chance: [0.1, 0.12, 0.13, 0.13, 0.13, 0.13, 0.11, 0.09, 0.06],
    hold: 6,
    prior: 0.2,
  },
];

/** Probability that a caller who does not wait for others brings a crowd. */
const CROWD = 0.005;

/** Prior weight of all worlds in which clients wait for their answers (load tests, browsers that load one thing after another). */
const PATIENT = 0.2;
/** Clients in excess of the slots, one world for each. */
const MORE_CLIENTS = [1, 2, 4, 8, 16, 32];
/** Levels of the clients' rate, relative to the rate that would follow if nobody queued. */
const PATIENT_FACTORS = [0.7, 0.85, 1, 1.25, 1.6, 2.2, 3.5];

/** Index of the world that is asked where there is time for one: it lies between the others. */
const MIDDLE = 1;

/** What is known about a stretch before its arrivals are inferred. */
export interface Throughput {
  /** Requests per second, and length of the stretch in s. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * Slots of the pool, if all its callers come to this one queue; null: they are spread over several queues, or there are too many requests
   * to ask for a fixed number of clients.
   */
  readonly slots: number | null;
  /** Mean number of requests in service. */
  readonly busy: number;
}

export interface Asked {
  /** true: ask only one world. */
  readonly one: boolean;
  /** true: crowds may come in worlds whose callers do not wait for each other. */
  readonly crowds: boolean;
}

/** Name of the worlds with a fixed number of clients. */
export const IN_TURN = 'clients that wait for their answer';

/**
 * The worlds for a stretch. `offset`, -0.5..0.5: shifts the levels of changing rates by this part of a step. It is drawn at random, so that
 * a level equals the very rate that the pool can just serve by chance only; such a level would explain a full pool too well.
 */
export function arrivalModels(
  { rate, seconds, slots, busy }: Throughput,
  { one, crowds }: Asked,
  offset: number,
): ArrivalModel[] {
  const open = (one ? [SHAPES[MIDDLE]] : SHAPES).map(({ name, factors, chance, hold, prior }) => {
    const unit = hold === Number.POSITIVE_INFINITY ? rate : rate * Math.exp(offset * STEP);
    return {
      name,
      levels: Float64Array.from([1e-6, ...factors.map((factor) => factor * unit)]),
      chance: Float64Array.from([0, ...chance]),
      clients: Number.POSITIVE_INFINITY,
      hold,
      stop: 1 / seconds,
      crowd: crowds ? CROWD : 0,
      perSecond: rate,
      prior: slots === null ? prior : (1 - PATIENT) * prior,
    };
  });
  if (one || slots === null) return open;
  return [
    ...open,
    ...MORE_CLIENTS.map((more) => {
      const clients = slots + more;
      // The observed rate comes from those clients who are not waiting for an answer, `clients - busy` on average.
      const ifAllFree = (rate * clients) / Math.max(0.5, clients - busy);
      return {
        name: IN_TURN,
        levels: Float64Array.from([1e-6, ...PATIENT_FACTORS.map((factor) => factor * ifAllFree)]),
        chance: Float64Array.from([0, ...PATIENT_FACTORS.map(() => 1 / PATIENT_FACTORS.length)]),
        clients,
        crowd: 0,
        perSecond: rate,
        hold: Number.POSITIVE_INFINITY,
        stop: 1 / seconds,
        prior: PATIENT / MORE_CLIENTS.length,
      };
    }),
  ];
}
