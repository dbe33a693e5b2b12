/** Which formats wrote these lines: every layout is tried, the one that takes most of them becomes a plan, and so on. */
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, type Token, tidy } from '../compile/layout.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import { type Candidate, candidatesOf, markOf } from './candidates.ts';
import { messageStarts, readPrefixes } from './logging-prefix.ts';
import type { Sample, Trials } from './sample.ts';
import { settleKeys } from './settle-keys.ts';
import { findTrailingFields } from './trailing-fields.ts';
import { type FoundToken, resolveNumbers } from './units.ts';

export interface Found {
  readonly candidate: Candidate;
  /** Indices into the sample of the lines it took. */
  readonly taken: readonly number[];
  /** Share of the sample it took, less what another format took as well. */
  readonly confidence: number;
  /** Other formats that write the very same lines. */
  readonly rivals: readonly LogFormat[];
  readonly assumptions: readonly string[];
}

interface Trial {
  readonly candidate: Candidate;
  readonly taken: readonly number[];
  readonly assumptions: readonly string[];
  /** The layout is not declared as it stands: fields were found around it. */
  readonly found: boolean;
}

/** Lines looked at for what stands around a known layout, and for whether addresses look like addresses. */
const SEARCHED_LINES = 200;
const CHECKED_LINES = 20;

const silent = new Set(['text', 'word', 'number', 'blanks', 'level', 'level-prefix', 'list']);

/** Number of fields that say something: of two layouts that take the same lines, the one that tells more is right. */
const telling = (recipe: Recipe): number =>
  'keyed' in recipe
    ? recipe.keyed.requires.length
    : fieldsOf(recipe).filter((field) => field !== null && !silent.has(field.kind)).length;

/** What a layout looks like on the page, whatever its stamps mean. */
const lookOf = (recipe: Recipe): string =>
  'keyed' in recipe
    ? JSON.stringify(recipe.keyed.requires)
    : recipe.tokens.map((token) => (isLiteral(token) ? token.literal : JSON.stringify({ ...token.field, means: '' }))).join('');

const proves = (format: LogFormat, name: string): boolean =>
  (format.loggers ?? []).some((logger) => name === logger || name.startsWith(`${logger}.`));

/** IPv4, IPv6, host name, with port, list of them, "unix:", "b''", "-", nothing. */
const address = /^$|^(unix:.*|b''|[\w.-]+|\[?[0-9a-f:.%\w]*::?[0-9a-f:.%]*\]?|[\w.-]+:\d+)(, ?[\w.:[\]-]+)*$/i;

/** The format that a tag of an envelope names ("gunicorn", "nginx"), for lines that several formats write alike. */
export const formatOfTag = (formats: readonly LogFormat[], tag: string): LogFormat | undefined =>
  formats.find((format) => proves(format, tag) || tag === format.id || tag.startsWith(`${format.id}.`));

export class Detector {
  readonly #formats: readonly LogFormat[];
  readonly #trials: Trials;

  constructor(formats: readonly LogFormat[], trials: Trials) {
    this.#formats = formats;
    this.#trials = trials;
  }

  #take(candidate: Candidate, sample: Sample, lines: readonly number[]): number[] {
    return lines.filter((line) => this.#trials.takes(candidate.recipe, sample, sample.lines[line].start));
  }

  /** Is what stands where an address should stand an address? A logger's name in front of one is none. */
  #hasAddresses({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const at = recipe.tokens.findIndex((token) => 'field' in token && token.field.kind === 'client');
    if (at < 0) return true;
    const checked = taken.slice(0, CHECKED_LINES);
    const good = checked.filter((line) => {
      const span = this.#trials.spans(recipe, sample, sample.lines[line].start)?.find(({ token }) => token === at);
      return span === undefined || address.test(sample.b.toString('latin1', span.from, span.to));
    });
    return good.length * 2 > checked.length;
  }

  /** An open layout with the fields that follow it; `starts` is where the layout begins in each line. */
  #trailing(candidate: Candidate, sample: Sample, starts: readonly number[]) {
    if (!('tokens' in candidate.recipe)) return null;
    const head: Recipe = { tokens: [...candidate.recipe.tokens, { field: { kind: 'text' } }] };
    const rests: string[] = [];
    for (const start of starts) {
      const spans = this.#trials.spans(head, sample, start);
      if (!spans) continue;
      const { from, to } = spans[spans.length - 1];
      rests.push(sample.b.toString('latin1', from, Math.min(to, from + 4096)));
    }
    return findTrailingFields(rests);
  }

  #assemble(
    candidate: Candidate,
    parts: {
      readonly before: readonly FoundToken[];
      readonly behind: readonly FoundToken[];
      readonly logging: boolean;
    },
    format: LogFormat | undefined,
  ): Omit<Trial, 'taken'> {
    const core = (candidate.recipe as { tokens: readonly Token[] }).tokens.map(
      (token): FoundToken => ({ token, values: [], name: '' }),
    );
    const { tokens, assumptions } = parts.logging
      ? resolvedApart(parts.before, core, parts.behind)
      : resolveNumbers([...parts.before, ...core, ...parts.behind], false);
    const recipe = { tokens: tidy(tokens) };
    const around = [
      parts.before.length > 0 ? 'behind a prefix' : '',
      parts.behind.length > 0 ? 'with further fields' : '',
    ];
    return {
      candidate: {
        format: format ?? candidate.format,
        layout: [candidate.layout, ...around.filter((text) => text !== '')].join(', '),
        recipe,
        open: false,
        mark: markOf(recipe),
      },
      assumptions,
      found: true,
    };
  }

  #extend(candidate: Candidate, sample: Sample, lines: readonly number[]): Trial | null {
    const starts = lines.map((line) => sample.lines[line].start);
    const trailing = this.#trailing(candidate, sample, starts);
    if (!trailing) return null;
    const proven = candidate.format.ambiguousStamp ? this.#format(trailing.proves) : undefined;
    const trial = this.#assemble(candidate, { before: [], behind: trailing.tokens, logging: false }, proven);
    return { ...trial, taken: this.#take(trial.candidate, sample, lines) };
  }

  #format(id: string | null): LogFormat | undefined {
    return this.#formats.find((format) => format.id === id);
  }

  /** A known layout behind a prefix of any shape. */
  #behindPrefix(candidates: readonly Candidate[], sample: Sample, lines: readonly number[]): Trial | null {
    const searched = lines.slice(0, SEARCHED_LINES);
    let best: { candidate: Candidate; starts: Map<number, number> } | null = null;
    for (const candidate of candidates) {
      if (!('tokens' in candidate.recipe)) continue;
      const recipe: Recipe = candidate.open
        ? { tokens: [...candidate.recipe.tokens, { field: { kind: 'text' } }] }
        : candidate.recipe;
      const starts = new Map<number, number>();
      for (const line of searched) {
        const { start, end } = sample.lines[line];
        const text = sample.b.toString('latin1', start, Math.min(end, start + 200));
        const at = messageStarts(text).find((offset) => this.#trials.takes(recipe, sample, start + offset));
        if (at !== undefined) starts.set(line, at);
      }
      if (starts.size > (best?.starts.size ?? 0)) best = { candidate, starts };
    }
    if (!best) return null;
    const { candidate, starts } = best;
    const at = [...starts.keys()];
    const startOf = (line: number) => sample.lines[line].start + (starts.get(line) ?? 0);
    const prefix = readPrefixes(at.map((line) => sample.b.toString('latin1', sample.lines[line].start, startOf(line))));
    if (!prefix || (candidate.format.id !== 'custom' && !prefix.logging)) return null;
    const trailing = candidate.open
      ? this.#trailing(
          candidate,
          sample,
          prefix.lines.map((i) => startOf(at[i])),
        )
      : null;
    const angled = prefix.tokens.some(({ values }) => /^<\d+>$/.test(values[0] ?? '')) ? 'gunicorn' : null;
    const proven = candidate.format.ambiguousStamp
      ? (this.#formats.find((format) => prefix.names.some((name) => proves(format, name))) ??
        this.#format(trailing?.proves ?? angled))
      : undefined;
    const trial = this.#assemble(
      candidate,
      { before: prefix.tokens, behind: trailing?.tokens ?? [], logging: prefix.logging },
      proven,
    );
    return { ...trial, taken: this.#take(trial.candidate, sample, lines) };
  }

  /** Settles what only the lines can tell of named values: which keys there are, the unit of a duration. */
  #settle(trial: Trial, sample: Sample): Trial {
    if (!('keyed' in trial.candidate.recipe)) return trial;
    const { keyed, assumptions } = settleKeys(trial.candidate.recipe.keyed, sample, trial.taken, this.#trials);
    const candidate = { ...trial.candidate, recipe: { keyed } };
    return { ...trial, candidate, assumptions: [...trial.assumptions, ...assumptions] };
  }

  /** Candidates whose mark stands anywhere in these lines. */
  #plausible(sample: Sample, lines: readonly number[]): Candidate[] {
    const text = lines
      .map((line) => sample.b.toString('latin1', sample.lines[line].start, sample.lines[line].end))
      .join('\n');
    return candidatesOf(this.#formats).filter(({ mark }) => text.includes(mark));
  }

  #tryAll(candidates: readonly Candidate[], sample: Sample, open: readonly number[]): Trial[] {
    const trials: Trial[] = [];
    for (const candidate of candidates) {
      const taken = this.#take(candidate, sample, open);
      if (taken.length > 0) trials.push({ candidate, taken, assumptions: [], found: false });
      if (candidate.open && taken.length < open.length) {
        const extended = this.#extend(candidate, sample, open);
        if (extended && extended.taken.length > 0) trials.push(extended);
      }
    }
    return trials.filter(({ candidate, taken }) => this.#hasAddresses(candidate, sample, taken));
  }

  /** @param search look behind prefixes, too: slow, and an envelope should have been peeled off before */
  detect(sample: Sample, search: boolean): Found[] {
    const found: Found[] = [];
    let open = sample.lines.map((_, index) => index);
    while (open.length > 0) {
      const candidates = this.#plausible(sample, open);
      const trials = this.#tryAll(candidates, sample, open);
      let best = trials.reduce<Trial | null>((top, trial) => {
        if (!top || trial.taken.length > top.taken.length) return trial;
        if (trial.taken.length < top.taken.length) return top;
        // What a format declares is surer than what was found behind it.
        if (trial.found !== top.found) return top.found ? trial : top;
        return telling(trial.candidate.recipe) > telling(top.candidate.recipe) ? trial : top;
      }, null);
      if (search) best ??= this.#behindPrefix(candidates, sample, open);
      if (!best || best.taken.length === 0) break;
      const { candidate, taken, assumptions } = this.#settle(best, sample);
      found.push({
        candidate,
        taken,
        ...this.#compare(best, trials, sample),
        assumptions,
      });
      const gone = new Set(taken);
      open = open.filter((line) => !gone.has(line));
    }
    return found;
  }

  /** Formats that write the same lines; how much of the sample is nobody else's. */
  #compare(best: Trial, trials: readonly Trial[], sample: Sample): { rivals: LogFormat[]; confidence: number } {
    const look = lookOf(best.candidate.recipe);
    const others = trials.filter(({ candidate }) => candidate.format !== best.candidate.format);
    const alike = others
      .filter(({ candidate }) => lookOf(candidate.recipe) === look)
      .map(({ candidate }) => candidate.format);
    // Lines of Common and Combined shape are named by their shape: that others write it, too, is what the name says.
    const shared = best.candidate.format.id === 'combined' ? 0 : alike.length > 0 ? best.taken.length : 0;
    return { rivals: alike, confidence: (best.taken.length - shared / 2) / sample.lines.length };
  }
}

/** In a line of Python's logging the first number in front is the process, and durations stand behind. */
function resolvedApart(before: readonly FoundToken[], core: readonly FoundToken[], behind: readonly FoundToken[]) {
  const front = resolveNumbers(before, true);
  const rest = resolveNumbers([...core, ...behind], false);
  return { tokens: [...front.tokens, ...rest.tokens], assumptions: [...front.assumptions, ...rest.assumptions] };
}
