/**
 * What each particle of a filter assumes beyond the log: the ratio of the arrival rate to the smoothed rate of starts, and how long it
 * takes from the end of a request to the next start from the queue. Each particle changes its assumptions now and then. Those that the log
 * contradicts die out by resampling.
 */
import type { Draws } from './draws.ts';
import { type GapLaw, gapLaw } from './gap-law.ts';
import type { FilterSettings } from './paths.ts';

/**
 * Arrivals per second as a multiple of the smoothed starts, and how likely each multiple is. While a pool is full the log shows what the
 * pool can serve, not what callers ask for. A particle keeps a multiple for FACTOR_HOLD seconds on average.
 */
const FACTORS = [0.75, 1, 1.3, 1.7];
const FACTOR_CHANCE = [0.22, 0.46, 0.2, 0.12];
const FACTOR_HOLD = 30;
/**
 * Median gaps (s) and the share of longer ones: half a millisecond on a machine that has time, milliseconds where workers wait for a
 * processor. A particle keeps one for GAP_HOLD requests on average.
 */
const GAPS = [
  { typical: 0.00045, tail: 0.08 },
  { typical: 0.001, tail: 0.12 },
  { typical: 0.002, tail: 0.12 },
  { typical: 0.004, tail: 0.1 },
  { typical: 0.008, tail: 0.1 },
];
const GAP_CHANCE = [0.45, 0.28, 0.15, 0.08, 0.04];
const GAP_HOLD = 300;
/**
 * A gap longer than LONG medians makes another long one likelier, as a machine that stands still holds all workers at once. On 80
 * recordings 5 % of all gaps were longer than five medians, but 10 to 40 % of those that followed such a gap, on whichever worker.
 * TAIL_AFTER_LONG is the share of the tail after a long gap.
 */
const LONG = 6;
const TAIL_AFTER_LONG = 0.45;
/** This many of the shortest gaps are not excluded by a bound of the mean, unless it is tight: a busy machine needs milliseconds at times. */
const ALWAYS_POSSIBLE = 2;
/** Standard deviation of ln(mean of a gap law / mean gap), where evenly spaced answers reveal the mean gap. */
const EVEN_GAP_ERROR = 0.35;
/** Least width of the main part of a gap law, relative to its median. */
const RELATIVE_SPREAD = 0.7;

/**
 * With a fixed number of clients only those ask who are not waiting for an answer. Returns the ratio of the arrival rate with `inSystem`
 * requests in service or queued to that with `busy`, the mean number in service.
 */
export const shareOfFree = (clients: number, busy: number, inSystem: number): number =>
  clients === Number.POSITIVE_INFINITY ? 1 : Math.max(0, clients - inSystem) / (clients - busy);

/** Whether callers are a fixed number of clients. Only then does the arrival rate depend on the number of requests in the system. */
export const isClosed = (clients: number): boolean => clients < Number.POSITIVE_INFINITY;

interface Laws {
  readonly usual: readonly GapLaw[];
  /** The laws of a gap that follows a long one. */
  readonly afterLong: readonly GapLaw[];
}

/** Cached by drift, as every filter needs the same laws and their tables are costly to make. */
const laws = new Map<number, Laws>();

function lawsFor(drift: number): Laws {
  const known = laws.get(drift);
  if (known) return known;
  const withTails = (shareOf: (usual: number) => number) =>
    GAPS.map(({ typical, tail }) => gapLaw(typical, Math.max(drift, RELATIVE_SPREAD * typical), shareOf(tail)));
  const made = { usual: withTails((tail) => tail), afterLong: withTails(() => TAIL_AFTER_LONG) };
  laws.set(drift, made);
  return made;
}

/** s: typical time that a new worker takes to boot. */
const BOOT = 0.5;
let boot: GapLaw | null = null;

/** The law of the gap before the first request of a new worker. */
export function bootLaw(): GapLaw {
  boot ??= gapLaw(BOOT, BOOT / 4);
  return boot;
}

type KnownGaps = Pick<FilterSettings, 'mostGap' | 'isTight' | 'evenGap'>;

export class Guesses {
  readonly #draws: Draws;
  readonly #laws: Laws;
  readonly #gapChance: readonly number[];
  #factor: Uint8Array;
  #spareFactor: Uint8Array;
  #gap: Uint8Array;
  #spareGap: Uint8Array;
  /** By particle: 1 if the last gap was a long one. */
  #isLong: Uint8Array;
  #spareIsLong: Uint8Array;

  /** `drift`: s, how far an error in a particle's times must be able to drift per request. */
  constructor(particles: number, drift: number, draws: Draws, { mostGap, isTight, evenGap }: KnownGaps) {
    this.#draws = draws;
    this.#laws = lawsFor(drift);
    const { usual } = this.#laws;
    this.#gapChance = Number.isNaN(evenGap)
      ? GAP_CHANCE.filter((_, k) => k < (isTight ? 1 : ALWAYS_POSSIBLE) || usual[k].mean <= mostGap)
      : usual.map(({ mean }) => Math.exp(-0.5 * (Math.log(mean / evenGap) / EVEN_GAP_ERROR) ** 2));
    this.#factor = new Uint8Array(particles).map(() => pick(FACTOR_CHANCE, draws));
    this.#spareFactor = new Uint8Array(particles);
    this.#gap = new Uint8Array(particles).map(() => pick(this.#gapChance, draws));
    this.#spareGap = new Uint8Array(particles);
    this.#isLong = new Uint8Array(particles);
    this.#spareIsLong = new Uint8Array(particles);
  }

  /** A gap law in the middle of the range, for what does not depend on the particle. */
  get usualLaw(): GapLaw {
    return this.#laws.usual[1];
  }

  factor(a: number): number {
    return FACTORS[this.#factor[a]];
  }

  law(a: number): GapLaw {
    const { usual, afterLong } = this.#laws;
    return (this.#isLong[a] === 1 ? afterLong : usual)[this.#gap[a]];
  }

  /** Records the gap (s) before the last start of particle `a`; 0: it did not start from the queue. */
  noteGap(a: number, seconds: number): void {
    this.#isLong[a] = seconds > LONG * GAPS[this.#gap[a]].typical ? 1 : 0;
  }

  /** Lets particle `a` change its assumptions by chance, after a request and `seconds` seconds. */
  wander(a: number, seconds: number): void {
    const u = this.#draws.next();
    if (u * FACTOR_HOLD < seconds) this.#factor[a] = pick(FACTOR_CHANCE, this.#draws);
    if (u * GAP_HOLD > GAP_HOLD - 1) this.#gap[a] = pick(this.#gapChance, this.#draws);
  }

  /** The arrivals contradicted the assumption of particle `a`: it draws a new rate. */
  thinkAgain(a: number): void {
    this.#factor[a] = pick(FACTOR_CHANCE, this.#draws);
  }

  /** Particle k continues as a copy of `ancestors[k]`. */
  follow(ancestors: Int32Array): void {
    for (let k = 0; k < ancestors.length; k++) {
      this.#spareFactor[k] = this.#factor[ancestors[k]];
      this.#spareGap[k] = this.#gap[ancestors[k]];
      this.#spareIsLong[k] = this.#isLong[ancestors[k]];
    }
    [this.#factor, this.#spareFactor] = [this.#spareFactor, this.#factor];
    [this.#gap, this.#spareGap] = [this.#spareGap, this.#gap];
    [this.#isLong, this.#spareIsLong] = [this.#spareIsLong, this.#isLong];
  }
}

function pick(chances: readonly number[], draws: Draws): number {
  let u = draws.next() * chances.reduce((sum, chance) => sum + chance, 0);
  let k = 0;
  while (k < chances.length - 1 && u >= chances[k]) u -= chances[k++];
  return k;
}
