/** What the values of one trailing field mean, and what its key says: the first reading that fits them is taken. */
import type { Field } from '../../core/format.ts';
import { wholeSpent } from '../spent-time.ts';
import { isOtherTime, keyMeaning } from './key-meanings.ts';
import { type FoundToken, literalToken, threeDecimals } from './open-numbers.ts';
import { type PieceKind, splitPieces, stampPieces, stampShape } from './pieces.ts';

/** One field in all sampled lines. */
export interface TrailingValues {
  /** '' if it has none. */
  readonly key: string;
  /** By line, without quotes. */
  readonly values: readonly string[];
  /** Position among the fields behind the known ones, from 0. */
  readonly index: number;
  readonly quoted: boolean;
}

export interface Reading {
  readonly tokens: FoundToken[];
  /** Id of the format that writes such a field; null: any may. */
  readonly proves: string | null;
}

/** Regular expression for the stamps that may stand in a field. */
export const stampSource = stampPieces.flatMap(([kind, source]) => (kind === 'clock' ? [] : [source])).join('|');
const wholeStamp = new RegExp(`^(?:${stampSource})$`);

/** The kind of stamp that all values are, with or without brackets; null: not all are stamps of one kind. */
function stampOf(values: readonly string[]): PieceKind | null {
  const bare = values.map((value) => value.replace(/^\[|\]$/g, ''));
  if (!bare.every((value) => wholeStamp.test(value))) return null;
  const kinds = new Set(bare.map((value) => splitPieces(value)[0].kind));
  const [kind] = kinds;
  return kinds.size === 1 ? kind : null;
}

interface Meaning {
  readonly field: Field | 'duration by value';
  readonly proves?: string;
}

/** Names with a special meaning here: nginx's variables, and "time" for a duration. */
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
const numberOrDash = /^(-?\d+(\.\d+)?|-)$/;
const inBrackets = /^\[\d{1,7}\]$/;
const pairOfNumbers = /^\d+\/\d+$/;
const list = /^(-|\d+(\.\d+)?)((, ?| : )(-|\d+(\.\d+)?))*$/;
/** An HTTP status: nginx's us="200" is one, and not a number of microseconds. */
const status = /^[1-5]\d\d$/;
const withUnit = /^\d+(?:\.\d+)?( ?(?:ms(?:ec)?|us(?:ec)?|µs|\u00c2\u00b5s|s(?:ec)?))$/;
/** Regular expression for a duration in brackets: "(31 ms)", "[0.031s]". */
export const wrappedSource = String.raw`[(\[]\d+(?:\.\d+)? ?(?:msec|ms|usec|us|\u00c2\u00b5s|sec|s)[)\]]`;
const wrapped = /^([([])(\d+(?:\.\d+)?)( ?(m|u|\u00c2\u00b5)?s(?:ec)?[)\]])$/;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

/** A field together with what its readings need to know. */
interface Asked extends TrailingValues {
  /** The values that are not missing. */
  readonly known: readonly string[];
  readonly meaning: Meaning | null;
  /** How the field is called in assumptions. */
  readonly name: string;
}

const tokenOf = ({ values, name }: Asked, field: Field, open?: FoundToken['open']): FoundToken => ({
  token: { field },
  values,
  name,
  ...(open ? { open } : {}),
});
const one = (asked: Asked, field: Field, open?: FoundToken['open']): Reading => ({
  tokens: [tokenOf(asked, field, open)],
  proves: asked.meaning?.proves ?? null,
});

function readStamp(asked: Asked): Reading | null {
  const { key, values, known, quoted } = asked;
  const stamp = key === '' && known.length > 0 ? stampOf(known) : null;
  const shape = stamp && stampShape(stamp, known);
  if (!stamp || !shape) return null;
  // A stamp in quotes, or one that some lines lack, is not the server's: a proxy wrote it into X-Request-Start.
  const isHeader = quoted || known.length < values.length;
  if (isHeader) return stamp.startsWith('epoch') ? one(asked, { kind: 'arrival' }) : null;
  const token = tokenOf(asked, { kind: 'time', shape: shape.shape, means: 'end' });
  const tokens = values[0].startsWith('[') ? [literalToken('['), token, literalToken(']')] : [token];
  return { tokens, proves: null };
}

/** gunicorn's "<12>". */
const readBracketedPid = (asked: Asked): Reading | null =>
  majority(asked.values, /^<\d+>$/) ? { ...one(asked, { kind: 'pid' }), proves: 'gunicorn' } : null;

/** "[12]": a number that may be anything but a size or a time, which do not stand in brackets. */
function readInBrackets(asked: Asked): Reading | null {
  if (asked.key !== '' || asked.quoted || !asked.values.every((value) => inBrackets.test(value))) return null;
  const values = asked.values.map((value) => value.slice(1, -1));
  return {
    tokens: [literalToken('['), tokenOf({ ...asked, values }, { kind: 'number' }, 'number'), literalToken(']')],
    proves: null,
  };
}

/** X-Request-Start's "t=1730221455123", in quotes or without. */
const readArrival = (asked: Asked): Reading | null =>
  majority(asked.known, asked.key === 't' ? /^1\d{9}/ : /^t=\d{10}/) ? one(asked, { kind: 'arrival' }) : null;

/** "%T/%D" of Apache and gunicorn. */
function readPair({ key, values, name }: Asked): Reading | null {
  if (key !== '' || !majority(values, pairOfNumbers)) return null;
  const half = (at: 0 | 1): FoundToken => ({
    token: { field: { kind: 'number' } },
    values: values.map((value) => value.split('/')[at] ?? '-'),
    name: at === 0 ? `the first number of ${name}` : `the second number of ${name}`,
    open: 'number',
  });
  const [whole, part] = [half(0), half(1)];
  // Whole seconds, and the same time in µs. It cannot be in ms, as then it would be longer than the seconds beside it.
  const isSame = whole.values.every((value, i) => Number(value) === Math.floor(Number(part.values[i]) / 1e6));
  const micros = {
    ...part,
    token: { field: { kind: 'duration', unit: 'us', covers: 'service' } },
    open: undefined,
  } as const;
  const second = isSame && part.values.some((value) => Number(value) >= 1000) ? micros : part;
  return { tokens: [second === part ? whole : { ...whole, open: undefined }, literalToken('/'), second], proves: null };
}

/** "31ms", and durations with a unit in each value: "1m2s", "0:00:00.031". */
function readDuration(asked: Asked): Reading | null {
  const { key, known } = asked;
  const suffixes = new Set(known.flatMap((value) => withUnit.exec(value)?.[1] ?? []));
  const isOneUnit = majority(known, withUnit);
  // "10:04:15" is a time of day, not a duration.
  const isSpent = (value: string) => wholeSpent.test(value) && !/^\d\d:/.test(value);
  if (known.length > 0 && known.every(isSpent) && !(suffixes.size === 1 && isOneUnit)) {
    return one(asked, isOtherTime(key) ? { kind: 'word' } : { kind: 'duration', unit: 'written', covers: 'service' });
  }
  if (!isOneUnit) return null;
  const [suffix] = suffixes;
  const unit = /^ ?m/.test(suffix) ? 'ms' : /^ ?s/.test(suffix) ? 's' : 'us';
  const fine = known.some((value) => value.includes('.'));
  const spent: Field = { kind: 'duration', unit, covers: 'service', ...(fine ? { fine } : {}) };
  // "queue=3ms" is the time of something else.
  const token = tokenOf(asked, isOtherTime(key) ? { kind: 'number' } : spent);
  return { tokens: [token, literalToken(suffix)], proves: null };
}

function readWrapped(asked: Asked): Reading | null {
  const parts = asked.values.map((value) => wrapped.exec(value));
  const [first] = parts;
  if (!first || asked.quoted) return null;
  const [, open, , behind, prefix] = first;
  if (!parts.every((part) => part?.[1] === open && part[3] === behind)) return null;
  const values = parts.map((part) => part?.[2] ?? '');
  const unit = prefix === undefined ? 's' : prefix === 'm' ? 'ms' : 'us';
  const fine = values.some((value) => value.includes('.'));
  const token = tokenOf({ ...asked, values }, { kind: 'duration', unit, covers: 'service', ...(fine ? { fine } : {}) });
  return { tokens: [literalToken(open), token, literalToken(behind)], proves: null };
}

/** A number that its key calls a duration; its values will show the unit. */
const readOfOpenUnit = (asked: Asked): Reading | null =>
  majority(asked.known, number) ? { ...one(asked, { kind: 'number' }, 'duration'), proves: null } : null;

/** A duration in the unit that its key names. */
function readNamedDuration(asked: Asked, field: Field): Reading | null {
  const { known, quoted, meaning } = asked;
  if (known.length === 0) return one(asked, field);
  // "rt=31": nginx would have written 0.031.
  if (meaning?.proves === 'nginx' && !majority(known, threeDecimals)) return readOfOpenUnit(asked);
  return majority(known, number) && !(quoted && majority(known, status)) ? one(asked, field) : null;
}

/** What the key says, if the values do not contradict it. */
function readByKey(asked: Asked): Reading | null {
  const { values, known, meaning } = asked;
  const field = meaning?.field;
  if (!field) return null;
  if (field === 'duration by value') return readOfOpenUnit(asked);
  switch (field.kind) {
    case 'duration':
      return readNamedDuration(asked, field);
    case 'pid':
      return majority(values, /^\d+$/) ? one(asked, field) : null;
    case 'bytes':
    case 'time':
      return majority(known, number) ? one(asked, field) : null;
    case 'list':
      return one(asked, majority(values, list) ? field : { kind: 'word' });
    default:
      return one(asked, field);
  }
}

/** How Varnish writes where an answer came from (%{Varnish:handling}x, %{Varnish:hitmiss}x). */
const handled = /^(hit|miss|pass|pipe|synth)$/;
const readHandling = (asked: Asked): Reading | null =>
  asked.key === '' && asked.values.every((value) => handled.test(value))
    ? { ...one(asked, { kind: 'word' }), proves: 'varnish' }
    : null;

const readNumber = (asked: Asked): Reading | null =>
  majority(asked.known, number) && majority(asked.values, numberOrDash)
    ? one(asked, { kind: 'number' }, asked.key === '' ? 'number' : undefined)
    : null;

/** Signs around each value, as in "[0.031]", "**0/31250**". */
const signsBefore = /^[^\w\s"'<.-]+/;
const signsBehind = /[^\w\s"'>.%-]+$/;

/** A number or a pair between signs that are the same in every line. */
function readInside(asked: Asked): Reading | null {
  if (asked.quoted) return null;
  const before = signsBefore.exec(asked.values[0])?.[0] ?? '';
  const behind = signsBehind.exec(asked.values[0])?.[0] ?? '';
  const isInside = (value: string) =>
    value.length > before.length + behind.length && value.startsWith(before) && value.endsWith(behind);
  if (before + behind === '' || !asked.values.every(isInside)) return null;
  const values = asked.values.map((value) => value.slice(before.length, value.length - behind.length));
  const inner = { ...asked, values, known: values.filter((value) => value !== '-') };
  const reading =
    readBracketedPid(inner) ?? readPair(inner) ?? readDuration(inner) ?? readByKey(inner) ?? readNumber(inner);
  const around = (signs: string) => (signs === '' ? [] : [literalToken(signs)]);
  return reading && { ...reading, tokens: [...around(before), ...reading.tokens, ...around(behind)] };
}

const readings = [
  readStamp,
  readBracketedPid,
  readInBrackets,
  readArrival,
  readPair,
  readWrapped,
  readDuration,
  readByKey,
  readHandling,
  readNumber,
  readInside,
];

export function readTrailingValues(field: TrailingValues): Reading {
  const { key, values, index } = field;
  const asked: Asked = {
    ...field,
    known: values.filter((value) => value !== '-' && value !== ''),
    meaning: meaningOf(key),
    name: key === '' ? `the ${ordinals[index] ?? `${index + 1}th`} field behind the known ones` : `${key}=`,
  };
  for (const read of readings) {
    const reading = read(asked);
    if (reading) return reading;
  }
  return one(asked, { kind: 'word' });
}
