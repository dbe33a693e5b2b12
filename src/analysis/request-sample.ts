/**
 * A random sample of requests that does not depend on how the log was cut: those whose offsets have the smallest hashes. The smallest
 * hashes of a whole are among the smallest of its parts, so the samples of parts join to exactly the sample of the whole.
 */
import { mixBits } from '../core/random.ts';
import type { RequestTable } from '../core/table.ts';

export const SAMPLED_REQUESTS = 8192;

/** More rows than are ever held. */
const ROWS = 1 << 20;

export interface SampleState {
  readonly hash: Uint32Array;
  readonly offset: Float64Array;
  readonly source: Uint16Array;
  /** Index in `names.routes`; -1: none. */
  readonly route: Int32Array;
  /** µs, NaN unknown. */
  readonly duration: Float64Array;
}

const emptyState = (length: number): SampleState => ({
  hash: new Uint32Array(length),
  offset: new Float64Array(length),
  source: new Uint16Array(length),
  route: new Int32Array(length),
  duration: new Float64Array(length),
});

const hashOf = (offset: number): number => mixBits(offset ^ 0x5bd1e995);

/** First row from `row` on whose hash is at most `limit`. Such rows are rare, and a loop that does nothing else is compiled quickly. */
function nextBelow(offset: Float64Array, row: number, length: number, limit: number): number {
  let next = row;
  while (next < length && hashOf(offset[next]) > limit) next++;
  return next;
}

export class RequestSample {
  readonly #size: number;
  #columns: SampleState;
  #length = 0;
  /** Larger hashes are certainly not among the smallest. */
  #limit = 0xffff_ffff;

  constructor(size = SAMPLED_REQUESTS) {
    this.#size = size;
    this.#columns = emptyState(256);
  }

  add({ offset, source, route, duration, length }: RequestTable): void {
    for (let i = nextBelow(offset, 0, length, this.#limit); i < length; ) {
      this.#keep(hashOf(offset[i]), offset[i], source[i], route[i], duration[i]);
      i = nextBelow(offset, i + 1, length, this.#limit);
    }
  }

  #keep(hash: number, offset: number, source: number, route: number, duration: number): void {
    if (this.#length === this.#columns.hash.length) this.#makeRoom();
    const at = this.#length++;
    const columns = this.#columns;
    columns.hash[at] = hash;
    columns.offset[at] = offset;
    columns.source[at] = source;
    columns.route[at] = route;
    columns.duration[at] = duration;
  }

  #makeRoom(): void {
    if (this.#length >= 2 * this.#size) {
      this.#forgetLarge();
      return;
    }
    const wider = emptyState(this.#columns.hash.length * 2);
    for (const name of Object.keys(wider) as (keyof SampleState)[]) wider[name].set(this.#columns[name]);
    this.#columns = wider;
  }

  /**
   * Drops all but the smallest hashes and leaves the rest in their order of arrival. Sorting thousands of rows would take ten times as
   * long.
   */
  #forgetLarge(): void {
    const { hash, offset, source, route, duration } = this.#columns;
    const smallest = hash.slice(0, this.#length).sort();
    const limit = smallest[this.#size - 1];
    if (smallest[this.#size] === limit) {
      // Several rows have the hash at the limit; which of them is kept must be decided by their order.
      this.#trim();
      return;
    }
    let length = 0;
    for (let row = 0; row < this.#length; row++) {
      if (hash[row] > limit) continue;
      hash[length] = hash[row];
      offset[length] = offset[row];
      source[length] = source[row];
      route[length] = route[row];
      duration[length] = duration[row];
      length++;
    }
    this.#length = length;
    this.#limit = limit;
  }

  /** Drops all but the smallest hashes and puts the rest in order. */
  #trim(): void {
    const old = this.#columns;
    const kept = this.#inOrder().subarray(0, this.#size);
    this.#columns = emptyState(old.hash.length);
    this.#length = 0;
    for (const row of kept)
      this.#keep(old.hash[row], old.offset[row], old.source[row], old.route[row], old.duration[row]);
    if (kept.length === this.#size) this.#limit = this.#columns.hash[this.#size - 1];
  }

  /** Row numbers in the order of hashes; rows with equal hashes by their place in the inputs. */
  #inOrder(): Float64Array {
    const { hash, offset, source } = this.#columns;
    // A hash has 32 bits and a row number fewer than 21, so one number holds both exactly. Plain numbers are sorted without a comparison
    // function.
    const rows = new Float64Array(this.#length);
    for (let row = 0; row < rows.length; row++) rows[row] = hash[row] * ROWS + row;
    rows.sort();
    for (let i = 0; i < rows.length; i++) rows[i] %= ROWS;
    for (let from = 0; from < rows.length; ) {
      let to = from + 1;
      while (to < rows.length && hash[rows[to]] === hash[rows[from]]) to++;
      if (to > from + 1) rows.subarray(from, to).sort((a, b) => source[a] - source[b] || offset[a] - offset[b]);
      from = to;
    }
    return rows;
  }

  /**
   * @param routeIds maps the route ids of `right` to ours
   * @param sourceShift number of inputs in front of its own
   */
  merge(right: SampleState, routeIds: Int32Array, sourceShift: number): void {
    for (let i = 0; i < right.hash.length; i++) {
      if (right.hash[i] > this.#limit) continue;
      const route = right.route[i];
      const id = route < 0 ? route : routeIds[route];
      this.#keep(right.hash[i], right.offset[i], right.source[i] + sourceShift, id, right.duration[i]);
    }
  }

  /** The sample in order, as copies. */
  state(): SampleState {
    this.#trim();
    const { hash, offset, source, route, duration } = this.#columns;
    const [length] = [this.#length];
    return {
      hash: hash.slice(0, length),
      offset: offset.slice(0, length),
      source: source.slice(0, length),
      route: route.slice(0, length),
      duration: duration.slice(0, length),
    };
  }

  /** Calls back with the route of every request. */
  forEachRoute(see: (route: number) => void): void {
    for (let i = 0; i < this.#length; i++) see(this.#columns.route[i]);
  }

  /** Route ids have changed: `routeIds` maps old to new. */
  renumber(routeIds: Int32Array): void {
    const { route } = this.#columns;
    for (let i = 0; i < this.#length; i++) if (route[i] >= 0) route[i] = routeIds[route[i]];
  }
}
