/**
 * What a logging formatter put in front of a known layout: "2024-10-29 17:04:15,123 17315 waitress-0 INFO [wsgi] ". Any order is
 * possible, so the inner layout is searched for, and what stands before it is read as stamps, numbers, levels and words.
 */
import type { Token } from '../compile/layout.ts';

const piece =
  /(\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)|(\d{10}\.\d+|\d{10}(?!\d))|(\d+)|(CRITICAL|FATAL|ERROR|WARNING|WARN|INFO|DEBUG|NOTICE|TRACE)(?![A-Za-z])|([A-Za-z_][^\s[\]():|,;"]*)|( {2,})|([\s\S])/g;

type Kind = 'stamp' | 'epoch' | 'number' | 'level' | 'word' | 'blanks' | 'literal';

interface Piece {
  readonly kind: Kind;
  readonly text: string;
}

const kinds: readonly Kind[] = ['stamp', 'epoch', 'number', 'level', 'word', 'blanks', 'literal'];

function split(prefix: string): Piece[] {
  return [...prefix.matchAll(piece)].map((match) => ({
    kind: kinds[match.slice(1).findIndex((group) => group !== undefined)],
    text: match[0],
  }));
}

const shapeOf = (pieces: readonly Piece[]): string =>
  pieces.map(({ kind, text }) => (kind === 'literal' ? text : `<${kind}>`)).join('');

const threadName = /thread|waitress-\d|executor|worker|dummy|^mainthread$/i;

export interface LoggingPrefix {
  readonly tokens: readonly Token[];
  /** Words that are the same on all lines: names of loggers. */
  readonly names: readonly string[];
  /** Indices of the prefixes that have this shape. */
  readonly lines: readonly number[];
}

/** The most frequent shape of the prefixes, as tokens. */
export function readPrefixes(prefixes: readonly string[]): LoggingPrefix | null {
  const shapes = new Map<string, { line: number; pieces: Piece[] }[]>();
  prefixes.forEach((prefix, line) => {
    const pieces = split(prefix);
    const shape = shapeOf(pieces);
    shapes.set(shape, [...(shapes.get(shape) ?? []), { line, pieces }]);
  });
  const most = [...shapes.values()].reduce<{ line: number; pieces: Piece[] }[]>(
    (top, some) => (some.length > top.length ? some : top),
    [],
  );
  if (most.length === 0) return null;
  const names: string[] = [];
  let pid = false;
  let thread = false;
  let stamped = false;
  const tokens = most[0].pieces.map(({ kind, text }, i): Token => {
    const values = most.map(({ pieces }) => pieces[i].text);
    switch (kind) {
      case 'stamp':
      case 'epoch':
        if (stamped) return { field: { kind: 'word' } };
        stamped = true;
        return { field: { kind: 'time', shape: kind === 'stamp' ? 'iso' : 'epoch-s', means: 'written' } };
      case 'number':
        if (!pid && values.every((value) => value.length <= 7)) {
          pid = true;
          return { field: { kind: 'pid' } };
        }
        if (!thread && values.every((value) => value.length >= 9)) {
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
  });
  return { tokens, names, lines: most.map(({ line }) => line) };
}

/** Positions in a line at which a message may start behind such a prefix. */
export function messageStarts(text: string): number[] {
  const starts: number[] = [];
  for (let i = 1; i < text.length && i < 200 && starts.length < 32; i++) {
    const before = text[i - 1];
    if (before === ' ' || before === ':' || before === ']' || before === '|') starts.push(i);
  }
  return starts;
}
