/** The margins that lanes, charts and the axis share, so that an instant is in the same column everywhere. */
export interface Gutter {
  /** Cells for a label at the left, and for a value at the right (a blank, "~" and five characters). */
  readonly left: number;
  readonly right: number;
}

export function gutterOf(columns: number): Gutter {
  if (columns >= 60) return { left: columns >= 110 ? 16 : 12, right: 7 };
  return { left: NARROW_LEFT, right: columns >= 50 ? 7 : 0 };
}

/** Labels have a brief form for this width. */
const NARROW_LEFT = 8;

/** Columns of the time axis on a screen with this many columns. */
export function axisColumns(columns: number): number {
  const { left, right } = gutterOf(columns);
  return Math.max(1, columns - left - right);
}
