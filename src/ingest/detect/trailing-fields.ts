/**
 * Fields that a user appended to a known layout, found without being told: "pid=<12> us=340", "<12> 340",
 * 'rt=0.1 urt="0.1, 0.2"', "12ms", bare numbers. The shape that most sampled lines share becomes further tokens.
 */
import type { Field } from '../../core/format.ts';
import type { Token } from '../compile/layout.ts';
import { wholeSpent } from '../spent-time.ts';
import { isOtherTime, keyMeaning } from './key-meanings.ts';
import { type PieceKind, splitPieces, stampPieces, stampShape } from './pieces.ts';
import { proxyTimes } from './proxy-times.ts';
import { type FoundToken, followsRequest, isNoSize } from './units.ts';

export interface TrailingFields {
  readonly tokens: readonly FoundToken[];
  /** Id of the format that these fields prove, or null. */
  readonly proves: string | null;
}

interface Part {
  readonly key: string;
  /** "=" or ":" behind the key. */
  readonly sign: string;
  readonly value: string;
}

const stampSource = stampPieces.flatMap(([kind, source]) => (kind === 'clock' ? [] : [source])).join('|');
const part = new RegExp(
  ` +(?:([A-Za-z_][\\w.-]*[=:]))?("(?:[^"\\\\]|\\\\.)*"|<[^>"]*>|\\[(?:${stampSource})\\]|(?:${stampSource})(?= |$)|[^\\s"<]\\S*|(?=$| ))`,
  'y',
);
const wholeStamp = new RegExp(`^(?:${stampSource})$`);

/** The kind of stamp that every value is, with or without brackets; null when one is none. */
function stampOf(values: readonly string[]): PieceKind | null {
  const bare = values.map((value) => value.replace(/^\[|\]$/g, ''));
  if (!bare.every((value) => wholeStamp.test(value))) return null;
  const kinds = new Set(bare.map((value) => splitPieces(value)[0].kind));
  const [kind] = kinds;
  return kinds.size === 1 && !kind.startsWith('epoch') ? kind : null;
}

/** The parts of one line's rest, or null when it does not fall into parts. */
function split(rest: string): Part[] | null {
  const parts: Part[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < rest.length) {
    const at = part.lastIndex;
    const match = part.exec(rest);
    if (!match || part.lastIndex === at) return null;
    const key = match[1] ?? '';
    parts.push({ key: key.slice(0, -1), sign: key.slice(-1), value: match[2] });
    if (parts.length > 60) return null;
  }
  return parts;
}

const shapeOf = ({ key, sign, value }: Part): string =>
  `${key}${sign}${value.startsWith('"') ? '"' : value.startsWith('<') ? '<' : ''}`;

interface Meaning {
  readonly field: Field | 'duration by value';
  readonly proves?: string;
}

/** Names that mean more here than elsewhere: nginx's variables, and a time that is no date. */
const special: readonly (readonly [RegExp, Meaning])[] = [
  [/^(rt|request_time)$/, { field: { kind: 'duration', unit: 's', covers: 'response', fine: true }, proves: 'nginx' }],
  [/^(urt|uct|uht|upstream_(response|connect|header)_time)$/, { field: { kind: 'list' }, proves: 'nginx' }],
  [/^msec$/, { field: { kind: 'time', shape: 'epoch-s', means: 'end' } }],
  [/^time$/i, { field: 'duration by value' }],
];

function meaningOf(key: string): Meaning | null {
  const own = special.find(([pattern]) => pattern.test(key))?.[1];
  if (own) return own;
  const meaning = keyMeaning(key);
  switch (meaning?.kind) {
    case 'duration': {
      const { unit } = meaning;
      if (unit === 'by-value') return { field: 'duration by value' };
      return { field: { kind: 'duration', unit, covers: 'service', ...(key === 'L' ? { fine: true } : {}) } };
    }
    case 'pid':
    case 'worker':
    case 'thread':
    case 'arrival':
    case 'bytes':
      return { field: { kind: meaning.kind } };
    default:
      return null;
  }
}

const majority = (texts: readonly string[], pattern: RegExp): boolean =>
  texts.length > 0 && texts.filter((text) => pattern.test(text)).length * 10 >= texts.length * 9;

const number = /^-?\d+(\.\d+)?$/;
const pairOfNumbers = /^\d+\/\d+$/;
const list = /^(-|\d+(\.\d+)?)((, ?| : )(-|\d+(\.\d+)?))*$/;
/** What an HTTP status looks like: nginx's us="200" is one, not microseconds. */
const status = /^[1-5]\d\d$/;
const withUnit = /^\d+(\.\d+)?(ms|us|µs|\u00c2\u00b5s|s)$/;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

/** What the values of one part say, and what its key says. */
function read(
  key: string,
  values: readonly string[],
  index: number,
  quoted: boolean,
): { tokens: FoundToken[]; proves: string | null } {
  const known = values.filter((value) => value !== '-' && value !== '');
  const numeric = majority(known, number);
  const meaning = meaningOf(key);
  const field = meaning?.field;
  const name = key === '' ? `the ${ordinals[index] ?? `${index + 1}th`} field behind the known ones` : `${key}=`;
  const one = (token: Field, open?: FoundToken['open']) => ({
    tokens: [{ token: { field: token }, values, name, ...(open ? { open } : {}) }],
    proves: meaning?.proves ?? null,
  });
  const stamp = key === '' && !quoted ? stampOf(values) : null;
  const shape = stamp && stampShape(stamp, values);
  if (shape) {
    const [open, close] = values[0].startsWith('[') ? ['[', ']'] : ['', ''];
    const edge = (text: string) => (text === '' ? [] : [{ token: { literal: text }, values: [], name: '' }]);
    const { tokens } = one({ kind: 'time', shape: shape.shape, means: 'end' });
    return { tokens: [...edge(open), ...tokens, ...edge(close)], proves: null };
  }
  if (majority(values, /^<\d+>$/)) return { ...one({ kind: 'pid' }), proves: 'gunicorn' };
  if (majority(known, /^t=\d{10}/)) return one({ kind: 'arrival' });
  // Apache's and gunicorn's "%T/%D"
  if (key === '' && majority(values, pairOfNumbers)) {
    const half = (at: 0 | 1) => ({
      token: { field: { kind: 'number' } } as const,
      values: values.map((value) => value.split('/')[at] ?? '-'),
      name: at === 0 ? `the first number of ${name}` : `the second number of ${name}`,
      open: 'number' as const,
    });
    return { tokens: [half(0), { token: { literal: '/' }, values: [], name: '' }, half(1)], proves: null };
  }
  const suffixes = new Set(known.flatMap((value) => withUnit.exec(value)?.[2] ?? []));
  // Not "10:04:15": a time of day is no time that passed.
  const isSpent = (value: string) => wholeSpent.test(value) && !/^\d\d:/.test(value);
  if (known.length > 0 && known.every(isSpent) && (suffixes.size !== 1 || !majority(known, withUnit))) {
    return one(isOtherTime(key) ? { kind: 'word' } : { kind: 'duration', unit: 'written', covers: 'service' });
  }
  if (majority(known, withUnit)) {
    const [suffix] = suffixes;
    const unit = suffix === 'ms' || suffix === 's' ? suffix : 'us';
    const fine = known.some((value) => value.includes('.'));
    return {
      tokens: [
        ...one({ kind: 'duration', unit, covers: 'service', ...(fine ? { fine } : {}) }).tokens,
        { token: { literal: suffix }, values: [], name: '' },
      ],
      proves: null,
    };
  }
  if (field && field !== 'duration by value') {
    switch (field.kind) {
      case 'duration':
        if ((numeric && !(quoted && majority(known, status))) || known.length === 0) return one(field);
        break;
      case 'pid':
        if (majority(values, /^\d+$/)) return one(field);
        break;
      case 'bytes':
        if (numeric) return one(field);
        break;
      case 'time':
        if (numeric) return one(field);
        break;
      case 'list':
        return one(majority(values, list) ? field : { kind: 'word' });
      default:
        return one(field);
    }
  }
  if (field === 'duration by value' && numeric) return one({ kind: 'number' }, 'duration');
  if (numeric && majority(values, /^(-?\d+(\.\d+)?|-)$/))
    return one({ kind: 'number' }, key === '' ? 'number' : undefined);
  return one({ kind: 'word' });
}

/** It fills no column: in quotes it may be anything. */
const isPlain = (token: Token): boolean =>
  'literal' in token || token.field.kind === 'word' || token.field.kind === 'number';

/** gunicorn's durations are those of the work, whatever they are called. */
function ofService(found: FoundToken): FoundToken {
  const { token } = found;
  if ('literal' in token || token.field.kind !== 'duration') return found;
  return { ...found, token: { field: { ...token.field, covers: 'service' } } };
}

/** "Not Found": the reason behind a status. */
const phrase = /^ [A-Z][A-Za-z'-]*(?: [A-Za-z'-]+){0,4} *$/;

/**
 * A bare whole number behind a status is the size of the answer when other numbers follow; when none does, it may as well be a
 * duration.
 */
function settleSize(tokens: FoundToken[], others: readonly Part[], requests: readonly string[]): void {
  const [first] = tokens;
  if (tokens.length !== 1 || first.open !== 'number' || first.values.some((value) => value.includes('.'))) return;
  if (isNoSize(first.values, requests)) return;
  const isFollowed = others.some(({ value }) => /^[\d<]/.test(value));
  tokens[0] = isFollowed
    ? { ...first, token: { field: { kind: 'bytes' } }, open: undefined }
    : { ...first, open: 'pid or size' };
}

/** A unit that stands apart from its number: "31 ms". */
const unitWord = /^(ms|us|s|sec|secs|seconds)$/;

/**
 * @param rests what follows the known fields, per sampled line (latin-1)
 * @param requests what was asked for and answered in each of them
 * @param afterStatus the last of the known fields is the status
 */
export function findTrailingFields(
  rests: readonly string[],
  requests: readonly string[],
  afterStatus: boolean,
): TrailingFields | null {
  const shapes = new Map<string, Part[][]>();
  const requestOf = new Map<Part[], string>();
  rests.forEach((rest, line) => {
    const parts = split(rest.trimEnd());
    if (!parts || parts.length === 0) return;
    requestOf.set(parts, requests[line]);
    const shape = parts.map(shapeOf).join(' ');
    const alike = shapes.get(shape) ?? [];
    alike.push(parts);
    shapes.set(shape, alike);
  });
  const lines = [...shapes.values()].reduce<Part[][]>((most, some) => (some.length > most.length ? some : most), []);
  if (lines.length === 0) return null;
  const tokens: FoundToken[] = [];
  const literal = (text: string) => tokens.push({ token: { literal: text }, values: [], name: '' });
  let proves: string | null = null;
  const isPhrase = rests.filter((rest) => phrase.test(rest)).length * 10 >= rests.length * 9;
  if (isPhrase) {
    const reason = { token: { field: { kind: 'text' } }, values: [], name: '' } as const;
    return { tokens: [{ token: { literal: ' ' }, values: [], name: '' }, reason], proves: null };
  }
  const asked = lines.map((parts) => requestOf.get(parts) ?? '');
  lines[0].forEach(({ key, sign, value }, index) => {
    const quoted = value.startsWith('"');
    const values = lines.map((parts) => (quoted ? parts[index].value.slice(1, -1) : parts[index].value));
    literal(` ${key}${sign}${quoted ? '"' : ''}`);
    const next = key === '' && !quoted ? lines[0][index + 1] : undefined;
    const unit = next?.key === '' && unitWord.test(next.value) ? next.value : '';
    const meaning =
      unit === ''
        ? read(key, values, index, quoted)
        : {
            tokens: read(
              key,
              values.map((value) => value + unit),
              index,
              quoted,
            ).tokens.slice(0, 1),
            proves: null,
          };
    if (index === 0 && afterStatus) settleSize(meaning.tokens, lines[0].slice(1), asked);
    // A number that is the same for equal requests is a size: no pid, and no duration.
    const [only] = meaning.tokens;
    if (only?.open === 'number' && followsRequest(values, asked)) {
      meaning.tokens[0] = { ...only, open: undefined };
    }
    const plainText = quoted && meaning.tokens.every(({ token, open }) => isPlain(token) && !open);
    if (plainText) tokens.push({ token: { field: { kind: 'text' } }, values: [], name: '' });
    else tokens.push(...meaning.tokens);
    // A pid in angle brackets proves more than a name that anyone may use.
    if (meaning.proves === 'gunicorn' || proves === null) proves = meaning.proves;
    if (quoted) literal('"');
  });
  if (proves === 'gunicorn') return { tokens: tokens.map(ofService), proves };
  const byProxy = proves === null ? proxyTimes(tokens) : null;
  return byProxy ? { tokens: byProxy, proves: 'nginx' } : { tokens, proves };
}
