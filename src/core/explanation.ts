/** How the lines of a log were understood, for people who want to know why: `logscope formats --explain`. */
import type { StreamFacts } from './batch.ts';

/** A field in a line: characters [from, to) of its text. */
export interface Label {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

export interface ExplainedLine {
  /** Line number, from 1. */
  readonly number: number;
  /** Printable, and without the envelopes around it. */
  readonly text: string;
  readonly labels: readonly Label[];
}

/** Lines that one layout took. */
export interface ExplainedKind {
  readonly format: string;
  readonly layout: string;
  readonly lines: number;
  /** `begun`: lines about the beginning of requests; `again`: lines that repeat requests of other lines. Neither gives requests. */
  readonly tells: 'requests' | 'begun' | 'again';
  readonly facts: StreamFacts;
  readonly first: ExplainedLine;
  /** What the lines lack, and the configuration that makes the server log it. */
  readonly missing: readonly { readonly what: readonly string[]; readonly how: string }[];
}

/** A line that nothing took, and how far the best layout got in it. */
export interface StuckLine {
  readonly number: number;
  readonly text: string;
  /** Why nothing took it. */
  readonly reason: string;
  /** The layout that got farthest; null: none read a single field. */
  readonly best: string | null;
  /** Character of the text at which it stopped. */
  readonly at: number;
  /** What it expected there. */
  readonly expected: string | null;
}

export interface Explanation {
  /** Number of lines that were looked at; `complete` is false if the file has more. */
  readonly lines: number;
  readonly complete: boolean;
  readonly kinds: readonly ExplainedKind[];
  /** Lines in which servers say something about themselves, by format. */
  readonly own: readonly { readonly format: string; readonly lines: number; readonly first: ExplainedLine }[];
  /** Tracebacks and other lines that belong to the line before them. */
  readonly continuation: number;
  readonly unparsed: number;
  /** Those of `unparsed` that are not about a request. */
  readonly unrelated: number;
  readonly stuck: readonly StuckLine[];
  readonly assumptions: readonly string[];
}
