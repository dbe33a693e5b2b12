/**
 * A format that the user gives in a server's own directive language, on the command line or in the server's configuration:
 *   gunicorn:%(h)s %(t)s "%(r)s" %(D)s      nginx:@/etc/nginx/nginx.conf      @gunicorn.conf.py
 */
import { readFileSync } from 'node:fs';
import { exitCodes, UserError } from '../../core/errors.ts';
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, parseLayout, type Token, unknownDirectives } from '../compile/layout.ts';
import { type Candidate, marksOf } from './candidates.ts';

/** The name of the layout of a format that the user gave. */
export const GIVEN_LAYOUT = 'given by --log-format';

const quoted = `'[^']*'|"(?:[^"\\\\]|\\\\.)*"`;

/** How formats are written in the configuration of servers: the setting, and which servers have it. */
const settings: readonly { readonly ids: readonly string[]; readonly pattern: RegExp }[] = [
  {
    ids: ['gunicorn', 'hypercorn', 'aiohttp'],
    pattern: new RegExp(`access_?-?log_?-?format\\s*[=:]?\\s*\\(?\\s*((?:(?:${quoted})\\s*)+)`, 'g'),
  },
  { ids: ['nginx'], pattern: new RegExp(`log_format\\s+\\w+\\s+(?:escape=\\w+\\s+)?((?:(?:${quoted})\\s*)+);`, 'g') },
  { ids: ['apache'], pattern: /^\s*LogFormat\s+("(?:[^"\\]|\\.)*")/gm },
  { ids: ['uwsgi'], pattern: /^\s*(?:log-?format|logformat)\s*[=:]\s*(.+?)\s*$/gm },
  { ids: ['haproxy'], pattern: /^\s*log-format(?!\s*[=:])\s+(.+?)\s*$/gm },
];

/** The text of one or several quoted strings side by side; text without quotes as it is, but for escaped blanks. */
function unquote(text: string): string {
  const parts = [...text.matchAll(new RegExp(quoted, 'g'))].map(([part]) =>
    part.slice(1, -1).replace(/\\(["'\\])/g, '$1'),
  );
  return parts.length > 0 && /^['"]/.test(text.trim()) ? parts.join('') : text.replace(/\\ /g, ' ');
}

/** Which of several servers with the same setting it is: their directives look different. */
const looksLike = (id: string, directives: string): boolean => {
  if (id === 'aiohttp') return !directives.includes('%(');
  if (id === 'hypercorn') return false;
  return id !== 'gunicorn' || directives.includes('%(');
};

function fromFile(path: string, id: string | null): { id: string; directives: string }[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UserError(
      `the configuration ${path} named by --log-format cannot be read: check the path`,
      exitCodes.usage,
    );
  }
  const found = settings
    .filter(({ ids }) => id === null || ids.includes(id))
    .flatMap(({ ids, pattern }) =>
      [...text.matchAll(pattern)].flatMap(([, value]) => {
        const directives = unquote(value);
        const own = id ?? ids.find((one) => looksLike(one, directives));
        return own ? [{ id: own, directives }] : [];
      }),
    );
  if (found.length === 0) {
    throw new UserError(
      `${path} holds no access log format (access_log_format, log_format, LogFormat, log-format): give it on the command line`,
      exitCodes.usage,
    );
  }
  return found;
}

/** If there is a pid, the number of the worker beside it is redundant. */
function withoutSecondName(tokens: readonly Token[]): Token[] {
  const hasPid = tokens.some((token) => 'field' in token && token.field.kind === 'pid');
  return tokens.map((token) =>
    hasPid && 'field' in token && token.field.kind === 'worker' ? { field: { kind: 'word' } } : token,
  );
}

/** The beginning of a directive that was left over as text: it is none in this language. */
const leftOver = /%[A-Za-z({>[]|\$[a-z{]/;
const asking = new Set(['request', 'target', 'status', 'method']);

/** Names up to this length are similar to many others. */
const SHORT_NAME = 5;

/** Whether one name is the other one misspelt: one letter more, less or different, or two neighbours swapped. */
function isMisspelt(name: string, of: string): boolean {
  const [short, long] = name.length < of.length ? [name, of] : [of, name];
  if (short.length < SHORT_NAME || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = (text: string, skipped: number) => text.slice(at + skipped);
  // A digit more makes another name, not a misspelt one.
  if (long.length > short.length) return /[a-z]/i.test(long[at]) && rest(short, 0) === rest(long, 1);
  const isSwapped = short[at] === long[at + 1] && short[at + 1] === long[at] && rest(short, 2) === rest(long, 2);
  return isSwapped || (short.length > SHORT_NAME && /[a-z]/i.test(name[at]) && rest(short, 1) === rest(long, 1));
}

/** Named directives that are not known: the user's own. @throws UserError if one is surely misspelt */
function unknownIn({ id, language }: LogFormat, directives: string): string[] {
  const unknown = unknownDirectives(language, directives);
  for (const { text, name } of unknown) {
    const meant = Object.keys(language.directives).find((one) => one !== name && isMisspelt(name, one));
    if (meant !== undefined) {
      throw new UserError(
        `--log-format: '${text}' is no directive of ${id}: '${text.replace(name, meant)}' is`,
        exitCodes.usage,
      );
    }
  }
  // A header or an environment variable may have any name.
  return unknown.flatMap(({ text, name }) => (name.includes('{') ? [] : [text]));
}

/** What is wrong with a text that is no directive: "%(L)" lacks its end ("%(L)s"), or "%>s" has a sign of another server ("%s"). */
function whatIsNone(text: string, { id, language }: LogFormat): string {
  const [cut] = /^%\([^)]*\)|^%[<>]?[A-Za-z]|^\S*/.exec(text) as RegExpExecArray;
  const isOne = (one: string) => {
    const [token, ...rest] = parseLayout(language, one);
    return (
      rest.length === 0 && token !== undefined && !isLiteral(token) && unknownDirectives(language, one).length === 0
    );
  };
  const meant = [`${cut}s`, cut.replace(/[<>]/, '')].find((one) => one !== cut && isOne(one));
  return `'${meant === undefined ? text : cut}' is no directive of ${id}${meant === undefined ? '' : `: '${meant}' is`}`;
}

/** @throws UserError if the directives are another server's or cut off, or if none is about a request */
function checked(id: string, directives: string, tokens: readonly Token[], formats: readonly LogFormat[]): void {
  const text = tokens.flatMap((token) => (isLiteral(token) ? [token.literal] : [])).find((one) => leftOver.test(one));
  const fields = tokens.flatMap((token) => (isLiteral(token) ? [] : [token.field]));
  if (text === undefined && fields.some(({ kind }) => asking.has(kind))) return;
  const format = formats.find((one) => one.id === id) as LogFormat;
  const example = `; ${id} writes its format as in '${format.layouts[0].directives}'`;
  const what =
    text === undefined
      ? `holds no directive of ${id} for a request, its path or its status`
      : whatIsNone(text.slice(text.search(leftOver)).split(' ')[0], format);
  throw new UserError(
    `--log-format: ${text === undefined ? `'${directives}' ` : ''}${what}${example}`,
    exitCodes.usage,
  );
}

/** @throws UserError when the text names no format, or its directives cannot be read */
export function givenFormats(text: string, formats: readonly LogFormat[]): Candidate[] {
  const match = /^(?:([a-z-]+):)?(.*)$/s.exec(text) as RegExpExecArray;
  const id = match[1] ?? null;
  const described = formats.filter(
    ({ language, layouts }) => layouts.length > 0 && Object.keys(language.directives).length > 0,
  );
  const known = described.map((format) => format.id).sort();
  if (id !== null && !known.includes(id)) {
    throw new UserError(`--log-format: "${id}" is no format; known are ${known.join(', ')}`, exitCodes.usage);
  }
  const given = match[2].startsWith('@')
    ? fromFile(match[2].slice(1), id)
    : id === null
      ? []
      : // Quotes and blanks may be escaped, as they are in the server's configuration.
        [{ id, directives: match[2].replace(/\\(["' ])/g, '$1') }];
  if (given.length === 0) {
    throw new UserError(
      `--log-format must say whose directives it is in, as in 'gunicorn:%(t)s %(p)s %(D)s "%(r)s"'; known are ${known.join(', ')}`,
      exitCodes.usage,
    );
  }
  return given.map(({ id: own, directives }) => {
    const format = formats.find((one) => one.id === own) as LogFormat;
    const tokens = parseLayout(format.language, directives);
    checked(own, directives, tokens, formats);
    const unknown = unknownIn(format, directives);
    const recipe = { tokens: withoutSecondName(tokens) };
    return { format, layout: GIVEN_LAYOUT, recipe, open: false, marks: marksOf(recipe), unknown };
  });
}
