/** The pieces into which text of unknown layout is split: stamps, numbers, addresses, words. */
import type { StampShape } from '../../core/format.ts';
import { FIRST_AS_YEAR, OLDEST_YEAR, patternOf, writtenDateSource } from '../written-dates.ts';

export type PieceKind =
  | 'iso'
  | 'clf'
  | 'clf-blank'
  | 'numbered-date'
  | 'named-month'
  | 'year-first'
  | 'month-name-first'
  | 'ctime'
  | 'syslog'
  | 'month-day'
  | 'compact'
  | 'epoch-s'
  | 'epoch-ms'
  | 'epoch-us'
  | 'epoch-ns'
  /** A date in any other order. */
  | 'written-date'
  | 'clock'
  | 'angled'
  | 'address'
  | 'unit'
  /** A time span whose unit differs from line to line: "12.3µs", Go's "1m2.5s", "0:00:01.234567". */
  | 'spent'
  | 'number'
  | 'level'
  | 'word'
  | 'blanks'
  | 'literal';

export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`;
const zone = String.raw`(?: ?(?:Z|[+-]\d\d:?\d\d)(?!\d))?`;

/** In the order in which they are tried. */
export const stampPieces: readonly (readonly [PieceKind, string])[] = [
  ['iso', String.raw`\d{4}[-/]\d\d[-/]\d\d[ T_]${clock}(?! ?[AP]M)${zone}`],
  ['year-first', String.raw`\d{4}[-/]\d\d[-/]\d\d - ${clock}${zone}`],
  ['clf', String.raw`\d\d\/[A-Z][a-z]{2}\/\d{4}:${clock}(?: [+-]\d{4})?`],
  ['clf-blank', String.raw`\d\d\/[A-Z][a-z]{2}\/\d{4} ${clock}(?: [+-]\d{4})?`],
  ['numbered-date', String.raw`\d{1,2}\/\d{1,2}\/\d{4},? \d{1,2}:\d\d:\d\d(?:\.\d+)? [AP]M${zone}`],
  ['numbered-date', String.raw`\d\d[-/.]\d\d[-/.](?:\d{4}|\d\d),?[ T]${clock}(?: [AP]M)?${zone}`],
  ['named-month', String.raw`\d{1,2}[- ][A-Z][a-z]{2}[- ](?:\d{4}|\d\d),?[ T:]${clock}${zone}`],
  ['month-name-first', String.raw`[A-Z][a-z]{2} \d{1,2}, \d{4}(?:,| @)? ${clock}(?: [AP]M)?`],
  ['ctime', String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d ${clock} \d{4}`],
  ['syslog', String.raw`[A-Z][a-z]{2} [ \d]\d ${clock}`],
  // After the letter of a level (glog), with a sign between month and day, or at the start of the text. Elsewhere, four digits may be a
  // pid.
  [
    'month-day',
    String.raw`(?:(?<![\w])[IWEFDC]\d{4}|(?<![\d/.:-])(?:0\d|1[0-2])[-/](?:[0-2]\d|3[01])|(?<=^\[?(?:[IWEFDC] )?)(?:0\d|1[0-2])(?:[0-2]\d|3[01])) ${clock}`,
  ],
  // Tornado's formatter: year, month and day in six digits.
  ['compact', String.raw`(?<![\w/.:-])\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01]) ${clock}`],
  ['epoch-s', String.raw`1\d{9}(?:\.\d+)?(?![\d.])`],
  ['epoch-ms', String.raw`1\d{12}(?:\.\d+)?(?![\d.])`],
  ['epoch-us', String.raw`1\d{15}(?![\d.])`],
  ['epoch-ns', String.raw`1\d{18}(?![\d.])`],
  ['written-date', writtenDateSource],
  // Not after a part of a date: "29 Oct 17:04:15", "10-29 17:04:15", "2024/10/29 - 17:04:15".
  ['clock', String.raw`(?<![\d:.]|\d[ T]|\d - |[A-Z][a-z]{2} )${clock}(?![\w:]| ?[AP]M)`],
];

export const addressSource = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\d.])|(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])`;
export const levelSource = '(?:CRITICAL|CRITI|FATAL|ERROR|WARNING|WARNI|WARN|INFO|DEBUG|NOTICE|TRACE)(?![A-Za-z])';

/** "[pid-811]": the name in front of a pid. */
export const pidDash = String.raw`(?<!\w)[Pp][Ii][Dd]-(?=\d+(?!\w))`;

const pieces: readonly (readonly [PieceKind, string])[] = [
  ...stampPieces,
  ['angled', String.raw`<\d+>`],
  ['address', addressSource],
  ['unit', String.raw`\d+(?:\.\d+)?(?:ms|us|s)(?![\w.])`],
  ['number', String.raw`\d+(?:\.\d+)?(?!\w|\.\w)`],
  ['level', levelSource],
  ['literal', pidDash],
  // "pid=<811>", "us=446": the name without its value.
  ['word', String.raw`[A-Za-z_](?:(?!=[<\d])[^\s[\]():|,;"])*|-(?= )`],
  // "7ce42c82-1f"
  ['word', String.raw`\d\w[\w-]*`],
  ['blanks', ' {2,}'],
  ['literal', String.raw`[\s\S]`],
];
const piece = new RegExp(pieces.map(([, source]) => `(${source})`).join('|'), 'g');

export const splitPieces = (text: string): Piece[] =>
  [...text.matchAll(piece)].map((match) => ({
    kind: pieces[match.slice(1).findIndex((group) => group !== undefined)][0],
    text: match[0],
  }));

const datePart = /^(?:\d\d|(?:19|20)\d\d)$/;

/**
 * Whether a number is part of a stamp that was not recognised: "03" in "17:03" or "03-01", "2026" in "2026-03".
 * @param texts pieces of a line
 * @param values the texts in this place in all lines
 */
export function isDatePart(texts: readonly string[], index: number, values: readonly string[]): boolean {
  const goesWith = (sign: string | undefined, other: string | undefined) =>
    /^[-/.:]$/.test(sign ?? '') && datePart.test(other ?? '');
  const isBeside = goesWith(texts[index - 1], texts[index - 2]) || goesWith(texts[index + 1], texts[index + 2]);
  return isBeside && values.every((value) => datePart.test(value));
}

export interface StampGuess {
  readonly shape: StampShape;
  /** What was assumed, for the reader; null: nothing. */
  readonly assumed: string | null;
}

const anyStamp = new RegExp(stampPieces.map(([, source]) => source).join('|'));
export const holdsStamp = (text: string): boolean => anyStamp.test(text);

/** Whether these times of day rise from line to line, as no durations do. Exceptions, such as midnight, are allowed on a tenth of the lines. */
function goForward(values: readonly string[]): boolean {
  const back = values.slice(1).filter((value, i) => value < values[i]).length;
  return back * 10 <= values.length;
}

/** The stamp of a time of day without a date; null: these are no times of day. */
export const clockShape = (values: readonly string[]): StampGuess | null =>
  goForward(values) ? { shape: 'clock', assumed: null } : null;

/** Whether these are times of day, "17:04:15" and later from line to line, and not durations. */
export const isTimeOfDay = (values: readonly string[]): boolean =>
  values.length > 0 && values.every((value) => /^\d\d:\d\d:\d\d(?:[.,]\d+)?$/.test(value)) && goForward(values);

const perDay = { 'epoch-s': 86_400, 'epoch-ms': 86_400e3, 'epoch-us': 86_400e6, 'epoch-ns': 86_400e9 };
/** No log is expected to span more days. */
const MOST_DAYS = 3000;

/** Identifiers may have as many digits as an epoch: whether these lie within a few years of each other. */
function areNear(kind: keyof typeof perDay, values: readonly string[]): boolean {
  const numbers = values.map(Number);
  return Math.max(...numbers) - Math.min(...numbers) < MOST_DAYS * perDay[kind];
}

/** The shape of stamps of this kind; null: the piece is no stamp, or only a time of day. */
export function stampShape(kind: string, values: readonly string[]): StampGuess | null {
  switch (kind) {
    case 'numbered-date':
      return yearFirst(values) ?? dayOrMonthFirst(values);
    case 'epoch-s':
    case 'epoch-ms':
    case 'epoch-us':
    case 'epoch-ns':
      return areNear(kind, values) ? { shape: kind, assumed: null } : null;
    case 'iso':
    case 'clf':
    case 'clf-blank':
    case 'named-month':
    case 'year-first':
    case 'month-name-first':
    case 'ctime':
    case 'syslog':
    case 'month-day':
    case 'compact':
      return { shape: kind, assumed: null };
    case 'written-date':
      return patternShape(values);
    default:
      return null;
  }
}

/** The shape of dates in another order: a pattern that all of them fit. */
function patternShape(values: readonly string[]): StampGuess | null {
  const pattern = patternOf(values[0]);
  if (pattern === null || values.some((value) => patternOf(value) !== pattern)) return null;
  if (!/%d.%m/.test(pattern)) return { shape: pattern, assumed: null };
  const { shape, assumed } = dayOrMonthFirst(
    values.map((value) => /\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.exec(value)?.[0] ?? value),
  );
  const monthFirst = pattern.replace(/%d(.)%m/, '%m$1%d') as typeof pattern;
  return { shape: shape === 'month-first' ? monthFirst : pattern, assumed };
}

/** "26-03-01": with the day first, it would be from 2001. */
function yearFirst(values: readonly string[]): StampGuess | null {
  const [first] = values;
  const sign = /^\d\d([-/.])\d\d\1\d\d[ T]\d\d:\d\d:\d\d(?![^Z+-]*[AP]M)/.exec(first)?.[1];
  const isYear = (value: string) =>
    Number(value.slice(0, 2)) >= FIRST_AS_YEAR && Number(value.slice(6, 8)) < OLDEST_YEAR;
  if (sign === undefined || !values.some(isYear) || new Set(values.map((value) => value.slice(0, 2))).size > 2)
    return null;
  return {
    shape: `%y${sign}%m${sign}%d${first[8]}%H:%M:%S%f`,
    assumed: `dates like ${first} are read with the year first`,
  };
}

/** "10/29/2024" can only be month first; "03/04/2024" may be either. */
function dayOrMonthFirst(values: readonly string[]): StampGuess {
  const numbers = values.map((value) => value.split(/[-/.]/, 2).map(Number));
  if (numbers.some(([one]) => one > 12)) return { shape: 'day-first', assumed: null };
  if (numbers.some(([, other]) => other > 12)) return { shape: 'month-first', assumed: null };
  const american = / [AP]M/.test(values[0]) || /^\d\d\/\d\d\/\d\d\D/.test(values[0]);
  const [first] = values;
  return american
    ? { shape: 'month-first', assumed: `dates like ${first} are read with the month first` }
    : { shape: 'day-first', assumed: `dates like ${first} are read with the day first` };
}
