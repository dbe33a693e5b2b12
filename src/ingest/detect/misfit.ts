/** What is said of a format that the user gave: that no line has it, and where the first line differs from it; or what is unknown in it. */
import { printable } from '../../core/text.ts';
import type { Candidate } from './candidates.ts';
import { closest } from './closest.ts';
import { looksLikeRequest } from './free-form.ts';
import { GIVEN_LAYOUT } from './given-format.ts';
import type { Sample, Trials } from './sample.ts';

const MAX_SHOWN = 30;
/** "%(S)s", "%Z": single letters should all be in the list of a server's directives, variables with whole names need not be. */
const singleLetter = /^%\(?[A-Za-z](?:\)s)?$/;

/**
 * @param layouts names of the layouts of the plans that were made
 * @param sample lines without their envelopes
 * @returns null: no format was given, or one takes lines and all of it is known
 */
export function misfitOf(
  given: readonly Candidate[],
  layouts: readonly string[],
  sample: Sample,
  trials: Trials,
): string | null {
  if (given.length === 0) return null;
  const unknown = given.flatMap((one) => one.unknown ?? []).map((name) => `'${printable(name)}'`);
  if (layouts.some((layout) => layout.startsWith(GIVEN_LAYOUT))) {
    // Of several formats in a file, only one is used.
    const [{ unknown: names = [] }, ...others] = given;
    const letters = names.filter((name) => singleLetter.test(name));
    return letters.length === 0 || others.length > 0
      ? null
      : `of ${letters.map((name) => `'${name}'`).join(', ')} in the format ${GIVEN_LAYOUT} nothing is known: it may be misspelt, and what stands there is not used`;
  }
  const textOf = ({ start, end }: Sample['lines'][number]) => sample.b.toString('utf8', start, end);
  const line = sample.lines.find((one) => looksLikeRequest(textOf(one))) ?? sample.lines[0];
  const said = `the format ${GIVEN_LAYOUT} fits none of the lines, which are read without it`;
  const known = unknown.length === 0 ? '' : `; ${unknown.join(', ')} in it, of which nothing is known, may be misspelt`;
  if (!line) return `${said}${known}`;
  const best = closest({ ...sample, lines: [line] }, [], given, trials);
  if (!best) return `${said}: the first of them begins with "${printable(textOf(line).slice(0, MAX_SHOWN))}"${known}`;
  const before = textOf({ ...line, end: line.start + best.at }).slice(-MAX_SHOWN);
  return `${said}: it stops behind "${printable(before)}", where ${best.expected} should stand${known}`;
}
