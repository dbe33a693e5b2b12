/** From a layout in a server's directive language to tokens: literal text and fields. */
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

/** A language's pattern, to be asked again and again. Made once: making it takes longer than reading a layout with it. */
const patterns = new WeakMap<DirectiveLanguage, RegExp>();

function patternOf(language: DirectiveLanguage): RegExp {
  const { source, flags } = language.pattern;
  const pattern = patterns.get(language) ?? new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);
  patterns.set(language, pattern);
  return pattern;
}

/** Kinds that carry their own end, so that the next field may follow without a literal in between. */
const selfEnding = new Set<Field['kind']>(['time', 'blanks', 'level', 'pid', 'status']);

const isField = (token: Token | undefined, ...kinds: Field['kind'][]): boolean =>
  token !== undefined && !isLiteral(token) && kinds.includes(token.field.kind);

/**
 * Where a server has several directives for what is read as one field: "%U%q" and "$uri$is_args$args" are a path with its query,
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

/** Two fields with nothing that tells where the first one ends? */
function areNeighbours(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length; i++) {
    const before = tokens[i - 1];
    if (!isLiteral(before) && !isLiteral(tokens[i]) && !selfEnding.has(before.field.kind)) return true;
  }
  return false;
}

/** Takes whatever no directive of the list is. */
const isAnything = (pattern: RegExp): boolean => pattern.source === '.';

/** The directives that are in no list of their server, as they are written, and the name in them. */
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

/** @throws UserError when two fields follow each other with nothing that tells where the first one ends */
export function parseLayout(language: DirectiveLanguage, directives: string): Token[] {
  const tokens: Token[] = [];
  const pattern = patternOf(language);
  pattern.lastIndex = 0;
  let at = 0;
  for (let match = pattern.exec(directives); match !== null; match = pattern.exec(directives)) {
    tokens.push({ literal: directives.slice(at, match.index) });
    at = match.index + match[0].length;
    // An empty match would be found again and again.
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
  // "%{…%T}t.%{msec_frac}t": few layouts have a dot alone.
  if (!areNeighbours(tidied) && !tidied.some((token) => isLiteral(token) && token.literal === '.')) return tidied;
  const joined = tidy(joinParts(tidied));
  if (!areNeighbours(joined)) return joined;
  throw new UserError(
    `in the format '${directives}' two fields follow each other with nothing between them; put a blank between them, in the server's configuration too`,
    exitCodes.usage,
  );
}
