/** Text in columns and paragraphs for reports. Widths are in characters: report text is printable and mostly ASCII. */

/** Where a row may be broken; not between a number and its unit. */
const BREAK = /(?<!\d(?=\s+(?:µs|ms|s|min|h|d|%)(?![\w(])))\s+/;

/** Breaks at spaces; rows after the first start with `indent`. */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(BREAK)) {
    if (row !== '' && row.length + 1 + word.length > width) {
      rows.push(row);
      row = indent + word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  if (row !== '') rows.push(row);
  return rows;
}

/** Cut with "…" if too long. */
export const cutTo = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** The end of the text after "…" if it is too long: names of pods and their workers differ at the end. */
export const endOf = (text: string, width: number): string =>
  text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;

/** Rows of cells, aligned by the widest cell of each column: the first column to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join(gap)
      .trimEnd(),
  );
}

/**
 * The same within a width: columns are dropped in the order of `dispensable` until the rows fit; if they still do not, the first column is
 * cut.
 */
export function alignWithin(
  rows: readonly (readonly string[])[],
  width: number,
  dispensable: readonly number[],
): string[] {
  for (let left = 0; left <= dispensable.length; left++) {
    const without = new Set(dispensable.slice(0, left));
    const kept = rows.map((row) => row.filter((_, column) => !without.has(column)));
    const aligned = alignColumns(kept);
    const over = Math.max(...aligned.map((row) => row.length)) - width;
    if (over <= 0) return aligned;
    if (left < dispensable.length) continue;
    const first = Math.max(8, Math.max(...kept.map((row) => row[0].length)) - over);
    return alignColumns(kept.map(([name, ...rest]) => [cutTo(name, first), ...rest]));
  }
  return [];
}
