/** Which formats wrote these lines: every layout is tried, the one that takes most of them becomes a plan, and so on. */
import type { LogFormat } from '../../core/format.ts';
import { tidy } from '../compile/layout.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import { type Candidate, candidatesOf, markOf } from './candidates.ts';
import { messageStarts, readPrefixes } from './logging-prefix.ts';
import type { Sample, Trials } from './sample.ts';
import { settleKeys } from './settle-keys.ts';
import { findTrailingFields } from './trailing-fields.ts';

export interface Found {
  readonly candidate: Candidate;
  /** Indices into the sample of the lines it took. */
  readonly taken: readonly number[];
  /** Share of the sample it took, less what another format took as well. */
  readonly confidence: number;
  readonly assumptions: readonly string[];
}

interface Trial {
  readonly candidate: Candidate;
  readonly taken: readonly number[];
  readonly assumptions: readonly string[];
  /** The layout is not declared as it stands: fields were found around it. */
  readonly found: boolean;
}

/** Lines looked at for what stands around a known layout. */
const SEARCHED_LINES = 200;

const silent = new Set(['text', 'word', 'number', 'blanks', 'level', 'level-prefix', 'list']);

/** Number of fields that say something: of two layouts that take the same lines, the one that tells more is right. */
const telling = (recipe: Recipe): number =>
  'keyed' in recipe
    ? recipe.keyed.requires.length
    : fieldsOf(recipe).filter((field) => field !== null && !silent.has(field.kind)).length;

const proves = (format: LogFormat, name: string): boolean =>
  (format.loggers ?? []).some((logger) => name === logger || name.startsWith(`${logger}.`));

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

  /** An open layout with the fields that follow it in these lines; `starts` where the layout begins in each. */
  #extend(candidate: Candidate, sample: Sample, starts: readonly number[]): Omit<Trial, 'taken'> | null {
    if (!('tokens' in candidate.recipe)) return null;
    const head: Recipe = { tokens: [...candidate.recipe.tokens, { field: { kind: 'text' } }] };
    const rests: string[] = [];
    for (const start of starts) {
      const spans = this.#trials.spans(head, sample, start);
      if (!spans) continue;
      const { from, to } = spans[spans.length - 1];
      rests.push(sample.b.toString('latin1', from, Math.min(to, from + 4096)));
    }
    const trailing = findTrailingFields(rests);
    if (!trailing) return null;
    const recipe = { tokens: tidy([...candidate.recipe.tokens, ...trailing.tokens]) };
    const proven = candidate.format.ambiguousStamp ? this.#formats.find(({ id }) => id === trailing.proves) : undefined;
    return {
      candidate: {
        format: proven ?? candidate.format,
        layout: `${candidate.layout}, with further fields`,
        recipe,
        open: false,
        mark: markOf(recipe),
      },
      assumptions: trailing.assumptions,
      found: true,
    };
  }

  /** A known layout behind a logging prefix. */
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
    const { starts } = best;
    const at = [...starts.keys()];
    const prefix = readPrefixes(
      at.map((line) => {
        const { start } = sample.lines[line];
        return sample.b.toString('latin1', start, start + (starts.get(line) ?? 0));
      }),
    );
    if (!prefix || !('tokens' in best.candidate.recipe)) return null;
    const inner =
      best.candidate.open === true
        ? this.#extend(
            best.candidate,
            sample,
            prefix.lines.map((i) => sample.lines[at[i]].start + (starts.get(at[i]) ?? 0)),
          )
        : null;
    const base = inner?.candidate ?? best.candidate;
    if (!('tokens' in base.recipe)) return null;
    const recipe = { tokens: tidy([...prefix.tokens, ...base.recipe.tokens]) };
    const named = base.format.ambiguousStamp
      ? this.#formats.find((format) => prefix.names.some((name) => proves(format, name)))
      : undefined;
    const candidate = {
      format: named ?? base.format,
      layout: `${base.layout}, behind a logging prefix`,
      recipe,
      open: false,
      mark: markOf(recipe),
    };
    return {
      candidate,
      taken: this.#take(candidate, sample, lines),
      assumptions: inner?.assumptions ?? [],
      found: true,
    };
  }

  /** Settles what only the lines can tell of named values: which keys there are, the unit of a duration. */
  #settle(trial: Trial, sample: Sample): Trial {
    if (!('keyed' in trial.candidate.recipe)) return trial;
    const { keyed, assumptions } = settleKeys(trial.candidate.recipe.keyed, sample, trial.taken, this.#trials);
    const recipe = { keyed };
    return { ...trial, candidate: { ...trial.candidate, recipe }, assumptions: [...trial.assumptions, ...assumptions] };
  }

  /** Candidates whose mark stands anywhere in these lines. */
  #plausible(sample: Sample, lines: readonly number[]): Candidate[] {
    const text = lines
      .map((line) => sample.b.toString('latin1', sample.lines[line].start, sample.lines[line].end))
      .join('\n');
    return candidatesOf(this.#formats).filter(({ mark }) => text.includes(mark));
  }

  detect(sample: Sample): Found[] {
    const found: Found[] = [];
    let open = sample.lines.map((_, index) => index);
    while (open.length > 0) {
      const candidates = this.#plausible(sample, open);
      const trials: Trial[] = [];
      for (const candidate of candidates) {
        const taken = this.#take(candidate, sample, open);
        if (taken.length > 0) trials.push({ candidate, taken, assumptions: [], found: false });
        if (candidate.open && taken.length < open.length) {
          const extended = this.#extend(
            candidate,
            sample,
            open.map((line) => sample.lines[line].start),
          );
          const more = extended ? this.#take(extended.candidate, sample, open) : [];
          if (extended && more.length > 0) trials.push({ ...extended, taken: more });
        }
      }
      let best = trials.reduce<Trial | null>((top, trial) => {
        if (!top || trial.taken.length > top.taken.length) return trial;
        if (trial.taken.length < top.taken.length) return top;
        // What a format declares is surer than what was found behind it.
        if (trial.found !== top.found) return top.found ? trial : top;
        return telling(trial.candidate.recipe) > telling(top.candidate.recipe) ? trial : top;
      }, null);
      best ??= this.#behindPrefix(candidates, sample, open);
      if (!best || best.taken.length === 0) break;
      const { candidate, taken, assumptions } = this.#settle(best, sample);
      const rival = Math.max(
        0,
        ...trials
          .filter((trial) => trial.candidate.format !== candidate.format && !trial.candidate.format.ambiguousStamp)
          .filter((trial) => telling(trial.candidate.recipe) >= telling(candidate.recipe))
          .map((trial) => trial.taken.length),
      );
      found.push({
        candidate,
        taken,
        confidence: (taken.length - rival / 2) / sample.lines.length,
        assumptions,
      });
      const gone = new Set(taken);
      open = open.filter((line) => !gone.has(line));
    }
    return found;
  }
}

/** The format that a tag of an envelope names ("gunicorn", "nginx"), for lines that several formats write alike. */
export const formatOfTag = (formats: readonly LogFormat[], tag: string): LogFormat | undefined =>
  formats.find((format) => proves(format, tag) || tag === format.id || tag.startsWith(`${format.id}.`));
