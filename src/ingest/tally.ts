/** Counts what became of the lines of an input, keeps the first that nothing took, and reports. */
import type { InputSummary } from '../core/summary.ts';
import { printable } from '../core/text.ts';
import type { Plan } from './plan.ts';
import { NO_REQUEST } from './reasons.ts';

const EXAMPLES = 5;

export class Tally {
  lines = 0;
  requests = 0;
  lifecycle = 0;
  continuation = 0;
  unparsed = 0;
  /** Of `unparsed`: lines that tell of no request. */
  unrelated = 0;
  readonly #examples: InputSummary['unparsed_examples'] = [];
  readonly #unrelatedExamples: InputSummary['unparsed_examples'] = [];
  readonly assumptions = new Set<string>();
  /** What to say of a format that the user gave and that fits no line, null where there is none. */
  misfit: string | null = null;

  /** Back to no lines; what was assumed of the formats still holds. */
  forget(): void {
    this.lines = this.requests = this.lifecycle = this.continuation = this.unparsed = this.unrelated = 0;
    this.#examples.length = this.#unrelatedExamples.length = 0;
  }

  reject(line: number, text: string, reason: string): void {
    this.unparsed++;
    const isUnrelated = reason === NO_REQUEST;
    if (isUnrelated) this.unrelated++;
    const examples = isUnrelated ? this.#unrelatedExamples : this.#examples;
    if (examples.length < EXAMPLES) examples.push({ line, text: printable(text, 200), reason });
  }

  /** The first lines that nothing took, before those that tell of no request. */
  get examples(): InputSummary['unparsed_examples'] {
    return [...this.#examples, ...this.#unrelatedExamples].slice(0, EXAMPLES);
  }

  /** @param spoke formats whose own lines were seen */
  report(path: string, bytes: number, plans: readonly Plan[], spoke: ReadonlySet<string>): InputSummary {
    const main = plans.reduce<Plan | null>((top, plan) => (top && top.requests >= plan.requests ? top : plan), null);
    const facts = main?.batch.facts;
    const meaning = facts?.stampMeaning ?? null;
    const others = plans.filter((plan) => plan !== main && plan.requests > 0);
    const assumptions = [...(this.misfit === null ? [] : [this.misfit]), ...this.assumptions];
    if (others.length > 0 && main) {
      const list = [main, ...others].map(
        ({ parts, requests }) =>
          `${requests} of ${parts.format.id} (${parts.layout}${parts.facts.envelope ? `, in ${parts.facts.envelope}` : ''})`,
      );
      assumptions.unshift(`lines of several kinds: ${list.join(', ')}`);
    }
    return {
      // Whoever made the file may have named it as he liked.
      path: printable(path),
      format: main?.parts.format.id ?? (spoke.size > 0 ? [...spoke][0] : null),
      format_confidence: main ? Math.round(main.confidence * 100) / 100 : this.lifecycle / Math.max(1, this.lines),
      envelope: facts?.envelope ?? null,
      bytes,
      lines: this.lines,
      requests: this.requests,
      lifecycle: this.lifecycle,
      continuation: this.continuation,
      unparsed: this.unparsed,
      ...(this.unrelated > 0 ? { unrelated: this.unrelated } : {}),
      timestamp: {
        meaning: facts?.stampAssumed ? null : meaning === 'response-start' ? 'end' : meaning,
        detail:
          meaning === 'response-start' ? 'response start' : facts?.stampAssumed ? `taken as the ${meaning}` : null,
        resolution_seconds: meaning === null || !facts ? null : facts.resolutionMicros / 1_000_000,
        zone: facts?.zone ?? null,
      },
      unparsed_examples: this.examples,
      assumptions,
    };
  }
}
