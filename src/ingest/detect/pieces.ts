/** What text falls into when nothing is known of its layout: stamps, numbers, addresses, words. */
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
  /** A time that passed, with a unit that differs from line to line: "12.3µs", Go's "1m2.5s", "0:00:01.234567". */
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
  // Behind the letter of a level, as glog writes it, with a sign between both, or first of all: further behind it may be a pid.
  [
    'month-day',
    String.raw`(?:(?<![\w])[IWEFDC]\d{4}|(?<![\d/.:-])(?:0\d|1[0-2])[-/](?:[0-2]\d|3[01])|(?<=^\[?(?:[IWEFDC] )?)(?:0\d|1[0-2])(?:[0-2]\d|3[01])) ${clock}`,
  ],
  // Tornado's formatter
  ['compact', String.raw`(?<![\w/.:-])\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01]) ${clock}`],
  ['epoch-s', String.raw`1\d{9}(?:\.\d+)?(?![\d.])`],
  ['epoch-ms', String.raw`1\d{12}(?:\.\d+)?(?![\d.])`],
  ['epoch-us', String.raw`1\d{15}(?![\d.])`],
  ['epoch-ns', String.raw`1\d{18}(?![\d.])`],
  ['written-date', writtenDateSource],
  // Not behind something of a date: "29 Oct 17:04:15", "10-29 17:04:15", "2024/10/29 - 17:04:15".
  ['clock', String.raw`(?<![\d:.]|\d[ T]|\d - |[A-Z][a-z]{2} )${clock}(?![\w:]| ?[AP]M)`],
];

export const addressSource = String.raw`\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\d.])|(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])`;
export const levelSource = '(?:CRITICAL|CRITI|FATAL|ERROR|WARNING|WARNI|WARN|INFO|DEBUG|NOTICE|TRACE)(?![A-Za-z])';

/** "[pid-811]": the name of what follows. */
export const pidDash = String.raw`(?<!\w)[Pp][Ii][Dd]-(?=\d+(?!\w))`;

const pieces: readonly (readonly [PieceKind, string])[] = [
  ...stampPieces,
  ['angled', String.raw`<\d+>`],
  ['address', addressSource],
  ['unit', String.raw`\d+(?:\.\d+)?(?:ms|us|s)(?![\w.])`],
  ['number', String.raw`\d+(?:\.\d+)?(?!\w|\.\w)`],
  ['level', levelSource],
  ['literal', pidDash],
  // "pid=<811>", "us=446": the name apart from its value.
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
 * "03" of "17:03" or "03-01", "2026" of "2026-03": a part of a stamp that was not read as one.
 * @param texts pieces of a line
 * @param values what stands there in all lines
 */
export function isDatePart(texts: readonly string[], index: number, values: readonly string[]): boolean {
  const goesWith = (sign: string | undefined, other: string | undefined) =>
    /^[-/.:]$/.test(sign ?? '') && datePart.test(other ?? '');
  const isBeside = goesWith(texts[index - 1], texts[index - 2]) || goesWith(texts[index + 1], texts[index + 2]);
  return isBeside && values.every((value) => datePart.test(value));
}

export interface StampGuess {
  readonly shape: StampShape;
  /** What was assumed, for the reader. */
  readonly assumed: string | null;
}

const anyStamp = new RegExp(stampPieces.map(([, source]) => source).join('|'));
export const holdsStamp = (text: string): boolean => anyStamp.test(text);

/** Do these times of day go forward from line to line, as no durations do? Midnight may come once. */
function goForward(values: readonly string[]): boolean {
  const back = values.slice(1).filter((value, i) => value < values[i]).length;
  return back * 10 <= values.length;
}

/** A time of day where nothing says which day; null when these are none. */
export const clockShape = (values: readonly string[]): StampGuess | null =>
  goForward(values) ? { shape: 'clock', assumed: null } : null;

/** "17:04:15" in each line, later and later: no durations. */
export const isTimeOfDay = (values: readonly string[]): boolean =>
  values.length > 0 && values.every((value) => /^\d\d:\d\d:\d\d(?:[.,]\d+)?$/.test(value)) && goForward(values);

const perDay = { 'epoch-s': 86_400, 'epoch-ms': 86_400e3, 'epoch-us': 86_400e6, 'epoch-ns': 86_400e9 };
/** No log that is looked at spans more. */
const MOST_DAYS = 3000;

/** Identifiers of as many digits lie anywhere: are these within some years? */
function areNear(kind: keyof typeof perDay, values: readonly string[]): boolean {
  const numbers = values.map(Number);
  return Math.max(...numbers) - Math.min(...numbers) < MOST_DAYS * perDay[kind];
}

/** Which shape stamps of this look have; null: a piece that is no stamp, or only a time of day. */
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

/** A pattern that all of the stamps fit. */
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

/** "26-03-01": read with the day first it would be of 2001. */
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

/** "10/29/2024" can only start with the month; of "03/04/2024" nothing tells. */
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
