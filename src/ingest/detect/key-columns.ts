/** Columns of lines of named values, and which of them hold stamps. */
import { stampField } from './key-meanings.ts';
import { holdsStamp, type StampGuess, splitPieces, stampShape } from './pieces.ts';

export interface Column {
  readonly key: string;
  /** The values of the lines that have the key. */
  readonly values: readonly string[];
}

export const all = ({ values }: Column, test: (value: string) => boolean, share = 0.95): boolean =>
  values.length > 0 && values.filter(test).length >= share * values.length;
export const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Of columns that could be it, the one with the most significant name. @param patterns most significant first */
export function byName(columns: readonly Column[], patterns: readonly RegExp[]): Column | undefined {
  for (const pattern of patterns) {
    const found = columns.find(({ key }) => pattern.test(key));
    if (found) return found;
  }
  return undefined;
}

/** Whether a value begins like a stamp. */
export const looksLikeStamp =
  /^\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]\d\d:|1\d{9}(?:\.\d+)?$|1\d{12}(?:\.\d+)?$|1\d{15}$|1\d{18}$)/;
/** "2024-10-29": a date without a time of day. */
export const isDay = /^\d{4}-\d\d-\d\d$/;
const timeOfDay = /^\d\d:\d\d:\d\d(?:[.,]\d+)?$/;

/** The columns of date and time of day, if these are apart. */
export function dayAndTimeIn(columns: readonly Column[]): { readonly day: Column; readonly time: Column } | null {
  const day = columns.find((column) => all(column, (value) => isDay.test(value)));
  const time = columns.find((column) => /time$/i.test(column.key) && all(column, (value) => timeOfDay.test(value)));
  return day && time ? { day, time } : null;
}

/** Digits of a stamp below the second; for an integer epoch, its digits beyond ten. */
const fineness = ({ values: [first = ''] }: Column): number =>
  /^\d+$/.test(first) ? Math.max(0, first.length - 10) : (/[.,](\d+)/.exec(first)?.[1].length ?? 0);

/** Of several stamps, those with milliseconds first. */
const finestFirst = (stamps: readonly Column[]): readonly Column[] =>
  [...stamps].sort((a, b) => Number(fineness(b) >= 3) - Number(fineness(a) >= 3));

/** The shape of dates whose look does not decide their order; null: it does, or they are no dates. */
export function shapeOfDates(values: readonly string[]): StampGuess | null {
  const isStamp = values.length > 0 && !looksLikeStamp.test(values[0]) && holdsStamp(values[0]);
  if (!isStamp) return null;
  const [kind, ...others] = new Set(values.map((value) => splitPieces(value)[0]?.kind));
  const isOpen = others.length === 0 && (kind === 'written-date' || kind === 'numbered-date');
  return isOpen ? stampShape(kind, values) : null;
}

const stampsIn = (columns: readonly Column[]): Column[] =>
  columns.filter(
    (column) => all(column, (value) => looksLikeStamp.test(value)) || shapeOfDates(column.values) !== null,
  );

/** Two stamps with fractions of a second, the start and the end of a request: they give its duration. */
export function spanIn(columns: readonly Column[]): { readonly start: Column; readonly end: Column } | null {
  const fine = stampsIn(columns).filter((column) => fineness(column) >= 3);
  const named = (means: 'start' | 'end') =>
    fine.find(({ key }) => {
      const { named, means: said } = stampField(last(key), 'any', 'written');
      return named === true && said === means;
    });
  const [start, end] = [named('start'), named('end')];
  return start && end ? { start, end } : null;
}

export function timeIn(columns: readonly Column[]): Column | undefined {
  const stamps = stampsIn(columns);
  return byName(finestFirst(stamps), [
    /^@?timestamp$|^@?t(s|ime)?$|^asctime$|^date(time)?$|^dt$/i,
    /timestamp|time|date/i,
    /(^|[._])ts$|@t/i,
    /^(?!.*(expir|login|valid|until|next)).*(^|[._]|[a-z_])at$/i,
    /(^|[._])(end|finish|complet)/i,
    /(^|[._])(start|begin|began|receiv|arriv)/i,
  ]);
}
