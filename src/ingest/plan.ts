/** A plan reads one kind of line: the envelopes around it, a compiled scanner, the facts that hold for its rows, a batch. */
import { createBatch, type RequestBatch, type StreamFacts } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { LogFormat } from '../core/format.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import type { Columns } from './compile/columns.ts';
import type { Scanner } from './compile/generate.ts';
import type { Recipe } from './compile/recipe.ts';
import type { Runtime } from './compile/runtime.ts';
import { type Envelope, findByte, type Line } from './envelopes/line.ts';
import { compileKernel, type Kernel, type KernelInput } from './kernel/compile.ts';
import type { KernelMemory } from './kernel/memory.ts';
import type { OpenRequests } from './open-requests.ts';
import { Quirks } from './quirks.ts';
import { appendRow, copyRow, removeRow } from './rows.ts';
import type { Untold } from './untold.ts';
import type { Zone } from './zone.ts';

/** Rows a batch holds: 70 bytes each, so that a batch stays in the cache. */
const BATCH_ROWS = 1024;
/** Rows that a settled story may put behind the last one (src/ingest/quirks.ts). */
const SPARE_ROWS = 64;

/** The columns a layout does not fill are set here once and never touched. */
export function blankBatch(
  facts: StreamFacts,
  source: number,
  { memory, capacity = BATCH_ROWS }: { memory?: KernelMemory; capacity?: number } = {},
): RequestBatch {
  const rows = capacity + SPARE_ROWS;
  const batch = { ...(memory?.batch(rows, facts, source) ?? createBatch(rows, facts, source)), capacity };
  for (const column of [batch.time, batch.duration, batch.wait, batch.arrival, batch.bytes]) column.fill(Number.NaN);
  for (const column of [batch.worker, batch.thread, batch.route]) column.fill(-1);
  return batch;
}

/** Fewer bytes at once are not worth a kernel: it takes about a millisecond to make. */
const KERNEL_BYTES = 1 << 14;

/** How whole lines are scanned. */
export interface WholeLines {
  readonly scan: Scanner;
  readonly recipe: Recipe;
  readonly columns: Columns;
  readonly zone: Zone;
  readonly runtime: Runtime;
}

/** What the envelopes of one line told. */
export interface Told {
  readonly stamp: number;
  readonly worker: number;
  readonly thread: number;
  readonly host: number;
}

export interface PlanParts {
  readonly format: LogFormat;
  readonly layout: string;
  readonly recipe: Recipe;
  /** Envelopes to peel off, outermost first. */
  readonly chain: readonly Envelope[];
  readonly scan: Scanner;
  readonly facts: StreamFacts;
  /** Facts of rows whose own stamp the envelope cannot sharpen; null when it does not sharpen. */
  readonly coarse: StreamFacts | null;
  /** The stamp of the envelope is taken for the line's, or sharpens it where it lies in the same tick, or is not used. */
  readonly envelopeTime: 'taken' | 'sharpens' | 'ignored';
  /** The pid of the envelope is the worker. */
  readonly envelopeWorker: boolean;
  readonly envelopeThread: boolean;
  readonly source: number;
  /** A logging prefix stands in front of a known layout. */
  readonly prefixed: boolean;
  /** The lines do not name the worker: it is the one of the last event of this kind. */
  readonly workerFrom?: LifecycleKind;
}

export class Plan {
  readonly parts: PlanParts;
  batch: RequestBatch;
  readonly coarse: RequestBatch | null;
  /** Chain and layout by name: two plans with the same key take the same lines. */
  readonly chainKey: string;
  /** Share of the sampled requests it took, halved where other formats write the same lines. */
  confidence = 0;
  /** Rows it has given. */
  requests = 0;
  /** Lines that the last `takeMany` took. */
  taken = 0;
  readonly quirks: Quirks | null;
  /** Its lines tell of requests that lines of another plan tell of, too: they give no rows. */
  retells = false;
  /** Which of them no other line tells of: those give rows. null: none is asked for. */
  untold: Untold | null = null;
  /** Its lines tell how requests begin: those that tell how they end are of another plan. */
  begins = false;
  /** Its lines tell how requests began, or ended, of which lines of another plan tell the other half. */
  halves: OpenRequests | null = null;
  /** It takes lines of another plan, too, and reads less in them: the other one is asked first. */
  isGreedy = false;
  /** Hosts whose lines do that, where those of others do not. */
  retellingHosts: ReadonlySet<number> = new Set();
  /** How whole lines are scanned, envelopes and all; null when they have to be peeled. */
  whole: WholeLines | null = null;
  readonly #workers: Dictionary;
  /** Not made yet; null: there is none. */
  #kernel: Kernel | null | undefined;
  /** Width of a tick of the lines' own stamps, where the envelope sharpens them. */
  readonly #tick: number;

  constructor(parts: PlanParts, workers: Dictionary) {
    this.parts = parts;
    this.#workers = workers;
    this.quirks = parts.format.quirks ? new Quirks(parts.format.quirks, workers) : null;
    this.#tick = parts.coarse?.resolutionMicros ?? 0;
    this.batch = blankBatch(parts.facts, parts.source);
    this.coarse = parts.coarse ? blankBatch(parts.coarse, parts.source) : null;
    this.chainKey = parts.chain.map(({ id }) => id).join('+');
  }

  /** Whole lines of b[pos, limit) while they are of this plan and the batch has room; the position behind them. */
  takeWhole(whole: WholeLines, b: Buffer, v: DataView, pos: number, limit: number, base: number): number {
    const { kernels } = whole.runtime;
    if (b !== kernels?.b) return whole.scan(b, v, pos, limit, this.batch, base);
    if (this.#kernel === undefined && limit - pos >= KERNEL_BYTES) this.#kernel = this.#compileKernel(whole, kernels);
    let at = pos;
    while (at < limit && this.batch.length < this.batch.capacity) {
      if (this.#kernel) at = this.#kernel(at, limit, base);
      else return whole.scan(b, v, at, limit, this.batch, base);
      if (at >= limit || this.batch.length >= this.batch.capacity) break;
      // The line at which it stopped, for the scanner.
      const after = whole.scan(b, v, at, at + 1, this.batch, base);
      if (after === at) break;
      at = after;
    }
    return at;
  }

  #compileKernel({ recipe, columns, zone, runtime }: WholeLines, input: KernelInput): Kernel | null {
    if (!('tokens' in recipe)) return null;
    try {
      const batch = blankBatch(this.parts.facts, this.parts.source, { memory: input.memory });
      const kernel = compileKernel({ tokens: recipe.tokens, columns, zone, runtime, input, batch });
      if (!kernel) return null;
      for (let i = 0; i < this.batch.length; i++) appendRow(batch, copyRow(this.batch, i));
      batch.facts = this.batch.facts;
      this.batch = batch;
      return kernel;
    } catch {
      // An old machine, or more kinds of lines than there is memory for: the scanner reads them all.
      return null;
    }
  }

  /** A plan like this one with batches of its own. */
  twin(): Plan {
    return new Plan(this.parts, this.#workers);
  }

  /** Scans the text of b from `from` to its newline, which stands at `offset` in the input. */
  take(b: Buffer, v: DataView, from: number, offset: number, told: Told, runtime: Runtime): boolean {
    const { batch } = this;
    const row = batch.length;
    this.parts.scan(b, v, from, from + 1, batch, offset - from);
    if (batch.length === row) return false;
    this.#patch(row, told, runtime);
    return true;
  }

  /**
   * Lines of b[pos, limit) in their envelopes, while the plan takes them and the batch has room; the position behind them.
   * A line that goes on in another record is not taken. @returns the position, and the number of lines in `taken`
   */
  takeMany(b: Buffer, v: DataView, pos: number, limit: number, base: number, line: Line, runtime: Runtime): number {
    const { batch, coarse } = this;
    const { chain, scan } = this.parts;
    const depth = chain.length;
    let at = pos;
    let taken = 0;
    line.brief = true;
    while (at < limit && batch.length < batch.capacity && (coarse === null || coarse.length < coarse.capacity)) {
      const newline = findByte(b, v, 10, at, limit);
      line.start(b, v, at, b[newline - 1] === 13 && newline > at ? newline - 1 : newline);
      let peeled = 0;
      while (peeled < depth && chain[peeled].peel(line)) peeled++;
      if (peeled < depth || line.partial) break;
      const row = batch.length;
      const { from } = line;
      scan(line.b, line.v, from, from + 1, batch, base + at - from);
      if (batch.length === row) break;
      this.#patch(row, line, runtime);
      taken++;
      at = newline + 1;
    }
    line.brief = false;
    this.taken = taken;
    return at;
  }

  /** What the envelopes told goes into the row. */
  #patch(row: number, told: Told, runtime: Runtime): void {
    const { batch } = this;
    const { envelopeTime, envelopeWorker, envelopeThread } = this.parts;
    if (envelopeWorker) batch.worker[row] = told.worker;
    if (envelopeThread) batch.thread[row] = told.thread;
    if (told.host > 1) batch.worker[row] = runtime.workerOn(told.host, batch.worker[row]);
    if (envelopeTime === 'ignored') return;
    if (envelopeTime === 'taken') {
      batch.time[row] = told.stamp;
      return;
    }
    const own = batch.time[row];
    if (told.stamp >= own && told.stamp < own + this.#tick) batch.time[row] = told.stamp;
    else if (this.coarse) appendRow(this.coarse, removeRow(batch, row));
  }
}
