/** Numbers without name or unit in lines of no known layout: the other numbers and the answers show what each is. */
import { type FieldSlot, given, type Request, type Slot, stampOf } from './free-slots.ts';
import { areAlikeQuantities, areOneTime, comesNearNothing } from './related-times.ts';
import { areShared, isNoSize, isSize, isTimeOfEmpty } from './repeating-values.ts';

/** A port that systems assign to clients. */
const isPort = (value: string): boolean => /^\d{4,5}$/.test(value) && Number(value) >= 1024 && Number(value) <= 65_535;

/** Whether the values are the same on nearly all lines. */
const areSame = (values: readonly string[], others: readonly string[]): boolean =>
  values.filter((value, line) => value === others[line]).length >= 0.9 * values.length;

/** So many pairs of neighbouring lines with the same second are enough to see that a number only rises within a second. */
const ENOUGH_PAIRS = 12;

export class NumberColumns {
  readonly #slots: readonly Slot[];
  readonly #request: Request;
  readonly #requests: readonly string[];

  /** @param requests what was requested and how it was answered, by line */
  constructor(slots: readonly Slot[], request: Request, requests: readonly string[]) {
    this.#slots = slots;
    this.#request = request;
    this.#requests = requests;
  }

  /** The other numbers without a unit, except for the status. */
  #others(slot: FieldSlot): FieldSlot[] {
    const status = this.#slots[this.#request.status];
    return this.#slots.flatMap((other) =>
      other !== slot && other !== status && other.kind === 'field' && other.piece === 'number' ? [other] : [],
    );
  }

  /** Whether this rises and falls with the size of the answer, as the size with headers does. */
  isSizeToo(slot: FieldSlot): boolean {
    return this.#others(slot).some(
      ({ values }) => areAlikeQuantities(slot.values, values) && isSize(values, this.#requests),
    );
  }

  /** "203.0.113.7 52134" */
  isPort({ values }: FieldSlot, index: number): boolean {
    const before = this.#slots.slice(0, index).findLast((slot) => slot.kind === 'field');
    return before?.kind === 'field' && before.piece === 'address' && given(values).every(isPort);
  }

  /** `%(msecs)03d` of Python's logging: milliseconds of the clock, which rise within each second of a stamp in whole seconds. */
  isMillisOfClock({ values }: FieldSlot): boolean {
    const stamp = this.#slots.find((slot) => slot.kind === 'field' && stampOf(slot) !== null);
    if (stamp?.kind !== 'field' || stamp.values.some((value) => /:\d\d[.,]\d/.test(value))) return false;
    const millis = values.map(Number.parseFloat);
    if (!millis.every((value) => value < 1000)) return false;
    const pairs = millis.flatMap((_, i) => (i > 0 && stamp.values[i] === stamp.values[i - 1] ? [i] : []));
    const up = pairs.filter((i) => millis[i] > millis[i - 1]).length;
    const down = pairs.filter((i) => millis[i] < millis[i - 1]).length;
    return up >= ENOUGH_PAIRS && down * 20 <= up;
  }

  /** Whether this repeats the status, as load balancers write the server's status beside their own. */
  isStatusToo({ values }: FieldSlot): boolean {
    const status = this.#slots[this.#request.status];
    return status?.kind === 'field' && areSame(values, status.values);
  }

  /** A count that stays below ten, or a number that another column repeats: nothing shows whether it is a size or a time. */
  isSmallOrTwin(slot: FieldSlot): boolean {
    const isSmall = slot.values.every((value) => !(Number(value) >= 10));
    return isSmall || this.#others(slot).some(({ values }) => areSame(values, slot.values));
  }

  /** Whether a number in the place of the size is none: the answers show it, another number is the size, or it repeats a time. */
  isNoSize(slot: FieldSlot): boolean {
    const { values } = slot;
    return (
      isNoSize(values, this.#requests) ||
      areShared(values, this.#requests) ||
      isTimeOfEmpty(values, this.#requests) ||
      this.#isToldElsewhere(slot) ||
      this.#isTimeBesideSize(slot)
    );
  }

  /** Whether another number is the size, or a part of the same time. */
  #isTimeBesideSize(slot: FieldSlot): boolean {
    return this.#others(slot).some(
      ({ values }) =>
        isSize(values, this.#requests) || (areAlikeQuantities(slot.values, values) && comesNearNothing(slot.values)),
    );
  }

  /** Whether the same time is also given in another unit. */
  #isToldElsewhere(slot: FieldSlot): boolean {
    return this.#slots.some(
      (other) =>
        other !== slot &&
        other.kind === 'field' &&
        areOneTime(slot.values, other.values.map(Number.parseFloat).map(String)),
    );
  }
}
