/** A plan reads one kind of line. It has the envelopes around the line, a compiled scanner, the facts about its rows, and a batch. */
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

/** Rows of a batch. A row has 70 bytes, so a batch stays in the cache. */
const BATCH_ROWS = 1024;
/** Rows that settling pairs of lines may append to a full batch (src/ingest/quirks.ts). */
const SPARE_ROWS = 64;

/** An empty batch. Columns that a layout does not fill are set here, once. */
export function blankBatch(
  facts: StreamFacts,
  source: number,
  { memory, capacity = BATCH_ROWS }: { memory?: KernelMemory; capacity?: number } = {},
): RequestBatch {
  const rows = capacity + SPARE_ROWS;
  const batch = { ...(memory?.batch(rows, facts, source) ?? createBatch(rows, facts, source)), capacity };
  blankColumns(batch);
  return batch;
}

/** Forgets what rows said that were passed on, in columns that the layout does not fill. */
export function blankColumns(batch: RequestBatch): void {
  for (const column of [batch.time, batch.duration, batch.wait, batch.arrival, batch.bytes]) column.fill(Number.NaN);
  for (const column of [batch.worker, batch.thread, batch.route]) column.fill(-1);
  batch.client.fill(0);
}

/** Fewer bytes at once are not worth a kernel, which takes about 1 ms to make. */
const KERNEL_BYTES = 1 << 14;

/** How to scan whole lines. */
export interface WholeLines {
  readonly scan: Scanner;
  readonly recipe: Recipe;
  readonly columns: Columns;
  readonly zone: Zone;
  readonly runtime: Runtime;
}

/** What the envelopes of one line said. */
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
  /** Facts about rows whose stamp is not made finer by the envelope's; null: no stamps are. */
  readonly coarse: StreamFacts | null;
  /** The envelope's stamp is used as the line's; or it makes the line's stamp finer if it lies in the same tick; or it is ignored. */
  readonly envelopeTime: 'taken' | 'sharpens' | 'ignored';
  /** The pid of the envelope is the worker. */
  readonly envelopeWorker: boolean;
  readonly envelopeThread: boolean;
  readonly source: number;
  /** There is a logging prefix in front of a known layout. */
  readonly prefixed: boolean;
  /** The lines do not name the worker: it is that of the last event of this kind. */
  readonly workerFrom?: LifecycleKind;
}

export class Plan {
  readonly parts: PlanParts;
  batch: RequestBatch;
  readonly coarse: RequestBatch | null;
  /** Ids of the envelopes, joined by "+". */
  readonly chainKey: string;
  /** Share of the sampled requests that it took, halved if other formats write the same lines. */
  confidence = 0;
  /** Number of rows that it gave. */
  requests = 0;
  /** Number of lines that the last `takeMany` took. */
  taken = 0;
  readonly quirks: Quirks | null;
  /** Its lines repeat requests that lines of another plan show, too: they give no rows. */
  retells = false;
  /** Finds those of these lines that no other line repeats, which do give rows; null: these are not wanted. */
  untold: Untold | null = null;
  /** Its lines are about the beginning of requests; those about the end belong to another plan. */
  begins = false;
  /** Joins its lines with those of another plan that are about the other half of the requests. */
  halves: OpenRequests | null = null;
  /** It also takes lines of another plan, but reads less in them: the other plan is tried first. */
  isGreedy = false;
  /** Hosts whose lines repeat requests, while those of other hosts do not. */
  retellingHosts: ReadonlySet<number> = new Set();
  /** How to scan whole lines, envelopes included; null: they have to be peeled. */
  whole: WholeLines | null = null;
  readonly #workers: Dictionary;
  /** undefined: not made yet; null: there is none. */
  #kernel: Kernel | null | undefined;
  /** µs: one tick of the lines' own stamps, if the envelope's make them finer; otherwise 0. */
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

  /** Takes whole lines of b[pos, limit) while they are of this plan and the batch has room. @returns the position behind them */
  takeWhole(whole: WholeLines, b: Buffer, v: DataView, pos: number, limit: number, base: number): number {
    const { kernels } = whole.runtime;
    if (b !== kernels?.b) return whole.scan(b, v, pos, limit, this.batch, base);
    if (this.#kernel === undefined && limit - pos >= KERNEL_BYTES) this.#kernel = this.#compileKernel(whole, kernels);
    let at = pos;
    while (at < limit && this.batch.length < this.batch.capacity) {
      if (this.#kernel) at = this.#kernel(at, limit, base);
      else return whole.scan(b, v, at, limit, this.batch, base);
      if (at >= limit || this.batch.length >= this.batch.capacity) break;
      // The scanner reads the line at which the kernel stopped.
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
      // An old machine, or more kinds of lines than the memory has room for: the scanner reads all lines.
      return null;
    }
  }

  /** A plan like this one, with batches of its own. */
  twin(): Plan {
    return new Plan(this.parts, this.#workers);
  }

  /** Scans the text of b from `from` to its newline. `offset` is its position in the input. */
  take(b: Buffer, v: DataView, from: number, offset: number, told: Told, runtime: Runtime): boolean {
    const { batch } = this;
    const row = batch.length;
    this.parts.scan(b, v, from, from + 1, batch, offset - from);
    if (batch.length === row) return false;
    this.#patch(row, told, runtime);
    return true;
  }

  /**
   * Takes lines of b[pos, limit) inside their envelopes, while they are of this plan and the batch has room. A line that continues in
   * another record is not taken.
   * @returns the position behind them; their number is in `taken`
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

  /** Puts what the envelopes said into the row. */
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
