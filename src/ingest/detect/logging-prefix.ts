/**
 * What stands in front of a known layout: "2024-10-29 17:04:15,123 17315 waitress-0 INFO [wsgi] ", "[29/Oct/2024:17:04:15 +0000]
 * <12> 446 ". Any order is possible, so the known layout is searched for, and what stands before it is read as stamps,
 * addresses, numbers, levels and words.
 */
import type { Token } from '../compile/layout.ts';
import { mostAlike } from './alike.ts';
import type { FreeKind } from './free-pieces.ts';
import { keyMeaning } from './key-meanings.ts';
import { type FoundToken, literalToken } from './open-numbers.ts';
import { clockShape, splitPieces, stampPieces, stampShape } from './pieces.ts';

/** Stamps of Python's logging: those that an access log writes in its own lines look otherwise. */
const isLoggingStamp = (kind: FreeKind): boolean =>
  kind === 'iso' ||
  kind === 'numbered-date' ||
  kind === 'named-month' ||
  kind === 'syslog' ||
  kind === 'month-day' ||
  kind === 'clock';

const threadName = /thread|waitress-\d|executor|worker|dummy/i;

export interface LoggingPrefix {
  readonly tokens: readonly FoundToken[];
  /** It looks as if a formatter of Python's logging wrote it: a level, a stamp or a name, and nothing of a request. */
  readonly logging: boolean;
  /** Words that are the same on all lines: names of loggers. */
  readonly names: readonly string[];
  readonly assumptions: readonly string[];
  /** Indices of the prefixes that have this shape. */
  readonly lines: readonly number[];
}

/** The most frequent look of the prefixes, as tokens. */
export function readPrefixes(prefixes: readonly string[]): LoggingPrefix | null {
  const { lines, pieces: most } = mostAlike(prefixes.map(splitPieces));
  if (most.length === 0) return null;
  const kinds = new Set<FreeKind>(most[0].map(({ kind }) => kind));
  const logging =
    (kinds.has('level') || kinds.has('word') || [...kinds].some(isLoggingStamp)) &&
    !kinds.has('address') &&
    !kinds.has('clf');
  const hasStamp = stampPieces.some(([kind]) => kind !== 'clock' && kinds.has(kind));
  const hasDate = stampPieces.some(([kind]) => kind !== 'clock' && !kind.startsWith('epoch') && kinds.has(kind));
  const names: string[] = [];
  const assumptions: string[] = [];
  let thread = false;
  const tokenOf = (kind: FreeKind, text: string, values: readonly string[]): Token => {
    // Beside a date a long number is a thread.
    const isStamp = !(hasDate && kind.startsWith('epoch-') && kind !== 'epoch-s');
    const stamp =
      (isStamp ? stampShape(kind, values) : null) ?? (kind === 'clock' && !hasStamp ? clockShape(values) : null);
    if (stamp) {
      if (stamp.assumed !== null) assumptions.push(stamp.assumed);
      return { field: { kind: 'time', shape: stamp.shape, means: logging ? 'written' : 'end' } };
    }
    switch (isStamp ? kind : 'number') {
      case 'clock':
        return { field: { kind: 'word' } };
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
      case 'spent':
        return { field: { kind: 'duration', unit: 'written', covers: 'service' } };
      case 'level':
        return { field: { kind: 'level' } };
      case 'word':
      case 'words':
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
  const tokens = most[0].flatMap(({ kind, text }, i): FoundToken[] => {
    const values = most.map((list) => list[i].text);
    const name = most[0][i - 1]?.text === '=' ? most[0][i - 2]?.text : undefined;
    const meaning = kind === 'number' && name !== undefined ? keyMeaning(name) : null;
    if (meaning?.kind === 'duration' && meaning.unit !== 'by-value') {
      const fine = values.some((value) => value.includes('.'));
      const field = { kind: 'duration', unit: meaning.unit, covers: 'service', ...(fine ? { fine } : {}) } as const;
      return [{ token: { field }, values, name: `${name}=` }];
    }
    const token = tokenOf(kind, text, values);
    // "glogging.py:363", "web:2446": the number of a line of code.
    const isCodeLine = most[0][i - 1]?.text === ':' && most[0][i - 2]?.kind === 'word';
    const isOpen = 'field' in token && token.field.kind === 'number' && !isCodeLine;
    const open = isOpen ? ({ open: 'number' } as const) : {};
    const found: FoundToken = { token, values, name: `the number ${text} in front`, inFront: true, ...open };
    if (kind !== 'unit') return [found];
    return [found, literalToken(text.replace(/[\d.]/g, ''))];
  });
  return { tokens, logging, names, assumptions, lines };
}

/** Positions in a line at which a known layout may start behind such a prefix. */
export function messageStarts(text: string): number[] {
  const starts: number[] = [];
  for (let i = 1; i < text.length && i < 200 && starts.length < 32; i++) {
    const before = text[i - 1];
    // The numbers of a colour are none of the line's.
    if (before === '\u001b') break;
    // Not between an address and its port, nor inside a time of day.
    const isInside = before === ':' && /[\d:]/.test(text[i - 2] ?? '');
    if (before === ' ' || (before === ':' && !isInside) || before === ']' || before === '|') starts.push(i);
  }
  return starts;
}
