/**
 * Which candidates a line may be of: those whose literal texts all occur in it. This is much cheaper than trying the candidates, and
 * excludes all of them for most lines that no layout takes.
 */
import type { Candidate } from './candidates.ts';
import type { Sample, SampleLine } from './sample.ts';

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
  /** Results by line, as a held line is looked at several times. */
  readonly #known = new WeakMap<SampleLine, ReadonlySet<Candidate>>();
  /** Results by the marks in a line, one character each: most lines of a log have the same ones. */
  readonly #byMarks = new Map<string, ReadonlySet<Candidate>>();

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    this.#marks = [...new Set(candidates.flatMap(({ marks }) => marks))];
    const places = new Map(this.#marks.map((mark, place) => [mark, place]));
    this.#needs = candidates.map(({ marks }) => marks.map((mark) => places.get(mark) as number));
  }

  of({ b }: Sample, line: SampleLine): ReadonlySet<Candidate> {
    const known = this.#known.get(line);
    if (known) return known;
    const text = b.toString('latin1', line.start, line.end);
    const marks = this.#marks.map((mark) => (text.includes(mark) ? '1' : '0')).join('');
    const found = this.#byMarks.get(marks) ?? this.#having(marks);
    if (this.#byMarks.size >= MOST_MARKS) this.#byMarks.clear();
    this.#byMarks.set(marks, found);
    this.#known.set(line, found);
    return found;
  }

  #having(marks: string): ReadonlySet<Candidate> {
    const possible = this.#candidates.filter((_, index) => this.#needs[index].every((mark) => marks[mark] === '1'));
    return possible.length === 0 ? NONE : new Set(possible);
  }
}
