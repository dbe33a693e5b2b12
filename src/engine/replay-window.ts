/** The requests that a replay holds of a log too large for memory: those around the time range on the screen. */
import type { Names } from '../core/batch.ts';
import type { ServerInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Placement, RowsRevision } from '../core/snapshot.ts';
import type { InputSummary } from '../core/summary.ts';
import { instantOf, type RequestTable } from '../core/table.ts';
import type { TimeWindow } from '../core/time-window.ts';
import type { BlockIndex } from './block-index.ts';
import type { Examiner } from './examiner.ts';
import type { Range } from './player.ts';
import type { ReplayLogOptions } from './replay-log.ts';
import type { RowStore } from './row-store.ts';
import { WindowLoader } from './window-loader.ts';

/** Requests in memory at most; about 200 bytes each. */
const MOST_ROWS = 100_000;
/** Requests to read first, the last ones on the screen, because somebody is waiting. */
const FIRST_ROWS = 25_000;
/** If the screen alone needs this share of MOST_ROWS, nothing around it is read. */
const NEARLY_ALL = 0.8;
/** Requests of the time range on the screen that are examined for lanes and waits, at most; about a second in its thread. */
const EXAMINED_ROWS = 6000;

/** At another time other workers may have run, so only what the rows say is used. */
const nobody = { lanes: [], lives: [] };

export interface WindowPicture {
  readonly requests: RequestTable;
  readonly placement: Placement;
  readonly revision: RowsRevision;
  /** Requests that ended before this instant (µs since 1970 UTC) may be missing. */
  readonly from: number;
  /** Workers that ran the requests; null until they were examined: those of the previous picture may still be right. */
  readonly workers: Pick<ServerInference, 'lanes' | 'lives'> | null;
}

/** What is known about the whole log so far. */
export interface KnownOfLog {
  readonly lifecycle: readonly LifecycleEvent[];
  readonly inputs: readonly InputSummary[];
  readonly slotsPerWorker: number;
}

export interface WindowOptions extends ReplayLogOptions {
  readonly names: Names;
  /** The time range of the log that is wanted; null: all of it. */
  readonly timeWindow: TimeWindow | null;
  readonly blocks: BlockIndex;
  /** Renames the workers of rows as in the whole log. */
  readonly named: (rows: RequestTable) => RequestTable;
  readonly examiner: Examiner;
  readonly known: () => KnownOfLog;
  /** Called with every new picture. */
  readonly changed: (picture: WindowPicture) => void;
  readonly failed: (error: unknown) => void;
}

export class ReplayWindow {
  readonly #options: WindowOptions;
  readonly #loader: WindowLoader;
  /** Range in memory or being read, µs since 1970 UTC. */
  #loaded: Range = { from: Number.NaN, to: Number.NaN };
  #shown: Range = this.#loaded;
  /** true: memory is full, so less than `#loaded` asked for is held. */
  #isFull = false;
  /** What to read next; `now`: nothing of it is on the screen yet. */
  #wanted: { readonly range: Range; readonly now: boolean } | null = null;
  #busy = false;
  #store: RowStore | null = null;
  /** From this instant (µs since 1970 UTC) on nothing is missing. */
  #from = Number.NaN;
  #unexamined: RowStore | null = null;
  #examining = false;
  #stopped = false;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#loader = new WindowLoader(options);
  }

  /** The requests in memory. */
  get store(): RowStore | null {
    return this.#store;
  }

  /** The screen shows this time range now. */
  show(range: Range): void {
    this.#shown = range;
    const { from, to } = range;
    const isThere = this.#holds(range);
    // While playing, the following range is read before this one ends; if memory is full, only once it is reached.
    if (isThere && (this.#isFull || to + (to - from) / 4 <= this.#loaded.to)) return;
    this.#want(range, !isThere);
  }

  #holds({ from, to }: Range): boolean {
    return from >= this.#loaded.from && to <= this.#loaded.to;
  }

  /** Stops reading and examining. */
  stop(): void {
    this.#stopped = true;
  }

  /** More is known about the log: what is shown is read again. */
  again(): void {
    this.#want(this.#shown, true);
  }

  #want(range: Range, now: boolean): void {
    this.#wanted = { range, now };
    if (!this.#busy) void this.#load();
  }

  async #load(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#wanted && !this.#stopped) {
        const { range, now } = this.#wanted;
        this.#wanted = null;
        // First what is on the screen, then what lies around it, so that playing on finds it in memory.
        if (now) await this.#read(range, range, FIRST_ROWS, nobody, () => !this.#stopped);
        if (this.#wanted) continue;
        // A jump to another range cancels it.
        const isWanted = () => !this.#stopped && !this.#wanted?.now;
        const store = await this.#read(range, this.#around(range), MOST_ROWS, null, isWanted);
        // The store may hold less than was assumed while it was read.
        if (store && !this.#holds(this.#shown)) this.#wanted ??= { range: this.#shown, now: true };
        if (store && !this.#wanted && !this.#stopped) void this.#examine(store);
      }
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#busy = false;
    }
  }

  #around(range: Range): Range {
    const span = range.to - range.from;
    const isAlone = this.#options.blocks.rowsIn(range) > NEARLY_ALL * MOST_ROWS;
    return isAlone ? range : { from: range.from - span / 4, to: range.to + span };
  }

  /** Reads the shown range and its surroundings, as many requests as fit. null: reading was cancelled. */
  async #read(
    range: Range,
    around: Range,
    most: number,
    workers: WindowPicture['workers'],
    isWanted: () => boolean,
  ): Promise<RowStore | null> {
    const { blocks, known, changed } = this.#options;
    this.#loaded = around;
    const ranges = blocks.rangesFor(range.from, range.to, most, around);
    const store = await this.#loader.load(ranges, known().slotsPerWorker, isWanted);
    if (!isWanted()) return null;
    this.#store = store;
    const from = coveredFrom(store, around.from);
    this.#isFull = ranges.reduce((sum, { rows }) => sum + rows, 0) < blocks.rowsIn(around);
    if (this.#isFull) this.#loaded = { from: Math.min(range.from, from), to: Math.max(range.to, lastOf(store)) };
    this.#from = from;
    changed({ ...store.view(), from, workers });
    return store;
  }

  /** Places requests more precisely than their stamps, a moment later; of several stores read meanwhile only the last is examined. */
  async #examine(store: RowStore): Promise<void> {
    this.#unexamined = store;
    if (this.#examining) return;
    this.#examining = true;
    try {
      while (this.#unexamined) {
        const next: RowStore = this.#unexamined;
        this.#unexamined = null;
        await this.#examineNow(next);
      }
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#examining = false;
    }
  }

  async #examineNow(store: RowStore): Promise<void> {
    const { examiner, known, changed } = this.#options;
    const { lifecycle, inputs } = known();
    const from = this.#from;
    const shown = store.select(
      (_, __, instant) => instant >= this.#shown.from && instant <= this.#shown.to,
      EXAMINED_ROWS,
    );
    const { inference, requests, placement } = await examiner.examine({
      ...shown,
      effort: 'full',
      facts: store.facts,
      lifecycle,
      inputs,
    });
    if (store !== this.#store) return;
    store.settle(0, requests, placement);
    changed({ ...store.view(), from, workers: inference });
  }
}

function lastOf(store: RowStore): number {
  const { requests } = store.view();
  return requests.length === 0 ? Number.NEGATIVE_INFINITY : instantOf(requests, requests.length - 1);
}

/** From this instant on nothing is missing: the first line read, or the beginning of the range asked for. */
function coveredFrom(store: RowStore, asked: number): number {
  const { requests } = store.view();
  return requests.length === 0 ? asked : Math.max(asked, instantOf(requests, 0));
}
