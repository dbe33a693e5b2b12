/** What bare numbers in a line measure, told from their values: which is the duration, and in which unit; which is the pid. */
import type { Field, TimeUnit } from '../../core/format.ts';
import type { Token } from '../compile/layout.ts';

export interface UnitGuess {
  /** null: the values fit two units, and nothing tells which. */
  readonly unit: TimeUnit | null;
  readonly fine: boolean;
  /** The reason, for the reader. */
  readonly because: string;
}

/** What is known of the lines in which numbers stand. */
export interface UnitContext {
  /** From the first stamp to the last, NaN where that is not known. */
  readonly spannedSeconds: number;
  /** A server's own layout with a number behind it: servers give microseconds (%D), or seconds with decimals. */
  readonly byServer: boolean;
  /** A key in front of the number says that it is a duration. */
  readonly named?: boolean;
  /** The stamps are those of Common Log Format, which are servers' own: no server gives nanoseconds beside them. */
  readonly clfStamps?: boolean;
  /** The layout is one that proxies write as well as servers, and nothing names the writer. */
  readonly mayBeProxy?: boolean;
  /** The pid stands elsewhere in the line. */
  readonly knowsPid?: boolean;
}

/** A token that was found in the lines, with what stands in its place in each. */
export interface FoundToken {
  readonly token: Token;
  /** Of a field whose meaning is open: a number that may be anything, or one that is a duration of unknown unit. */
  readonly open?: 'number' | 'duration' | undefined;
  readonly values: readonly string[];
  /** It stands in front of the request, as what a formatter of Python's logging puts there. */
  readonly inFront?: true;
  /** How to call it in a sentence. */
  readonly name: string;
}

/** What stands between fields. */
export const literalToken = (literal: string): FoundToken => ({ token: { literal }, values: [], name: '' });

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Longer than any server lets a request run by default, in milliseconds. */
const LONG_AS_MILLIS = 100_000;
const LONG_AS_SECONDS = 100;
const LONG_AS_MICROS = 120_000_000;
/** As microseconds that would be a tenth of a second, the fastest of all. */
const LEAST_AS_NANOS = 100_000;
/** No answer of a server of Python takes less, in microseconds; most take as many as that, or more. */
const LEAST_AS_MICROS = 40;
const USUAL_AS_MICROS = 1000;
/** As milliseconds a server's usual answers take no less than a tenth of a second. */
const USUAL_SIZE = 100;
/** More requests at once than servers of Python are run with. */
const TOO_MANY_AT_ONCE = 64;

const isNumber = /^-?\d+(\.\d+)?(e-\d+)?$/;
const isWhole = /^-?\d+$/;

/** Ports of clients and numbers of requests go up from line to line, a little each time, as no duration does. */
function isCounter(values: readonly number[], named: boolean): boolean {
  const ups = values.slice(1).filter((value, i) => value > values[i]).length;
  const isSlow = Math.max(...values) < 2 * Math.min(...values);
  // Without an exception: numbers of lines, as grep -n and cat -n write them.
  const isNumbered = !named && values.length >= 20 && ups === values.length - 1 && values.every(Number.isInteger);
  return isNumbered || (values.length >= 8 && isSlow && ups >= 0.9 * (values.length - 1));
}

/**
 * A server that gives microseconds (gunicorn's and Apache's %D) never finishes in less than some tens of them, and one
 * that gives whole milliseconds or seconds shows small numbers and zeros. What would mean more requests at once than a
 * server has is a smaller unit.
 */
export function guessUnit(
  texts: readonly string[],
  { spannedSeconds, byServer, named = false, clfStamps = false }: UnitContext,
): UnitGuess | null {
  const numbers = texts.filter((text) => isNumber.test(text));
  const inOrder = numbers.map(Number).filter((value) => value >= 0);
  const values = [...inOrder].sort((a, b) => a - b);
  if (values.length === 0 || isCounter(inOrder, named)) return null;
  const decimals = Math.max(...numbers.map((text) => (text.includes('e') ? 6 : (text.split('.')[1]?.length ?? 0))));
  const median = quantile(values, 0.5);
  const smallest = values[0];
  const largest = values[values.length - 1];
  const atOnce = (secondsPerUnit: number) =>
    (values.reduce((sum, value) => sum + value, 0) * secondsPerUnit) / spannedSeconds;
  const range = `from ${smallest} to ${largest}`;
  if (decimals > 0) {
    const fine = { fine: true };
    // nginx's $gzip_ratio is written with two decimals, its times with three.
    const mayBeRatio = decimals <= 2 && smallest >= 1 && median < 20 && largest <= 100;
    if (mayBeRatio) return { unit: null, ...fine, because: `values ${range} may be a ratio` };
    const crowded = atOnce(1) > TOO_MANY_AT_ONCE;
    if (crowded || median > (byServer ? 100 : 20)) {
      return { unit: 'ms', ...fine, because: `decimals and a median of ${median}: milliseconds` };
    }
    // As seconds the longest of them would be minutes, of a server whose usual answers take no half of one.
    const isWide = largest >= LONG_AS_SECONDS && median < 0.5;
    if (!isWide && (byServer || median < 0.5 || (decimals >= 4 && median < 2) || (decimals >= 6 && median < 5))) {
      return { unit: 's', ...fine, because: `${decimals} decimals and a median of ${median}: seconds` };
    }
    return { unit: null, ...fine, because: `values ${range} may be seconds or milliseconds` };
  }
  const whole = (unit: TimeUnit, name: string) => ({ unit, fine: false, because: `whole numbers ${range}: ${name}` });
  if (values.length >= 8 && smallest === largest) return null;
  if (largest < 60) {
    return named ? { unit: null, fine: false, because: `whole numbers ${range} may be seconds or milliseconds` } : null;
  }
  // Times that go down to 0 come near it: a redirect has no body.
  const isApart = smallest === 0 && median >= USUAL_SIZE && !values.some((value) => value > 0 && value < 10);
  if (isApart && !named) return { unit: null, fine: false, because: `whole numbers ${range} may be sizes` };
  if (smallest < 10) return whole('ms', 'milliseconds');
  if (atOnce(0.000_001) > TOO_MANY_AT_ONCE) return whole('ns', 'nanoseconds');
  // Servers write no nanoseconds; applications do, and none of their answers takes less than some ten thousand.
  if (!byServer && !clfStamps && smallest >= LEAST_AS_NANOS) {
    if (largest >= LONG_AS_MICROS) return whole('ns', 'nanoseconds');
    return { unit: null, fine: false, because: `whole numbers ${range} may be microseconds or nanoseconds` };
  }
  // As milliseconds that would be minutes, of a server whose usual answers take tens of them. An application may well give
  // milliseconds, and wait for a language model.
  const isServers = byServer || clfStamps;
  if ((isServers && largest >= LONG_AS_MILLIS && median >= 40) || atOnce(0.001) > TOO_MANY_AT_ONCE)
    return whole('us', 'microseconds');
  if (byServer && smallest < LEAST_AS_MICROS) return whole('ms', 'milliseconds');
  // Half of them would take seconds as milliseconds; less than that is the time of a fast answer in one, of a usual one in the other.
  if (byServer && median >= USUAL_AS_MICROS) return whole('us', 'microseconds');
  return { unit: null, fine: false, because: `whole numbers ${range} may be milliseconds or microseconds` };
}

/** What to say of a duration that is not used. */
export const unitUnknown = (name: string, { because }: UnitGuess): string =>
  `${name} looks like a duration and is not used: ${because}; a unit in its name or behind it, or --log-format, tells`;

/** What to say of a whole number behind the status that nothing else follows: what it is cannot be told from its values. */
export const sizeOrMore = (name: string): string =>
  `${name} may be a size, a duration or a pid: it is not used; --log-format tells`;

/** Is `coarse` the same quantity as `fine`, `factor` times coarser and rounded? (gunicorn's %(M)s and %(D)s) */
function isCoarser(coarse: readonly number[], fine: readonly number[], factor: number): boolean {
  return (
    fine.some((value) => value >= factor) &&
    coarse.every((value, i) => {
      const exact = fine[i] / factor;
      return Math.floor(exact) === Math.floor(value) || Math.round(exact) === Math.floor(value);
    })
  );
}

/** Units that several columns prove of each other: one is the other, a thousand or a million times coarser. */
function related(columns: readonly (readonly string[])[]): Map<number, TimeUnit> {
  const numbers = columns.map((values) => (values.every((value) => isNumber.test(value)) ? values.map(Number) : null));
  const units = new Map<number, TimeUnit>();
  for (let i = 0; i < numbers.length; i++) {
    for (let j = 0; j < numbers.length; j++) {
      const a = numbers[i];
      const b = numbers[j];
      if (i === j || !a || !b || !columns[j].every((value) => isWhole.test(value))) continue;
      if (isCoarser(a, b, 1_000_000)) {
        units.set(i, 's');
        units.set(j, 'us');
      } else if (isCoarser(a, b, 1000) && !units.has(i) && !units.has(j)) {
        units.set(i, 'ms');
        units.set(j, 'us');
      }
    }
  }
  return units;
}

/** Ports that servers listen on. */
const ports = /^(80|443|8000|8080|8443)$/;

/** What Python and Apache call the identifier of a thread. */
export const threadIdent = /^\d{12,}$/;

/** Threads serve many requests each. */
const areThreads = (values: readonly string[]): boolean =>
  values.length >= 8 && new Set(values).size * 4 <= values.length && values.every((value) => threadIdent.test(value));

/** PID_MAX_LIMIT of Linux; other systems stay below. */
export const LARGEST_PID = 4_194_304;

/** A number that never changes may be anything, but in front of the request it is the process. */
const fewValues = ({ values, inFront }: FoundToken): boolean =>
  values.length >= 8 &&
  (inFront === true || new Set(values).size > 1) &&
  new Set(values).size * 4 <= values.length &&
  !values.every((value) => ports.test(value)) &&
  values.every((value) => isWhole.test(value) && Number(value) > 1 && Number(value) <= LARGEST_PID);

/** The whole is not shorter than its parts: of several times the longest comes first, where it is the longest on nearly all lines. */
function longestFirst(indices: readonly number[], found: readonly FoundToken[]): readonly number[] {
  const numbers = (index: number) => found[index].values.map((value) => (isNumber.test(value) ? Number(value) : 0));
  const total = (index: number) => numbers(index).reduce((sum, value) => sum + value, 0);
  const [first] = indices;
  if (first === undefined) return indices;
  const longest = indices.reduce((top, index) => (total(index) > 1.02 * total(top) ? index : top), first);
  const most = numbers(longest);
  const isWhole = indices.every((index) => {
    const part = numbers(index);
    return part.filter((value, line) => value <= most[line]).length >= 0.95 * part.length;
  });
  return isWhole ? [longest, ...indices.filter((index) => index !== longest)] : indices;
}

/** How nginx writes $request_time; servers of Python write six decimals or whole numbers. */
const threeDecimals = /^\d+\.\d{3}$/;

/** @param logging the numbers stand in a logging prefix, whose first number is the process */
export function resolveNumbers(
  found: readonly FoundToken[],
  logging: boolean,
  context: UnitContext,
): { tokens: Token[]; assumptions: string[] } {
  const tokens = found.map(({ token }) => token);
  const assumptions: string[] = [];
  const open = found.flatMap(({ open: kind }, index) => (kind ? [index] : []));
  const has = (kind: Field['kind']) => tokens.some((token) => 'field' in token && token.field.kind === kind);
  const duration = (index: number, unit: TimeUnit, fine: boolean, covers: 'service' | 'response' = 'service') => {
    tokens[index] = { field: { kind: 'duration', unit, covers, ...(fine ? { fine } : {}) } };
  };

  const take = (index: number) => {
    const { values, name } = found[index];
    const guess = guessUnit(
      values.filter((value) => value !== '-'),
      { ...context, named: found[index].open === 'duration' },
    );
    if (!guess) return;
    if (guess.unit === null) {
      assumptions.push(unitUnknown(name, guess));
      return;
    }
    const known = values.filter((value) => value !== '-');
    const byProxy =
      context.mayBeProxy === true &&
      guess.unit === 's' &&
      !has('pid') &&
      known.every((value) => threeDecimals.test(value));
    duration(index, guess.unit, guess.fine, byProxy ? 'response' : 'service');
    const proxy = byProxy ? ', as nginx writes $request_time, which holds the wait for a worker' : '';
    assumptions.push(`${name} is taken as the duration (${guess.because}${proxy})`);
  };

  const relations = related(open.map((index) => found[index].values));
  for (const [k, unit] of relations) {
    const index = open[k];
    duration(
      index,
      unit,
      found[index].values.some((value) => value.includes('.')),
    );
  }
  for (const index of open) {
    if (found[index].open === 'duration' && !has('duration')) take(index);
  }
  for (const index of open) {
    const { values, name } = found[index];
    const token = tokens[index];
    if (!('field' in token) || token.field.kind !== 'number') continue;
    if (!has('thread') && areThreads(values)) tokens[index] = { field: { kind: 'thread' } };
    else if (has('pid') || context.knowsPid) continue;
    else if (logging ? values.every((value) => /^\d{1,7}$/.test(value)) : fewValues(found[index])) {
      tokens[index] = { field: { kind: 'pid' } };
      if (!logging) assumptions.push(`${name} is taken as the pid (${new Set(values).size} different ones)`);
    }
  }
  const pids = tokens.flatMap((token, index) =>
    'field' in token && token.field.kind === 'pid'
      ? [found[index].values.map((value) => value.replace(/[<>]/g, ''))]
      : [],
  );
  // "[25053] [INFO] … <25053>": the same number twice is no duration.
  const isPid = (values: readonly string[]) =>
    pids.some((known) => known.length > 0 && values.every((value, line) => value === known[line]));
  if (!has('duration') && !logging) {
    // Decimals are those of a time; a whole number may as well be a size.
    const isFine = (index: number) => found[index].values.some((value) => value.includes('.'));
    for (const index of [...longestFirst(open.filter(isFine), found), ...open.filter((one) => !isFine(one))]) {
      const token = tokens[index];
      if (!('field' in token) || token.field.kind !== 'number' || has('duration')) continue;
      if (!isPid(found[index].values)) take(index);
    }
  }
  return { tokens, assumptions };
}
