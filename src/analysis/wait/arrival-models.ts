/**
 * What callers are believed to do, before the log is read: come at random at a rate that is one of several levels.
 *
 * Three worlds are weighed against each other by how likely they make what was seen: one rate all along, a rate that
 * changes now and then (a ramp, a busy quarter of an hour), and one that changes every few seconds. In all of them the
 * load may stop at some moment for good, which is what lets a queue drain.
 */

export interface ArrivalModel {
  readonly name: string;
  /** Arrivals per second; level 0 is the end of all load. */
  readonly levels: Float64Array;
  /** Chance of each level when the rate is drawn. */
  readonly chance: Float64Array;
  /** s between changes of the rate, on average. */
  readonly hold: number;
  /** Per second: the load stops. */
  readonly stop: number;
  /** Weight before the log is read. */
  readonly prior: number;
}

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
    factors: [0.03, 0.25, 0.45, 0.65, 0.82, 1, 1.2, 1.5, 1.9, 2.6],
    chance: [0.05, 0.08, 0.1, 0.13, 0.14, 0.14, 0.13, 0.11, 0.07, 0.05],
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

/** The world between the others: the one to ask where there is time for one. */
const MIDDLE = 1;

/** The worlds for a stretch with a mean of `rate` arrivals/s over `seconds`; `quick`: one of them. */
export const arrivalModels = (rate: number, seconds: number, quick: boolean): ArrivalModel[] =>
  (quick ? [SHAPES[MIDDLE]] : SHAPES).map(({ name, factors, chance, hold, prior }) => ({
    name,
    levels: Float64Array.from([1e-6, ...factors.map((factor) => factor * rate)]),
    chance: Float64Array.from([0, ...chance]),
    hold,
    stop: 1 / seconds,
    prior,
  }));
