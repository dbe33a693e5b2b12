/**
 * The statistics of the lists, recounted from time to time: lists that change more than a few times a second cannot be read, and very many
 * requests are counted in portions, one per frame.
 */
import type { ScopeStats, ScopeTally } from '../../engine/scope-stats.ts';

/** Pause before the lists are recounted while requests come in, ms. */
const EVERY_MS = 400;
/** Rows counted per frame; a still picture may count more at once, to be right immediately. */
const PER_FRAME = 2500;
const AT_ONCE = 20_000;

export interface StatsRequest {
  /** Everything that the user can change; with another key the lists are recounted at once. */
  readonly key: string;
  /** Number of the picture; the same while it is unchanged. */
  readonly picture: number;
  /** true: the picture moves by itself, so the lists need not follow every step. */
  readonly isMoving: boolean;
  readonly candidates: () => { rows: Int32Array; count: number };
  readonly tally: () => ScopeTally;
}

export class StatsKeeper {
  #key = '';
  #current: { readonly stats: ScopeStats; readonly picture: number } | null = null;
  #finishedAt = Number.NEGATIVE_INFINITY;
  #building: {
    readonly tally: ScopeTally;
    readonly picture: number;
    readonly rows: Int32Array;
    readonly count: number;
    next: number;
  } | null = null;

  /** `wait`: ms until they should be asked for again; 0: they belong to this picture. */
  get(request: StatsRequest, nowMs: number): { stats: ScopeStats; wait: number } {
    const isSameKey = request.key === this.#key && this.#current !== null;
    this.#key = request.key;
    if (!isSameKey) {
      this.#building = null;
      this.#begin(request);
      this.#advance(Number.POSITIVE_INFINITY, nowMs);
    } else if (this.#building) this.#advance(PER_FRAME, nowMs);
    else if (this.#current!.picture !== request.picture) {
      const wait = request.isMoving ? this.#finishedAt + EVERY_MS - nowMs : 0;
      if (wait > 0) return { stats: this.#current!.stats, wait };
      const { count } = this.#begin(request);
      this.#advance(count > AT_ONCE || request.isMoving ? PER_FRAME : AT_ONCE, nowMs);
    }
    const { stats, picture } = this.#current!;
    return { stats, wait: picture === request.picture ? 0 : this.#building ? 1 : EVERY_MS };
  }

  #begin({ candidates, tally, picture }: StatsRequest): { count: number } {
    const { rows, count } = candidates();
    this.#building = { tally: tally(), picture, rows, count, next: 0 };
    return { count };
  }

  #advance(rows: number, nowMs: number): void {
    const building = this.#building!;
    const to = Math.min(building.count, building.next + rows);
    building.tally.add(building.rows, building.next, to);
    building.next = to;
    if (to < building.count) return;
    this.#current = { stats: building.tally.result(), picture: building.picture };
    this.#finishedAt = nowMs;
    this.#building = null;
  }
}
