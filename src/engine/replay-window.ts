/** The requests in memory of a replay whose log is too large for it: those around the stretch that is on the screen. */
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
/** Of them those that are read first, the last on the screen: somebody waits. */
const FIRST_ROWS = 25_000;
/** Share of what may be in memory from which the screen has nearly all of it, and nothing around it is read. */
const NEARLY_ALL = 0.8;
/** Of the stretch on the screen, what is examined anew for its lanes and waits, at most; about a second in its thread. */
const EXAMINED_ROWS = 6000;

/** Elsewhere other workers may have run: what the rows say must do. */
const nobody = { lanes: [], lives: [] };

export interface WindowPicture {
  readonly requests: RequestTable;
  readonly placement: Placement;
  readonly revision: RowsRevision;
  /** µs since 1970 UTC: requests that ended before this instant may be missing. */
  readonly from: number;
  /** Who ran them; null until they were examined: those of the picture before may still do. */
  readonly workers: Pick<ServerInference, 'lanes' | 'lives'> | null;
}

/** What is known of the whole log by now. */
export interface KnownOfLog {
  readonly lifecycle: readonly LifecycleEvent[];
  readonly inputs: readonly InputSummary[];
  readonly slotsPerWorker: number;
}

export interface WindowOptions extends ReplayLogOptions {
  readonly names: Names;
  /** The stretch of the log that is wanted; null: all of it. */
  readonly timeWindow: TimeWindow | null;
  readonly blocks: BlockIndex;
  /** Rows with their workers under the names that the whole log has for them. */
  readonly named: (rows: RequestTable) => RequestTable;
  readonly examiner: Examiner;
  readonly known: () => KnownOfLog;
  /** There is a new picture. */
  readonly changed: (picture: WindowPicture) => void;
  readonly failed: (error: unknown) => void;
}

export class ReplayWindow {
  readonly #options: WindowOptions;
  readonly #loader: WindowLoader;
  /** What is in memory, or being read. */
  #loaded: Range = { from: Number.NaN, to: Number.NaN };
  #shown: Range = this.#loaded;
  /** More than that is not held. */
  #isFull = false;
  /** What is to be read next; `now`: the screen has nothing of it yet. */
  #wanted: { readonly range: Range; readonly now: boolean } | null = null;
  #busy = false;
  #store: RowStore | null = null;
  /** µs since 1970 UTC: from when on nothing of it is missing. */
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

  /** The stretch that the screen shows. */
  show(range: Range): void {
    this.#shown = range;
    const { from, to } = range;
    const isThere = this.#holds(range);
    // Playing on, the next stretch is read before this one is over; as soon as it is there, where no more fits beside it.
    if (isThere && (this.#isFull || to + (to - from) / 4 <= this.#loaded.to)) return;
    this.#want(range, !isThere);
  }

  #holds({ from, to }: Range): boolean {
    return from >= this.#loaded.from && to <= this.#loaded.to;
  }

  /** Gives up what is being read and examined. */
  stop(): void {
    this.#stopped = true;
  }

  /** More is known of the log: what is shown is read anew. */
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
        // First what is on the screen, then what lies around it, so that playing on finds it there.
        if (now) await this.#read(range, range, FIRST_ROWS, nobody, () => !this.#stopped);
        if (this.#wanted) continue;
        // Somebody who jumps elsewhere does not wait for it.
        const isWanted = () => !this.#stopped && !this.#wanted?.now;
        const store = await this.#read(range, this.#around(range), MOST_ROWS, null, isWanted);
        // It may hold less than it was taken for meanwhile.
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

  /** What is shown and what lies around it, as many requests as may be. null: it was given up. */
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

  /** Lanes sharper than the stamps, a moment later; of what is read meanwhile only the last is examined. */
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

/** From when on nothing is missing: the first line read, or the beginning of what was asked for. */
function coveredFrom(store: RowStore, asked: number): number {
  const { requests } = store.view();
  return requests.length === 0 ? asked : Math.max(asked, instantOf(requests, 0));
}
