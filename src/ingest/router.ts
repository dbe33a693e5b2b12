/**
 * Hands each line to what takes it: a plan (a request), the lifecycle rules of the servers, a traceback before it. What
 * nothing takes is held until formats are looked for in it.
 */
import type { Names, RequestBatch } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { createRuntime, type Runtime } from './compile/runtime.ts';
import { Continuation } from './continuation.ts';
import { Detector, type Found } from './detect/detect.ts';
import { makePlan } from './detect/make-plan.ts';
import { Trials } from './detect/sample.ts';
import { createEnvelopes } from './envelopes/index.ts';
import { type Envelope, Line } from './envelopes/line.ts';
import { type HeldLine, HeldLines, type Variant } from './held-lines.ts';
import { Joiner } from './joiner.ts';
import { createServerLines, type ServerLine } from './lifecycle-lines.ts';
import type { IngestSink } from './parser.ts';
import type { Plan } from './plan.ts';
import type { StampReader } from './stamps.ts';
import { Tally } from './tally.ts';
import type { Zone } from './zone.ts';

export interface RouterOptions {
  readonly source: number;
  readonly names: Names;
  readonly sink: IngestSink;
  readonly formats: readonly LogFormat[];
  readonly zone: Zone;
  readonly zoneGiven: boolean;
  /** Lines without any time get its time. */
  readonly arrivalClock: Clock | null;
  /** What to hold stamps without a year against. */
  readonly nowMicros: () => number;
  readonly maxLineBytes: number;
}

/** How many undecided lines are held until formats are looked for: many at the start, few later on. */
const FIRST_SAMPLE = { lines: 1000, bytes: 1 << 17 };
const LATER_SAMPLE = { lines: 50, bytes: 1 << 15 };
/** Lines that may pass before a held one is decided. */
const MAX_HOLD_LINES = 5000;
const MAX_ENVELOPES = 6;

export class Router {
  readonly tally = new Tally();
  readonly plans: Plan[] = [];
  readonly #options: RouterOptions;
  readonly #runtime: Runtime;
  readonly #envelopes: readonly Envelope[];
  readonly #trials: Trials;
  readonly #detector: Detector;
  readonly #serverLine: (text: string) => ServerLine | null;
  readonly #anyStamp: StampReader;
  readonly #held = new HeldLines();
  readonly #line = new Line();
  readonly #joiner: Joiner;
  readonly #continuation = new Continuation();
  /** Formats whose own lines were seen. */
  readonly seen = new Set<string>();
  readonly #booted = new Set<string>();
  /** The worker of the last event of each kind. */
  readonly #lastWorker = new Map<LifecycleKind, string>();
  #sample = FIRST_SAMPLE;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#runtime = createRuntime(options.names, options.zone, options.nowMicros);
    this.#envelopes = createEnvelopes(this.#runtime);
    this.#trials = new Trials(this.#runtime);
    this.#detector = new Detector(options.formats, this.#trials);
    this.#serverLine = createServerLines(options.formats);
    this.#anyStamp = this.#runtime.stamp('any');
    this.#joiner = new Joiner(options.maxLineBytes);
  }

  /** Whole lines of b[0, limit), which stand at `base` in the input. */
  lines(b: Buffer, v: DataView, limit: number, base: number): void {
    let pos = 0;
    while (pos < limit) {
      const plan = this.plans[0];
      if (plan !== undefined && plan.parts.chain.length === 0) {
        const before = plan.batch.length;
        pos = plan.parts.scan(b, v, pos, limit, plan.batch, base);
        const rows = plan.batch.length - before;
        if (rows > 0) {
          this.tally.lines += rows;
          this.#finish(plan, before, rows);
          this.#continuation.other(0, false);
          continue;
        }
      }
      const newline = b.indexOf(10, pos);
      const end = newline > pos && b[newline - 1] === 13 ? newline - 1 : newline;
      this.tally.lines++;
      if (!this.#byPlan(b, v, pos, end, base + pos)) this.#other(b, v, pos, end, base + pos);
      pos = newline + 1;
    }
  }

  /** Decides what is held and hands on all rows. */
  flush(): void {
    this.#decide();
    for (const plan of this.plans) {
      this.#hand(plan.batch);
      if (plan.coarse) this.#hand(plan.coarse);
    }
  }

  /** A line waits for its other pieces. */
  get holds(): boolean {
    return this.#joiner.size > 0;
  }

  /** Keeps the formats found and forgets what was counted. */
  forgetLines(): void {
    this.tally.forget();
    for (const plan of this.plans) plan.requests = 0;
  }

  #hand(batch: RequestBatch): void {
    if (batch.length === 0) return;
    this.#options.sink.batch(batch);
    batch.length = 0;
  }

  /** The plan has given `rows` more rows; those of its batch start at `before`. */
  #finish(plan: Plan, before: number, rows: number): void {
    const { batch, coarse } = plan;
    if (batch.facts.stampMeaning === 'arrival' && this.#options.arrivalClock) {
      batch.time.fill(this.#options.arrivalClock.nowMicros(), before, batch.length);
    }
    plan.requests += rows;
    this.tally.requests += rows;
    if (batch.length === batch.capacity) this.#hand(batch);
    if (coarse && coarse.length === coarse.capacity) this.#hand(coarse);
  }

  #byPlan(b: Buffer, v: DataView, from: number, to: number, offset: number): boolean {
    const line = this.#line;
    const { plans } = this;
    for (let i = 0; i < plans.length; i++) {
      const plan = plans[i];
      const { chain } = plan.parts;
      line.start(b, v, from, to);
      let peeled = 0;
      while (peeled < chain.length && chain[peeled].peel(line)) peeled++;
      if (peeled < chain.length || line.partial || (chain.length > 0 && this.#joiner.size > 0)) continue;
      const before = plan.batch.length;
      if (!plan.take(line.b, line.v, line.from, offset, line, this.#runtime)) continue;
      this.#finish(plan, before, 1);
      this.#continuation.other(line.stream, false);
      // The plan that took the line goes first: streams change rarely.
      if (i > 0) {
        plans.splice(i, 1);
        plans.unshift(plan);
      }
      return true;
    }
    return false;
  }

  /** A line that no plan takes as it stands. */
  #other(b: Buffer, v: DataView, from: number, to: number, at: number): void {
    const line = this.#line;
    const held = this.#held;
    const mark = held.bytes;
    let offset = at;
    line.start(b, v, from, to);
    const variants: Variant[] = [held.variant(line, '')];
    let chain = '';
    for (let depth = 0; depth < MAX_ENVELOPES; depth++) {
      const envelope = this.#envelopes.find((one) => one.peel(line));
      if (!envelope) break;
      if (line.partial) {
        this.#joiner.add(line, offset);
        this.tally.continuation++;
        held.release(mark);
        return;
      }
      if (this.#joiner.size > 0) {
        const first = this.#joiner.complete(line);
        if (first >= 0) offset = first;
      }
      chain = chain === '' ? envelope.id : `${chain}+${envelope.id}`;
      variants.push(held.variant(line, chain));
    }
    const { stream } = line;
    if (chain !== '' && this.#takeVariant(variants, offset)) {
      this.#continuation.other(stream, false);
      held.release(mark);
      return;
    }
    const heldLine = { offset, number: this.tally.lines, stream, variants };
    // Before the first plan everything is held: most lines will be requests.
    if (this.plans.length > 0 && this.#own(heldLine)) held.release(mark);
    else {
      held.add(heldLine);
      this.#decideWhenFull();
    }
  }

  #takeVariant(variants: readonly Variant[], offset: number): boolean {
    const { b, v } = this.#held;
    for (let i = variants.length - 1; i >= 0; i--) {
      for (const plan of this.plans) {
        if (plan.chainKey !== variants[i].chain) continue;
        const before = plan.batch.length;
        if (!plan.take(b, v, variants[i].start, offset, variants[i], this.#runtime)) continue;
        this.#finish(plan, before, 1);
        return true;
      }
    }
    return false;
  }

  /** The server's own lines, and tracebacks. */
  #own({ variants, offset, stream }: HeldLine): boolean {
    const held = this.#held;
    for (let i = variants.length - 1; i >= 0; i--) {
      const own = this.#serverLine(held.text(variants[i]));
      if (!own) continue;
      this.tally.lifecycle++;
      this.seen.add(own.format.id);
      this.#continuation.other(stream, own.isError);
      this.#emit(own, variants[i], offset);
      return true;
    }
    if (!this.#continuation.takes(held.text(variants[variants.length - 1]), stream)) return false;
    this.tally.continuation++;
    return true;
  }

  #emit({ events, stampAt }: ServerLine, variant: Variant, offset: number): void {
    const { sink, source, names } = this.#options;
    const own = stampAt < 0 ? Number.NaN : this.#anyStamp(this.#held.b, this.#held.v, variant.start + stampAt);
    const time = Number.isNaN(variant.stamp) ? own : variant.stamp;
    for (const { kind, worker: named, byWriter, value, text } of events) {
      const writer = named ?? (byWriter && variant.worker >= 0 ? names.workers.text(variant.worker) : null);
      if (kind === 'boot' && writer !== null) this.#booted.add(writer);
      const worker = writer === null ? null : this.#runtime.workerNameOn(variant.host, writer);
      if (worker !== null) this.#lastWorker.set(kind, worker);
      sink.lifecycle({ kind, value, text, time, worker, offset, source });
    }
  }

  #decideWhenFull(): void {
    const { lines, bytes } = this.#held;
    const waiting = this.tally.lines - lines[0].number;
    if (lines.length >= this.#sample.lines || bytes >= this.#sample.bytes || waiting >= MAX_HOLD_LINES) this.#decide();
  }

  /** Looks for formats in what is held, then gives every held line its place. */
  #decide(): void {
    const held = this.#held;
    if (held.lines.length === 0) return;
    const { taker, own, shares } = this.#detect();
    const rejected = this.tally.unparsed;
    for (const line of held.lines) {
      if (own.has(line)) continue;
      const taken = taker.get(line);
      if (taken) {
        const before = taken.plan.batch.length;
        taken.plan.take(held.b, held.v, taken.variant.start, line.offset, taken.variant, this.#runtime);
        this.#finish(taken.plan, before, 1);
        this.#continuation.other(line.stream, false);
      } else this.#leftOver(line);
    }
    const requests = taker.size + this.tally.unparsed - rejected;
    for (const [plan, share] of shares) plan.confidence = share / requests;
    held.clear();
    if (this.plans.length > 0) this.#sample = LATER_SAMPLE;
  }

  /**
   * New plans for the held lines: which plan takes which line, and which lines are the servers' own. Known layouts come
   * first, in the envelopes that most lines have; then the servers' own lines, which also tell who wrote the others; what
   * stands behind prefixes is searched for last.
   */
  #detect() {
    const held = this.#held;
    const taker = new Map<HeldLine, { plan: Plan; variant: Variant }>();
    const own = new Set<HeldLine>();
    const depthOf = (chain: string) => (chain === '' ? 0 : chain.split('+').length);
    const chains = new Map<string, number>();
    for (const { chain } of held.lines.flatMap(({ variants }) => variants))
      chains.set(chain, (chains.get(chain) ?? 0) + 1);
    const order = [...chains].sort((a, b) => b[1] - a[1] || depthOf(b[0]) - depthOf(a[0])).map(([chain]) => chain);
    const taken = new Set<HeldLine>();
    const look = (search: boolean) =>
      order.flatMap((chain) => {
        const pairs = held.lines.flatMap((line) => {
          const variant =
            taken.has(line) || own.has(line) ? undefined : line.variants.find((one) => one.chain === chain);
          return variant ? [{ line, variant }] : [];
        });
        const sample = held.sample(pairs.map(({ variant }) => variant));
        return this.#detector.detect(sample, search).map((found) => {
          const lines = found.taken.map((index) => pairs[index]);
          for (const { line } of lines) taken.add(line);
          return { found, sample, chain, lines };
        });
      });
    const known = look(false);
    for (const line of held.lines) if (!taken.has(line) && this.#own(line)) own.add(line);
    const shares = new Map<Plan, number>();
    for (const { found, sample, chain, lines } of [...known, ...look(true)]) {
      const plan = this.#plan(found, sample, chain);
      shares.set(plan, lines.length * (found.contested ? 0.5 : 1));
      for (const { line, variant } of lines) taker.set(line, { plan, variant });
    }
    return { taker, own, shares };
  }

  #plan(found: Found, sample: Parameters<typeof makePlan>[1], chain: string): Plan {
    const { formats, zone, zoneGiven, source, arrivalClock, names } = this.#options;
    const ids = chain === '' ? [] : chain.split('+');
    const envelopes = ids.map((id) => this.#envelopes.find((envelope) => envelope.id === id) as Envelope);
    const { plan, assumptions } = makePlan(found, sample, envelopes, {
      formats,
      zone,
      zoneGiven,
      source,
      workers: names.workers,
      trials: this.#trials,
      runtime: this.#runtime,
      seen: this.seen,
      booted: this.#booted,
      live: arrivalClock !== null,
    });
    this.plans.push(plan);
    for (const sentence of assumptions) this.tally.assumptions.add(sentence);
    return plan;
  }

  #leftOver(line: HeldLine): void {
    const innermost = this.#held.text(line.variants[line.variants.length - 1]);
    if (/^\s/.test(innermost) || innermost === '') {
      this.tally.continuation++;
      return;
    }
    this.#continuation.other(line.stream, false);
    const reason =
      this.plans.length === 0 ? 'no known format takes it' : `not a line of ${this.plans[0].parts.format.id}`;
    this.tally.reject(line.number, this.#held.text(line.variants[0]), reason);
  }
}
