/**
 * Requests, errors and busy time of more routes than can be listed, in bounded memory: a count-min sketch (G. Cormode, S. Muthukrishnan, J.
 * Algorithms 55, 2005) by the hash of a route's name (`Dictionary.hash`). It is linear, so the result is the same for any order and any
 * split. An estimate is never too low, and too high by more than e / WIDTH of all requests in one of e^DEPTH cases.
 */
import type { Dictionary } from '../core/dictionary.ts';
import { DurationHistogram } from './histogram.ts';

const DEPTH = 4;
const WIDTH = 1 << 15;
/** This many smallest hashes of routes are kept. They give the number of routes within some 2 %. */
const DISTINCT_HASHES = 4096;

export interface SketchState {
  /** Requests, errors and busy µs of each method in turn. */
  readonly methods: Float64Array;
  readonly durations: DurationHistogram;
  readonly requests: Float64Array;
  readonly errors: Float64Array;
  readonly busyMicros: Float64Array;
  /** The smallest hashes of routes, ascending. */
  readonly smallest: Uint32Array;
}

export const SKETCH_CELLS = DEPTH * WIDTH;

/** Methods whose unlisted routes are summed up together; the last name stands for any other method. */
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'OTHER'];
const NUMBERS_A_METHOD = 3;
export const METHOD_NUMBERS = METHODS.length * NUMBERS_A_METHOD;

/** Index in METHODS of the method of a route. */
export function methodOf(route: string): number {
  const index = METHODS.indexOf(route.slice(0, route.indexOf(' ')));
  return index < 0 ? METHODS.length - 1 : index;
}

/** The bytes with which the routes of each method begin; OTHER, the last one, has none. */
const BEGINNINGS = METHODS.slice(0, -1).map((method) => new TextEncoder().encode(`${method} `));

/** The same for a route id. The route's text is not created, as there may be very many. */
export function methodOfId(routes: Dictionary, id: number): number {
  let index = 0;
  while (index < BEGINNINGS.length && !routes.begins(id, BEGINNINGS[index])) index++;
  return index;
}

export interface RouteEstimate {
  readonly requests: number;
  readonly errors: number;
  readonly busyMicros: number;
}

const mixed = (hash: number, seed: number): number => {
  let x = Math.imul(hash ^ seed, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

const SEEDS = [0x2545f491, 0x1b873593, 0x3c6ef372, 0x510e527f];

export class RouteSketch {
  readonly #requests = new Float64Array(SKETCH_CELLS);
  readonly #errors = new Float64Array(SKETCH_CELLS);
  readonly #busy = new Float64Array(SKETCH_CELLS);
  readonly #methods = new Float64Array(METHOD_NUMBERS);
  readonly #smallest = new Set<number>();
  #largestKept = 0xffff_ffff;
  /** Durations of all requests in it. */
  readonly durations = new DurationHistogram();

  /** Adds requests of the route with this hash. @param method index in METHODS */
  add(hash: number, method: number, requests: number, errors: number, busyMicros: number): void {
    const at = method * NUMBERS_A_METHOD;
    this.#methods[at] += requests;
    this.#methods[at + 1] += errors;
    this.#methods[at + 2] += busyMicros;
    for (let row = 0; row < DEPTH; row++) {
      const cell = row * WIDTH + (mixed(hash, SEEDS[row]) & (WIDTH - 1));
      this.#requests[cell] += requests;
      // Most calls have no errors, so those cells need not be fetched.
      if (errors !== 0) this.#errors[cell] += errors;
      this.#busy[cell] += busyMicros;
    }
    const spread = mixed(hash, 0x9e3779b9);
    if (spread <= this.#largestKept) this.#see(spread);
  }

  #see(hash: number): void {
    this.#smallest.add(hash);
    if (this.#smallest.size < 2 * DISTINCT_HASHES) return;
    const kept = this.#sorted();
    this.#smallest.clear();
    for (const one of kept) this.#smallest.add(one);
    this.#largestKept = kept[kept.length - 1];
  }

  #sorted(): number[] {
    return [...this.#smallest].sort((a, b) => a - b).slice(0, DISTINCT_HASHES);
  }

  /** Totals of all routes of a method, exact. */
  ofMethod(method: number): RouteEstimate {
    const [requests, errors, busyMicros] = this.#methods.subarray(method * NUMBERS_A_METHOD);
    return { requests, errors, busyMicros };
  }

  /** Estimate for the route with this hash; never too low. */
  estimate(hash: number): RouteEstimate {
    const least = (cells: Float64Array) =>
      Math.min(...SEEDS.map((seed, row) => cells[row * WIDTH + (mixed(hash, seed) & (WIDTH - 1))]));
    return { requests: least(this.#requests), errors: least(this.#errors), busyMicros: least(this.#busy) };
  }

  /** Requests by which an estimate may be too high, with `requests` in all. */
  static excess(requests: number): number {
    return Math.ceil((Math.E / WIDTH) * requests);
  }

  /** Approximate number of distinct routes. */
  distinct(): number {
    const kept = this.#sorted();
    if (kept.length < DISTINCT_HASHES) return kept.length;
    return Math.round(((DISTINCT_HASHES - 1) * 2 ** 32) / kept[DISTINCT_HASHES - 1]);
  }

  merge({ requests, errors, busyMicros, smallest, methods, durations }: SketchState): void {
    this.durations.merge(durations);
    for (let i = 0; i < METHOD_NUMBERS; i++) this.#methods[i] += methods[i];
    for (let cell = 0; cell < SKETCH_CELLS; cell++) {
      this.#requests[cell] += requests[cell];
      this.#errors[cell] += errors[cell];
      this.#busy[cell] += busyMicros[cell];
    }
    for (const hash of smallest) this.#see(hash);
  }

  state(): SketchState {
    return {
      methods: this.#methods,
      durations: this.durations,
      requests: this.#requests,
      errors: this.#errors,
      busyMicros: this.#busy,
      smallest: Uint32Array.from(this.#sorted()),
    };
  }
}
