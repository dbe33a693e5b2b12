/** What the parts of lines of no known layout mean: by the name in front of them, by their look, and by their values. */
import type { DurationUnit, Field, StampShape, TimeUnit } from '../../core/format.ts';
import { unitOf } from './alike.ts';
import { NumberColumns } from './free-numbers.ts';
import {
  clockOf,
  type FieldSlot,
  given,
  isConstant,
  keyOf,
  meaningOfNumber,
  type Request,
  requestsOf,
  type Slot,
  stampOf,
} from './free-slots.ts';
import { isOtherTime, isStatus, keyMeaning, stampField } from './key-meanings.ts';
import { type FoundToken, literalToken, threadIdent } from './open-numbers.ts';
import { isDatePart } from './pieces.ts';
import { isSize } from './repeating-values.ts';
import { sizeOrMore } from './units.ts';

const digitsOf = ({ values }: FieldSlot): number =>
  Math.max(...values.map((value) => /[.,](\d+)/.exec(value)?.[1].length ?? 0));
const threadName = /thread|waitress-\d|executor/i;
const workerName = /^(sync|async|uvicorn|gunicorn)?[-_]?worker[-_#]?\w*$/i;
const decimal = /\.\d/;
const timeName = /time|date|ts|stamp|epoch|msec|start|begin|end|finish|created|logged|when|now|at$/i;

const plain: Field = { kind: 'number' };
const duration = (unit: DurationUnit, values: readonly string[]): Field => ({
  kind: 'duration',
  unit,
  covers: 'service',
  ...(values.some((value) => decimal.test(value)) ? { fine: true } : {}),
});

/** Turns slots into tokens. */
export class FreeFields {
  readonly found: readonly FoundToken[];
  readonly assumptions: string[] = [];
  readonly #slots: readonly Slot[];
  readonly #request: Request;
  readonly #requests: readonly string[];
  readonly #columns: NumberColumns;
  /** The text of each slot in the first line. */
  readonly #texts: readonly string[];
  readonly #taken = new Set<Field['kind']>();
  #numbers = 0;

  constructor(slots: readonly Slot[], request: Request) {
    this.#slots = slots;
    this.#request = request;
    this.#requests = requestsOf(slots, request);
    this.#texts = slots.map((slot) => (slot.kind === 'literal' ? slot.text : slot.values[0]));
    this.#columns = new NumberColumns(slots, request, this.#requests);
    this.found = slots.flatMap((slot, index) =>
      slot.kind === 'literal' ? [literalToken(slot.text)] : this.#field(slot, index),
    );
  }

  /** Whether there is a stamp that is more than a number. */
  get #hasDate(): boolean {
    return this.#slots.some((slot) => slot.kind === 'field' && stampOf(slot)?.shape.startsWith('epoch') === false);
  }

  #hasFiner(slot: FieldSlot, shape: StampShape): boolean {
    const digits = digitsOf(slot);
    return this.#slots.some(
      (other) => other.kind === 'field' && stampOf(other)?.shape === shape && digitsOf(other) > digits,
    );
  }

  #one(field: Field, { values }: FieldSlot, name = '', open?: FoundToken['open']): FoundToken[] {
    this.#taken.add(field.kind);
    return [{ token: { field }, values, name, ...(open ? { open } : {}) }];
  }

  /** The first of its kind fills the column; further ones are read as words. */
  #first(field: Field, slot: FieldSlot): FoundToken[] {
    return this.#one(this.#taken.has(field.kind) ? { kind: 'word' } : field, slot);
  }

  #field(slot: FieldSlot, index: number): FoundToken[] {
    const { piece, values } = slot;
    const { method, target, status } = this.#request;
    if (index === status) return this.#one({ kind: 'status' }, slot);
    if (piece === 'request' && index === target) return this.#one({ kind: 'request', known: true }, slot);
    if (index === target) return this.#one({ kind: 'target' }, slot);
    if (index === method) return this.#one({ kind: 'method' }, slot);
    const stamp = this.#stamp(slot, index);
    if (stamp) return stamp;
    switch (piece) {
      case 'level':
        return this.#one({ kind: 'level' }, slot);
      case 'blanks':
        return isConstant(slot) ? [literalToken(values[0])] : this.#one({ kind: 'blanks' }, slot);
      case 'angled':
        return this.#first({ kind: 'pid' }, slot);
      case 'address': {
        const port = given(values).every((value) => /(\.\d+|\]):\d+$/.test(value));
        return this.#first({ kind: 'client', ...(port ? { port } : {}) }, slot);
      }
      case 'unit':
        return this.#unit(slot, index);
      case 'spent':
        return this.#one(this.#isOther(index) ? { kind: 'word' } : duration('written', []), slot);
      case 'number':
      case 'epoch-s':
      case 'epoch-ms':
      case 'epoch-us':
      case 'epoch-ns':
        return this.#number(slot, index);
      case 'size':
        return [...this.#sizeWithUnit(slot), literalToken(unitOf(values[0]))];
      case 'quoted':
        return this.#inside(slot, '"', '"');
      case 'apostrophes':
        return this.#inside(slot, "'", "'");
      case 'bracketed':
        return this.#inside(slot, '[', ']');
      case 'word':
      case 'words':
        return this.#words(slot, index);
      default:
        return isConstant(slot) ? [literalToken(values[0])] : this.#one({ kind: 'word' }, slot);
    }
  }

  /** null: not a stamp. */
  #stamp(slot: FieldSlot, index: number): FoundToken[] | null {
    const { piece } = slot;
    const key = keyOf(this.#slots, index);
    const name = key?.strong ? key.name : '';
    const stamp = stampOf(slot) ?? clockOf(this.#slots, index);
    if (!stamp) return null;
    // "trace_id=1730221455182334" is no time, and "811:140123456789" no second stamp.
    const isOther = name === '' ? piece !== 'epoch-s' && this.#hasDate : !timeName.test(name);
    if (stamp.shape.startsWith('epoch') && isOther) return null;
    if (stamp.assumed !== null) this.assumptions.push(stamp.assumed);
    // An ISO stamp in front of the server's own stamp is that of the logging layer.
    const isWritten =
      piece === 'iso' &&
      this.#slots.some((other, at) => at > index && other.kind === 'field' && stampOf(other) !== null);
    const field = stampField(name, stamp.shape, isWritten ? 'written' : 'end');
    return this.#one(this.#hasFiner(slot, stamp.shape) ? { ...field, coarse: true } : field, slot);
  }

  #inside(slot: FieldSlot, open: string, close: string): FoundToken[] {
    const text = this.#one({ kind: 'text' }, slot);
    return slot.bare ? text : [literalToken(open), ...text, literalToken(close)];
  }

  #unit(slot: FieldSlot, index: number): FoundToken[] {
    const [first] = given(slot.values);
    const behind = unitOf(first);
    const name = behind.trim();
    const unit: TimeUnit = /^m(s|illi)/.test(name) ? 'ms' : name.startsWith('n') ? 'ns' : /^s/.test(name) ? 's' : 'us';
    const field: Field =
      this.#isOther(index) || this.#columns.isMillisOfClock(slot) ? { kind: 'number' } : duration(unit, slot.values);
    const key = keyOf(this.#slots, index);
    return [...this.#one(field, slot, key?.strong ? key.name : ''), literalToken(behind)];
  }

  /** Whether the name says that this is the time of something else than the request: "db=12ms". */
  #isOther(index: number): boolean {
    const key = keyOf(this.#slots, index);
    return key?.strong === true && isOtherTime(key.name);
  }

  #number(slot: FieldSlot, index: number): FoundToken[] {
    const { values } = slot;
    const known = given(values);
    if (this.#columns.isMillisOfClock(slot)) return this.#one(plain, slot);
    const key = keyOf(this.#slots, index);
    // A number that could be a stamp was taken for one before.
    const meaning = meaningOfNumber(key);
    const name = key?.strong ? `"${key.name}"` : `the number ${known[0] ?? '-'}`;
    // nginx's us="200" is the status of the upstream, no microseconds.
    if (meaning?.kind === 'duration' && key?.name === 'us' && known.every(isStatus)) return this.#one(plain, slot);
    if (meaning?.kind === 'duration') {
      if (meaning.unit === 'by-value') return this.#one(plain, slot, name, 'duration');
      return this.#one(duration(meaning.unit, values), slot);
    }
    if (meaning && meaning.kind !== 'status' && meaning.kind !== 'client') {
      return this.#first({ kind: meaning.kind }, slot);
    }
    if (!key?.strong && index < this.#request.method && known.every((value) => threadIdent.test(value))) {
      return this.#first({ kind: 'thread' }, slot);
    }
    // "26 vars", "2 headers": a count of something. "line=42": the name says that it is something else.
    if (meaning || key?.strong || this.#isCounted(index) || isDatePart(this.#texts, index, known))
      return this.#one(plain, slot);
    return this.#unnamedNumber(slot, index, name);
  }

  /** "349 bytes … 612 bytes": of several sizes, the answer's is the one that fits the request, or is 0 where there is no body. */
  #sizeWithUnit(slot: FieldSlot): FoundToken[] {
    const isOnly = !this.#slots.some((other) => other !== slot && other.kind === 'field' && other.piece === 'size');
    const sizes = slot.values.map((value) => value.replace(/\D+$/, ''));
    return isOnly || isSize(sizes, this.#requests)
      ? this.#first({ kind: 'bytes' }, slot)
      : this.#one({ kind: 'number' }, slot);
  }

  /** A size, a duration, or neither: its values and its place decide. */
  #unnamedNumber(slot: FieldSlot, index: number, name: string): FoundToken[] {
    const { values } = slot;
    if (this.#columns.isStatusToo(slot)) return this.#one(plain, slot);
    if (isSize(values, this.#requests)) return this.#first({ kind: 'bytes' }, slot);
    // The size with headers or without them beside the other one, or a port.
    if (this.#columns.isSizeToo(slot) || this.#columns.isPort(slot, index)) return this.#one(plain, slot);
    const { status } = this.#request;
    // "[26619]", "<26619>": nobody writes sizes so.
    const mayBeSize = index > status && !this.#taken.has('bytes') && !/[[<]$/.test(this.#before(index));
    const isFirst = status >= 0 && mayBeSize && this.#numbers++ === 0;
    if (!isFirst || given(values).some((value) => decimal.test(value))) {
      const open = this.#one(plain, slot, name, 'number');
      return this.#isBehindStamp(index) || this.#isBeforeThread(index)
        ? open.map((one) => ({ ...one, inFront: true as const }))
        : open;
    }
    const others = this.#slots.some(
      (other, at) => at > index && other.kind === 'field' && (other.piece === 'number' || other.piece === 'unit'),
    );
    const noSize = this.#columns.isNoSize(slot);
    if (others && !noSize) return this.#one(this.#columns.isSmallOrTwin(slot) ? plain : { kind: 'bytes' }, slot);
    if (noSize) return this.#one(plain, slot, name, 'number');
    this.assumptions.push(sizeOrMore(`${name} behind the status`));
    return this.#one(plain, slot, name);
  }

  #words(slot: FieldSlot, index: number): FoundToken[] {
    const { values } = slot;
    const key = keyOf(this.#slots, index);
    const isValue = key?.strong === true || /[[("'<]$/.test(this.#before(index));
    if (isConstant(slot) && !isValue) return [literalToken(values[0])];
    const words = given(values);
    const meaning = key?.strong ? keyMeaning(key.name)?.kind : undefined;
    if (meaning === 'worker' || words.every((word) => workerName.test(word))) {
      return this.#first({ kind: 'worker' }, slot);
    }
    if (meaning === 'thread' || words.some((word) => threadName.test(word))) {
      return this.#first({ kind: 'thread' }, slot);
    }
    return this.#one({ kind: words.some((word) => word.includes(' ')) ? 'text' : 'word' }, slot);
  }

  #isCounted(index: number): boolean {
    const [gap, word] = [this.#slots[index + 1], this.#slots[index + 2]];
    const isWord =
      word?.kind === 'field' &&
      (word.piece === 'word' || word.piece === 'words') &&
      isConstant(word) &&
      /^[A-Za-z]/.test(word.values[0]) &&
      !/\.\w/.test(word.values[0]);
    return isWord && gap?.kind === 'literal' && gap.text === ' ';
  }

  /** "2024-10-29 17:04:15,123 811 …", "… INFO [811] …": a number that Python's logging writes there is the process. */
  #isBehindStamp(index: number): boolean {
    const before = this.#slots
      .slice(0, Math.min(index, this.#request.method))
      .findLast((slot) => slot.kind === 'field' && slot.piece !== 'blanks');
    return (
      index < this.#request.method && before?.kind === 'field' && (before.piece === 'level' || stampOf(before) !== null)
    );
  }

  /** Apache's "%P:%{tid}P": process and thread. */
  #isBeforeThread(index: number): boolean {
    const [sign, thread] = [this.#slots[index + 1], this.#slots[index + 2]];
    const isSign = sign?.kind === 'literal' && (sign.text === ':' || sign.text === '/');
    return isSign && thread?.kind === 'field' && given(thread.values).every((value) => threadIdent.test(value));
  }

  #before(index: number): string {
    const slot = this.#slots[index - 1];
    return slot?.kind === 'literal' ? slot.text : '';
  }
}
