/**
 * What stands in front of a known layout: "2024-10-29 17:04:15,123 17315 waitress-0 INFO [wsgi] ", "[29/Oct/2024:17:04:15 +0000]
 * <12> 446 ". Any order is possible, so the known layout is searched for, and what stands before it is read as stamps,
 * addresses, numbers, levels and words.
 */
import type { Token } from '../compile/layout.ts';
import type { FoundToken } from './units.ts';

type Kind =
  | 'iso'
  | 'clf'
  | 'epoch'
  | 'angled'
  | 'address'
  | 'unit'
  | 'number'
  | 'level'
  | 'word'
  | 'blanks'
  | 'literal';

const pieces: readonly (readonly [Kind, RegExp])[] = [
  ['iso', /\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?/],
  ['clf', /\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:[.,]\d+)?(?: [+-]\d{4})?/],
  ['epoch', /\d{10}(?:\.\d+)?(?![\d.])/],
  ['angled', /<\d+>/],
  ['address', /\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\d.])|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/],
  ['unit', /\d+(?:\.\d+)?(?:ms|us|s)(?![\w.])/],
  ['number', /\d+(?:\.\d+)?(?![\w.])/],
  ['level', /(?:CRITICAL|FATAL|ERROR|WARNING|WARN|INFO|DEBUG|NOTICE|TRACE)(?![A-Za-z])/],
  ['word', /[A-Za-z_][^\s[\]():|,;"]*|-(?= )/],
  ['blanks', / {2,}/],
  ['literal', /[\s\S]/],
];
const piece = new RegExp(pieces.map(([, pattern]) => `(${pattern.source})`).join('|'), 'g');

interface Piece {
  readonly kind: Kind;
  readonly text: string;
}

const split = (prefix: string): Piece[] =>
  [...prefix.matchAll(piece)].map((match) => ({
    kind: pieces[match.slice(1).findIndex((group) => group !== undefined)][0],
    text: match[0],
  }));

const shapeOf = (list: readonly Piece[]): string =>
  list.map(({ kind, text }) => (kind === 'literal' ? text : `<${kind}>`)).join('');

const threadName = /thread|waitress-\d|executor|worker|dummy/i;

export interface LoggingPrefix {
  readonly tokens: readonly FoundToken[];
  /** It looks as if a formatter of Python's logging wrote it: a level, a stamp or a name, and nothing of a request. */
  readonly logging: boolean;
  /** Words that are the same on all lines: names of loggers. */
  readonly names: readonly string[];
  /** Indices of the prefixes that have this shape. */
  readonly lines: readonly number[];
}

/** The most frequent shape of the prefixes, as tokens. */
export function readPrefixes(prefixes: readonly string[]): LoggingPrefix | null {
  const shapes = new Map<string, { line: number; list: Piece[] }[]>();
  prefixes.forEach((prefix, line) => {
    const list = split(prefix);
    const shape = shapeOf(list);
    shapes.set(shape, [...(shapes.get(shape) ?? []), { line, list }]);
  });
  const most = [...shapes.values()].reduce<{ line: number; list: Piece[] }[]>(
    (top, some) => (some.length > top.length ? some : top),
    [],
  );
  if (most.length === 0) return null;
  const kinds = new Set(most[0].list.map(({ kind }) => kind));
  const logging =
    (kinds.has('level') || kinds.has('iso') || kinds.has('word')) && !kinds.has('address') && !kinds.has('clf');
  const names: string[] = [];
  let thread = false;
  const tokenOf = (kind: Kind, text: string, values: readonly string[]): Token => {
    switch (kind) {
      case 'iso':
      case 'clf':
      case 'epoch':
        return {
          field: { kind: 'time', shape: kind === 'epoch' ? 'epoch-s' : kind, means: logging ? 'written' : 'end' },
        };
      case 'angled':
        return { field: { kind: 'pid' } };
      case 'address':
        return { field: { kind: 'client', port: true } };
      case 'unit': {
        const unit = text.endsWith('ms') ? 'ms' : text.endsWith('us') ? 'us' : 's';
        return { field: { kind: 'duration', unit, covers: 'service', ...(text.includes('.') ? { fine: true } : {}) } };
      }
      case 'number':
        if (!thread && values.every((value) => /^\d{9,}$/.test(value))) {
          thread = true;
          return { field: { kind: 'thread' } };
        }
        return { field: { kind: 'number' } };
      case 'level':
        return { field: { kind: 'level' } };
      case 'word':
        if (!thread && values.some((value) => threadName.test(value))) {
          thread = true;
          return { field: { kind: 'thread' } };
        }
        if (values.every((value) => value === text)) names.push(text);
        return { field: { kind: 'word' } };
      case 'blanks':
        return { field: { kind: 'blanks' } };
      default:
        return { literal: text };
    }
  };
  const tokens = most[0].list.flatMap(({ kind, text }, i): FoundToken[] => {
    const values = most.map(({ list }) => list[i].text);
    const token = tokenOf(kind, text, values);
    // "glogging.py:363", "web:2446": the number of a line of code.
    const isCodeLine = most[0].list[i - 1]?.text === ':' && most[0].list[i - 2]?.kind === 'word';
    const isOpen = 'field' in token && token.field.kind === 'number' && !isCodeLine;
    const open = isOpen ? ({ open: 'number' } as const) : {};
    const found: FoundToken = { token, values, name: `the number ${text} in front`, ...open };
    if (kind !== 'unit') return [found];
    return [found, { token: { literal: text.replace(/[\d.]/g, '') }, values: [], name: '' }];
  });
  return { tokens, logging, names, lines: most.map(({ line }) => line) };
}

/** Positions in a line at which a known layout may start behind such a prefix. */
export function messageStarts(text: string): number[] {
  const starts: number[] = [];
  for (let i = 1; i < text.length && i < 200 && starts.length < 32; i++) {
    const before = text[i - 1];
    if (before === ' ' || before === ':' || before === ']' || before === '|') starts.push(i);
  }
  return starts;
}
