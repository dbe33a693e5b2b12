/**
 * What callers are believed to do, before the log is read: come at random at a rate that is one of several levels.
 *
 * Worlds are weighed against each other by how likely they make what was seen: one rate all along, a rate that changes
 * now and then (a ramp, a busy quarter of an hour), one that changes every few seconds, and so many clients of whom each
 * waits for its answer before it asks again (a closed system: the more are in it, the fewer come). In all of them the
 * load may stop at some moment for good, which is what lets a queue drain.
 */

export interface ArrivalModel {
  readonly name: string;
  /** Arrivals per second, from clients who are not waiting for an answer; level 0 is the end of all load. */
  readonly levels: Float64Array;
  /** Clients in all, of whom each waits for its answer before it asks again; Infinity: callers do not wait for each other. */
  readonly clients: number;
  /** Chance of each level when the rate is drawn. */
  readonly chance: Float64Array;
  /** s between changes of the rate, on average. */
  readonly hold: number;
  /** Per second: the load stops. */
  readonly stop: number;
  /** Chance that a caller brings a crowd, and callers/s. */
  readonly crowd: number;
  readonly perSecond: number;
  /** Weight before the log is read. */
  readonly prior: number;
}

/** Natural logarithm of the ratio of one level of a changing rate to the next, levels on each side of the mean, and how fast chance falls. */
const STEP = 0.4;
const SIDE = 6;
const SPREAD = 0.6;

/** Levels of a rate that changes now and then: overload may be many times the mean of a log that is mostly calm. */
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

/** Chance that a caller who does not wait for others brings a crowd. */
const CROWD = 0.005;

/** Weight of all worlds in which clients wait for their answers (load tests, browsers that load one thing after another). */
const PATIENT = 0.2;
/** Clients beyond the slots. */
const MORE_CLIENTS = [1, 2, 4, 8, 16, 32];
/** What the rate of the free clients may be, beside what would follow if nobody queued. */
const PATIENT_FACTORS = [0.7, 0.85, 1, 1.25, 1.6, 2.2, 3.5];

/** The world between the others: the one to ask where there is time for one. */
const MIDDLE = 1;

/** What is known of a stretch before its arrivals are asked for. */
export interface Throughput {
  /** Requests/s, and for how many seconds. */
  readonly rate: number;
  readonly seconds: number;
  /** Slots of the pool, all behind one queue; null: the queue is one of several, whose callers are shared. */
  readonly slots: number | null;
  /** Requests in service, on average. */
  readonly busy: number;
}

export interface Asked {
  /** One world alone. */
  readonly one: boolean;
  /** Crowds may come in those whose callers do not wait for each other. */
  readonly crowds: boolean;
}

/** Name of the worlds whose callers are a fixed number of clients. */
export const IN_TURN = 'clients that wait for their answer';

/**
 * The worlds for a stretch. `offset`, -0.5..0.5: by how much of a step the levels of changing rates lie off: no level
 * is the very one that the pool can just carry more often than by chance.
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
      // Of all clients those who are not answered just now, on average, make the rate.
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
