/** Last resort for a line that nothing takes: it may be a part of a line, or contain a whole one. */
import { isLiteral } from './compile/layout.ts';
import type { Runtime } from './compile/runtime.ts';
import type { HeldLine, HeldLines, Variant } from './held-lines.ts';
import type { Plan } from './plan.ts';
import type { PlanSet } from './plan-set.ts';
import type { Tally } from './tally.ts';
import { type Torn, TornLines } from './torn-lines.ts';

/** So many places inside a line are tried as the start of a whole one. */
const MAX_STARTS = 8;
/** A plan must take at least so many bytes of the text, otherwise it is no part of a line of the plan. */
const MIN_PART_BYTES = 8;
const MAX_PART_BYTES = 1 << 15;

const openRequest = /"[A-Z]{3,10} [^"]*$/;
const isAddress = (c: number): boolean =>
  (c > 47 && c < 59) || c === 46 || (c > 96 && c < 103) || (c > 64 && c < 71) || c === 37;

export class Rescue {
  readonly torn = new TornLines();
  readonly #held: HeldLines;
  readonly #plans: PlanSet;
  readonly #tally: Tally;
  readonly #runtime: Runtime;

  constructor(held: HeldLines, plans: PlanSet, tally: Tally, runtime: Runtime) {
    this.#held = held;
    this.#plans = plans;
    this.#tally = tally;
    this.#runtime = runtime;
  }

  /** @returns true: the line was handled, or is kept until its rest comes */
  take(line: HeldLine): boolean {
    const variant = line.variants[line.variants.length - 1];
    const plans = this.#plans.list.filter(({ chainKey }) => chainKey === variant.chain);
    const pending = this.torn.pending(line.stream, line.number);
    if (pending) {
      // A client may put a newline and a colour code into its path; the colour is then no envelope of the server's lines.
      const bare = variant.chain.replace(/\+?ansi$/, '');
      const uncoloured = this.#plans.list.filter(({ chainKey }) => chainKey === bare);
      if (this.#complete(pending, line, variant, bare === variant.chain ? plans : [...plans, ...uncoloured]))
        return true;
      this.#lose(this.torn.drop(line.stream));
    }
    return this.#findInside(line, variant, plans) || this.#keepPart(line, variant, plans);
  }

  #complete(pending: Torn, line: HeldLine, variant: Variant, plans: readonly Plan[]): boolean {
    const rest = this.#held.b.subarray(variant.start, variant.end);
    for (const broken of [true, false]) {
      const { b, v, length } = this.torn.join(pending, rest, broken);
      for (const plan of plans) {
        if (!this.#plans.take(plan, b, v, 0, pending.offset, variant)) continue;
        this.#tally.continuation += pending.parts;
        this.torn.drop(line.stream);
        return true;
      }
      if (
        !broken ||
        !this.torn.canGrow(pending, rest.length) ||
        !plans.some((plan) => this.#isCut(plan, b, v, 0, length))
      ) {
        continue;
      }
      const parts = pending.parts + 1;
      this.torn.keep(line.stream, {
        ...pending,
        bytes: Buffer.from(b.subarray(0, length)),
        lastNumber: line.number,
        parts,
      });
      return true;
    }
    return false;
  }

  /** Two processes wrote at once, and the whole line of one stands inside that of the other. */
  #findInside(line: HeldLine, variant: Variant, plans: readonly Plan[]): boolean {
    const { b, v } = this.#held;
    for (const plan of plans) {
      for (const start of this.#starts(plan, variant)) {
        if (!this.#plans.take(plan, b, v, start, line.offset + start - variant.start, variant)) continue;
        const bytes = Buffer.from(b.subarray(variant.start, start));
        const { offset, number } = line;
        this.torn.keep(line.stream, { bytes, offset, number, lastNumber: number, parts: 0 });
        return true;
      }
    }
    return false;
  }

  /** Where a line of the plan may start inside another one. */
  #starts({ parts: { recipe } }: Plan, { start, end }: Variant): number[] {
    if (!('tokens' in recipe)) return [];
    const [first, second] = recipe.tokens;
    const mark = isLiteral(first) ? first : isLiteral(second) ? second : null;
    if (!mark || mark.literal.length < 2) return [];
    const { b } = this.#held;
    const starts: number[] = [];
    for (let at = b.indexOf(mark.literal, start + 1, 'latin1'); at > 0 && at < end && starts.length < MAX_STARTS; ) {
      let from = at;
      if (mark === second) while (from > start && isAddress(b[from - 1])) from--;
      if (from > start && (mark === first || from < at)) starts.push(from);
      at = b.indexOf(mark.literal, at + 1, 'latin1');
    }
    return starts;
  }

  #keepPart(line: HeldLine, variant: Variant, plans: readonly Plan[]): boolean {
    const { b, v } = this.#held;
    const { start, end } = variant;
    if (end - start > MAX_PART_BYTES || !plans.some((plan) => this.#isCut(plan, b, v, start, end))) return false;
    const bytes = Buffer.from(b.subarray(start, end));
    this.torn.keep(line.stream, { bytes, offset: line.offset, number: line.number, lastNumber: line.number, parts: 1 });
    return true;
  }

  /** Whether the plan can read the text up to its end, or up to a request line that is not closed. */
  #isCut({ parts, batch }: Plan, b: Buffer, v: DataView, start: number, end: number): boolean {
    const rows = batch.length;
    parts.scan(b, v, start, start + 1, batch, 0);
    if (batch.length > rows) {
      batch.length = rows;
      return false;
    }
    const { stop } = this.#runtime.state;
    if (stop - start < MIN_PART_BYTES) return false;
    return stop >= end - 2 || openRequest.test(b.toString('latin1', start, end));
  }

  #lose(torn: Torn | null): void {
    if (!torn || torn.parts === 0) return;
    this.#tally.reject(
      torn.number,
      torn.bytes.toString('utf8', 0, 400),
      'cut off: the rest of the line did not follow',
    );
    this.#tally.continuation += torn.parts - 1;
  }

  /** The input has ended: parts that are still kept are counted as rejected. */
  end(): void {
    for (const torn of this.torn.dropAll()) this.#lose(torn);
  }
}
