/** The names of the tabs in their row: shared by Ink, which draws them, and the mouse, which finds them. */
import { tabs } from './panels/index.ts';

export interface TabName {
  readonly id: string;
  readonly text: string;
  /** Column of its first cell. */
  readonly x: number;
}

/** " 1 Findings "; if there is no room, inactive tabs show only their numbers. */
export function tabNames(columns: number, active: string): TabName[] {
  const full = tabs.map(({ title }, i) => ` ${i + 1} ${title} `);
  const fits = full.reduce((sum, text) => sum + text.length, 0) < columns - 1;
  let x = 1;
  return tabs.map(({ id }, i) => {
    const text = fits || id === active ? full[i] : ` ${i + 1} `;
    const name = { id, text, x };
    x += text.length;
    return name;
  });
}

export function tabAt(x: number, columns: number, active: string): string | null {
  const found = tabNames(columns, active).find((name) => x >= name.x && x < name.x + name.text.length);
  return found?.id ?? null;
}
