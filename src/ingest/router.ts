/**
 * Passes each line to what takes it: a plan (a request), the lines of servers themselves, a traceback before it. Lines that nothing takes
 * are held until formats are looked for in them.
 */
import { behindHole, markBytes } from './bytes.ts';
import { createRuntime } from './compile/runtime.ts';
import { Continuation } from './continuation.ts';
import { LastLine } from './copied-lines.ts';
import { Decider } from './decide.ts';
import { closest } from './detect/closest.ts';
import { givenFormats } from './detect/given-format.ts';
import type { PlanContext } from './detect/plan-context.ts';
import { Trials } from './detect/sample.ts';
import { createEnvelopes } from './envelopes/index.ts';
import { type Envelope, Line } from './envelopes/line.ts';
import { HeldLines, type Variant } from './held-lines.ts';
import type { InputReport } from './input-report.ts';
import { recordsIn } from './joined-records.ts';
import { Joiner } from './joiner.ts';
import { type Judged, requestIn } from './judged.ts';
import { LiveHalves } from './live-halves.ts';
import type { Plan } from './plan.ts';
import { PlanSet } from './plan-set.ts';
import { firstBorder } from './range-border.ts';
import { RecordLines } from './record-lines.ts';
import { Rescue } from './rescue.ts';
import { RouteNames } from './route-names.ts';
import type { RouterOptions } from './router-options.ts';
import { ServerSpeech } from './server-speech.ts';
import { Tally } from './tally.ts';

const MAX_ENVELOPES = 6;

export class Router {
  readonly tally = new Tally();
  readonly #plans: PlanSet;
  readonly #speech: ServerSpeech;
  readonly #envelopes: readonly Envelope[];
  readonly #held = new HeldLines();
  readonly #line = new Line();
  readonly #joiner: Joiner;
  readonly #continuation = new Continuation();
  readonly #rescue: Rescue;
  readonly #lastLine = new LastLine();
  readonly #records = new RecordLines(this.tally, (b, v, from, to, at) => this.#one(b, v, from, to, at));
  readonly #decider: Decider;
  readonly #liveHalves: LiveHalves | null;
  readonly #routeNames: RouteNames;
  readonly #context: PlanContext;

  constructor(options: RouterOptions) {
    const { formats, names, sink, source, zone, zoneGiven, arrivalClock } = options;
    const runtime = createRuntime(names, zone, options.nowMicros, options.kernels, arrivalClock !== null);
    const { tally } = this;
    this.#envelopes = createEnvelopes(runtime);
    this.#joiner = new Joiner(options.maxLineBytes);
    this.#plans = new PlanSet({ runtime, sink, tally, workers: names.workers, arrivalClock });
    this.#routeNames = new RouteNames(names, sink, runtime, this.#plans);
    this.#speech = new ServerSpeech(formats, runtime, this.#plans, { sink, names, source });
    this.#rescue = new Rescue(this.#held, this.#plans, tally, runtime);
    this.#liveHalves = arrivalClock && new LiveHalves(this.#held, this.#plans, options.nowMicros);
    this.#context = {
      formats,
      trials: new Trials(runtime),
      runtime,
      zone,
      zoneGiven,
      source,
      routes: names.routes,
      workers: names.workers,
      threads: names.threads,
      seen: this.#speech.formats,
      booted: this.#speech.booted,
      live: arrivalClock !== null,
    };
    this.#decider = new Decider({
      formats,
      given: options.logFormat === null ? [] : givenFormats(options.logFormat, formats),
      envelopes: this.#envelopes,
      held: this.#held,
      plans: this.#plans,
      speech: this.#speech,
      continuation: this.#continuation,
      rescue: this.#rescue,
      tally,
      context: this.#context,
    });
  }

  get plans(): readonly Plan[] {
    return this.#plans.list;
  }

  /** All plans in the order in which they were made. */
  get plansMade(): readonly Plan[] {
    return this.#plans.made;
  }

  /** Whether lines are held that nothing has taken yet. */
  get isUndecided(): boolean {
    return this.#held.lines.length > 0;
  }

  /** The report on what was read so far. @param bytes their number */
  report(bytes: number): InputReport {
    return this.tally.report(bytes, this.#plans.made, this.#speech.formats, this.#context.runtime.firstOfHosts());
  }

  /** Takes whole lines of b[0, limit), which is at offset `base` in the input. */
  lines(b: Buffer, v: DataView, limit: number, base: number): void {
    let pos = base === 0 && limit > 0 ? markBytes(b) : 0;
    while (pos < limit) {
      const [plan] = this.#plans.list;
      const alone = plan?.parts.chain.length === 0 || (this.#joiner.size === 0 && this.#continuation.idle);
      if (plan !== undefined && alone && plan.parts.workerFrom === undefined && !this.#records.mayGoOn) {
        const after = this.#plans.takeMany(b, v, pos, limit, base, this.#line);
        if (after > pos) {
          this.#continuation.other(0, false);
          pos = after;
          continue;
        }
      }
      const newline = b.indexOf(10, pos);
      pos = behindHole(b, pos, newline);
      const end = newline > pos && b[newline - 1] === 13 ? newline - 1 : newline;
      this.tally.lines++;
      if (end === pos && this.#isIdle) this.tally.continuation++;
      else this.#records.line(b, v, pos, end, base + pos);
      pos = newline + 1;
    }
    if (limit > 0 && this.plans.length > 1) this.#lastLine.keep(b, limit);
    this.#routeNames.keepFew();
  }

  /** Whether no line waits for another one. Then an empty line means nothing. */
  get #isIdle(): boolean {
    const waiting = this.#joiner.size + this.#held.lines.length + this.#rescue.torn.size;
    return waiting === 0 && !this.#records.isOpen && this.#continuation.idle;
  }

  /** Decides what the held lines are, and passes on all rows. @param atOnce do not wait for the other half of requests */
  flush(atOnce = false): void {
    this.#records.flush();
    if (atOnce || !this.#liveHalves?.waits()) this.#decider.decide();
    this.#plans.flush();
  }

  /** No more lines will come. */
  end(): void {
    this.#records.end();
    this.#decider.decide();
    this.#rescue.end();
    this.#plans.end();
  }

  /** Whether a line waits for another one, or the reading of lines depended on the lines before them. */
  get holds(): boolean {
    const waits = this.#joiner.size > 0 || this.#rescue.torn.waitsAt(this.tally.lines);
    return waits || this.#lacksStamp || this.#records.dependsOnNeighbours || this.#decider.skipped || this.#plans.holds;
  }

  /** Whether an envelope needed a stamp from an earlier line. */
  get #lacksStamp(): boolean {
    return this.#envelopes.some(({ isLacking }) => isLacking === true);
  }

  /** The lines that follow are elsewhere in the input. */
  startElsewhere(): void {
    for (const envelope of this.#envelopes) envelope.forget?.();
  }

  /** Keeps the formats that were found, and forgets what was counted. */
  forgetLines(): void {
    this.tally.forget();
    this.#records.forget();
    this.#joiner.forget();
    this.#rescue.torn.dropAll();
    this.#continuation.forget();
    this.#plans.forgetLines();
  }

  /** Offset in `lines` of the first one at which a range may begin; -1: none. Only for lines that were not read yet. */
  firstBorder(lines: Uint8Array): number {
    return firstBorder(lines, this.#records, (b, v, from, to) => {
      this.startElsewhere();
      return this.#requestIn(b, v, from, to) !== null && !this.#lacksStamp;
    });
  }

  #byPlan(b: Buffer, v: DataView, from: number, to: number, offset: number): boolean {
    const line = this.#line;
    const { list } = this.#plans;
    for (let i = 0; i < list.length; i++) {
      const { chain } = list[i].parts;
      line.start(b, v, from, to);
      let peeled = 0;
      while (peeled < chain.length && chain[peeled].peel(line)) peeled++;
      if (peeled < chain.length || line.partial || (chain.length > 0 && this.#joiner.size > 0)) continue;
      if (i > 0 && list[i].parts.prefixed && this.#lastLine.isCopied(b, from, to)) {
        this.tally.continuation++;
        return true;
      }
      if (!this.#plans.take(list[i], line.b, line.v, line.from, offset, line)) continue;
      this.#continuation.other(line.stream, false);
      this.#plans.promote(i);
      return true;
    }
    return false;
  }

  #one(b: Buffer, v: DataView, from: number, to: number, offset: number): void {
    if (this.#byPlan(b, v, from, to, offset)) return;
    const records = recordsIn(b, from, to);
    for (const { b, v, length, at } of records) this.#one(b, v, 0, length, offset + at);
    if (records.length === 0) this.#other(b, v, from, to, offset);
    else this.tally.lines += records.length - 1;
  }

  /** A line that no plan takes as it is: peels off all envelopes and tries again. */
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
    if (chain !== '' && this.#plans.takeInnermost(held, variants, offset)) {
      this.#continuation.other(stream, false);
      held.release(mark);
      return;
    }
    const heldLine = { offset, number: this.tally.lines, stream, variants };
    // Before there is a plan, everything is held, as most lines will be requests.
    if (this.plans.length > 0 && this.#decider.ownLine(heldLine)) held.release(mark);
    else {
      held.add(heldLine);
      if (held.isFull(this.plans.length === 0, this.tally.lines)) this.#decider.decide();
    }
  }

  #requestIn(b: Buffer, v: DataView, from: number, to: number): Judged | null {
    return requestIn({ b, v, from, to }, this.plans, this.#context.trials, this.#line);
  }

  /** What the line b[from, to) is, by the plans that exist. Counts nothing. @param search find out how far layouts get in the line */
  judge(b: Buffer, v: DataView, from: number, to: number, search: boolean): Judged {
    const line = this.#line;
    const held = this.#held;
    const { formats, trials } = this.#context;
    const request = this.#requestIn(b, v, from, to);
    if (request) return request;
    const mark = held.bytes;
    line.start(b, v, from, to);
    const variants: Variant[] = [held.variant(line, '')];
    for (let depth = 0; depth < MAX_ENVELOPES && this.#envelopes.some((one) => one.peel(line)); depth++) {
      variants.push(held.variant(line, ''));
    }
    held.release(mark);
    const heard = this.#speech.hear(held, variants);
    if (heard) return { kind: 'own', format: heard.line.format.id };
    const innermost = variants[variants.length - 1];
    if (this.#continuation.takes(held.text(innermost), line.stream)) return { kind: 'continuation' };
    const layouts = this.plans.map(({ parts }) => parts);
    const best = search ? closest(held.sample([innermost]), formats, layouts, trials) : null;
    return { kind: 'nothing', best, b: line.b, start: line.from, end: line.to };
  }
}
