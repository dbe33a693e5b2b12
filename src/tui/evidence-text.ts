/** The evidence of a finding in words, except what its sentences say anyway. */
import type { FindingSummary } from '../core/summary.ts';
import { durationText, percentText, roundText } from '../core/words.ts';
import { byteText } from './numbers.ts';

/** Names of evidence end in their unit. */
const evidenceUnits: readonly (readonly [ending: RegExp, text: (value: number) => string])[] = [
  [/_bytes_per_second$/, (value) => `${byteText(value)}/s`],
  [/_per_second$/, (value) => `${roundText(value)}/s`],
  [/_seconds$/, (value) => durationText(value * 1e6)],
  [/(^|_)(ratio|share)$/, percentText],
];

/** false for zero counts and unknown values, which are no evidence. */
const wasSeen = (value: FindingSummary['evidence'][string]): boolean =>
  value !== null && value !== false && value !== 0 && value !== 'unknown';

/** A piece of evidence as words and value, in readable units: ["ceiling", "4/s"]. */
function namedValue([name, value]: [string, string | number | boolean | null]): { words: string; text: string } {
  if (typeof value !== 'number') return { words: name.replaceAll('_', ' '), text: value === true ? '' : String(value) };
  const unit = evidenceUnits.find(([ending]) => ending.test(name));
  const words = ((unit && name.replace(unit[0], '')) || name).replaceAll('_', ' ');
  return { words, text: unit ? unit[1](value) : roundText(value) };
}

/** true: the sentences contain the value, not just as part of another number, nor as a bare number where they have one with a unit. */
function isTold(text: string, sentences: string): boolean {
  if (text === '') return false;
  const plain = text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return new RegExp(`(?<![\\w.])${plain}(?![\\w%/]|\\.\\d| (?:µs|ms|s|min|h|%)(?!\\w))`).test(sentences);
}

/** Longer texts may be broken over two lines. */
const LONGEST_UNTORN = 16;
const untorn = (text: string): string => text.replaceAll(' ', '\u00a0');

/** "ceiling 4/s · episodes 1": measurements that the sentences do not contain. A pair of name and value is not broken over two lines. */
export function evidenceText({ title, detail, advice, evidence }: FindingSummary): string {
  const sentences = `${title} ${detail} ${advice}`;
  return (
    Object.entries(evidence)
      // Recommended sizes are in the advice, and symptoms have a line of their own.
      .filter(([name, value]) => wasSeen(value) && name !== 'symptoms' && !name.startsWith('recommended_'))
      .map(namedValue)
      .filter(({ text }) => !isTold(text, sentences))
      .map(({ words, text }) => (text.length > LONGEST_UNTORN ? `${words} ${text}` : untorn(`${words} ${text}`.trim())))
      .join(' · ')
  );
}

/** The findings that this one explains, by id in words: "callers queue, threads would help". */
export const symptomsText = ({ evidence }: FindingSummary): string =>
  typeof evidence.symptoms === 'string'
    ? evidence.symptoms.replaceAll('-', ' ').replace(/\b(?:asgi|wsgi)\b/g, (name) => name.toUpperCase())
    : '';
