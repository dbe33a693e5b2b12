/** What bare numbers in a line measure, by their values: which one is the duration, which the pid, which the thread. */
import type { Field, TimeUnit } from '../../core/format.ts';
import type { Token } from '../compile/layout.ts';
import { microsPer } from '../spent-time.ts';
import { isWholeOf, relatedUnits, wholeNumber } from './related-times.ts';
import { splitSecondsAndMicros } from './seconds-and-micros.ts';
import { guessUnit, isNumber, isRefuted, otherUnit, type UnitContext, unitUnknown } from './units.ts';

/** A token that was found in the lines, with the text in its place in each line. */
export interface FoundToken {
  readonly token: Token;
  /** If the meaning of a field is open: a number that may be anything, or a duration of unknown unit. */
  readonly open?: 'number' | 'duration' | undefined;
  readonly values: readonly string[];
  /** Stands in front of the request, where a formatter of Python's logging writes the process. */
  readonly inFront?: true;
  /** How to call it in a sentence. */
  readonly name: string;
}

/** Text between fields. */
export const literalToken = (literal: string): FoundToken => ({ token: { literal }, values: [], name: '' });

/** Ports that servers listen on. */
const ports = /^(80|443|8000|8080|8443)$/;

/** The identifier of a thread as Python and Apache write it. */
export const threadIdent = /^\d{12,}$/;

/** Whether these are threads: each serves many requests, so they repeat. */
const areThreads = (values: readonly string[]): boolean =>
  values.length >= 8 && new Set(values).size * 4 <= values.length && values.every((value) => threadIdent.test(value));

/** PID_MAX_LIMIT of Linux; other systems stay below. */
export const LARGEST_PID = 4_194_304;

/**
 * Whether most of the values repeat, as a process serves more than one request. Short times and counts repeat, too, but many of their
 * values occur only once.
 */
function comeAgain(values: readonly string[]): boolean {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const once = [...counts.values()].filter((count) => count === 1).length;
  return once <= 1 + counts.size / 4;
}

/** Milliseconds of a clock: up to three digits that rarely repeat. */
const areMillis = (values: readonly string[]): boolean =>
  values.every((value) => value.length <= 3) && values.length >= 8 && new Set(values).size * 2 > values.length;

/** Whether these are pids as a formatter of Python's logging writes them. */
const arePids = (values: readonly string[]): boolean =>
  values.every((value) => /^[1-9]\d{0,6}$/.test(value)) && !areMillis(values);

/** Whether these may be pids. A number that never changes may be anything, except in front of the request, where it is the process. */
const fewValues = ({ values, inFront }: FoundToken): boolean =>
  values.length >= 8 &&
  (inFront === true || new Set(values).size > 1) &&
  new Set(values).size * 4 <= values.length &&
  comeAgain(values) &&
  !values.every((value) => ports.test(value)) &&
  values.every(
    (value) => wholeNumber.test(value) && Number(value) > 1 && Number(value) <= LARGEST_PID && value[0] !== '0',
  );

/**
 * Puts the longest of several times first, as the whole is not shorter than its parts; it must be the longest on nearly all lines.
 * @param numbers the values at an index, by line; 0 for none
 */
export function longestFirst(
  indices: readonly number[],
  numbers: (index: number) => readonly number[],
): readonly number[] {
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

/** Puts parts last. Whole numbers need not be times, so one is the whole of another only if both rise and fall together. */
function partsLast(indices: readonly number[], numbers: (index: number) => readonly number[]): readonly number[] {
  const total = (index: number) => numbers(index).reduce((sum, value) => sum + value, 0);
  const isPart = (index: number) =>
    indices.some((other) => total(other) > total(index) && isWholeOf(numbers(other), numbers(index), 1));
  return [...indices.filter((index) => !isPart(index)), ...indices.filter(isPart)];
}

const numberOf = (value: string): number => (isNumber.test(value) ? Number(value) : 0);

/** Of several times with units and without names ("(0.4 ms in db) 1.4 ms") keeps only the whole, if none of the others is ever longer. */
export function withoutParts(found: readonly FoundToken[]): readonly FoundToken[] {
  const unitAt = (index: number) => {
    const { token, name } = found[index];
    const field = name === '' ? fieldOf(token) : null;
    return field?.kind === 'duration' && field.unit !== 'written' && field.unit !== 'by-value' ? field.unit : null;
  };
  const times = found.flatMap((_, index) => (unitAt(index) === null ? [] : [index]));
  const [whole, ...parts] = longestFirst(times, (index) => {
    const perUnit = microsPer[unitAt(index) ?? 'us'];
    return found[index].values.map((value) => (Number.parseFloat(value) || 0) * perUnit);
  });
  if (times.length < 2 || whole === times[0]) return found;
  return found.map((one, index) => (parts.includes(index) ? { ...one, token: { field: { kind: 'number' } } } : one));
}

/** How nginx writes $request_time; Python servers write six decimals or whole numbers. */
export const threeDecimals = /^\d+\.\d{3}$/;

const fieldOf = (token: Token): Field | null => ('field' in token ? token.field : null);

/** The tokens of a line while the meaning of its open numbers is being decided, and what is assumed. */
class OpenNumbers {
  readonly tokens: Token[];
  readonly assumptions: string[] = [];
  readonly #found: readonly FoundToken[];
  readonly #context: UnitContext;
  /** Indices of the tokens whose meaning is open. */
  readonly #open: readonly number[];

  constructor(found: readonly FoundToken[], context: UnitContext) {
    this.tokens = found.map(({ token }) => token);
    this.#found = found;
    this.#context = context;
    this.#open = found.flatMap(({ open }, index) => (open ? [index] : []));
  }

  has(kind: Field['kind']): boolean {
    return this.tokens.some((token) => fieldOf(token)?.kind === kind);
  }

  /** Finds columns that are the same time in two units. */
  relate(): void {
    const unitOf = (values: readonly string[]) => guessUnit(values, this.#context)?.unit ?? null;
    const columns = this.#open.map((index) => this.#found[index].values);
    for (const [k, unit] of relatedUnits(columns, unitOf)) {
      const index = this.#open[k];
      this.#setDuration(index, unit, this.#isFine(index), 'service');
    }
  }

  /** Corrects durations whose values cannot be in the unit that their key names. */
  refuteUnits(): void {
    this.#found.forEach(({ values, name }, index) => {
      const field = fieldOf(this.tokens[index]);
      if (name === '' || field?.kind !== 'duration' || field.unit === 'written' || field.unit === 'by-value') return;
      if (!isRefuted(values, field.unit, this.#context)) return;
      const guess = guessUnit(values, { ...this.#context, named: true });
      const unit = guess && guess.unit !== field.unit ? guess.unit : null;
      this.tokens[index] = { field: unit === null ? { kind: 'number' } : { ...field, unit } };
      this.assumptions.push(otherUnit(name, unit === null ? null : guess));
    });
  }

  /** Settles durations that have a key. */
  settleNamed(): void {
    for (const index of this.#open) {
      if (this.#found[index].open === 'duration' && !this.has('duration')) this.#settleDuration(index);
    }
  }

  settleThreadsAndPids(logging: boolean): void {
    for (const index of this.#open) {
      const { values, name } = this.#found[index];
      if (!this.#isNumber(index)) continue;
      if (!this.has('thread') && areThreads(values)) this.tokens[index] = { field: { kind: 'thread' } };
      else if (this.has('pid') || this.#context.knowsPid) continue;
      else if (logging ? arePids(values) : fewValues(this.#found[index])) {
        this.tokens[index] = { field: { kind: 'pid' } };
        if (!logging) this.assumptions.push(`${name} is taken as the pid (${new Set(values).size} different ones)`);
      }
    }
  }

  /** If no duration was found: takes one of the remaining numbers. */
  settleAnyDuration(): void {
    const pids = this.tokens.flatMap((token, index) =>
      fieldOf(token)?.kind === 'pid' ? [this.#found[index].values.map((value) => value.replace(/[<>]/g, ''))] : [],
    );
    // "[25053] [INFO] … <25053>": the repeated pid is no duration.
    const isPid = (values: readonly string[]) =>
      pids.some((known) => known.length > 0 && values.every((value, line) => value === known[line]));
    // A number with decimals is a time; a whole number may also be a size.
    const fine = this.#open.filter((index) => this.#isFine(index));
    const whole = this.#open.filter((index) => !this.#isFine(index));
    const isFirstByte = this.#context.decimalsToFirstByte === true;
    if (isFirstByte) {
      for (const index of fine)
        this.assumptions.push(`${this.#found[index].name} is the time to the first byte: not used`);
    }
    const numbersAt = (index: number) => this.#found[index].values.map(numberOf);
    for (const index of [...(isFirstByte ? [] : longestFirst(fine, numbersAt)), ...partsLast(whole, numbersAt)]) {
      if (this.has('duration')) return;
      if (this.#isNumber(index) && !isPid(this.#found[index].values)) this.#settleDuration(index);
    }
  }

  #isNumber(index: number): boolean {
    return fieldOf(this.tokens[index])?.kind === 'number';
  }

  #isFine(index: number): boolean {
    return this.#found[index].values.some((value) => value.includes('.'));
  }

  #setDuration(index: number, unit: TimeUnit, fine: boolean, covers: 'service' | 'response'): void {
    this.tokens[index] = { field: { kind: 'duration', unit, covers, ...(fine ? { fine } : {}) } };
  }

  /** Takes a number as the duration if its values show the unit. */
  #settleDuration(index: number): void {
    const { values, name, open } = this.#found[index];
    const { byServer, clfStamps = false } = this.#context;
    const known = values.filter((value) => value !== '-');
    const guess = guessUnit(known, { ...this.#context, named: open === 'duration' });
    if (!guess) return;
    // Varying sizes look the same, and no layout says what stands here.
    const mayBeSize =
      !guess.fine && guess.unit !== 'ms' && open !== 'duration' && !byServer && !clfStamps && !this.has('bytes');
    if (guess.unit === null || mayBeSize) {
      this.assumptions.push(unitUnknown(name, mayBeSize ? { ...guess, because: `${guess.because}, or sizes` } : guess));
      return;
    }
    const mayBeProxy = this.#context.mayBeProxy === true && guess.unit === 's' && !this.has('pid');
    const byProxy = mayBeProxy && known.every((value) => threeDecimals.test(value));
    this.#setDuration(index, guess.unit, guess.fine, byProxy ? 'response' : 'service');
    const proxy = byProxy ? ', as nginx writes $request_time, which holds the wait for a worker' : '';
    this.assumptions.push(`${name} is taken as the duration (${guess.because}${proxy})`);
  }
}

/** @param logging the numbers stand in a logging prefix, in which the first number is the process */
export function resolveNumbers(
  found: readonly FoundToken[],
  logging: boolean,
  context: UnitContext,
): { tokens: Token[]; assumptions: string[] } {
  const numbers = new OpenNumbers(found.flatMap(splitSecondsAndMicros), context);
  numbers.refuteUnits();
  numbers.relate();
  numbers.settleNamed();
  numbers.settleThreadsAndPids(logging);
  if (!logging && !numbers.has('duration')) numbers.settleAnyDuration();
  return { tokens: numbers.tokens, assumptions: numbers.assumptions };
}
