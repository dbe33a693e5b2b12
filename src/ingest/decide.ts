/** Decides what held lines are: looks for formats in them, makes plans, gives every line its place. */
import type { LogFormat } from '../core/format.ts';
import type { Continuation } from './continuation.ts';
import type { Candidate } from './detect/candidates.ts';
import { Detector, type Found } from './detect/detect.ts';
import { makePlan, type PlanContext } from './detect/make-plan.ts';
import type { Sample } from './detect/sample.ts';
import type { Envelope } from './envelopes/line.ts';
import type { HeldLine, HeldLines, Variant } from './held-lines.ts';
import type { Plan } from './plan.ts';
import type { PlanSet } from './plan-set.ts';
import type { Rescue } from './rescue.ts';
import type { Heard, ServerSpeech } from './server-speech.ts';
import type { Tally } from './tally.ts';

export interface DeciderParts {
  readonly formats: readonly LogFormat[];
  /** Formats that the user described. */
  readonly given: readonly Candidate[];
  readonly envelopes: readonly Envelope[];
  readonly held: HeldLines;
  readonly plans: PlanSet;
  readonly speech: ServerSpeech;
  readonly continuation: Continuation;
  readonly rescue: Rescue;
  readonly tally: Tally;
  readonly context: PlanContext;
}

interface Sighting {
  readonly found: Found;
  readonly sample: Sample;
  readonly chain: string;
  readonly lines: readonly { readonly line: HeldLine; readonly variant: Variant }[];
}

/** What a line is that no plan takes. */
type Own = Heard | 'continuation';

const depthOf = (chain: string): number => (chain === '' ? 0 : chain.split('+').length);

export class Decider {
  readonly #parts: DeciderParts;
  readonly #detector: Detector;

  constructor(parts: DeciderParts) {
    this.#parts = parts;
    this.#detector = new Detector(parts.formats, parts.context.trials, parts.given);
  }

  /** A server's own line, or part of a traceback? Then it is counted, and its events are given on. */
  ownLine(line: HeldLine): boolean {
    const own = this.#listen(line);
    if (own) this.#place(line, own);
    return own !== null;
  }

  #listen({ variants, stream }: HeldLine): Own | null {
    const { held, speech, continuation } = this.#parts;
    const heard = speech.hear(held, variants);
    if (heard) {
      continuation.other(stream, heard.line.isError);
      return heard;
    }
    return continuation.takes(held.text(variants[variants.length - 1]), stream) ? 'continuation' : null;
  }

  #place({ offset }: HeldLine, own: Own): void {
    const { held, speech, tally } = this.#parts;
    if (own === 'continuation') {
      tally.continuation++;
      return;
    }
    tally.lifecycle++;
    speech.tell(own, held, offset);
  }

  decide(): void {
    const { held, plans, tally } = this.#parts;
    if (held.lines.length === 0) return;
    const { taker, own, shares } = this.#detect();
    const rejected = tally.unparsed;
    for (const line of held.lines) {
      const said = own.get(line);
      const taken = taker.get(line);
      if (said) this.#place(line, said);
      else if (taken) {
        const { plan, variant } = taken;
        plans.take(plan, held.b, held.v, variant.start, line.offset, variant);
      } else this.#leftOver(line);
    }
    const requests = taker.size + tally.unparsed - rejected;
    for (const [plan, share] of shares) plan.confidence = share / requests;
    held.clear();
  }

  /**
   * Which plan takes which line, and which lines are the servers' own. Known layouts come first, in the envelopes that most
   * lines have; then the servers' own lines, which also tell who wrote the others; what stands behind prefixes is searched
   * for last.
   */
  #detect() {
    const { held, continuation, speech } = this.#parts;
    const own = new Map<HeldLine, Own>();
    const taken = new Set<HeldLine>();
    const chains = new Map<string, number>();
    for (const { variants } of held.lines) {
      for (const { chain } of variants) chains.set(chain, (chains.get(chain) ?? 0) + 1);
    }
    const order = [...chains].sort((a, b) => b[1] - a[1] || depthOf(b[0]) - depthOf(a[0])).map(([chain]) => chain);
    const look = (search: boolean) => order.flatMap((chain) => this.#lookAt(chain, search, taken, own));
    const known = look(false);
    for (const line of held.lines) {
      if (taken.has(line)) {
        continuation.other(line.stream, false);
        continue;
      }
      const said = this.#listen(line);
      if (said) own.set(line, said);
    }
    const taker = new Map<HeldLine, { plan: Plan; variant: Variant }>();
    const shares = new Map<Plan, number>();
    for (const { found, sample, chain, lines } of [...known, ...look(true)]) {
      const plan = this.#plan(found, sample, chain);
      const doubtful = found.contested && !speech.formats.has(plan.parts.format.id);
      shares.set(plan, lines.length * (doubtful ? 0.5 : 1));
      for (const { line, variant } of lines) taker.set(line, { plan, variant });
    }
    return { taker, own, shares };
  }

  #lookAt(chain: string, search: boolean, taken: Set<HeldLine>, own: ReadonlyMap<HeldLine, Own>): Sighting[] {
    const { held } = this.#parts;
    const pairs = held.lines.flatMap((line) => {
      const variant = taken.has(line) || own.has(line) ? undefined : line.variants.find((one) => one.chain === chain);
      return variant ? [{ line, variant }] : [];
    });
    const sample = held.sample(pairs.map(({ variant }) => variant));
    const known = taken.size > 0 || this.#parts.plans.list.length > 0;
    return this.#detector.detect(sample, search, known).map((found) => {
      const lines = found.taken.map((index) => pairs[index]);
      for (const { line } of lines) taken.add(line);
      return { found, sample, chain, lines };
    });
  }

  #plan(found: Found, sample: Sample, chain: string): Plan {
    const { envelopes, context, plans, tally } = this.#parts;
    const ids = chain === '' ? [] : chain.split('+');
    const around = ids.map((id) => envelopes.find((envelope) => envelope.id === id) as Envelope);
    const { plan, assumptions } = makePlan(found, sample, around, context);
    plans.add(plan);
    for (const sentence of assumptions) tally.assumptions.add(sentence);
    return plan;
  }

  #leftOver(line: HeldLine): void {
    const { held, rescue, tally, plans } = this.#parts;
    const innermost = held.text(line.variants[line.variants.length - 1]);
    if (rescue.take(line)) return;
    if (/^\s/.test(innermost) || innermost === '') {
      tally.continuation++;
      return;
    }
    const [first] = plans.list;
    const reason = first ? `not a line of ${first.parts.format.id}` : 'no known format takes it';
    tally.reject(line.number, held.text(line.variants[0]), reason);
  }
}
