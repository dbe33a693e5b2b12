/** The document of `--json`: one line for a pipe, indented for a terminal. */

/** Six decimals are a microsecond; more would be rounding noise. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e6) / 1e6 : value;

export const jsonReport = (document: object, forPerson: boolean): string =>
  `${JSON.stringify(document, rounded, forPerson ? 2 : undefined)}\n`;
