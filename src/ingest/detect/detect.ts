/** Which formats wrote these lines: every layout is tried, the one that takes most lines becomes a plan, then the rest is tried again. */
import type { LogFormat } from '../../core/format.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import { type Candidate, candidatesOf, couldBe } from './candidates.ts';
import { FieldChecks } from './field-checks.ts';
import { couldTake } from './outline.ts';
import { PossibleCandidates, possibleOf } from './possible.ts';
import type { Sample, Trials } from './sample.ts';
import { settle } from './settle-keys.ts';
import { Surroundings } from './surroundings.ts';
import { lookOf, type Trial } from './trial.ts';

/** Whether a layout may be made from very few lines, which may rather be broken lines of another kind. */
export type Few = 'never' | 'first' | 'always';

export interface Found {
  readonly candidate: Candidate;
  /** Indices into the sample of the lines it took. */
  readonly taken: readonly number[];
  /** Other formats write such lines, too, so the name of the format is in doubt. */
  readonly contested: boolean;
  /** Other formats that write the very same lines. */
  readonly rivals: readonly LogFormat[];
  readonly assumptions: readonly string[];
}

/** With fewer lines than this, fields around a known layout do not make a new kind of line. */
const FEW_LINES = 3;
/** Candidates are compared on at most so many lines. */
const RANKED_LINES = 100;
/** Most candidates are excluded by so many lines, before the others are compared. */
const GLANCED_LINES = 8;

const silent = new Set(['text', 'word', 'number', 'blanks', 'level', 'level-prefix', 'list']);

/** Number of fields with information: of two layouts that take the same lines, the one with more of them is right. */
const telling = (recipe: Recipe): number =>
  'keyed' in recipe
    ? recipe.keyed.requires.length
    : fieldsOf(recipe).filter((field) => field !== null && !silent.has(field.kind)).length;

/** At most `count` of the lines, evenly spread. */
export const spread = (lines: readonly number[], count: number): readonly number[] =>
  lines.length <= count
    ? lines
    : Array.from({ length: count }, (_, i) => lines[Math.floor((i * lines.length) / count)]);

const textsOf = ({ b, lines }: Sample, indices: readonly number[]): { index: number; start: number; text: string }[] =>
  indices.map((index) => {
    const { start, end } = lines[index];
    return { index, start, text: b.toString('latin1', start, end) };
  });

/** Whether a layout was made from so few lines that they may rather be broken ones of another kind. @param kinds found before */
function isTooRare({ found, taken, loose }: Trial, few: Few, kinds: number): boolean {
  if (!found || taken.length >= FEW_LINES) return false;
  // The loose layout takes anything with a request in it: a few such lines beside others are no kind of their own.
  if (loose && few !== 'first') return true;
  return few === 'never' || (few === 'first' && kinds > 0);
}

export class Detector {
  readonly #trials: Trials;
  /** Formats that the user described: they are tried first. */
  readonly #given: readonly Candidate[];
  /** The given ones, and all that the formats declare. */
  readonly #listed: ReadonlySet<Candidate>;
  readonly #possible: PossibleCandidates;
  /** Those that #candidates() found. */
  readonly #ofSample = new WeakMap<Sample, readonly Candidate[]>();
  readonly #surroundings: Surroundings;
  readonly #checks: FieldChecks;

  constructor(formats: readonly LogFormat[], trials: Trials, given: readonly Candidate[]) {
    this.#trials = trials;
    this.#given = given;
    const declared = candidatesOf(formats);
    this.#listed = new Set([...given, ...declared]);
    this.#possible = given.length === 0 ? possibleOf(declared) : new PossibleCandidates([...this.#listed]);
    this.#surroundings = new Surroundings(formats, trials);
    this.#checks = new FieldChecks(trials);
  }

  #take(candidate: Candidate, sample: Sample, lines: readonly number[]): number[] {
    return lines.filter((line) => this.#takes(candidate, sample, line));
  }

  #takes(candidate: Candidate, sample: Sample, line: number): boolean {
    return (
      this.#isPossible(candidate, sample, line) &&
      this.#trials.takes(candidate.recipe, sample, sample.lines[line].start)
    );
  }

  /** Candidates that were made from the lines (a listed one and what was found around it) are always possible. */
  #isPossible(candidate: Candidate, sample: Sample, line: number): boolean {
    return !this.#listed.has(candidate) || this.#possible.has(candidate, sample, sample.lines[line]);
  }

  /**
   * Where two servers write into one stream, the layout of the trial may swallow fields of some lines: then this is the layout, among the
   * trials, that has fields there.
   */
  #within(trial: Trial, trials: readonly Trial[], sample: Sample): Trial | undefined {
    if (trial.found) return undefined;
    const swallowed = this.#checks.swallowed(trial.candidate, sample, trial.taken);
    if (swallowed.length < FEW_LINES) return undefined;
    return trials.find(
      (other) =>
        other !== trial &&
        other.taken.length < trial.taken.length &&
        swallowed.every((line) => other.taken.includes(line)) &&
        this.#checks.areRight(other, sample),
    );
  }

  /**
   * Most logs have one layout that takes every line as it is. Of all layouts that do, this finds the one with most information, so that
   * those with less need not be tried.
   * @returns that layout and those that look the same; null: every layout has to be tried
   */
  #atOnce(sample: Sample, lines: readonly number[]): readonly Trial[] | null {
    if (this.#given.length > 0) return null;
    const [{ index, text }] = textsOf(sample, lines.slice(0, 1));
    const possible = this.#possible.of(sample, sample.lines[index]);
    const able = [...this.#listed]
      .filter((candidate) => possible.has(candidate) && couldBe(candidate, text))
      .sort((a, b) => telling(b.recipe) - telling(a.recipe));
    if (able.some(({ recipe }) => 'keyed' in recipe)) return null;
    for (const candidate of able) {
      if (!lines.every((line) => this.#takes(candidate, sample, line))) continue;
      const trial: Trial = { candidate, taken: lines, assumptions: [], found: false };
      if (!this.#checks.areRight(trial, sample)) continue;
      if (this.#checks.swallowed(candidate, sample, lines).length >= FEW_LINES) return null;
      const look = lookOf(candidate.recipe);
      const alike = able.filter((other) => other !== candidate && lookOf(other.recipe) === look);
      return [trial, ...alike.map((other) => ({ ...trial, candidate: other }))];
    }
    return null;
  }

  /** Candidates that take at least one of a few lines; the others cannot be what most lines are. All candidates if none takes any. */
  #likely(sample: Sample, lines: readonly number[]): readonly Candidate[] {
    const candidates = this.#candidates(sample);
    const few = textsOf(sample, spread(lines, GLANCED_LINES));
    const likely = candidates.filter((candidate) => {
      const head = this.#surroundings.headOf(candidate);
      return few.some(
        ({ index, start, text }) =>
          this.#possible.of(sample, sample.lines[index]).has(candidate) &&
          couldTake(head, text) &&
          this.#trials.takes(head, sample, start),
      );
    });
    return likely.length > 0 ? likely : candidates;
  }

  /** The lines that each candidate takes, best candidate first. */
  #tryAll(candidates: readonly Candidate[], sample: Sample, lines: readonly number[]): Trial[] {
    const texts = textsOf(sample, lines);
    const trials = candidates.flatMap((candidate): Trial[] => {
      // Most open layouts take no line as they are: then they need not be compiled without what may follow them.
      const whole = !candidate.open || texts.some(({ text }) => couldTake(candidate.recipe, text));
      const taken = whole ? this.#take(candidate, sample, lines) : [];
      return taken.length > 0 ? [{ candidate, taken, assumptions: [], found: false }] : [];
    });
    const declared = new Map(trials.map((trial) => [trial.candidate, trial.taken.length]));
    // If a declared layout takes all lines, nothing that is found around another one can be better.
    const settled =
      this.#given.length === 0 &&
      trials.some((trial) => trial.taken.length === lines.length && this.#checks.areRight(trial, sample));
    for (const candidate of settled ? [] : candidates) {
      if (!candidate.open || declared.get(candidate) === lines.length) continue;
      const extended = this.#surroundings.extend(candidate, sample, lines);
      if (extended && extended.taken.length > 0) trials.push(extended);
    }
    // A declared layout is surer than one with something found behind it. Of two that take the same lines, the one with more information is
    // right.
    return trials.sort(
      (a, b) =>
        Number(this.#given.includes(b.candidate)) - Number(this.#given.includes(a.candidate)) ||
        b.taken.length - a.taken.length ||
        Number(a.found) - Number(b.found) ||
        telling(b.candidate.recipe) - telling(a.candidate.recipe),
    );
  }

  /**
   * @param search also look behind prefixes, which is slow (envelopes should have been peeled off before)
   * @param few `first`: only if there is no other kind
   */
  detect(sample: Sample, search: boolean, few: Few): Found[] {
    const found: Found[] = [];
    if (sample.lines.length === 0) return found;
    let open = sample.lines.map((_, index) => index).filter((index) => this.#possible.any(sample, sample.lines[index]));
    while (open.length > 0) {
      // All candidates are tried on some of the lines, and the best of them on all lines.
      const some = spread(open, RANKED_LINES);
      const { trials, right } = this.#ranked(sample, open, some);
      const first = right ?? (search ? this.#behindPrefix(sample, open) : null);
      if (!first || first.taken.length === 0) break;
      if (first !== right && !this.#checks.hasAnswers(first, sample)) break;
      if (isTooRare(first, few, found.length)) break;
      const best = settle(
        some.length < open.length ? { ...first, taken: this.#take(first.candidate, sample, open) } : first,
        sample,
        this.#trials,
      );
      const { candidate, taken, assumptions } = best;
      found.push({ candidate, taken, assumptions, ...this.#compare(first, trials, sample) });
      const gone = new Set(best.taken);
      open = open.filter((line) => !gone.has(line));
    }
    this.#checks.forget();
    return found;
  }

  /** The candidates of which at least one of all lines may be. */
  #candidates(sample: Sample): readonly Candidate[] {
    const known = this.#ofSample.get(sample);
    if (known) return known;
    const kinds = [...new Set(sample.lines.map((line) => this.#possible.of(sample, line)))];
    const candidates = [...this.#listed].filter((candidate) => kinds.some((some) => some.has(candidate)));
    this.#ofSample.set(sample, candidates);
    return candidates;
  }

  #behindPrefix(sample: Sample, open: readonly number[]): Trial | null {
    const isPossible = (candidate: Candidate, line: number) =>
      this.#possible.of(sample, sample.lines[line]).has(candidate);
    return this.#surroundings.behindPrefix(this.#candidates(sample), sample, open, isPossible);
  }

  /** Trials on some of the open lines or, if none is right there, on all of them; and the first trial that is right. */
  #ranked(
    sample: Sample,
    open: readonly number[],
    some: readonly number[],
  ): { trials: readonly Trial[]; right: Trial | undefined } {
    const isRight = (trial: Trial) => this.#checks.areRight(trial, sample);
    const trials = this.#atOnce(sample, some) ?? this.#tryAll(this.#likely(sample, some), sample, some);
    const right = trials.find(isRight);
    if (right) return { trials, right: this.#within(right, trials, sample) ?? right };
    if (some.length === open.length) return { trials, right };
    const onAll = this.#tryAll(this.#candidates(sample), sample, open);
    return { trials: onAll, right: onAll.find(isRight) };
  }

  /** Other formats that write the same lines, and whether they leave the name in doubt. */
  #compare(best: Trial, trials: readonly Trial[], sample: Sample): { rivals: LogFormat[]; contested: boolean } {
    const look = lookOf(best.candidate.recipe);
    const alike = trials
      .filter(({ candidate, found }) => candidate.format !== best.candidate.format && (best.found || !found))
      .filter((trial) => lookOf(trial.candidate.recipe) === look)
      // What looks like the best is as right as it.
      .filter((trial) => trial.found === best.found || this.#checks.areRight(trial, sample))
      .map(({ candidate }) => candidate.format);
    // "combined" is the name of a shape that many servers write: then other formats leave nothing in doubt.
    const all = [...new Set([...alike, ...(best.rivals ?? [])])];
    return { rivals: all, contested: best.candidate.format.id !== 'combined' && all.length > 0 };
  }
}
