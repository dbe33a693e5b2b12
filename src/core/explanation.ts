/** What was made of the lines of a log, for people who want to know why: `logscope formats --explain`. */
import type { StreamFacts } from './batch.ts';

/** A field in a line: characters [from, to) of its text. */
export interface Label {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

export interface ExplainedLine {
  /** From 1. */
  readonly number: number;
  /** Printable; without the envelopes around it. */
  readonly text: string;
  readonly labels: readonly Label[];
}

/** Lines that one layout took. */
export interface ExplainedKind {
  readonly format: string;
  readonly layout: string;
  readonly lines: number;
  /** `begun`: its lines tell how requests began, `again`: they tell of requests that others tell of; both give no requests. */
  readonly tells: 'requests' | 'begun' | 'again';
  readonly facts: StreamFacts;
  readonly first: ExplainedLine;
  /** What the lines do not have, and the configuration that makes the server log it. */
  readonly missing: readonly { readonly what: readonly string[]; readonly how: string }[];
}

/** A line that nothing took, and how far the best layout came. */
export interface StuckLine {
  readonly number: number;
  readonly text: string;
  /** Why it was left. */
  readonly reason: string;
  /** The layout that came farthest, null when none took a single field. */
  readonly best: string | null;
  /** Character of the text at which it stopped. */
  readonly at: number;
  /** What it expected there. */
  readonly expected: string | null;
}

export interface Explanation {
  /** Lines looked at; false: there are more in the file. */
  readonly lines: number;
  readonly complete: boolean;
  readonly kinds: readonly ExplainedKind[];
  /** Lines in which servers speak of themselves, by format. */
  readonly own: readonly { readonly format: string; readonly lines: number; readonly first: ExplainedLine }[];
  /** Tracebacks and other lines that belong to the one before. */
  readonly continuation: number;
  readonly unparsed: number;
  /** Of these, lines that tell of no request. */
  readonly unrelated: number;
  readonly stuck: readonly StuckLine[];
  readonly assumptions: readonly string[];
}
