/** Numbers without a name or a unit in lines of no known layout: what the other numbers, and the answers, tell of each. */
import { type FieldSlot, given, type Request, type Slot, stampOf } from './free-slots.ts';
import { areAlikeQuantities, areOneTime, comesNearNothing } from './related-times.ts';
import { isNoSize, isSize, isTimeOfEmpty } from './repeating-values.ts';

/** Those that a system gives to clients. */
const isPort = (value: string): boolean => /^\d{4,5}$/.test(value) && Number(value) >= 1024 && Number(value) <= 65_535;

/** On nearly all lines. */
const areSame = (values: readonly string[], others: readonly string[]): boolean =>
  values.filter((value, line) => value === others[line]).length >= 0.9 * values.length;

/** Neighbouring lines of one second, from which on it is seen that a number only goes up in it. */
const ENOUGH_PAIRS = 12;

export class NumberColumns {
  readonly #slots: readonly Slot[];
  readonly #request: Request;
  readonly #requests: readonly string[];

  /** @param requests what was asked for and answered, line by line */
  constructor(slots: readonly Slot[], request: Request, requests: readonly string[]) {
    this.#slots = slots;
    this.#request = request;
    this.#requests = requests;
  }

  /** The other numbers without a unit, but for the status. */
  #others(slot: FieldSlot): FieldSlot[] {
    const status = this.#slots[this.#request.status];
    return this.#slots.flatMap((other) =>
      other !== slot && other !== status && other.kind === 'field' && other.piece === 'number' ? [other] : [],
    );
  }

  /** Does it go up and down with the size of the answer, as that with its headers does? */
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

  /** `%(msecs)03d`: milliseconds of the clock, which go up within each second of a stamp of whole seconds. */
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

  /** The status again, as load balancers write that of the server beside their own. */
  isStatusToo({ values }: FieldSlot): boolean {
    const status = this.#slots[this.#request.status];
    return status?.kind === 'field' && areSame(values, status.values);
  }

  /** A count that stays below ten, or a number that stands elsewhere as well: of a size and of a time alike nothing tells which. */
  isSmallOrTwin(slot: FieldSlot): boolean {
    const isSmall = slot.values.every((value) => !(Number(value) >= 10));
    return isSmall || this.#others(slot).some(({ values }) => areSame(values, slot.values));
  }

  /** A number in the place of the size that is none: answers say so, or another number is the size, or the same time. */
  isNoSize(slot: FieldSlot): boolean {
    const { values } = slot;
    return (
      isNoSize(values, this.#requests) ||
      isTimeOfEmpty(values, this.#requests) ||
      this.#isToldElsewhere(slot) ||
      this.#isTimeBesideSize(slot)
    );
  }

  /** Is another number the size, or the beginning of the same time? */
  #isTimeBesideSize(slot: FieldSlot): boolean {
    return this.#others(slot).some(
      ({ values }) =>
        isSize(values, this.#requests) || (areAlikeQuantities(slot.values, values) && comesNearNothing(slot.values)),
    );
  }

  /** Is the same time given in another unit as well? */
  #isToldElsewhere(slot: FieldSlot): boolean {
    return this.#slots.some(
      (other) =>
        other !== slot &&
        other.kind === 'field' &&
        areOneTime(slot.values, other.values.map(Number.parseFloat).map(String)),
    );
  }
}
