/** The margins that lanes, charts and the axis share, so that an instant stands in the same column everywhere. */
export interface Gutter {
  /** Cells for a label at the left, and for a value at the right: a blank, "~" and five more. */
  readonly left: number;
  readonly right: number;
}

export const gutterOf = (columns: number): Gutter =>
  columns >= 60 ? { left: columns >= 110 ? 16 : 12, right: 7 } : { left: 8, right: 0 };

/** Columns of the time axis on a screen of this width. */
export function axisColumns(columns: number): number {
  const { left, right } = gutterOf(columns);
  return Math.max(1, columns - left - right);
}
