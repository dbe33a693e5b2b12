/** Lines on which formats are tried. */

import { bytesOf } from '../compile/emit.ts';
import type { Scanner } from '../compile/generate.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import { columnsOf, compile, type Recipe } from '../compile/recipe.ts';
import type { Runtime, Span } from '../compile/runtime.ts';
import { blankBatch } from '../plan.ts';
import { lookOf } from './trial.ts';

export interface SampleLine {
  /** The text is b[start, end); a newline follows. */
  readonly start: number;
  readonly end: number;
  /** What the envelopes say: stamp in µs (NaN: unknown), digits of its fraction, pid and thread (-1: unknown), tag (0: none). */
  readonly stamp: number;
  readonly stampDigits: number;
  /** The stamp of the envelope states its zone. */
  readonly stampZoned: boolean;
  /** The stamp of the envelope has a date, not only a time of day. */
  readonly stampDated: boolean;
  readonly worker: number;
  /** The pid was given by the process that wrote the line. */
  readonly isOwnPid: boolean;
  readonly thread: number;
  readonly tag: number;
}

export interface Sample {
  readonly b: Buffer;
  readonly v: DataView;
  readonly lines: readonly SampleLine[];
}

/** Tries recipes on lines. Each recipe is compiled once. */
export class Trials {
  readonly runtime: Runtime;
  readonly batch = blankBatch(
    {
      format: '',
      envelope: null,
      stampMeaning: null,
      resolutionMicros: Number.NaN,
      zone: null,
      durationCovers: null,
      fields: { time: false, duration: false, worker: false, thread: false, wait: false, arrival: false },
    },
    0,
    { capacity: 1 },
  );
  readonly #plain = new Map<unknown, Scanner>();
  readonly #explaining = new Map<unknown, Scanner>();
  readonly #literals = new WeakMap<object, Buffer>();

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  #scanner(recipe: Recipe, explain: boolean): Scanner {
    const cache = explain ? this.#explaining : this.#plain;
    const key = 'tokens' in recipe ? recipe.tokens : recipe.keyed;
    const known = cache.get(key);
    if (known) return known;
    // Layouts of several formats that differ only in what their stamps mean share a scanner, as the meaning does not matter here.
    const look = 'tokens' in recipe ? lookOf(recipe) : key;
    const scanner = cache.get(look) ?? compile(recipe, columnsOf(recipe, 'end'), this.runtime, { explain });
    cache.set(key, scanner);
    cache.set(look, scanner);
    return scanner;
  }

  /** Whether the recipe takes the text of b from `start` to its newline. If so, the row is at index 0 of `batch`. */
  takes(recipe: Recipe, { b, v }: Sample, start: number): boolean {
    // Most recipes do not fit this log: a scanner is only compiled for those that may.
    if ('tokens' in recipe && !this.#plain.has(recipe.tokens) && !this.#mayTake(recipe.tokens, b, start)) return false;
    this.batch.length = 0;
    this.#scanner(recipe, false)(b, v, start, start + 1, this.batch, 0);
    // A layout that does not fit this log may take anything for a duration.
    this.runtime.state.stepped = 0;
    return this.batch.length === 1;
  }

  /** Seconds from the first stamp of the lines to the last; NaN if they have none. */
  spannedSeconds(recipe: Recipe, sample: Sample, lines: readonly number[]): number {
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const line of lines) {
      this.batch.time[0] = Number.NaN;
      if (!this.takes(recipe, sample, sample.lines[line].start)) continue;
      const [time] = this.batch.time;
      if (time < first) first = time;
      if (time > last) last = time;
    }
    this.batch.time[0] = Number.NaN;
    return last > first ? (last - first) / 1_000_000 : Number.NaN;
  }

  /** Whether the literals occur in the line in their order, the first one at its beginning if it begins the layout. */
  #mayTake(tokens: readonly Token[], b: Buffer, start: number): boolean {
    let at = start;
    let end = -1;
    for (const [index, token] of tokens.entries()) {
      if (!isLiteral(token)) continue;
      const literal = this.#bytesOf(token);
      if (index === 0) {
        if (literal.compare(b, start, start + literal.length) !== 0) return false;
        at = start + literal.length;
        continue;
      }
      if (end < 0) end = b.indexOf(10, start);
      const found = b.indexOf(literal, at);
      if (found < 0 || found + literal.length > end) return false;
      at = found + literal.length;
    }
    return true;
  }

  #bytesOf(token: { readonly literal: string }): Buffer {
    const bytes = this.#literals.get(token) ?? Buffer.from(bytesOf(token.literal));
    this.#literals.set(token, bytes);
    return bytes;
  }

  /** The fields that the recipe finds in the line; null if it does not take the line (then `runtime.state.stop` is where it stopped). */
  spans(recipe: Recipe, { b, v }: Sample, start: number): readonly Span[] | null {
    this.batch.length = 0;
    this.#scanner(recipe, true)(b, v, start, start + 1, this.batch, 0);
    return this.batch.length === 1 ? this.runtime.state.spans : null;
  }
}
