/** Cuts lines into columns at a delimiter (tab, pipe, semicolon, comma), if they have one. */

const delimiters: readonly { readonly text: string; readonly split: RegExp }[] = [
  { text: '\t', split: /\t/ },
  { text: '|', split: /\|/ },
  { text: ';', split: /;/ },
  // Not the one before the milliseconds of a stamp.
  { text: ',', split: /(?<!:\d\d),|,(?!\d{3}\b)/ },
];
const MIN_COLUMNS = 4;
/** A line with more columns is not of a request log. */
const MAX_COLUMNS = 80;

export interface Cut {
  /** '' if the lines have none: then each line is one column. */
  readonly delimiter: string;
  /** Indices of the lines that have the most frequent number of columns. */
  readonly lines: readonly number[];
  /** The columns of those lines. */
  readonly rows: readonly (readonly string[])[];
}

export function cutIntoColumns(texts: readonly string[]): Cut {
  for (const { text, split } of delimiters) {
    const all = texts.map((line) => line.split(split));
    const counts = new Map<number, number>();
    for (const { length } of all) counts.set(length, (counts.get(length) ?? 0) + 1);
    const [columns, count] = [...counts].reduce((top, entry) => (entry[1] > top[1] ? entry : top));
    if (columns < MIN_COLUMNS || columns > MAX_COLUMNS || count * 10 < texts.length * 8) continue;
    const lines = all.flatMap((row, index) => (row.length === columns ? [index] : []));
    return { delimiter: text, lines, rows: lines.map((index) => all[index]) };
  }
  return { delimiter: '', lines: texts.map((_, index) => index), rows: texts.map((text) => [text]) };
}
