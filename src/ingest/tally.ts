/** Counts what became of the lines of an input, keeps the first ones that nothing took, and reports. */
import type { InputSummary } from '../core/summary.ts';
import { printable } from '../core/text.ts';
import { EXAMPLES, type InputReport, type KindCount } from './input-report.ts';
import type { Plan } from './plan.ts';
import { NO_REQUEST } from './reasons.ts';

export class Tally {
  lines = 0;
  requests = 0;
  lifecycle = 0;
  continuation = 0;
  unparsed = 0;
  /** Those of `unparsed` that are not about a request. */
  unrelated = 0;
  readonly #examples: InputSummary['unparsed_examples'] = [];
  readonly #unrelatedExamples: InputSummary['unparsed_examples'] = [];
  readonly assumptions = new Set<string>();
  /** What to say about a format given by the user; null: nothing. */
  misfit: string | null = null;

  /** Forgets all counts. What was assumed about the formats still holds. */
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

  /** The first lines that nothing took, with those that are not about a request last. */
  get examples(): InputSummary['unparsed_examples'] {
    return [...this.#examples, ...this.#unrelatedExamples].slice(0, EXAMPLES);
  }

  /**
   * @param plans in the order in which they were made
   * @param spoke formats of which a server's own lines were seen
   */
  report(bytes: number, plans: readonly Plan[], spoke: ReadonlySet<string>, firstHost: string | null): InputReport {
    const { lines, requests, lifecycle, continuation, unparsed, unrelated } = this;
    return {
      counts: { bytes, lines, requests, lifecycle, continuation, unparsed, unrelated },
      kinds: plans.map(kindOf),
      spoke: [...spoke].at(0) ?? null,
      firstHost,
      examples: this.examples,
      assumptions: [...(this.misfit === null ? [] : [this.misfit]), ...this.assumptions],
    };
  }
}

const kindOf = ({ requests, confidence, parts, batch }: Plan): KindCount => ({
  requests,
  confidence,
  format: parts.format.id,
  layout: parts.layout,
  facts: batch.facts,
});
