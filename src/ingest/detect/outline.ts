/**
 * A cheap test before a layout is compiled: could it take this line at all? The literals of the layout must occur in the line in the same
 * order, including those at its start and its end. The scanner may still refuse a line that passes, but would take none that fails.
 */
import { isLiteral, type Token } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';

/** Fields without blanks, and the characters that they may begin with. */
const begins: Readonly<Record<string, RegExp | undefined>> = {
  duration: /[\d+\-N]/,
  wait: /[\d+\-N]/,
  lead: /[\d+\-N]/,
  number: /[\d+\-N]/,
  bytes: /[\d+\-N]/,
  pid: /[\d<-]/,
  status: /[\d\-N]/,
};

/** The tokens of a layout in short, each as a text: "=" and the literal, or the kind of the field. */
export type Outline = readonly string[];

const outlines = new WeakMap<readonly Token[], Outline>();

export function outlineOf(tokens: readonly Token[]): Outline {
  const known = outlines.get(tokens);
  if (known) return known;
  const outline = tokens.map((token) => (isLiteral(token) ? `=${token.literal}` : token.field.kind));
  outlines.set(tokens, outline);
  return outline;
}

/** The text of a literal; null: it is a field. */
export const literalOf = (token: string): string | null => (token.startsWith('=') ? token.slice(1) : null);

/** @param line as latin1, so that each character is one byte */
export const couldTake = (recipe: Recipe, line: string): boolean =>
  !('tokens' in recipe) || fits(outlineOf(recipe.tokens), line);

/** The same for a layout of which only the outline is known. */
export function fits(outline: Outline, line: string): boolean {
  const first = literalOf(outline[0]);
  if (first !== null && !line.startsWith(latin1(first))) return false;
  // Scanners ignore blanks and carriage returns at the end of a line.
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\r')) end--;
  const rest = endOf(outline, line, end);
  // The last field may be empty: then the blank before it is one of those at the end of the line.
  return rest !== null && standInOrder(outline, rest.tokens, line, rest.at === end ? line.length : rest.at);
}

/** A literal as latin1: characters that are no bytes stand in the line as their bytes of UTF-8. */
const latin1 = (literal: string): string =>
  /[^\u0000-\u00ff]/.test(literal) ? Buffer.from(literal, 'utf8').toString('latin1') : literal;

/**
 * Reads the line backwards for as long as it is certain where a token begins.
 * @returns how many tokens are left, and where they end; null: the layout cannot take the line
 */
function endOf(outline: Outline, line: string, end: number): { tokens: number; at: number } | null {
  let at = end;
  for (let i = outline.length - 1; i > 0; i--) {
    const text = literalOf(outline[i]);
    if (text !== null) {
      const literal = latin1(text);
      // Blanks at the end of a layout may be missing in the line.
      if (/[ \r]$/.test(literal) && at === end) return { tokens: i, at };
      if (!line.endsWith(literal, at) || at < literal.length) return null;
      at -= literal.length;
      continue;
    }
    const start = begins[outline[i]];
    const before = literalOf(outline[i - 1]);
    if (!start || before === null) return { tokens: i + 1, at };
    // After the last blank come the part of the literal behind its own last blank, and the field.
    const literal = latin1(before);
    const blank = literal.lastIndexOf(' ');
    if (blank < 0) return { tokens: i + 1, at };
    const from = line.lastIndexOf(' ', at - 1) + literal.length - blank;
    if (from > at || !start.test(line.charAt(from))) return null;
    at = from;
  }
  return { tokens: 1, at };
}

function standInOrder(outline: Outline, count: number, line: string, end: number): boolean {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const text = literalOf(outline[i]);
    if (text === null) continue;
    const literal = latin1(text);
    const found = line.indexOf(literal, at);
    if (found < 0 || found + literal.length > end) return false;
    at = found + literal.length;
  }
  return true;
}
