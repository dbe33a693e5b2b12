/** Parses a layout in a server's directive language into tokens: literals and fields. */
import { exitCodes, UserError } from '../../core/errors.ts';
import type { Directive, DirectiveLanguage, Field } from '../../core/format.ts';

export type Token = { readonly literal: string } | { readonly field: Field };

export const isLiteral = (token: Token | undefined): token is { readonly literal: string } =>
  token !== undefined && 'literal' in token;

function meaningOf(language: DirectiveLanguage, name: string): Directive {
  const key = language.foldCase ? name.toLowerCase() : name;
  if (Object.hasOwn(language.directives, key)) return language.directives[key];
  return language.families?.find(({ pattern }) => pattern.test(key))?.field ?? { kind: 'text' };
}

/** Joins neighbouring literals and drops empty ones. */
export function tidy(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const last = joined[joined.length - 1];
    if (isLiteral(token) && token.literal === '') continue;
    if (isLiteral(token) && isLiteral(last)) joined[joined.length - 1] = { literal: last.literal + token.literal };
    else joined.push(token);
  }
  return joined;
}

/** The pattern of a language with the flag "g". Kept, as making it takes longer than parsing a layout with it. */
const patterns = new WeakMap<DirectiveLanguage, RegExp>();

function patternOf(language: DirectiveLanguage): RegExp {
  const { source, flags } = language.pattern;
  const pattern = patterns.get(language) ?? new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);
  patterns.set(language, pattern);
  return pattern;
}

/** Fields that end by themselves, so that the next one may follow without a literal between them. */
const selfEnding = new Set<Field['kind']>(['time', 'blanks', 'level', 'pid', 'status']);

const isField = (token: Token | undefined, ...kinds: Field['kind'][]): boolean =>
  token !== undefined && !isLiteral(token) && kinds.includes(token.field.kind);

/**
 * Joins several directives that are read as one field: "%U%q" and "$uri$is_args$args" are a path with its query,
 * "$scheme://$host$request_uri" is a URL, and "%{…%T}t.%{msec_frac}t" is a stamp with its fraction.
 */
function joinParts(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const before = joined[joined.length - 1];
    if (isField(token, 'text', 'word') && isField(before, 'target')) continue;
    const isFraction = isField(token, 'number') && isLiteral(before) && before.literal === '.';
    if (isFraction && isField(joined[joined.length - 2], 'time')) {
      joined.pop();
      continue;
    }
    if (isField(token, 'target') && isField(before, 'word', 'text', 'client', 'number')) {
      const scheme = joined.findLastIndex((one) => isLiteral(one) && one.literal === '://');
      if (scheme > 0 && joined.slice(scheme + 1).every((one) => !isLiteral(one) || one.literal === ':')) {
        joined.splice(scheme - 1);
      }
    }
    joined.push(token);
  }
  return joined;
}

/** Whether two fields follow each other with nothing to show where the first one ends. */
function areNeighbours(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length; i++) {
    const before = tokens[i - 1];
    if (!isLiteral(before) && !isLiteral(tokens[i]) && !selfEnding.has(before.field.kind)) return true;
  }
  return false;
}

/** A family that matches any name, so that it does not make a directive known. */
const isAnything = (pattern: RegExp): boolean => pattern.source === '.';

/** The directives that their server does not have: the text as written, and the name in it. */
export function unknownDirectives(language: DirectiveLanguage, directives: string): { text: string; name: string }[] {
  return [...directives.matchAll(patternOf(language))].flatMap((match) => {
    const name = match.slice(1).find((group) => group !== undefined) ?? '';
    const key = language.foldCase ? name.toLowerCase() : name;
    const isKnown =
      name === '' ||
      name === '%' ||
      Object.hasOwn(language.directives, key) ||
      language.families?.some(({ pattern }) => !isAnything(pattern) && pattern.test(key)) === true;
    return isKnown ? [] : [{ text: match[0], name }];
  });
}

/** @throws UserError if two fields follow each other with nothing to show where the first one ends */
export function parseLayout(language: DirectiveLanguage, directives: string): Token[] {
  const tokens: Token[] = [];
  const pattern = patternOf(language);
  pattern.lastIndex = 0;
  let at = 0;
  for (let match = pattern.exec(directives); match !== null; match = pattern.exec(directives)) {
    tokens.push({ literal: directives.slice(at, match.index) });
    at = match.index + match[0].length;
    // An empty match would be found again at the same position.
    if (match[0] === '') pattern.lastIndex++;
    const name = match.slice(1).find((group) => group !== undefined) ?? '';
    if (name === '%') {
      tokens.push({ literal: '%' });
      continue;
    }
    const meaning = meaningOf(language, name);
    for (const part of Array.isArray(meaning) ? meaning : [meaning]) {
      tokens.push(typeof part === 'string' ? { literal: part } : { field: part as Field });
    }
  }
  tokens.push({ literal: directives.slice(at) });
  const tidied = tidy(tokens);
  // "%{…%T}t.%{msec_frac}t": few layouts have a dot as a literal.
  if (!areNeighbours(tidied) && !tidied.some((token) => isLiteral(token) && token.literal === '.')) return tidied;
  const joined = tidy(joinParts(tidied));
  if (!areNeighbours(joined)) return joined;
  throw new UserError(
    `in the format '${directives}' two fields follow each other with nothing between them; put a blank between them, in the server's configuration too`,
    exitCodes.usage,
  );
}
