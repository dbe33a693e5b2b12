/** The unit of numbers that are durations, by their values. */
import type { TimeUnit } from '../../core/format.ts';
import { microsPer } from '../spent-time.ts';

export interface UnitGuess {
  /** null: the values fit two units, and nothing decides. */
  readonly unit: TimeUnit | null;
  readonly fine: boolean;
  /** The reason, for the reader. */
  readonly because: string;
}

/** What is known about the lines in which the numbers stand. */
export interface UnitContext {
  /** Seconds from the first stamp to the last; NaN: unknown. */
  readonly spannedSeconds: number;
  /** The layout is a server's own, with the number behind it: servers write µs (%D) or seconds with decimals. */
  readonly byServer: boolean;
  /** A key in front of the number says that it is a duration. */
  readonly named?: boolean;
  /** The stamps are those of Common Log Format, which servers write; no server writes ns beside them. */
  readonly clfStamps?: boolean;
  /** Proxies as well as servers write this layout, and nothing names the writer. */
  readonly mayBeProxy?: boolean;
  /** Values look as gunicorn writes them: a stamp in square brackets, a pid in angle brackets. */
  readonly byGunicorn?: boolean;
  /** Numbers with decimals are the time to the first byte. */
  readonly decimalsToFirstByte?: boolean;
  /** The pid stands elsewhere in the line. */
  readonly knowsPid?: boolean;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Longer than any server lets a request run by default: in ms, in s, in µs. */
const LONG_AS_MILLIS = 100_000;
const LONG_AS_SECONDS = 100;
const LONG_AS_MICROS = 120_000_000;
/** 0.1 ms in ns: the fastest answers of applications take at least this. As µs it would be 0.1 s. */
const LEAST_AS_NANOS = 100_000;
/** µs: no answer of a Python server takes less than the first (38 were measured on a slow machine); usual answers take the second or more. */
const LEAST_AS_MICROS = 20;
const USUAL_AS_MICROS = 1000;
/** From this median on, numbers may be sizes: as ms, the usual answer would take at least 0.1 s. */
const USUAL_SIZE = 100;
/** Numbers in fewer lines than FEW may be processes, if they are at least LEAST_PID and at most PIDS_APART apart. */
const [FEW, LEAST_PID, PIDS_APART] = [8, 1000, 100];
/** Fewer lines prove nothing about how many requests ran at once. */
const LEAST_REFUTING = 20;
/** Python servers do not run more requests at once. */
const TOO_MANY_AT_ONCE = 64;

export const isNumber = /^-?\d+(\.\d+)?(e-\d+)?$/;

/** Whether these are counters: ports of clients and numbers of requests rise a little from line to line, as durations do not. */
function isCounter(values: readonly number[], named: boolean): boolean {
  const ups = values.slice(1).filter((value, i) => value > values[i]).length;
  const isSlow = Math.max(...values) < 2 * Math.min(...values);
  // Requests are numbered on arrival and logged at their end: each number occurs once, and they are roughly in order.
  const half = Math.floor(values.length / 2);
  const isOnceEach = !named && values.length >= 20 && new Set(values).size === values.length;
  const isDense = Math.max(...values) - Math.min(...values) < 2 * values.length;
  const isInOrder = () => values.slice(half).every((value, i) => value > values[i]);
  if (isOnceEach && isDense && values.every(Number.isInteger) && isInOrder()) return true;
  // Numbers that rise without exception are line numbers, as grep -n and cat -n write them.
  const isNumbered = !named && values.length >= 20 && ups === values.length - 1 && values.every(Number.isInteger);
  return isNumbered || (values.length >= 8 && isSlow && ups >= 0.9 * (values.length - 1));
}

/** What the values of a column of numbers show about their unit. */
interface Spread {
  /** In ascending order. */
  readonly values: readonly number[];
  readonly decimals: number;
  readonly smallest: number;
  readonly median: number;
  readonly largest: number;
  /** "from … to …", for the reader. */
  readonly range: string;
  /** How many requests would have run at once, on average, if one unit were so many seconds. */
  readonly atOnce: (secondsPerUnit: number) => number;
}

/** null: there are no numbers, or they are counters. */
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
  // nginx writes $gzip_ratio with two decimals, and times with three.
  const mayBeRatio = decimals <= 2 && smallest >= 1 && median < 20 && largest <= 100;
  if (mayBeRatio) return { unit: null, fine, because: `values ${range} may be a ratio` };
  const crowded = atOnce(1) > TOO_MANY_AT_ONCE;
  if (crowded || median > (byServer ? 100 : 20)) {
    return { unit: 'ms', fine, because: `decimals and a median of ${median}: milliseconds` };
  }
  // As seconds, the longest would be minutes, while the server usually takes less than half a second: they may as well be ms.
  const isWide = largest >= LONG_AS_SECONDS && median < 0.5;
  if (!isWide && (byServer || median < 0.5 || (decimals >= 4 && median < 2) || (decimals >= 6 && median < 5))) {
    return { unit: 's', fine, because: `${decimals} decimals and a median of ${median}: seconds` };
  }
  return { unit: null, fine, because: `values ${range} may be seconds or milliseconds` };
}

/** Times that are sometimes 0 are sometimes near 0, too. Sizes are not: a redirect's is 0, and the next larger one is a page's. */
const mayBeSizes = ({ values, smallest, median }: Spread): boolean =>
  smallest === 0 && median >= USUAL_SIZE && !values.some((value) => value > 0 && value < 10);

/**
 * Whether, as ms, the values would be minutes on a server that usually takes at least tens of ms, or too many requests would have run at
 * once. The first does not count for applications, which may well write ms and wait minutes for a language model.
 */
const areTooLongAsMillis = ({ largest, median, atOnce }: Spread, isServers: boolean): boolean =>
  (isServers && largest >= LONG_AS_MILLIS && median >= 40) || atOnce(0.001) > TOO_MANY_AT_ONCE;

/** Whether these may be pids: the first lines of a log show the processes of one server, whose numbers are close together. */
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
  // Servers do not write ns. Applications do, and their fastest answers take some 100 000.
  if (!isServers && smallest >= LEAST_AS_NANOS) {
    return largest >= LONG_AS_MICROS ? sure('ns', 'nanoseconds') : open('microseconds or nanoseconds');
  }
  if (areTooLongAsMillis(spread, isServers)) return sure('us', 'microseconds');
  const either = open('milliseconds or microseconds');
  if (!byServer) return either;
  if (smallest < LEAST_AS_MICROS) return sure('ms', 'milliseconds');
  // If the median were 1 s or more as ms, it is µs. Below that it may be either: a usual answer in ms, or a fast one in µs.
  return median >= USUAL_AS_MICROS ? sure('us', 'microseconds') : either;
}

/**
 * The unit by the values: a server that writes µs (%D of gunicorn and Apache) never takes less than some tens of them, while one that
 * writes whole ms or s shows small numbers and zeros. If a unit means more requests at once than a server has slots, a smaller unit is
 * right.
 * @returns null: they are no durations
 */
export function guessUnit(texts: readonly string[], context: UnitContext): UnitGuess | null {
  const spread = spreadOf(texts, context);
  if (spread === null) return null;
  return spread.decimals > 0 ? guessByDecimals(spread, context.byServer) : guessOfWhole(spread, context);
}

/** µs: shorter than any answer, and longer than any request. */
const SHORTEST_MICROS = 10;
const LONGEST_MICROS = 3_600_000_000;

export const areWhole = (texts: readonly string[]): boolean => texts.every((text) => /^\d+$/.test(text));

/** Which of two units whole numbers are in. null: they fit both, and there are too few of them to say that not all can be that short. */
export function unitOfWhole(texts: readonly string[], [coarse, fine]: readonly [TimeUnit, TimeUnit]): TimeUnit | null {
  const values = texts.map(Number);
  if (values.some((value) => value * microsPer[fine] < SHORTEST_MICROS)) return coarse;
  const isTooLong = values.some((value) => value * microsPer[coarse] > LONGEST_MICROS);
  return isTooLong || values.length >= LEAST_REFUTING ? fine : null;
}

/** No host runs more requests at once, on average over a log. */
const NEVER_AT_ONCE = 1000;

/**
 * Whether durations have another unit than their name says. In that unit, more requests would have run at once than a host can run; or more
 * than Python servers run, with most of them longer than the whole log.
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

/**
 * ms: times that are never below the first, have a median of at least the second and a maximum of at least the third (gunicorn's default
 * timeout) are more likely µs.
 */
const [LEAST_DOUBTED, USUAL_DOUBTED, LONGEST_DOUBTED] = [200, 1000, 30_000];

/** What to say about a time of gunicorn whose name says milliseconds and which may be its %(D)s, in microseconds; null: there is no doubt. */
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

/** What to say about a duration that is not in the unit of its name. A null guess: it is not used. */
export const otherUnit = (name: string, guess: UnitGuess | null): string =>
  `${name} is not in the unit of its name, in which too many requests would have run at once${guess ? `: it is taken as the duration (${guess.because})` : ', and is not used'}`;

/** What to say about a duration that is not used. */
export const unitUnknown = (name: string, { because }: UnitGuess): string =>
  `${name} looks like a duration and is not used: ${because}; a unit in its name or behind it, or --log-format, tells`;

/** What to say about a whole number behind the status that no other number follows: its values do not show what it is. */
export const sizeOrMore = (name: string): string =>
  `${name} may be a size, a duration or a pid: it is not used; --log-format tells`;
