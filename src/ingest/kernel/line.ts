import { bytesOf, type FieldContext } from '../compile/emit.ts';
import { NEXT_NUMBER, NEXT_STATUS } from '../compile/runtime.ts';
import {
  add,
  and,
  block,
  byteAt,
  bytes16,
  type Code,
  equal,
  type FunctionBuilder,
  get,
  greater,
  i32,
  i64,
  isZero,
  jump,
  jumpIf,
  Label,
  type Local,
  leadingZeros,
  less,
  lessUnsigned,
  long,
  longAt,
  loop,
  or,
  set,
  shortAt,
  sub,
  trailingZeros,
  when,
  wordAt,
} from './assembler.ts';

/** Indices of the functions that a kernel calls. */
export interface Calls {
  readonly findRoute: number;
  readonly route: number;
  readonly joinRoute: number;
  readonly client: number;
  readonly worker: number;
  readonly thread: number;
  readonly arrival: number;
  /** By index of the token. */
  readonly stamps: ReadonlyMap<number, number>;
}

/** Addresses in the memory of the kernels. */
export interface Addresses {
  readonly buffer: number;
  /** Where functions put the position behind what they read. */
  readonly end: number;
  /** Powers of ten, 32 bits each. */
  readonly powers: number;
  readonly pidValues: number;
  readonly pidIds: number;
  /** By index of the token: address of what is kept of its last stamp (kept-stamps.ts). */
  readonly stamps: ReadonlyMap<number, number>;
}

export type Test = (bytes: Code) => Code;
export const isByte =
  (byte: number): Test =>
  (bytes) =>
    bytes16.equal(bytes, bytes16.all(byte));
export const atMost =
  (byte: number): Test =>
  (bytes) =>
    bytes16.atMost(bytes, bytes16.all(byte));

export const isDigitByte: Test = (bytes) => bytes16.less(bytes16.sub(bytes, bytes16.all(48)), bytes16.all(10));

export class KernelLine {
  protected readonly calls: Calls;
  protected readonly at: Addresses;
  /** A jump here leaves the line to the scanner. */
  readonly leave = new Label();
  /** The position; the end of the line without blanks; and its newline. */
  readonly p: Local;
  readonly e: Local;
  readonly n: Local;
  readonly columns: Record<'T' | 'D' | 'W' | 'A' | 'BY' | 'L' | 'U' | 'E', Local> &
    Record<'WK' | 'TH' | 'RT' | 'CL' | 'ST', Local>;
  protected readonly x: Local;
  protected readonly digits: Local;
  protected readonly count: Local;
  protected readonly mask: Local;
  protected readonly s: Local;
  protected readonly t: Local;
  protected readonly k: Local;
  protected readonly hash: Local;
  protected readonly bytes: Local;
  protected readonly target: readonly Local[];

  constructor(f: FunctionBuilder, calls: Calls, addresses: Addresses) {
    this.calls = calls;
    this.at = addresses;
    const ints = Array.from({ length: 19 }, () => f.local('i32'));
    const [p, e, n, WK, TH, RT, CL, ST, count, mask, s, t, k, hash] = ints;
    const [T, D, W, A, BY, L, U, E, x] = Array.from({ length: 9 }, () => f.local('f64'));
    [this.p, this.e, this.n] = [p, e, n];
    this.columns = { T, D, W, A, BY, L, U, E, WK, TH, RT, CL, ST };
    [this.count, this.mask, this.s, this.t, this.k, this.hash] = [count, mask, s, t, k, hash];
    this.target = ints.slice(14, 18);
    this.x = x;
    this.digits = f.local('i64');
    this.bytes = f.local('v128');
  }

  leaveIf(condition: Code): Code {
    return jumpIf(this.leave, condition);
  }

  byte(at: Code, offset = 0): Code {
    return byteAt(at, this.at.buffer + offset);
  }

  /** Moves `p` to the first byte from `from` on for which one of the tests holds. One of them must hold for a newline. */
  protected skipTo(p: Local, from: Code, ...tests: Test[]): Code {
    const next = new Label();
    const bytes = get(this.bytes);
    return [
      set(p, from),
      loop(
        next,
        set(this.bytes, bytes16.at(get(p), this.at.buffer)),
        set(this.mask, bytes16.mask(tests.map((test) => test(bytes)).reduce((a, b) => bytes16.or(a, b)))),
        when(isZero(get(this.mask)), [set(p, add(get(p), i32(16))), jump(next)]),
      ),
      set(p, add(get(p), trailingZeros(get(this.mask)))),
    ];
  }

  /** Finds the end of the line that begins at p. */
  findEnd(): Code {
    const { p, e, n } = this;
    const next = new Label();
    const last = () => this.byte(get(e), -1);
    return [
      this.skipTo(n, get(p), isByte(10)),
      set(e, get(n)),
      loop(
        next,
        when(and(greater(get(e), get(p)), or(equal(last(), i32(13)), equal(last(), i32(32)))), [
          set(e, sub(get(e), i32(1))),
          jump(next),
        ]),
      ),
    ];
  }

  /** Whether the literal stands at `at`. */
  stands(literal: string, at: Code): Code {
    const bytes = Buffer.from(bytesOf(literal));
    const tests: Code[] = [];
    let k = 0;
    const take = (size: 1 | 2 | 4 | 8, from: number) => {
      const place = this.at.buffer + from;
      if (size === 8) tests.push(isZero(long.differs(longAt(at, place), i64(bytes.readBigInt64LE(from)))));
      else if (size === 4) tests.push(equal(wordAt(at, place), i32(bytes.readInt32LE(from))));
      else if (size === 2) tests.push(equal(shortAt(at, place), i32(bytes.readUInt16LE(from))));
      else tests.push(equal(byteAt(at, place), i32(bytes[from])));
    };
    for (; k + 8 <= bytes.length; k += 8) take(8, k);
    for (const size of [4, 2, 1] as const) {
      if (bytes.length - k < size) continue;
      take(size, k);
      k += size;
    }
    return tests.reduce((a, b) => and(a, b));
  }

  protected isDigit(at: Code, offset = 0): Code {
    return lessUnsigned(sub(this.byte(at, offset), i32(48)), i32(10));
  }

  protected follows(next: number, at: Code): Code {
    const is = (byte: number) => equal(this.byte(at), i32(byte));
    if (next === NEXT_STATUS) {
      const three = and(and(this.isDigit(at), this.isDigit(at, 1)), this.isDigit(at, 2));
      const zero = and(is(48), less(this.byte(at, 1), i32(48)));
      return or(or(three, zero), or(is(45), is(78)));
    }
    if (next === NEXT_NUMBER) return or(or(this.isDigit(at), is(45)), or(is(78), or(is(60), is(43))));
    return i32(1);
  }

  /** Moves p forward to where `after` stands and the next field can follow. */
  protected search({ after, next }: FieldContext): Code {
    const { p, e } = this;
    if (after === '') return [this.leaveIf(greater(get(p), get(e))), set(p, get(e))];
    const { length, 0: first } = bytesOf(after);
    const again = new Label();
    const behind = add(get(p), i32(length));
    return loop(
      again,
      this.skipTo(p, get(p), isByte(first), isByte(10)),
      this.leaveIf(greater(behind, get(e))),
      when(isZero(and(this.stands(after, get(p)), this.follows(next, behind))), [
        set(p, add(get(p), i32(1))),
        jump(again),
      ]),
    );
  }

  /** Moves p forward while the condition holds. It must not hold for a newline. */
  skipWhile(condition: Code): Code {
    const again = new Label();
    return loop(again, when(condition, [set(this.p, add(get(this.p), i32(1))), jump(again)]));
  }

  /** Reads a literal at p. */
  literal(text: string): Code {
    return [
      this.leaveIf(isZero(this.stands(text, get(this.p)))),
      set(this.p, add(get(this.p), i32(bytesOf(text).length))),
    ];
  }

  /** The text between two positions must be none of these. */
  isNone(texts: readonly string[], from: Local, to: Local): Code {
    return texts.map((text) =>
      this.leaveIf(and(equal(sub(get(to), get(from)), i32(bytesOf(text).length)), this.stands(text, get(from)))),
    );
  }

  /** Moves q back until it is behind a blank, but not beyond r. */
  backToBlank(q: Local, r: Local): Code {
    const again = new Label();
    const found = new Label();
    const mask = this.mask;
    return [
      block(
        found,
        loop(
          again,
          set(mask, bytes16.mask(bytes16.equal(bytes16.at(get(q), this.at.buffer - 16), bytes16.all(32)))),
          when(get(mask), [set(q, sub(add(get(q), i32(16)), leadingZeros(get(mask)))), jump(found)]),
          set(q, sub(get(q), i32(16))),
          jumpIf(again, greater(get(q), get(r))),
        ),
      ),
      when(less(get(q), get(r)), set(q, get(r))),
    ];
  }
}
