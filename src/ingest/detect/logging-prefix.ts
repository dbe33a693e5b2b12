/**
 * Reads what stands in front of a known layout: "2024-10-29 17:04:15,123 17315 waitress-0 INFO [wsgi] ", "[29/Oct/2024:17:04:15 +0000] <12>
 * 446 ". Any order is possible, so the known layout is searched for in the line, and what precedes it is read as stamps, addresses,
 * numbers, levels and words.
 */
import type { Field } from '../../core/format.ts';
import type { Token } from '../compile/layout.ts';
import { mostAlike } from './alike.ts';
import type { FreeKind, FreePiece } from './free-pieces.ts';
import { keyMeaning } from './key-meanings.ts';
import { type FoundToken, literalToken } from './open-numbers.ts';
import { clockShape, isDatePart, splitPieces, stampPieces, stampShape } from './pieces.ts';

/** Stamps that a formatter of Python's logging writes; those of an access log itself look different. */
const isLoggingStamp = (kind: FreeKind): boolean =>
  kind === 'iso' ||
  kind === 'numbered-date' ||
  kind === 'named-month' ||
  kind === 'syslog' ||
  kind === 'month-day' ||
  kind === 'compact' ||
  kind === 'written-date' ||
  kind === 'clock';

const threadName = /thread|waitress-\d|executor|worker|dummy/i;

export interface LoggingPrefix {
  readonly tokens: readonly FoundToken[];
  /** Looks as if a formatter of Python's logging wrote it: it has a level, a stamp or a name, and nothing about a request. */
  readonly logging: boolean;
  /** Words that are the same on all lines: names of loggers. */
  readonly names: readonly string[];
  readonly assumptions: readonly string[];
  /** Indices of the prefixes that have this look. */
  readonly lines: readonly number[];
}

const service = { kind: 'duration', covers: 'service' } as const;

/** "31ms": the unit is the literal behind the number. */
function durationWithUnit(text: string): Token {
  const unit = text.endsWith('ms') ? 'ms' : text.endsWith('us') ? 'us' : 's';
  return { field: { ...service, unit, ...(text.includes('.') ? { fine: true } : {}) } };
}

/** Turns the pieces of prefixes with the same look into tokens. */
class PrefixReader {
  readonly logging: boolean;
  readonly names: string[] = [];
  readonly assumptions: string[] = [];
  readonly #hasStamp: boolean;
  readonly #hasDate: boolean;
  #hasThread = false;

  constructor(kinds: ReadonlySet<FreeKind>) {
    const isLogging = kinds.has('level') || kinds.has('word') || [...kinds].some(isLoggingStamp);
    this.logging = isLogging && !kinds.has('address') && !kinds.has('clf');
    const stamps = stampPieces.map(([kind]) => kind).filter((kind) => kind !== 'clock' && kinds.has(kind));
    this.#hasStamp = stamps.length > 0;
    this.#hasDate = stamps.some((kind) => !kind.startsWith('epoch'));
  }

  /** @param values the texts in this place, by line; `text` is the first of them */
  tokenOf(kind: FreeKind, text: string, values: readonly string[]): Token {
    // Beside a date, a long number is a thread and no epoch.
    const isLongNumber = this.#hasDate && kind.startsWith('epoch-') && kind !== 'epoch-s';
    if (isLongNumber) return this.#number(values);
    const stamp = stampShape(kind, values) ?? (kind === 'clock' && !this.#hasStamp ? clockShape(values) : null);
    if (stamp) {
      if (stamp.assumed !== null) this.assumptions.push(stamp.assumed);
      return { field: { kind: 'time', shape: stamp.shape, means: this.logging ? 'written' : 'end' } };
    }
    switch (kind) {
      case 'clock':
        return { field: { kind: 'word' } };
      case 'angled':
        return { field: { kind: 'pid' } };
      case 'address':
        return { field: { kind: 'client', port: true } };
      case 'unit':
        return durationWithUnit(text);
      case 'number':
        return this.#number(values);
      case 'spent':
        return { field: { ...service, unit: 'written' } };
      case 'level':
        return { field: { kind: 'level' } };
      case 'word':
      case 'words':
        return this.#word(text, values);
      case 'blanks':
        return { field: { kind: 'blanks' } };
      default:
        return { literal: text };
    }
  }

  #number(values: readonly string[]): Token {
    const isIdent = values.every((value) => /^\d{9,}$/.test(value));
    return isIdent && this.#takeThread() ? { field: { kind: 'thread' } } : { field: { kind: 'number' } };
  }

  #word(text: string, values: readonly string[]): Token {
    if (values.some((value) => threadName.test(value)) && this.#takeThread()) {
      // "waitress-0": the names of threads may contain that of the server.
      const stems = new Set(values.map((value) => value.replace(/-\d+$/, '')));
      if (stems.size === 1) this.names.push(...stems);
      return { field: { kind: 'thread' } };
    }
    if (values.every((value) => value === text)) this.names.push(text);
    return { field: { kind: 'word' } };
  }

  /** A line has one thread: the first field that looks like one. */
  #takeThread(): boolean {
    const isFirst = !this.#hasThread;
    this.#hasThread = true;
    return isFirst;
  }
}

/** The name in front of a value, joined to it by a sign: "us=446", "pid-811". */
function nameOf(pieces: readonly FreePiece[], index: number): string | null {
  if (/^pid-$/i.test(pieces[index - 1]?.text ?? '')) return 'pid';
  const [name, sign] = pieces.slice(Math.max(0, index - 2), index);
  return sign?.text === '=' && name?.kind === 'word' ? name.text : null;
}

/**
 * The token of a number or a stamp whose name says what it is; null if the name says nothing.
 * @param hasStamp the layout behind the prefix has a stamp of its own: then "t=" is that of X-Request-Start, and not the line's stamp
 */
function namedToken(name: string, kind: FreeKind, values: readonly string[], hasStamp: boolean): FoundToken | null {
  const meaning = keyMeaning(name);
  const as = (field: Field, open?: 'duration') => ({
    token: { field },
    values,
    name: `${name}=`,
    ...(open && { open }),
  });
  if (kind.startsWith('epoch-')) {
    if (meaning?.kind === 'arrival' || (name === 't' && hasStamp)) return as({ kind: 'arrival' });
    // "dd.trace_id=1730221455182334671"
    return /(?:^|[._-])id$/i.test(name) ? as({ kind: 'number' }) : null;
  }
  if (kind !== 'number') return null;
  if (meaning?.kind === 'duration') {
    if (meaning.unit === 'by-value') return as({ kind: 'number' }, 'duration');
    const fine = values.some((value) => value.includes('.'));
    return as({ ...service, unit: meaning.unit, ...(fine ? { fine } : {}) });
  }
  const isPid = meaning?.kind === 'pid' && values.every((value) => /^\d{1,7}$/.test(value));
  return as({ kind: isPid ? 'pid' : meaning?.kind === 'thread' ? 'thread' : 'number' });
}

/** The most frequent look of the prefixes, as tokens. @param hasStamp the layout behind them has a stamp of its own */
export function readPrefixes(prefixes: readonly string[], hasStamp: boolean): LoggingPrefix | null {
  const { lines, pieces: most } = mostAlike(prefixes.map(splitPieces));
  if (most.length === 0) return null;
  const [first] = most;
  const reader = new PrefixReader(new Set<FreeKind>(first.map(({ kind }) => kind)));
  const texts = first.map(({ text }) => text);
  const tokens = first.flatMap(({ kind, text }, i): FoundToken[] => {
    const values = most.map((list) => list[i].text);
    const [before, name] = [first[i - 1]?.text, first[i - 2]];
    const key = nameOf(first, i);
    const named = key === null ? null : namedToken(key, kind, values, hasStamp);
    if (named) return [named];
    const token = reader.tokenOf(kind, text, values);
    // "glogging.py:363", "web:2446": the number of a line of code.
    const isCodeLine = before === ':' && name?.kind === 'word';
    const isOpen = 'field' in token && token.field.kind === 'number' && !isCodeLine && !isDatePart(texts, i, values);
    const open = isOpen ? ({ open: 'number' } as const) : {};
    const found: FoundToken = { token, values, name: `the number ${text} in front`, inFront: true, ...open };
    return kind === 'unit' ? [found, literalToken(text.replace(/[\d.]/g, ''))] : [found];
  });
  const { logging, names, assumptions } = reader;
  return { tokens, logging, names, assumptions, lines };
}

/** Positions in a line at which a known layout may start behind a prefix. */
export function messageStarts(text: string): number[] {
  const starts: number[] = [];
  for (let i = 1; i < text.length && i < 200 && starts.length < 32; i++) {
    const before = text[i - 1];
    // The numbers in a colour code are not part of the line.
    if (before === '\u001b') break;
    // Neither between an address and its port nor inside a time of day.
    const isInside = before === ':' && /[\d:]/.test(text[i - 2] ?? '');
    if (before === ' ' || before === '\t' || (before === ':' && !isInside) || before === ']' || before === '|')
      starts.push(i);
  }
  return starts;
}
