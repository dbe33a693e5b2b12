/** Which candidates a line may be of: those whose fixed texts all stand in it. Cheap beside trying them, and most lines that nothing takes end here. */
import type { Candidate } from './candidates.ts';
import type { Sample, SampleLine } from './sample.ts';

const NONE: ReadonlySet<Candidate> = new Set();

export class PossibleCandidates {
  readonly #candidates: readonly Candidate[];
  readonly #marks: readonly string[];
  /** By candidate: places of its marks in the list of all. */
  readonly #needs: readonly (readonly number[])[];
  /** A held line is looked at several times. */
  readonly #known = new WeakMap<SampleLine, ReadonlySet<Candidate>>();

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    this.#marks = [...new Set(candidates.flatMap(({ marks }) => marks))];
    this.#needs = candidates.map(({ marks }) => marks.map((mark) => this.#marks.indexOf(mark)));
  }

  of({ b }: Sample, line: SampleLine): ReadonlySet<Candidate> {
    const known = this.#known.get(line);
    if (known) return known;
    const text = b.toString('latin1', line.start, line.end);
    const stands = this.#marks.map((mark) => text.includes(mark));
    const possible = this.#candidates.filter((_, index) => this.#needs[index].every((mark) => stands[mark]));
    const found = possible.length === 0 ? NONE : new Set(possible);
    this.#known.set(line, found);
    return found;
  }
}
