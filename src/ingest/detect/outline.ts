/**
 * A cheap test in front of compiling a layout: could it take this line at all? What stands in a layout as literal text must
 * stand in the line, in that order, at its start and at its end. What passes may still be refused by the scanner; what fails
 * would be.
 */
import type { Field } from '../../core/format.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';

/** Fields without blanks in them, that begin with one of these characters. */
const begins: Partial<Record<Field['kind'], RegExp>> = {
  duration: /[\d+\-N]/,
  wait: /[\d+\-N]/,
  lead: /[\d+\-N]/,
  number: /[\d+\-N]/,
  bytes: /[\d+\-N]/,
  pid: /[\d<-]/,
  status: /[\d\-N]/,
};

/** @param line its text in latin1, a character a byte */
export function couldTake(recipe: Recipe, line: string): boolean {
  if (!('tokens' in recipe)) return true;
  const { tokens } = recipe;
  const [first] = tokens;
  if (isLiteral(first) && !line.startsWith(latin1(first.literal))) return false;
  // Scanners let blanks and a carriage return pass at the end of a line.
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\r')) end--;
  const rest = endOf(tokens, line, end);
  // What comes last may be empty: then the blank in front of it is one of those at the end.
  return rest !== null && standInOrder(tokens, rest.tokens, line, rest.at === end ? line.length : rest.at);
}

/** Characters beyond bytes are bytes of UTF-8 in a line. */
const latin1 = (literal: string): string =>
  /[^\u0000-\u00ff]/.test(literal) ? Buffer.from(literal, 'utf8').toString('latin1') : literal;

/** Reads the line backwards as far as it is certain where a token begins: how many tokens are left, and where they end. */
function endOf(tokens: readonly Token[], line: string, end: number): { tokens: number; at: number } | null {
  let at = end;
  for (let i = tokens.length - 1; i > 0; i--) {
    const token = tokens[i];
    if (isLiteral(token)) {
      const literal = latin1(token.literal);
      // Blanks at the end of a layout may be gone.
      if (/[ \r]$/.test(literal) && at === end) return { tokens: i, at };
      if (!line.endsWith(literal, at) || at < literal.length) return null;
      at -= literal.length;
      continue;
    }
    const start = begins[token.field.kind];
    const before = tokens[i - 1];
    if (!start || !isLiteral(before)) return { tokens: i + 1, at };
    // From the last blank on, what stands of the literal behind its own last blank, and the field.
    const literal = latin1(before.literal);
    const blank = literal.lastIndexOf(' ');
    if (blank < 0) return { tokens: i + 1, at };
    const from = line.lastIndexOf(' ', at - 1) + literal.length - blank;
    if (from > at || !start.test(line.charAt(from))) return null;
    at = from;
  }
  return { tokens: 1, at };
}

function standInOrder(tokens: readonly Token[], count: number, line: string, end: number): boolean {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const token = tokens[i];
    if (!isLiteral(token)) continue;
    const literal = latin1(token.literal);
    const found = line.indexOf(literal, at);
    if (found < 0 || found + literal.length > end) return false;
    at = found + literal.length;
  }
  return true;
}
