/** A format that the user gave and in which no line is written: where the first line leaves it. */
import { printable } from '../../core/text.ts';
import type { Candidate } from './candidates.ts';
import { closest } from './closest.ts';
import { looksLikeRequest } from './free-form.ts';
import { GIVEN_LAYOUT } from './given-format.ts';
import type { Sample, Trials } from './sample.ts';

const MAX_SHOWN = 30;

/**
 * @param layouts of the plans that were made
 * @param sample lines without their envelopes
 * @returns null where a given format takes lines, or none was given
 */
export function misfitOf(
  given: readonly Candidate[],
  layouts: readonly string[],
  sample: Sample,
  trials: Trials,
): string | null {
  if (given.length === 0 || layouts.some((layout) => layout.startsWith(GIVEN_LAYOUT))) return null;
  const textOf = ({ start, end }: Sample['lines'][number]) => sample.b.toString('utf8', start, end);
  const line = sample.lines.find((one) => looksLikeRequest(textOf(one))) ?? sample.lines[0];
  const said = `the format ${GIVEN_LAYOUT} fits none of the lines, which are read without it`;
  const unknown = given.flatMap((one) => one.unknown ?? []).map((name) => `'${printable(name)}'`);
  const known = unknown.length === 0 ? '' : `; ${unknown.join(', ')} in it, of which nothing is known, may be misspelt`;
  if (!line) return `${said}${known}`;
  const best = closest({ ...sample, lines: [line] }, [], given, trials);
  if (!best) return `${said}: the first of them begins with "${printable(textOf(line).slice(0, MAX_SHOWN))}"${known}`;
  const before = textOf({ ...line, end: line.start + best.at }).slice(-MAX_SHOWN);
  return `${said}: it stops behind "${printable(before)}", where ${best.expected} should stand${known}`;
}
