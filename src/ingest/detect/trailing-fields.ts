/**
 * Fields that a user appended to a known layout, found without being told: "pid=<12> us=340", "<12> 340",
 * 'rt=0.1 urt="0.1, 0.2"', "12ms", bare numbers. The shape that most sampled lines share becomes further tokens.
 */
import type { Token } from '../compile/layout.ts';
import { proxyTimes } from './proxy-times.ts';
import { readTrailingValues, stampSource } from './trailing-values.ts';
import { type FoundToken, followsRequest, isNoSize, literalToken } from './units.ts';

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

const part = new RegExp(
  ` +(?:([A-Za-z_][\\w.-]*[=:]))?("(?:[^"\\\\]|\\\\.)*"|<[^>"]*>|\\[(?:${stampSource})\\]|(?:${stampSource})(?= |$)|[^\\s"<]\\S*|(?=$| ))`,
  'y',
);

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
  let proves: string | null = null;
  const isPhrase = rests.filter((rest) => phrase.test(rest)).length * 10 >= rests.length * 9;
  if (isPhrase) {
    const reason = { token: { field: { kind: 'text' } }, values: [], name: '' } as const;
    return { tokens: [literalToken(' '), reason], proves: null };
  }
  const asked = lines.map((parts) => requestOf.get(parts) ?? '');
  lines[0].forEach(({ key, sign, value }, index) => {
    const quoted = value.startsWith('"');
    const values = lines.map((parts) => (quoted ? parts[index].value.slice(1, -1) : parts[index].value));
    tokens.push(literalToken(` ${key}${sign}${quoted ? '"' : ''}`));
    const next = key === '' && !quoted ? lines[0][index + 1] : undefined;
    const unit = next?.key === '' && unitWord.test(next.value) ? next.value : '';
    const withUnit = readTrailingValues({ key, values: values.map((one) => one + unit), index, quoted });
    // The unit itself is read again as a field of its own.
    const meaning = unit === '' ? withUnit : { tokens: withUnit.tokens.slice(0, 1), proves: null };
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
    if (quoted) tokens.push(literalToken('"'));
  });
  if (proves === 'gunicorn') return { tokens: tokens.map(ofService), proves };
  const byProxy = proves === null ? proxyTimes(tokens) : null;
  return byProxy ? { tokens: byProxy, proves: 'nginx' } : { tokens, proves };
}
