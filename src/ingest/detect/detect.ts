/** Which formats wrote these lines: every layout is tried, the one that takes most of them becomes a plan, and so on. */
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { couldTake } from './outline.ts';
import { PossibleCandidates, possibleOf } from './possible.ts';
import type { Sample, Trials } from './sample.ts';
import { settle } from './settle-keys.ts';
import { Surroundings } from './surroundings.ts';
import { lookOf, type Trial } from './trial.ts';

/** Whether a layout may be found around a few lines only, which may rather be broken lines of another kind. */
export type Few = 'never' | 'first' | 'always';

export interface Found {
  readonly candidate: Candidate;
  /** Indices into the sample of the lines it took. */
  readonly taken: readonly number[];
  /** Other formats write such lines, too: the name is in doubt. */
  readonly contested: boolean;
  /** Other formats that write the very same lines. */
  readonly rivals: readonly LogFormat[];
  readonly assumptions: readonly string[];
}

/** Fewer lines than this do not make a new kind of line out of a known one with other fields around it. */
const FEW_LINES = 3;
const MAX_FIELD_BYTES = 1000;
/** Lines on which candidates are compared. */
const RANKED_LINES = 100;
const CHECKED_LINES = 20;
const SLASH = 47;
/** Lines by which most candidates are put aside before they are compared. */
const GLANCED_LINES = 8;

const silent = new Set(['text', 'word', 'number', 'blanks', 'level', 'level-prefix', 'list']);

/** Number of fields that say something: of two layouts that take the same lines, the one that tells more is right. */
const telling = (recipe: Recipe): number =>
  'keyed' in recipe
    ? recipe.keyed.requires.length
    : fieldsOf(recipe).filter((field) => field !== null && !silent.has(field.kind)).length;

/** At most `count` of the lines, evenly spread. */
export const spread = (lines: readonly number[], count: number): readonly number[] =>
  lines.length <= count
    ? lines
    : Array.from({ length: count }, (_, i) => lines[Math.floor((i * lines.length) / count)]);

/** IPv4, IPv6, host name, with port, list of them, "unix:", "b''", "-", nothing. */
const address = /^$|^(unix:.*|b''|[\w.-]+|\[?[0-9a-f:.%\w]*::?[0-9a-f:.%]*\]?(:\d+)?|[\w.-]+:\d+)(, ?[\w.:[\]-]+)*$/i;

/** The end of a quoted text and the beginning of a further field. */
const moreFields = /(?<!\\)" ("|[\w.-]+=|[\d<([-])/;

/** Text of a field, cut: expressions over it must not take long. */
const textOf = ({ b }: Sample, from: number, to: number): string =>
  b.toString('latin1', from, Math.min(to, from + MAX_FIELD_BYTES));

const textsOf = ({ b, lines }: Sample, indices: readonly number[]): { index: number; start: number; text: string }[] =>
  indices.map((index) => {
    const { start, end } = lines[index];
    return { index, start, text: b.toString('latin1', start, end) };
  });

export class Detector {
  readonly #trials: Trials;
  /** Formats that the user described: they come first. */
  readonly #given: readonly Candidate[];
  /** Those and what all formats declare. */
  readonly #listed: ReadonlySet<Candidate>;
  readonly #possible: PossibleCandidates;
  readonly #surroundings: Surroundings;
  readonly #right = new WeakMap<Trial, boolean>();

  constructor(formats: readonly LogFormat[], trials: Trials, given: readonly Candidate[]) {
    this.#trials = trials;
    this.#given = given;
    const declared = candidatesOf(formats);
    this.#listed = new Set([...given, ...declared]);
    this.#possible = given.length === 0 ? possibleOf(declared) : new PossibleCandidates([...this.#listed]);
    this.#surroundings = new Surroundings(formats, trials);
  }

  #take(candidate: Candidate, sample: Sample, lines: readonly number[]): number[] {
    return lines.filter(
      (line) =>
        this.#isPossible(candidate, sample, line) &&
        this.#trials.takes(candidate.recipe, sample, sample.lines[line].start),
    );
  }

  /** Candidates that were made of the lines, with what was found around a listed one, are always. */
  #isPossible(candidate: Candidate, sample: Sample, line: number): boolean {
    return !this.#listed.has(candidate) || this.#possible.of(sample, sample.lines[line]).has(candidate);
  }

  /** Is what stands where an address should stand an address? A logger's name in front of one is none. */
  #hasAddresses({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const at = recipe.tokens.findIndex((token) => 'field' in token && token.field.kind === 'client');
    if (at < 0) return true;
    const checked = taken.slice(0, CHECKED_LINES);
    const good = checked.filter((line) => {
      const span = this.#trials.spans(recipe, sample, sample.lines[line].start)?.find(({ token }) => token === at);
      return span === undefined || address.test(textOf(sample, span.from, span.to));
    });
    return good.length * 2 > checked.length;
  }

  /** Is a time that is written with decimals? "811" where nginx would write "0.811" is none. */
  #hasDecimals({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const isFine = (token: Token | undefined) =>
      token !== undefined && 'field' in token && token.field.kind === 'duration' && token.field.fine === true;
    if (!recipe.tokens.some(isFine)) return true;
    const whole = taken.slice(0, CHECKED_LINES).filter((line) => {
      const spans = this.#trials.spans(recipe, sample, sample.lines[line].start) ?? [];
      return spans.some(
        ({ token, from, to }) => isFine(recipe.tokens[token]) && /^\d+$/.test(textOf(sample, from, to)),
      );
    });
    return whole.length * 2 <= Math.min(taken.length, CHECKED_LINES);
  }

  /** Does the last free text of a declared layout swallow fields that stand behind it? */
  #swallows(candidate: Candidate, sample: Sample, taken: readonly number[]): boolean {
    const checked = taken.slice(0, CHECKED_LINES);
    return this.#swallowed(candidate, sample, checked).length * 2 > checked.length;
  }

  /** Those of the lines in which it does. */
  #swallowed({ recipe }: Candidate, sample: Sample, lines: readonly number[]): number[] {
    if (!('tokens' in recipe)) return [];
    const at = recipe.tokens.findLastIndex((token) => 'field' in token && token.field.kind === 'text');
    const behind = recipe.tokens[at + 1];
    const endsQuoted = at >= 0 && at === recipe.tokens.length - 2 && isLiteral(behind) && behind.literal === '"';
    if (!endsQuoted) return [];
    return lines.filter((line) => {
      const span = this.#trials.spans(recipe, sample, sample.lines[line].start)?.find(({ token }) => token === at);
      return span !== undefined && moreFields.test(textOf(sample, span.from, span.to));
    });
  }

  /** A layout that has fields in some of the lines which that of the trial swallows: two servers write into one stream. */
  #within(trial: Trial, trials: readonly Trial[], sample: Sample): Trial | undefined {
    if (trial.found) return undefined;
    const swallowed = this.#swallowed(trial.candidate, sample, trial.taken);
    if (swallowed.length < FEW_LINES) return undefined;
    return trials.find(
      (other) =>
        other !== trial &&
        other.taken.length < trial.taken.length &&
        swallowed.every((line) => other.taken.includes(line)) &&
        this.#isRight(other, sample),
    );
  }

  /** Candidates that take some of a few lines: the others cannot be what most lines are. All, where none does. */
  #likely(candidates: readonly Candidate[], sample: Sample, lines: readonly number[]): readonly Candidate[] {
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

  /** What each candidate takes of some lines, the best first. */
  #tryAll(candidates: readonly Candidate[], sample: Sample, lines: readonly number[]): Trial[] {
    const texts = textsOf(sample, lines);
    const trials = candidates.flatMap((candidate): Trial[] => {
      // Most open layouts stand whole in no line: then they need not be compiled without what may follow them.
      const whole = !candidate.open || texts.some(({ text }) => couldTake(candidate.recipe, text));
      const taken = whole ? this.#take(candidate, sample, lines) : [];
      return taken.length > 0 ? [{ candidate, taken, assumptions: [], found: false }] : [];
    });
    const declared = new Map(trials.map((trial) => [trial.candidate, trial.taken.length]));
    // Where a declared layout takes all lines, nothing that is found around another one can be better.
    const settled =
      this.#given.length === 0 &&
      trials.some((trial) => trial.taken.length === lines.length && this.#isRight(trial, sample));
    for (const candidate of settled ? [] : candidates) {
      if (!candidate.open || declared.get(candidate) === lines.length) continue;
      const extended = this.#surroundings.extend(candidate, sample, lines);
      if (extended && extended.taken.length > 0) trials.push(extended);
    }
    // What a format declares is surer than what was found behind it; of two that take the same, the one that tells more is right.
    return trials.sort(
      (a, b) =>
        Number(this.#given.includes(b.candidate)) - Number(this.#given.includes(a.candidate)) ||
        b.taken.length - a.taken.length ||
        Number(a.found) - Number(b.found) ||
        telling(b.candidate.recipe) - telling(a.candidate.recipe),
    );
  }

  /** Named values: does a path without a method stand where a request line should? The method has another name then. */
  #isPathAlone({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('keyed' in recipe)) return false;
    const fields = Object.values(recipe.keyed.fields);
    if (!fields.some(({ kind }) => kind === 'request')) return false;
    const checked = taken.slice(0, CHECKED_LINES);
    const alone = checked.filter((line) => {
      const spans = this.#trials.spans(recipe, sample, sample.lines[line].start) ?? [];
      return spans.some(({ token, from }) => fields[token].kind === 'request' && sample.b[from] === SLASH);
    });
    return alone.length * 2 > checked.length;
  }

  /** Are its fields what they are taken for? Looked at only for what would be chosen: it takes a slower scanner. */
  #isRight(trial: Trial, sample: Sample): boolean {
    const { candidate, taken, found } = trial;
    const known = this.#right.get(trial);
    if (known !== undefined) return known;
    const isRight =
      this.#hasAddresses(candidate, sample, taken) &&
      this.#hasDecimals(candidate, sample, taken) &&
      !this.#isPathAlone(candidate, sample, taken) &&
      (found || !this.#swallows(candidate, sample, taken));
    this.#right.set(trial, isRight);
    return isRight;
  }

  /**
   * @param search look behind prefixes, too: slow, and an envelope should have been peeled off before
   * @param few `first`: only when there is no other kind
   */
  detect(sample: Sample, search: boolean, few: Few): Found[] {
    const found: Found[] = [];
    if (sample.lines.length === 0) return found;
    const possible = sample.lines.map((line) => this.#possible.of(sample, line));
    const kinds = [...new Set(possible)];
    const candidates = [...this.#listed].filter((candidate) => kinds.some((some) => some.has(candidate)));
    let open = sample.lines.map((_, index) => index).filter((index) => possible[index].size > 0);
    while (open.length > 0) {
      // All candidates on some of the lines, the best of them on all lines.
      const some = spread(open, RANKED_LINES);
      let trials = this.#tryAll(this.#likely(candidates, sample, some), sample, some);
      let right = trials.find((trial) => this.#isRight(trial, sample));
      right = (right && this.#within(right, trials, sample)) ?? right;
      if (!right && some.length < open.length) {
        trials = this.#tryAll(candidates, sample, open);
        right = trials.find((trial) => this.#isRight(trial, sample));
      }
      const first = right ?? (search ? this.#surroundings.behindPrefix(candidates, sample, open, possible) : null);
      if (!first || first.taken.length === 0) break;
      // The layout that takes anything with a request in it is no rare kind beside others.
      const isRare = first.found && first.taken.length < FEW_LINES;
      if (isRare && few !== 'first' && first.loose) break;
      if (isRare && (few === 'never' || (few === 'first' && found.length > 0))) break;
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
    return found;
  }

  /** Formats that write the same lines; whether that leaves the name in doubt. */
  #compare(best: Trial, trials: readonly Trial[], sample: Sample): { rivals: LogFormat[]; contested: boolean } {
    const look = lookOf(best.candidate.recipe);
    const alike = trials
      .filter(({ candidate, found }) => candidate.format !== best.candidate.format && (best.found || !found))
      .filter((trial) => lookOf(trial.candidate.recipe) === look)
      // What looks like the best is as right as the best.
      .filter((trial) => trial.found === best.found || this.#isRight(trial, sample))
      .map(({ candidate }) => candidate.format);
    // Lines of Common and Combined shape are named by their shape: that others write it, too, is what the name says.
    const all = [...new Set([...alike, ...(best.rivals ?? [])])];
    return { rivals: all, contested: best.candidate.format.id !== 'combined' && all.length > 0 };
  }
}
