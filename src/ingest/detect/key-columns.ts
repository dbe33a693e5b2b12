/** The columns of lines of named values, and those of them that hold stamps. */
import { stampField } from './key-meanings.ts';
import { holdsStamp, type StampGuess, splitPieces, stampShape } from './pieces.ts';

export interface Column {
  readonly key: string;
  /** Of the lines that have the key. */
  readonly values: readonly string[];
}

export const all = ({ values }: Column, test: (value: string) => boolean, share = 0.95): boolean =>
  values.length > 0 && values.filter(test).length >= share * values.length;
export const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

/** Of columns that could be it, the one whose name says most: by the order of the patterns. */
export function byName(columns: readonly Column[], patterns: readonly RegExp[]): Column | undefined {
  for (const pattern of patterns) {
    const found = columns.find(({ key }) => pattern.test(key));
    if (found) return found;
  }
  return undefined;
}

/** Begins as a stamp does. */
export const looksLikeStamp =
  /^\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]\d\d:|1\d{9}(?:\.\d+)?$|1\d{12}(?:\.\d+)?$|1\d{15}$|1\d{18}$)/;
/** "2024-10-29": the time of day stands elsewhere. */
export const isDay = /^\d{4}-\d\d-\d\d$/;
const timeOfDay = /^\d\d:\d\d:\d\d(?:[.,]\d+)?$/;

/** Date and time of day under a name each. */
export function dayAndTimeIn(columns: readonly Column[]): { readonly day: Column; readonly time: Column } | null {
  const day = columns.find((column) => all(column, (value) => isDay.test(value)));
  const time = columns.find((column) => /time$/i.test(column.key) && all(column, (value) => timeOfDay.test(value)));
  return day && time ? { day, time } : null;
}

/** Digits in which a stamp tells less than a second, or its digits where it is a number. */
const fineness = ({ values: [first = ''] }: Column): number =>
  /^\d+$/.test(first) ? Math.max(0, first.length - 10) : (/[.,](\d+)/.exec(first)?.[1].length ?? 0);

/** Where several say when, a whole second says less. */
const finestFirst = (stamps: readonly Column[]): readonly Column[] =>
  [...stamps].sort((a, b) => Number(fineness(b) >= 3) - Number(fineness(a) >= 3));

/** The shape of dates that do not say by themselves what they are; null: they do, or are none. */
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

/** Two stamps that say how long a request took: its start and its end, both with fractions of a second. */
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
