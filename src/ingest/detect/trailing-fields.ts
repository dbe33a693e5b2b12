/**
 * Finds fields that a user appended to a known layout: "pid=<12> us=340", "<12> 340", 'rt=0.1 urt="0.1, 0.2"', "12ms", bare numbers. The
 * shape that most sampled lines share becomes further tokens.
 */
import type { Token } from '../compile/layout.ts';
import { type FoundToken, literalToken } from './open-numbers.ts';
import { proxyTimes } from './proxy-times.ts';
import { areOneTime, isSizeBeside } from './related-times.ts';
import { isNoSize, isNoSizeOfCombined, isSize } from './repeating-values.ts';
import { readTrailingValues, stampSource, wrappedSource } from './trailing-values.ts';
import { sizeOrMore } from './units.ts';

export interface TrailingFields {
  readonly tokens: readonly FoundToken[];
  readonly assumptions: readonly string[];
  /** Id of the format that these fields prove; null: none. */
  readonly proves: string | null;
}

interface Part {
  readonly key: string;
  /** "=" or ":" behind the key. */
  readonly sign: string;
  readonly value: string;
}

const part = new RegExp(
  ` +(?:([A-Za-z_][\\w.-]*[=:]))?("(?:[^"\\\\]|\\\\.)*"|<[^>"]*>|\\[(?:${stampSource})\\]|(?:${stampSource})(?= |$)|${wrappedSource}|[^\\s"<]\\S*|(?=$| ))`,
  'y',
);

/** The parts of the rest of one line; null: it cannot be split into parts. */
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

/** Whether it fills no column: then, in quotes, it may be any text. */
const isPlain = (token: Token): boolean =>
  'literal' in token || token.field.kind === 'word' || token.field.kind === 'number';

/** gunicorn's durations are service times, whatever their names. */
function ofService(found: FoundToken): FoundToken {
  const { token } = found;
  if ('literal' in token || token.field.kind !== 'duration') return found;
  return { ...found, token: { field: { ...token.field, covers: 'service' } } };
}

/** "Not Found": the reason phrase behind a status. */
const reason = /^ [A-Z][A-Za-z'-]*(?: [A-Za-z'-]+){0,4}(?= |$)/;

const wholeNumber = /^(\d+|-)$/;

/** Index of the size if, as in Combined, referer and user agent follow it in quotes; -1 otherwise. */
function sizeInCombined(parts: readonly Part[]): number {
  const isQuoted = (part: Part | undefined) => part?.key === '' && part.value.startsWith('"');
  return parts.findIndex(
    ({ key, value }, i) => key === '' && wholeNumber.test(value) && isQuoted(parts[i + 1]) && isQuoted(parts[i + 2]),
  );
}

/**
 * A bare whole number behind a status is the size of the answer if other numbers follow; if none does, it may as well be a duration or a
 * pid.
 * @returns what to say if it is not used; null: nothing
 */
function settleSize(
  tokens: FoundToken[],
  index: number,
  lines: readonly (readonly Part[])[],
  requests: readonly string[],
) {
  const [parts] = lines;
  const [first] = tokens;
  const combined = sizeInCombined(parts);
  if (combined >= 0 ? index !== combined : index > 0) return null;
  if (tokens.length !== 1 || first.open !== 'number' || first.values.some((value) => value.includes('.'))) return null;
  if ((combined < 0 ? isNoSize : isNoSizeOfCombined)(first.values, requests)) return null;
  const isTime = parts.some(
    (_, other) =>
      other !== index &&
      areOneTime(
        first.values,
        lines.map((line) => line[other].value),
      ),
  );
  if (isTime) return null;
  if (combined >= 0 || parts.slice(1).some(({ value }) => /^[\d<]/.test(value))) {
    tokens[0] = { ...first, token: { field: { kind: 'bytes' } }, open: undefined };
    return null;
  }
  tokens[0] = { ...first, open: undefined };
  return sizeOrMore(first.name);
}

/** A unit that is separated from its number: "31 ms". */
const unitWords: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(us|\u00b5s|\u00c2\u00b5s|usecs?|micros|microseconds?)$/, 'us'],
  [/^(s|secs?|seconds?)$/, 's'],
];
const unitOf = (word: string): string => unitWords.find(([pattern]) => pattern.test(word))?.[1] ?? '';

/** What the known fields of each line say. */
export interface Answers {
  /** What was requested and how it was answered. */
  readonly requests: readonly string[];
  /** Sizes; "NaN" if a line has none. */
  readonly sizes: readonly string[];
}

interface AlikeLines {
  readonly lines: readonly (readonly Part[])[];
  /** Index of the sampled line that these parts are of. */
  readonly lineOf: ReadonlyMap<readonly Part[], number>;
}

/** The lines with the most frequent shape. */
function mostAlike(rests: readonly string[]): AlikeLines {
  const shapes = new Map<string, Part[][]>();
  const lineOf = new Map<readonly Part[], number>();
  rests.forEach((rest, line) => {
    const parts = split(rest.trimEnd());
    if (!parts || parts.length === 0) return;
    lineOf.set(parts, line);
    const shape = parts.map(shapeOf).join(' ');
    const alike = shapes.get(shape) ?? [];
    alike.push(parts);
    shapes.set(shape, alike);
  });
  const lines = [...shapes.values()].reduce<Part[][]>((most, some) => (some.length > most.length ? some : most), []);
  return { lines, lineOf };
}

interface Behind {
  /** The rests of the lines without their reason phrases. */
  readonly rests: readonly string[];
  /** Tokens of the reason phrases; none if the lines have none. */
  readonly tokens: readonly FoundToken[];
}

/** Splits off the reason phrases behind the status, which may have several words. */
function withoutReasons(rests: readonly string[]): Behind {
  const areMost = (some: readonly string[]) => some.length * 10 >= rests.length * 9;
  if (!areMost(rests.filter((rest) => reason.test(rest)))) return { rests, tokens: [] };
  return {
    rests: rests.map((rest) => rest.replace(reason, '').trimEnd()),
    tokens: [literalToken(' '), { token: { field: { kind: 'text' } }, values: [], name: '' }],
  };
}

interface Column extends Part {
  readonly index: number;
  readonly quoted: boolean;
  /** By line. */
  readonly values: readonly string[];
}

function columnsOf(lines: readonly (readonly Part[])[]): Column[] {
  return lines[0].map(({ key, sign, value }, index) => {
    const quoted = value.startsWith('"');
    const values = lines.map((parts) => (quoted ? parts[index].value.slice(1, -1) : parts[index].value));
    return { key, sign, value, index, quoted, values };
  });
}

/** What the values of a column mean, together with a unit that follows as a field of its own. */
function readColumn({ key, index, quoted, values }: Column, next: Column | undefined) {
  const unit = key === '' && !quoted && next?.key === '' ? unitOf(next.value) : '';
  const read = readTrailingValues({ key, values: values.map((one) => one + unit), index, quoted });
  // That unit is read again as a field of its own.
  return unit === '' ? read : { tokens: read.tokens.slice(0, 1), proves: null };
}

/**
 * @param rests what follows the known fields, by sampled line (latin-1)
 * @param afterStatus the last known field is the status
 */
export function findTrailingFields(
  rests: readonly string[],
  { requests, sizes }: Answers,
  afterStatus: boolean,
): TrailingFields | null {
  const behind = withoutReasons(rests);
  if (behind.tokens.length > 0 && behind.rests.filter((rest) => rest === '').length * 10 >= rests.length * 9) {
    return { tokens: behind.tokens, assumptions: [], proves: null };
  }
  const { lines, lineOf } = mostAlike(behind.rests);
  if (lines.length === 0) return null;
  const tokens: FoundToken[] = [];
  const assumptions: string[] = [];
  let proves: string | null = null;
  const told = (of: readonly string[]) => lines.map((parts) => of[lineOf.get(parts) ?? 0]);
  const [asked, sized] = [told(requests), told(sizes)];
  const columns = columnsOf(lines);
  for (const column of columns) {
    const { key, sign, quoted, values, index } = column;
    tokens.push(literalToken(` ${key}${sign}${quoted ? '"' : ''}`));
    const meaning = readColumn(column, columns[index + 1]);
    const unused = afterStatus ? settleSize(meaning.tokens, index, lines, asked) : null;
    if (unused !== null) assumptions.push(unused);
    tokens.push(...settled(column, meaning.tokens, isSize(values, asked) || isSizeBeside(values, sized)));
    // A pid in angle brackets proves more than a name, which anyone may use.
    if (meaning.proves === 'gunicorn' || proves === null) proves = meaning.proves;
    if (quoted) tokens.push(literalToken('"'));
  }
  if (proves === 'gunicorn') return { tokens: [...behind.tokens, ...tokens.map(ofService)], assumptions, proves };
  const byProxy = proves === null ? proxyTimes(tokens) : null;
  return { tokens: [...behind.tokens, ...(byProxy ?? tokens)], assumptions, proves: byProxy ? 'nginx' : proves };
}

/** A number that is the same for equal requests, or that rises and falls with the size, is a size: no pid and no duration. */
function settled({ quoted }: Column, found: readonly FoundToken[], isOfSize: boolean): readonly FoundToken[] {
  const [only] = found;
  const tokens = only?.open === 'number' && isOfSize ? [{ ...only, open: undefined }, ...found.slice(1)] : found;
  return quoted && tokens.every(({ token, open }) => isPlain(token) && !open)
    ? [{ token: { field: { kind: 'text' } }, values: [], name: '' }]
    : tokens;
}
