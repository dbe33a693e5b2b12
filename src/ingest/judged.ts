/** What a line is when it is looked at again. */
import type { Span } from './compile/runtime.ts';
import type { Closest } from './detect/closest.ts';
import type { Trials } from './detect/sample.ts';
import type { Line } from './envelopes/line.ts';
import type { Plan } from './plan.ts';

/** What a line is when `logscope formats --explain` looks at it again. The text and the positions may be in a buffer of the envelopes. */
export type Judged =
  | {
      readonly kind: 'request';
      readonly plan: Plan;
      readonly spans: readonly Span[];
      readonly b: Buffer;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'own'; readonly format: string }
  | { readonly kind: 'continuation' }
  | {
      readonly kind: 'nothing';
      readonly best: Closest | null;
      readonly b: Buffer;
      readonly start: number;
      readonly end: number;
    };

interface Bytes {
  readonly b: Buffer;
  readonly v: DataView;
  readonly from: number;
  readonly to: number;
}

/** The request that the first matching plan reads in the line; null: no plan does. @param line used to peel the envelopes off */
export function requestIn(
  { b, v, from, to }: Bytes,
  plans: readonly Plan[],
  trials: Trials,
  line: Line,
): Judged | null {
  for (const plan of plans) {
    line.start(b, v, from, to);
    if (!plan.parts.chain.every((envelope) => envelope.peel(line))) continue;
    const spans = trials.spans(plan.parts.recipe, { b: line.b, v: line.v, lines: [] }, line.from);
    if (spans) return { kind: 'request', plan, spans, b: line.b, start: line.from, end: line.to };
  }
  return null;
}
