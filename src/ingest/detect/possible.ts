/**
 * Which candidates a line may be of: those whose literal texts all occur in it. This is much cheaper than trying the candidates, and
 * excludes all of them for most lines that no layout takes.
 */
import type { Candidate } from './candidates.ts';
import type { Sample, SampleLine } from './sample.ts';

const textOf = ({ b }: Sample, { start, end }: SampleLine): string => b.toString('latin1', start, end);

const NONE: ReadonlySet<Candidate> = new Set();

/** Most combinations of marks that are remembered: all lines of a log may be different. */
const MOST_MARKS = 1000;

const shared = new WeakMap<readonly Candidate[], PossibleCandidates>();

/** The same object for all logs in which these candidates are looked for. */
export function possibleOf(candidates: readonly Candidate[]): PossibleCandidates {
  const possible = shared.get(candidates) ?? new PossibleCandidates(candidates);
  shared.set(candidates, possible);
  return possible;
}

export class PossibleCandidates {
  readonly #candidates: readonly Candidate[];
  readonly #marks: readonly string[];
  /** By candidate: indices of its marks in #marks. */
  readonly #needs: readonly (readonly number[])[];
  /** A candidate has no marks, so every line may be of it. */
  readonly #takesAll: boolean;
  /** Results by line, as a held line is looked at several times. */
  readonly #known = new WeakMap<SampleLine, ReadonlySet<Candidate>>();
  /** Results by the marks in a line, one character each: most lines of a log have the same ones. */
  readonly #byMarks = new Map<string, ReadonlySet<Candidate>>();

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    this.#marks = [...new Set(candidates.flatMap(({ marks }) => marks))];
    const places = new Map(this.#marks.map((mark, place) => [mark, place]));
    this.#takesAll = candidates.some(({ marks }) => marks.length === 0);
    this.#needs = candidates.map(({ marks }) => marks.map((mark) => places.get(mark) as number));
  }

  /** All of them. This is slow for a line with marks that no line before it had: has() and any() ask for less. */
  of(sample: Sample, line: SampleLine): ReadonlySet<Candidate> {
    const known = this.#known.get(line);
    if (known) return known;
    const text = textOf(sample, line);
    let marks = '';
    for (const mark of this.#marks) marks += text.includes(mark) ? '1' : '0';
    const found = this.#byMarks.get(marks) ?? this.#having(marks);
    if (this.#byMarks.size >= MOST_MARKS) this.#byMarks.clear();
    this.#byMarks.set(marks, found);
    this.#known.set(line, found);
    return found;
  }

  /** Whether the line may be of this candidate, one of those that were given to the constructor. */
  has(candidate: Candidate, sample: Sample, line: SampleLine): boolean {
    const known = this.#known.get(line);
    if (known) return known.has(candidate);
    const { marks } = candidate;
    if (marks.length === 0) return true;
    const text = textOf(sample, line);
    return marks.every((mark) => text.includes(mark));
  }

  /** Whether the line may be of any candidate. */
  any(sample: Sample, line: SampleLine): boolean {
    return this.#takesAll || this.of(sample, line).size > 0;
  }

  #having(marks: string): ReadonlySet<Candidate> {
    const possible = this.#candidates.filter((_, index) => this.#needs[index].every((mark) => marks[mark] === '1'));
    return possible.length === 0 ? NONE : new Set(possible);
  }
}
