/** What a line is, looked at again. */
import type { Span } from './compile/runtime.ts';
import type { Closest } from './detect/closest.ts';
import type { Plan } from './plan.ts';

/** What one line is, looked at again: `logscope formats --explain`. Text and positions are in a buffer of the envelope. */
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
