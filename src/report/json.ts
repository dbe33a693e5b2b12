/** The document of `--json`: one line for a pipe, indented for a person's terminal. */

/** Six decimals carry a microsecond; more would be noise of the arithmetic. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e6) / 1e6 : value;

export const jsonReport = (document: object, forPerson: boolean): string =>
  `${JSON.stringify(document, rounded, forPerson ? 2 : undefined)}\n`;
