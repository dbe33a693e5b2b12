/** The plans of an input, busiest first: takes lines with them, settles pairs of lines, and passes batches on. */
import type { RequestBatch } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import type { Runtime } from './compile/runtime.ts';
import { forgetOpenTimes, OPEN_NO_WORK } from './connections.ts';
import { STAMP_ASSUMED } from './detect/plan-meaning.ts';
import type { Line } from './envelopes/line.ts';
import type { HeldLines, Variant } from './held-lines.ts';
import type { OpenRequests } from './open-requests.ts';
import type { IngestSink } from './parser.ts';
import { blankColumns, type Plan, type Told } from './plan.ts';
import { StampWatch } from './stamp-watch.ts';
import type { Tally } from './tally.ts';

export interface PlanSetOptions {
  readonly runtime: Runtime;
  readonly sink: IngestSink;
  readonly tally: Tally;
  readonly workers: Dictionary;
  /** Lines without any time get the time of this clock. */
  readonly arrivalClock: Clock | null;
}

export class PlanSet {
  readonly list: Plan[] = [];
  /** All plans in the order in which they were made, including those that were retired because a better one was looked for. */
  readonly made: Plan[] = [];
  readonly #options: PlanSetOptions;
  readonly #watches = new Map<RequestBatch, StampWatch>();
  /** The worker of the last event of each kind, for lines that do not name their worker. */
  readonly #lastWorker = new Map<LifecycleKind, string>();

  constructor(options: PlanSetOptions) {
    this.#options = options;
  }

  add(plan: Plan): void {
    this.list.push(plan);
    this.made.push(plan);
  }

  /** Retires all plans: lines like theirs are to be looked at again. */
  retireAll(): void {
    this.flush();
    this.list.length = 0;
  }

  /** What follows is elsewhere in the input: no line there is the second one of a pair that began before. */
  forgetLines(): void {
    for (const plan of this.made) {
      plan.requests = 0;
      plan.quirks?.forget();
      plan.untold?.forget();
    }
  }

  /** The plan that took the last line goes first, as the kind of lines rarely changes. */
  promote(index: number): void {
    if (index > 0 && !this.list[index].isGreedy) this.list.unshift(...this.list.splice(index, 1));
  }

  /** Takes lines of b[pos, limit) while the first plan does. @returns the position behind them */
  takeMany(b: Buffer, v: DataView, pos: number, limit: number, base: number, line: Line): number {
    const [plan] = this.list;
    const { runtime, tally } = this.#options;
    const before = plan.batch.length;
    const coarseBefore = plan.coarse?.length ?? 0;
    // These need to look at each line: which host wrote it, or what names its request.
    if (plan.retellingHosts.size > 0 || plan.halves !== null) return pos;
    let after = pos;
    let rows = 0;
    const { whole } = plan;
    if (whole !== null) {
      after = plan.takeWhole(whole, b, v, pos, limit, base);
      rows = plan.batch.length - before;
    }
    if (rows === 0 && plan.parts.chain.length > 0) {
      // If whole lines can be scanned, only the one that could not be is peeled.
      const peelTo = whole === null ? limit : b.indexOf(10, pos) + 1;
      after = plan.takeMany(b, v, pos, peelTo, base, line, runtime);
      rows = plan.taken;
    }
    if (rows > 0) {
      tally.lines += rows;
      this.#finish(plan, before, coarseBefore, rows, b, base);
    }
    return after;
  }

  /** Takes a line by its text inside as many of its envelopes as a plan knows. */
  takeInnermost({ b, v }: HeldLines, variants: readonly Variant[], offset: number): boolean {
    for (let i = variants.length - 1; i >= 0; i--) {
      for (const plan of this.list) {
        if (plan.chainKey !== variants[i].chain) continue;
        if (this.take(plan, b, v, variants[i].start, offset, variants[i])) return true;
      }
    }
    return false;
  }

  /** Takes one line, whose text is b[from] to its newline, and which is at `offset` in the input. */
  take(plan: Plan, b: Buffer, v: DataView, from: number, offset: number, told: Told): boolean {
    const { batch, coarse } = plan;
    const before = batch.length;
    const coarseBefore = coarse?.length ?? 0;
    const { runtime, tally } = this.#options;
    const { workerFrom } = plan.parts;
    // Joined rows have values that their own lines do not give.
    if (plan.halves !== null && before === 0) blankColumns(batch);
    if (!plan.take(b, v, from, offset, told, runtime)) return false;
    if (plan.retellingHosts.has(told.host)) {
      batch.length = before;
      if (coarse) coarse.length = coarseBefore;
      runtime.state.odd = runtime.state.stepped = 0;
      tally.continuation++;
      return true;
    }
    const worker = workerFrom && this.#lastWorker.get(workerFrom);
    if (worker && plan.batch.length > before) plan.batch.worker[before] = this.#options.workers.add(worker);
    this.#finish(plan, before, coarseBefore, 1, b, offset - from);
    return true;
  }

  /**
   * Finishes `rows` lines that were taken. Their rows start at `before`, and at `coarseBefore` among the coarse ones; b[0] is at offset
   * `base` in the input.
   */
  #finish(plan: Plan, before: number, coarseBefore: number, rows: number, b: Buffer, base: number): void {
    const { runtime, arrivalClock } = this.#options;
    const { batch, coarse } = plan;
    if (plan.halves !== null) this.#join(plan, plan.halves, before, b, base);
    if (plan.retells) {
      this.#finishRetelling(plan, before, coarseBefore, rows);
      return;
    }
    this.#tellOthers(plan, before, coarseBefore);
    if (batch.facts.stampMeaning === 'arrival' && arrivalClock) {
      batch.time.fill(arrivalClock.nowMicros(), before, batch.length);
    }
    let given = rows;
    const { quirks } = plan;
    if (quirks) {
      const lineOf = (offset: number) => lineAt(b, offset - base);
      const settled = batch.length;
      if (runtime.state.odd !== 0 || !quirks.idle) quirks.settle(batch, before, lineOf);
      else quirks.passed(batch, before, lineOf);
      given += batch.length - settled;
    }
    runtime.state.odd = 0;
    if (runtime.state.stepped > 0) this.#clockStepped();
    this.#count(plan, given, rows - given);
    if (batch.length >= batch.capacity) this.#hand(batch);
    if (coarse && coarse.length >= coarse.capacity) this.#hand(coarse);
  }

  #finishRetelling(plan: Plan, before: number, coarseBefore: number, rows: number): void {
    const { runtime, tally } = this.#options;
    const { batch, coarse, untold } = plan;
    runtime.state.odd = runtime.state.stepped = 0;
    tally.continuation += rows;
    if (untold) {
      const given = untold.take(batch, before, false) + (coarse ? untold.take(coarse, coarseBefore, true) : 0);
      this.#giveUntold(plan, given);
      return;
    }
    for (const full of [batch, coarse]) if (full && full.length >= full.capacity) this.#retell(full);
  }

  /** Tells other plans about new rows, as their lines may be about the same requests. */
  #tellOthers({ batch, coarse }: Plan, before: number, coarseBefore: number): void {
    for (const other of this.list) {
      if (!other.untold) continue;
      const given = other.untold.tell(batch, before) + (coarse ? other.untold.tell(coarse, coarseBefore) : 0);
      this.#giveUntold(other, given);
    }
  }

  /** Counts requests that no other kind of line shows. */
  #giveUntold(plan: Plan, given: number): void {
    if (given === 0) return;
    this.#count(plan, given, -given);
    for (const full of [plan.batch, plan.coarse]) if (full && full.length >= full.capacity) this.#hand(full);
  }

  /** Joins halves of requests. Lines are taken one by one here. */
  #join({ batch, retells }: Plan, halves: OpenRequests, before: number, b: Buffer, base: number): void {
    for (let i = before; i < batch.length; i++) {
      const at = batch.offset[i] - base;
      const text = b.toString('latin1', at, b.indexOf(10, at));
      if (retells) halves.begin(text, batch, i);
      else halves.end(text, batch, i);
    }
  }

  #count(plan: Plan, requests: number, continuation: number): void {
    plan.requests += requests;
    this.#options.tally.requests += requests;
    this.#options.tally.continuation += continuation;
  }

  #clockStepped(): void {
    this.#options.runtime.state.stepped = 0;
    this.#options.tally.assumptions.add(
      'durations of nearly a day are those of requests during which the clock was put back: they are taken as not known',
    );
  }

  /** The server said something about a worker. */
  event(kind: LifecycleKind, worker: string): void {
    this.#lastWorker.set(kind, worker);
    if (kind !== 'error' && kind !== 'timeout') return;
    for (const plan of this.list) {
      const before = plan.batch.length;
      plan.quirks?.event(kind, worker, plan.batch);
      this.#count(plan, plan.batch.length - before, before - plan.batch.length);
    }
  }

  /** Passes on the rows of a proxy beside its server: they show how long callers waited. */
  #retell(batch: RequestBatch): void {
    forgetOpenTimes(batch);
    if (batch.length > 0 && batch.facts.durationCovers === 'response') this.#options.sink.retold?.(batch);
    batch.length = 0;
  }

  #hand(batch: RequestBatch): void {
    if (batch.length === 0) return;
    if (forgetOpenTimes(batch)) this.#options.tally.assumptions.add(OPEN_NO_WORK);
    if (batch.facts.stampAssumed && this.#options.arrivalClock) this.#learnMeaning(batch);
    this.#options.sink.batch(batch);
    batch.length = 0;
  }

  /**
   * The first lines of a live log did not show what the stamp means; perhaps these do. Not for files: their sample was large, and ranges
   * that are read separately must be read alike.
   */
  #learnMeaning(batch: RequestBatch): void {
    const watch = this.#watches.get(batch) ?? new StampWatch(batch.facts.resolutionMicros);
    this.#watches.set(batch, watch);
    const evidence = watch.see(batch);
    if (!evidence) return;
    const { stampAssumed: _, ...facts } = batch.facts;
    batch.facts = { ...facts, stampMeaning: evidence.meaning };
    const { assumptions } = this.#options.tally;
    for (const sentence of assumptions) if (sentence.startsWith(STAMP_ASSUMED)) assumptions.delete(sentence);
    assumptions.add(`stamps mean the ${evidence.meaning} of a request: ${evidence.because}`);
  }

  /** Passes on all rows. */
  flush(): void {
    for (const { batch, coarse, retells, untold } of this.list) {
      for (const rows of coarse ? [batch, coarse] : [batch]) {
        if (retells && !untold) this.#retell(rows);
        else this.#hand(rows);
      }
    }
  }

  /** No second lines will come: gives the rows that waited for them. */
  end(): void {
    for (const plan of this.list) {
      while (plan.quirks?.giveOne(plan.batch)) {
        this.#count(plan, 1, -1);
        if (plan.batch.length >= plan.batch.capacity) this.#hand(plan.batch);
      }
      while (plan.untold?.giveOne()) this.#giveUntold(plan, 1);
    }
    this.flush();
  }

  /** Whether a row waits for another line. */
  get waits(): boolean {
    return this.list.some(
      ({ quirks, halves, untold }) => halves !== null || (quirks !== null && !quirks.idle) || untold?.waits === true,
    );
  }

  /**
   * Whether a row waits for another line, has waited for one, or may be the second of a pair whose first line precedes everything that was
   * read.
   */
  get holds(): boolean {
    return (
      this.waits || this.list.some(({ untold, quirks }) => untold?.hasGiven === true || quirks?.lacksFirst === true)
    );
  }
}

function lineAt(b: Buffer, at: number): string {
  return b.toString('latin1', at, Math.min(at + 400, b.indexOf(10, at)));
}
