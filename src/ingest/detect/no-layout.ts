/** Lines of no known layout that are about requests all the same: makes a layout from their keys or from their look. */
import type { LogFormat } from '../../core/format.ts';
import { printable } from '../../core/text.ts';
import type { Recipe } from '../compile/recipe.ts';
import { marksOf } from './candidates.ts';
import { fieldName } from './closest.ts';
import { type Found, spread } from './detect.ts';
import { findFreeForm, tellsOfAnswer, tellsOfRequest, tellsOfStart, tellsOfStatus, tellsOfTime } from './free-form.ts';
import { findFreeKeys } from './free-keys.ts';
import type { Lacking } from './free-slots.ts';
import type { Sample, Trials } from './sample.ts';
import { settle } from './settle-keys.ts';
import type { Trial } from './trial.ts';

/** By the names of their values, or by their look. */
export type By = 'keys' | 'look';

/** Fewer lines are no kind of their own beside others. */
const FEW_LINES = 3;
/** Lines whose look is compared. */
const READ_LINES = 400;
const MAX_LINE_BYTES = 4000;
const tells: Readonly<Record<Lacking, (text: string) => boolean>> = {
  nothing: tellsOfRequest,
  status: tellsOfTime,
  request: tellsOfAnswer,
  'request and time': tellsOfStatus,
  answer: tellsOfStart,
};
/** Most characters of a key that are shown in a sentence. */
const MAX_KEY = 60;

interface Made {
  /** Id of the format as which such lines are counted. */
  readonly format: string;
  readonly recipe: Recipe;
  readonly assumptions: readonly string[];
}

export class NoLayout {
  readonly #formats: readonly LogFormat[];
  readonly #trials: Trials;

  constructor(formats: readonly LogFormat[], trials: Trials) {
    this.#formats = formats;
    this.#trials = trials;
  }

  /**
   * @param isAlone nothing else was found, so a single line is enough
   * @param lacking what the lines may lack
   */
  find(sample: Sample, by: By, isAlone: boolean, lacking: Lacking = 'nothing'): Found[] {
    const found: Found[] = [];
    let open = sample.lines.map((_, index) => index);
    while (open.length > 0) {
      const enough = isAlone && found.length === 0 && lacking === 'nothing' ? 1 : FEW_LINES;
      const trial = this.#make(sample, open, by, enough, lacking);
      if (!trial) break;
      const { candidate, taken, assumptions } = settle(trial, sample, this.#trials);
      found.push({ candidate, taken, assumptions, contested: false, rivals: [] });
      const gone = new Set(taken);
      open = open.filter((line) => !gone.has(line));
    }
    return found;
  }

  #make(sample: Sample, lines: readonly number[], by: By, enough: number, lacking: Lacking): Trial | null {
    // Keys are compared as characters, layouts as bytes.
    const text = (line: number) => {
      const { start, end } = sample.lines[line];
      return sample.b.toString(by === 'keys' ? 'utf8' : 'latin1', start, Math.min(end, start + MAX_LINE_BYTES));
    };
    const told = lines.filter((line) => tells[lacking](text(line)));
    if (told.length < enough) return null;
    const read = spread(told, READ_LINES);
    const texts = read.map(text);
    const made = by === 'keys' ? byKeys(texts, lacking) : this.#byLook(sample, read, texts, lacking);
    const format = this.#formats.find(({ id }) => id === made?.format);
    if (!made || !format) return null;
    const { recipe, assumptions } = made;
    const layout = by === 'keys' ? 'found by its keys' : 'found by the look of its lines';
    const candidate = { format, layout, recipe, open: false, loose: true, marks: marksOf(recipe) } as const;
    const taken = lines.filter((line) => this.#trials.takes(recipe, sample, sample.lines[line].start));
    return taken.length < enough ? null : { candidate, taken, assumptions, found: true, loose: true };
  }

  #byLook(sample: Sample, lines: readonly number[], texts: readonly string[], lacking: Lacking): Made | null {
    const first = findFreeForm(texts, Number.NaN, lacking);
    if (!first) return null;
    // The time that the lines span is known only once their stamps are; it may decide the unit of their durations.
    const spanned = this.#trials.spannedSeconds({ tokens: first.tokens }, sample, lines);
    const { tokens, assumptions } = findFreeForm(texts, spanned, lacking) ?? first;
    return { format: 'custom', recipe: { tokens }, assumptions };
  }
}

function byKeys(texts: readonly string[], lacking: Lacking): Made | null {
  const keyed = findFreeKeys(texts, lacking !== 'nothing');
  if (!keyed) return null;
  const names = Object.entries(keyed.fields).map(
    ([key, field]) => `${fieldName(field)} from "${printable(key, MAX_KEY)}"`,
  );
  const assumptions = [`lines of no known layout are read by the names of their values: ${names.join(', ')}`];
  return { format: keyed.syntax, recipe: { keyed }, assumptions };
}
