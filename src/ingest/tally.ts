/** Counts what became of the lines of an input, keeps the first that nothing took, and reports. */
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

  /** @param plans in the order in which they were made @param spoke formats whose own lines were seen */
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
