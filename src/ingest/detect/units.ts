/** The unit of numbers that are durations, told from their values. */
import type { TimeUnit } from '../../core/format.ts';
import { microsPer } from '../spent-time.ts';

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
  /** Values stand as gunicorn writes them: a stamp in brackets, a pid in angle ones. */
  readonly byGunicorn?: boolean;
  /** Numbers with decimals are the time to the first byte. */
  readonly decimalsToFirstByte?: boolean;
  /** The pid stands elsewhere in the line. */
  readonly knowsPid?: boolean;
}

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
/** In fewer lines numbers that hardly differ may be processes, from which on, and how far apart. */
const [FEW, LEAST_PID, PIDS_APART] = [8, 1000, 100];
/** Fewer lines prove nothing of what runs at once. */
const LEAST_REFUTING = 20;
/** More requests at once than servers of Python are run with. */
const TOO_MANY_AT_ONCE = 64;

export const isNumber = /^-?\d+(\.\d+)?(e-\d+)?$/;

/** Ports of clients and numbers of requests go up from line to line, a little each time, as no duration does. */
function isCounter(values: readonly number[], named: boolean): boolean {
  const ups = values.slice(1).filter((value, i) => value > values[i]).length;
  const isSlow = Math.max(...values) < 2 * Math.min(...values);
  // Requests are numbered as they come and logged as they end: each number once, about in their order.
  const half = Math.floor(values.length / 2);
  const isOnceEach = !named && values.length >= 20 && new Set(values).size === values.length;
  const isDense = Math.max(...values) - Math.min(...values) < 2 * values.length;
  const isInOrder = () => values.slice(half).every((value, i) => value > values[i]);
  if (isOnceEach && isDense && values.every(Number.isInteger) && isInOrder()) return true;
  // Without an exception: numbers of lines, as grep -n and cat -n write them.
  const isNumbered = !named && values.length >= 20 && ups === values.length - 1 && values.every(Number.isInteger);
  return isNumbered || (values.length >= 8 && isSlow && ups >= 0.9 * (values.length - 1));
}

/** The values of a column of numbers, as far as they tell of a unit. */
interface Spread {
  /** Ascending. */
  readonly values: readonly number[];
  readonly decimals: number;
  readonly smallest: number;
  readonly median: number;
  readonly largest: number;
  /** For the reader. */
  readonly range: string;
  /** How many requests would have run at once if a unit were so long. */
  readonly atOnce: (secondsPerUnit: number) => number;
}

/** null: they are none, or count something. */
function spreadOf(texts: readonly string[], { spannedSeconds, named = false }: UnitContext): Spread | null {
  const numbers = texts.filter((text) => isNumber.test(text));
  const inOrder = numbers.map(Number).filter((value) => value >= 0);
  const values = [...inOrder].sort((a, b) => a - b);
  if (values.length === 0 || isCounter(inOrder, named)) return null;
  const decimals = Math.max(...numbers.map((text) => (text.includes('e') ? 6 : (text.split('.')[1]?.length ?? 0))));
  const smallest = values[0];
  const largest = values[values.length - 1];
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    values,
    decimals,
    smallest,
    median: quantile(values, 0.5),
    largest,
    range: `from ${smallest} to ${largest}`,
    atOnce: (secondsPerUnit) => (sum * secondsPerUnit) / spannedSeconds,
  };
}

function guessByDecimals({ decimals, smallest, median, largest, range, atOnce }: Spread, byServer: boolean): UnitGuess {
  const fine = true;
  // nginx's $gzip_ratio is written with two decimals, its times with three.
  const mayBeRatio = decimals <= 2 && smallest >= 1 && median < 20 && largest <= 100;
  if (mayBeRatio) return { unit: null, fine, because: `values ${range} may be a ratio` };
  const crowded = atOnce(1) > TOO_MANY_AT_ONCE;
  if (crowded || median > (byServer ? 100 : 20)) {
    return { unit: 'ms', fine, because: `decimals and a median of ${median}: milliseconds` };
  }
  // As seconds the longest of them would be minutes, of a server whose usual answers take no half of one.
  const isWide = largest >= LONG_AS_SECONDS && median < 0.5;
  if (!isWide && (byServer || median < 0.5 || (decimals >= 4 && median < 2) || (decimals >= 6 && median < 5))) {
    return { unit: 's', fine, because: `${decimals} decimals and a median of ${median}: seconds` };
  }
  return { unit: null, fine, because: `values ${range} may be seconds or milliseconds` };
}

/** Times that go down to 0 come near it; of sizes a redirect's is 0, and the next one is that of a page. */
const mayBeSizes = ({ values, smallest, median }: Spread): boolean =>
  smallest === 0 && median >= USUAL_SIZE && !values.some((value) => value > 0 && value < 10);

/**
 * As milliseconds they would be minutes, of a server whose usual answers take tens of them, or too many would have run at once. An application
 * may well give milliseconds, and wait for a language model.
 */
const areTooLongAsMillis = ({ largest, median, atOnce }: Spread, isServers: boolean): boolean =>
  (isServers && largest >= LONG_AS_MILLIS && median >= 40) || atOnce(0.001) > TOO_MANY_AT_ONCE;

/** The first lines of a log that begins have the processes of one server, whose numbers follow each other. */
const mayBePids = ({ values, smallest, largest }: Spread): boolean =>
  values.length > 1 && values.length < FEW && smallest >= LEAST_PID && largest - smallest <= PIDS_APART;

function guessOfWhole(spread: Spread, { byServer, named = false, clfStamps = false }: UnitContext): UnitGuess | null {
  const { values, smallest, median, largest, range, atOnce } = spread;
  const sure = (unit: TimeUnit, name: string) => ({ unit, fine: false, because: `whole numbers ${range}: ${name}` });
  const open = (what: string) => ({ unit: null, fine: false, because: `whole numbers ${range} may be ${what}` });
  if (values.length >= FEW && smallest === largest) return null;
  if (!byServer && !named && mayBePids(spread)) return null;
  if (largest < 60) return named ? open('seconds or milliseconds') : null;
  if (!named && mayBeSizes(spread)) return open('sizes');
  if (smallest < 10) return sure('ms', 'milliseconds');
  if (atOnce(0.000_001) > TOO_MANY_AT_ONCE) return sure('ns', 'nanoseconds');
  const isServers = byServer || clfStamps;
  // Servers write no nanoseconds; applications do, and none of their answers takes less than some ten thousand.
  if (!isServers && smallest >= LEAST_AS_NANOS) {
    return largest >= LONG_AS_MICROS ? sure('ns', 'nanoseconds') : open('microseconds or nanoseconds');
  }
  if (areTooLongAsMillis(spread, isServers)) return sure('us', 'microseconds');
  const either = open('milliseconds or microseconds');
  if (!byServer) return either;
  if (smallest < LEAST_AS_MICROS) return sure('ms', 'milliseconds');
  // Half of them would take seconds as milliseconds; less than that is the time of a fast answer in one, of a usual one in the other.
  return median >= USUAL_AS_MICROS ? sure('us', 'microseconds') : either;
}

/**
 * A server that gives microseconds (gunicorn's and Apache's %D) never finishes in less than some tens of them, and one
 * that gives whole milliseconds or seconds shows small numbers and zeros. What would mean more requests at once than a
 * server has is a smaller unit.
 */
export function guessUnit(texts: readonly string[], context: UnitContext): UnitGuess | null {
  const spread = spreadOf(texts, context);
  if (spread === null) return null;
  return spread.decimals > 0 ? guessByDecimals(spread, context.byServer) : guessOfWhole(spread, context);
}

/** Shorter than any answer, and longer than any request, in microseconds. */
const SHORTEST_MICROS = 10;
const LONGEST_MICROS = 3_600_000_000;

export const areWhole = (texts: readonly string[]): boolean => texts.every((text) => /^\d+$/.test(text));

/** Which of two units whole numbers are in; null where they fit both, and are too few to say that all of them would be as long. */
export function unitOfWhole(texts: readonly string[], [coarse, fine]: readonly [TimeUnit, TimeUnit]): TimeUnit | null {
  const values = texts.map(Number);
  if (values.some((value) => value * microsPer[fine] < SHORTEST_MICROS)) return coarse;
  const isTooLong = values.some((value) => value * microsPer[coarse] > LONGEST_MICROS);
  return isTooLong || values.length >= LEAST_REFUTING ? fine : null;
}

/** More at once than one host runs, on average over a log. */
const NEVER_AT_ONCE = 1000;

/**
 * Do these times have another unit than their name says? In it more requests would have run at once than a host runs, or more than
 * servers of Python are run with, most of which would have begun before the log.
 */
export function isRefuted(texts: readonly string[], unit: TimeUnit, { spannedSeconds }: UnitContext): boolean {
  const values = texts
    .filter((text) => isNumber.test(text))
    .map((text) => (Number(text) * microsPer[unit]) / 1e6)
    .sort((a, b) => a - b);
  if (values.length < LEAST_REFUTING) return false;
  const atOnce = values.reduce((sum, value) => sum + value, 0) / spannedSeconds;
  return atOnce > NEVER_AT_ONCE || (atOnce > TOO_MANY_AT_ONCE && quantile(values, 0.5) > spannedSeconds);
}

/** As milliseconds no answer takes less, and half of them take a second or more; some take longer than gunicorn lets a request run by default. */
const [LEAST_DOUBTED, USUAL_DOUBTED, LONGEST_DOUBTED] = [200, 1000, 30_000];

/**
 * What to say of a time that gunicorn wrote under a name that says milliseconds, where it may be its %(D)s, of microseconds; null where it
 * is not in doubt.
 */
export function doubtOfMillis(name: string, texts: readonly string[]): string | null {
  if (texts.length < LEAST_REFUTING || !areWhole(texts)) return null;
  const sorted = texts.map(Number).sort((a, b) => a - b);
  const isLikely =
    sorted[0] >= LEAST_DOUBTED &&
    quantile(sorted, 0.5) >= USUAL_DOUBTED &&
    sorted[sorted.length - 1] >= LONGEST_DOUBTED;
  return isLikely
    ? `${name} is not used: its numbers from ${sorted[0]} to ${sorted[sorted.length - 1]} would be long as milliseconds, and are usual as the microseconds of gunicorn's %(D)s; --log-format tells`
    : null;
}

/** What to say of one whose name does not say its unit; null: it is not used. */
export const otherUnit = (name: string, guess: UnitGuess | null): string =>
  `${name} is not in the unit of its name, in which too many requests would have run at once${guess ? `: it is taken as the duration (${guess.because})` : ', and is not used'}`;

/** What to say of a duration that is not used. */
export const unitUnknown = (name: string, { because }: UnitGuess): string =>
  `${name} looks like a duration and is not used: ${because}; a unit in its name or behind it, or --log-format, tells`;

/** What to say of a whole number behind the status that nothing else follows: what it is cannot be told from its values. */
export const sizeOrMore = (name: string): string =>
  `${name} may be a size, a duration or a pid: it is not used; --log-format tells`;
