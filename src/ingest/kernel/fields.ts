/**
 * The code of a kernel, field by field. It reads what nearly all lines hold ("plain" forms), as the scanners of `compile/emit.ts` do,
 * and leaves the line otherwise: whoever runs the kernel has that line read by the scanner.
 */
import type { Field, StampShape, TimeUnit } from '../../core/format.ts';
import { bytesOf, DURATION_LIMIT, decimals, type FieldContext, remembered } from '../compile/emit.ts';
import { NEXT_NUMBER, NEXT_STATUS, PID_SLOTS } from '../compile/runtime.ts';
import {
  add,
  and,
  block,
  byteAt,
  bytes16,
  type Code,
  call,
  differs,
  equal,
  type FunctionBuilder,
  f64,
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
  mul,
  or,
  real,
  realAt,
  select,
  set,
  shiftRight,
  shl,
  shortAt,
  sub,
  trailingZeros,
  truncate,
  when,
  wordAt,
  xor,
} from './assembler.ts';

/** Numbers of the functions that a kernel calls. */
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
  /** The position behind what a function read. */
  readonly end: number;
  /** Powers of ten, 32 bits each. */
  readonly powers: number;
  readonly pidValues: number;
  readonly pidIds: number;
  /** By index of the token: 32 bytes of the stamp seen last, and behind them what it means. */
  readonly stamps: ReadonlyMap<number, number>;
}

/** Digits that a number may have. */
const MOST_DIGITS = 8;
/** Words longer than this are compared by more than three words and a rest. */
const MAX_SHORT = 15;
const digitBytes = (byte: number): bigint => BigInt(`0x${byte.toString(16).padStart(2, '0').repeat(8)}`);

type Test = (bytes: Code) => Code;
const isByte =
  (byte: number): Test =>
  (bytes) =>
    bytes16.equal(bytes, bytes16.all(byte));
const atMost =
  (byte: number): Test =>
  (bytes) =>
    bytes16.atMost(bytes, bytes16.all(byte));

export class KernelFields {
  readonly #calls: Calls;
  readonly #at: Addresses;
  /** The line is left. */
  readonly leave = new Label();
  /** Where it is read, where the line ends without blanks, and where its newline stands. */
  readonly p: Local;
  readonly e: Local;
  readonly n: Local;
  readonly columns: Record<'T' | 'D' | 'W' | 'A' | 'BY' | 'L' | 'U' | 'E', Local> &
    Record<'WK' | 'TH' | 'RT' | 'CL' | 'ST', Local>;
  readonly #x: Local;
  readonly #digits: Local;
  readonly #count: Local;
  readonly #mask: Local;
  readonly #s: Local;
  readonly #t: Local;
  readonly #k: Local;
  readonly #hash: Local;
  readonly #bytes: Local;
  readonly #target: readonly Local[];

  constructor(f: FunctionBuilder, calls: Calls, addresses: Addresses) {
    this.#calls = calls;
    this.#at = addresses;
    const ints = Array.from({ length: 19 }, () => f.local('i32'));
    const [p, e, n, WK, TH, RT, CL, ST, count, mask, s, t, k, hash] = ints;
    const [T, D, W, A, BY, L, U, E, x] = Array.from({ length: 9 }, () => f.local('f64'));
    [this.p, this.e, this.n] = [p, e, n];
    this.columns = { T, D, W, A, BY, L, U, E, WK, TH, RT, CL, ST };
    [this.#count, this.#mask, this.#s, this.#t, this.#k, this.#hash] = [count, mask, s, t, k, hash];
    this.#target = ints.slice(14, 18);
    this.#x = x;
    this.#digits = f.local('i64');
    this.#bytes = f.local('v128');
  }

  leaveIf(condition: Code): Code {
    return jumpIf(this.leave, condition);
  }

  byte(at: Code, offset = 0): Code {
    return byteAt(at, this.#at.buffer + offset);
  }

  /** Moves `p` on to the first byte at or behind `from` that one of the tests finds; one of them must find a newline. */
  #skipTo(p: Local, from: Code, ...tests: Test[]): Code {
    const next = new Label();
    const bytes = get(this.#bytes);
    return [
      set(p, from),
      loop(
        next,
        set(this.#bytes, bytes16.at(get(p), this.#at.buffer)),
        set(this.#mask, bytes16.mask(tests.map((test) => test(bytes)).reduce((a, b) => bytes16.or(a, b)))),
        when(isZero(get(this.#mask)), [set(p, add(get(p), i32(16))), jump(next)]),
      ),
      set(p, add(get(p), trailingZeros(get(this.#mask)))),
    ];
  }

  /** Finds the end of the line that begins at p. */
  findEnd(): Code {
    const { p, e, n } = this;
    const next = new Label();
    const last = () => this.byte(get(e), -1);
    return [
      this.#skipTo(n, get(p), isByte(10)),
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

  /** Does the literal stand there? */
  stands(literal: string, at: Code): Code {
    const bytes = Buffer.from(bytesOf(literal));
    const tests: Code[] = [];
    let k = 0;
    const take = (size: 1 | 2 | 4 | 8, from: number) => {
      const place = this.#at.buffer + from;
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

  #isDigit(at: Code, offset = 0): Code {
    return lessUnsigned(sub(this.byte(at, offset), i32(48)), i32(10));
  }

  #follows(next: number, at: Code): Code {
    const is = (byte: number) => equal(this.byte(at), i32(byte));
    if (next === NEXT_STATUS) {
      const three = and(and(this.#isDigit(at), this.#isDigit(at, 1)), this.#isDigit(at, 2));
      const zero = and(is(48), less(this.byte(at, 1), i32(48)));
      return or(or(three, zero), or(is(45), is(78)));
    }
    if (next === NEXT_NUMBER) return or(or(this.#isDigit(at), is(45)), or(is(78), or(is(60), is(43))));
    return i32(1);
  }

  /** Moves p to where `after` stands and the next field can follow. */
  #search({ after, next }: FieldContext): Code {
    const { p, e } = this;
    if (after === '') return [this.leaveIf(greater(get(p), get(e))), set(p, get(e))];
    const { length, 0: first } = bytesOf(after);
    const again = new Label();
    const behind = add(get(p), i32(length));
    return loop(
      again,
      this.#skipTo(p, get(p), isByte(first), isByte(10)),
      this.leaveIf(greater(behind, get(e))),
      when(isZero(and(this.stands(after, get(p)), this.#follows(next, behind))), [
        set(p, add(get(p), i32(1))),
        jump(again),
      ]),
    );
  }

  /** Looks at the digits at p: their number, and eight bytes of them. */
  #readDigits(): Code {
    const [digits, count] = [this.#digits, this.#count];
    const notDigit = long.and(
      long.or(long.add(get(digits), i64(digitBytes(0x76))), get(digits)),
      i64(digitBytes(0x80)),
    );
    return [
      set(digits, long.xor(longAt(get(this.p), this.#at.buffer), i64(digitBytes(0x30)))),
      set(count, shiftRight(long.wrap(long.trailingZeros(notDigit)), i32(3))),
    ];
  }

  /** The first `count` (at least one) of the digits looked at, as a number. Two, then four digits are joined at a time. */
  #valueOf(count: Code): Code {
    const digits = this.#digits;
    const pairs = set(digits, long.add(long.mul(get(digits), i64(10n)), long.shiftRight(get(digits), i64(8n))));
    const part = (value: Code, factors: bigint) => long.mul(long.and(value, i64(0x000000ff000000ffn)), i64(factors));
    return [
      set(digits, long.shl(get(digits), long.extend(sub(i32(64), shl(count, i32(3)))))),
      pairs,
      long.wrap(
        long.shiftRight(
          long.add(
            part(get(digits), 0x000f424000000064n),
            part(long.shiftRight(get(digits), i64(16n)), 0x0000271000000001n),
          ),
          i64(32n),
        ),
      ),
    ];
  }

  /** A number at p into x, as an integer with `places` decimals kept; NaN for "-". */
  #number(places: number): Code {
    const { p } = this;
    const [x, count, kept] = [this.#x, this.#count, this.#k];
    const minus = or(
      differs(this.byte(get(p)), i32(45)),
      or(this.#isDigit(get(p), 1), equal(this.byte(get(p), 1), i32(46))),
    );
    const forward = set(p, add(get(p), get(count)));
    const fraction =
      places === 0
        ? forward
        : [
            set(kept, select(less(get(count), i32(places)), get(count), i32(places))),
            forward,
            set(
              x,
              real.add(
                get(x),
                real.ofUnsigned(
                  mul(this.#valueOf(get(kept)), wordAt(shl(sub(i32(places), get(kept)), i32(2)), this.#at.powers)),
                ),
              ),
            ),
          ];
    return [
      this.#readDigits(),
      when(
        isZero(get(count)),
        [this.leaveIf(minus), set(p, add(get(p), i32(1))), set(x, f64(Number.NaN))],
        [
          this.leaveIf(and(equal(get(count), i32(MOST_DIGITS)), this.#isDigit(get(p), MOST_DIGITS))),
          forward,
          set(x, real.ofUnsigned(this.#valueOf(get(count)))),
          places > 0 ? set(x, real.mul(get(x), f64(10 ** places))) : [],
          when(equal(this.byte(get(p)), i32(46)), [
            set(p, add(get(p), i32(1))),
            this.#readDigits(),
            this.leaveIf(or(isZero(get(count)), equal(get(count), i32(MOST_DIGITS)))),
            fraction,
          ]),
        ],
      ),
    ];
  }

  #micros(unit: TimeUnit | 'by-value'): Code {
    const nanos = unit === 'ns' ? set(this.#x, real.floor(real.div(get(this.#x), f64(1000)))) : [];
    return [this.#number(decimals[unit]), nanos];
  }

  /** A stamp into x. Those that stay the same for a second are known again by their bytes. */
  #stamp(index: number, shape: StampShape): Code {
    const { p } = this;
    const x = this.#x;
    const read: Code = [set(x, call(this.#calls.stamps.get(index) ?? 0, get(p))), set(p, wordAt(i32(0), this.#at.end))];
    const leave = this.leaveIf(real.differs(get(x), get(x)));
    const { [shape]: length } = remembered;
    const kept = this.#at.stamps.get(index);
    if (length === undefined || kept === undefined) return [read, leave];
    const same = (offset: number) =>
      equal(
        bytes16.mask(bytes16.equal(bytes16.at(get(p), this.#at.buffer + offset), bytes16.at(i32(kept + offset)))),
        i32(0xffff),
      );
    const known = [set(x, realAt(i32(kept + 32))), set(p, add(get(p), i32(length)))];
    return [when(and(same(0), same(length - 16)), known, read), leave];
  }

  #status(): Code {
    const { p } = this;
    const digit = (place: number) => sub(this.byte(get(p), place), i32(48));
    return [
      this.leaveIf(
        or(
          isZero(and(and(this.#isDigit(get(p)), this.#isDigit(get(p), 1)), this.#isDigit(get(p), 2))),
          this.#isDigit(get(p), 3),
        ),
      ),
      set(this.columns.ST, add(add(mul(digit(0), i32(100)), mul(digit(1), i32(10))), digit(2))),
      set(p, add(get(p), i32(3))),
    ];
  }

  /** As `hashBytes` of b[s, t), at most 15 bytes: words and rest, all mixed in and taken where they belong to it. */
  #shortHash(): Code {
    const [s, k, hash, mask] = [this.#s, this.#k, this.#hash, this.#mask];
    const step = (word: number): Code => {
      const rest = sub(get(k), i32(word * 4));
      const bits = select(
        less(rest, i32(4)),
        and(wordAt(get(s), this.#at.buffer + word * 4), sub(shl(i32(1), shl(rest, i32(3))), i32(1))),
        wordAt(get(s), this.#at.buffer + word * 4),
      );
      return [
        set(mask, mul(xor(get(hash), bits), i32(0x2c1b3c6d))),
        set(mask, xor(get(mask), shiftRight(get(mask), i32(15)))),
        set(hash, select(greater(rest, i32(0)), get(mask), get(hash))),
      ];
    };
    return [
      set(hash, get(k)),
      [0, 1, 2, 3].map(step),
      set(hash, xor(mul(get(hash), i32(0x297a2d39)), shiftRight(get(hash), i32(13)))),
    ];
  }

  #client(field: Extract<Field, { kind: 'client' }>, stop: number): Code {
    const { p } = this;
    const { CL } = this.columns;
    const [s, t, k, x] = [this.#s, this.#t, this.#k, this.#x];
    const before = (at: Local) => this.byte(get(at), -1);
    const again = new Label();
    const withoutPort = [
      set(k, get(p)),
      loop(
        again,
        when(and(greater(get(k), get(s)), lessUnsigned(sub(before(k), i32(48)), i32(10))), [
          set(k, sub(get(k), i32(1))),
          jump(again),
        ]),
      ),
      when(
        and(and(greater(get(k), get(s)), less(get(k), get(p))), equal(before(k), i32(58))),
        set(t, sub(get(k), i32(1))),
      ),
    ];
    return [
      set(s, get(p)),
      this.#skipTo(p, get(p), atMost(32), ...(stop > 32 ? [isByte(stop)] : [])),
      // A list of addresses.
      this.leaveIf(and(greater(get(p), get(s)), and(equal(this.byte(get(p)), i32(32)), equal(before(p), i32(44))))),
      set(t, get(p)),
      field.port ? withoutPort : [],
      set(k, sub(get(t), get(s))),
      when(
        or(isZero(get(k)), and(equal(get(k), i32(1)), equal(this.byte(get(s)), i32(45)))),
        set(CL, i32(0)),
        when(
          greater(get(k), i32(MAX_SHORT)),
          [
            set(x, call(this.#calls.client, get(s), get(t))),
            this.leaveIf(real.less(get(x), f64(0))),
            set(CL, truncate(get(x))),
          ],
          [this.#shortHash(), set(CL, select(get(this.#hash), get(this.#hash), i32(1)))],
        ),
      ),
    ];
  }

  #pid(): Code {
    const { p } = this;
    const { WK } = this.columns;
    const [s, k, t, count] = [this.#s, this.#k, this.#t, this.#count];
    const slot = shl(and(get(k), i32(PID_SLOTS - 1)), i32(2));
    return [
      set(t, equal(this.byte(get(p)), i32(60))),
      set(s, add(get(p), get(t))),
      set(p, get(s)),
      this.#readDigits(),
      this.leaveIf(or(isZero(get(count)), equal(get(count), i32(MOST_DIGITS)))),
      set(p, add(get(p), get(count))),
      set(k, this.#valueOf(get(count))),
      when(
        and(equal(wordAt(slot, this.#at.pidValues), get(k)), differs(this.byte(get(s)), i32(48))),
        set(WK, wordAt(slot, this.#at.pidIds)),
        set(WK, call(this.#calls.worker, get(s), get(p), get(k))),
      ),
      when(get(t), [this.leaveIf(differs(this.byte(get(p)), i32(62))), set(p, add(get(p), i32(1)))]),
    ];
  }

  #request({ after, next }: FieldContext, field: Extract<Field, { kind: 'request' }>): Code {
    const { p } = this;
    const { RT } = this.columns;
    const [s, t, k, mask] = [this.#s, this.#t, this.#k, this.#mask];
    const stops = [atMost(32), isByte(34), ...(field.plain ? [isByte(92)] : [])];
    const skipDigits = (first: number, count: number): Code => {
      const again = new Label();
      return loop(
        again,
        when(lessUnsigned(sub(this.byte(get(p)), i32(first)), i32(count)), [set(p, add(get(p), i32(1))), jump(again)]),
      );
    };
    // "HTTP/1.1", or "1.1" alone.
    const version = field.bareVersion
      ? when(this.#isDigit(get(p), 1), [
          set(p, add(get(p), i32(2))),
          // Digits and dots: '/' stands between them.
          this.#versionDigits(),
        ])
      : when(this.stands(' HTTP/', get(p)), [set(p, add(get(p), i32(6))), skipDigits(46, 12)]);
    const fits =
      after === ''
        ? or(equal(this.byte(get(p)), i32(10)), equal(this.byte(get(p)), i32(13)))
        : and(this.stands(after, get(p)), this.#follows(next, add(get(p), i32(bytesOf(after).length))));
    const upper = bytes16.less(bytes16.sub(bytes16.at(get(p), this.#at.buffer), bytes16.all(65)), bytes16.all(26));
    return [
      set(s, get(p)),
      set(mask, trailingZeros(xor(bytes16.mask(upper), i32(-1)))),
      set(k, add(get(s), get(mask))),
      this.leaveIf(or(isZero(get(mask)), differs(this.byte(get(k)), i32(32)))),
      set(RT, call(this.#calls.findRoute, get(s), add(get(k), i32(1)))),
      when(
        equal(get(RT), i32(-2)),
        this.#skipTo(p, add(get(k), i32(1)), isByte(63), ...stops),
        set(p, wordAt(i32(0), this.#at.end)),
      ),
      set(t, get(p)),
      when(equal(this.byte(get(p)), i32(63)), this.#skipTo(p, get(p), ...stops)),
      when(equal(this.byte(get(p)), i32(32)), version),
      this.leaveIf(isZero(fits)),
      when(equal(get(RT), i32(-2)), set(RT, call(this.#calls.route, get(s), get(t)))),
      field.known ? this.leaveIf(less(get(RT), i32(0))) : [],
    ];
  }

  #versionDigits(): Code {
    const { p } = this;
    const again = new Label();
    return loop(
      again,
      when(or(this.#isDigit(get(p)), equal(this.byte(get(p)), i32(46))), [set(p, add(get(p), i32(1))), jump(again)]),
    );
  }

  #letters(first: number, count: number, fold: boolean): Code {
    const { p } = this;
    const again = new Label();
    const byte = fold ? or(this.byte(get(p)), i32(32)) : this.byte(get(p));
    return loop(
      again,
      when(lessUnsigned(sub(byte, i32(first)), i32(count)), [set(p, add(get(p), i32(1))), jump(again)]),
    );
  }

  #blanks(limit: Code | null): Code {
    const { p } = this;
    const again = new Label();
    const isBlank = equal(this.byte(get(p)), i32(32));
    return loop(
      again,
      when(limit === null ? isBlank : and(isBlank, limit), [set(p, add(get(p), i32(1))), jump(again)]),
    );
  }

  /** Reads a field from p on and leaves p behind it; null: kernels cannot. */
  field(field: Field, context: FieldContext): Code | null {
    const { p, e } = this;
    const c = this.columns;
    const [s, x, t] = [this.#s, this.#x, this.#t];
    const { after, used, index } = context;
    const stop = after === '' ? 0 : bytesOf(after)[0];
    const wordEnd = [atMost(32), ...(stop > 32 ? [isByte(stop)] : [])];
    switch (field.kind) {
      case 'client':
        return this.#client(field, stop);
      case 'time':
        return [this.#stamp(index, field.shape), used ? set(c.T, get(x)) : []];
      case 'duration':
        return [
          this.#micros(field.unit),
          used
            ? [
                set(c.D, field.add && !context.firstPart ? real.add(get(c.D), get(x)) : get(x)),
                this.leaveIf(real.greater(get(c.D), f64(DURATION_LIMIT))),
              ]
            : [],
        ];
      case 'wait':
        return [this.#micros(field.unit), set(c.W, get(x)), field.before ? set(c.L, real.add(get(c.L), get(x))) : []];
      case 'lead':
        return [this.#micros(field.unit), set(c.L, real.add(get(c.L), get(x)))];
      case 'number':
        return this.#number(0);
      case 'bytes':
        return [this.#number(0), set(c.BY, get(x))];
      case 'arrival':
        return [set(c.A, call(this.#calls.arrival, get(p), get(e))), set(p, wordAt(i32(0), this.#at.end))];
      case 'pid':
        return this.#pid();
      case 'worker':
      case 'thread': {
        const column = field.kind === 'worker' ? c.WK : c.TH;
        const named =
          field.kind === 'worker'
            ? call(this.#calls.worker, get(s), get(p), i32(-1))
            : call(this.#calls.thread, get(s), get(p));
        return [
          set(s, get(p)),
          this.#skipTo(p, get(p), ...wordEnd),
          this.leaveIf(equal(get(p), get(s))),
          when(
            and(equal(sub(get(p), get(s)), i32(1)), equal(this.byte(get(s)), i32(45))),
            set(column, i32(-1)),
            set(column, named),
          ),
        ];
      }
      case 'collected':
        return [this.#stamp(index, field.shape), field.use === 'ignored' ? [] : set(c.E, get(x))];
      case 'until':
        return [this.#stamp(index, field.shape), set(c.U, get(x))];
      case 'status':
        return this.#status();
      case 'status-phrase':
        return [
          this.#status(),
          this.leaveIf(or(greater(this.byte(get(p)), i32(32)), greater(get(p), get(e)))),
          set(p, get(e)),
        ];
      case 'request':
        return this.#request(context, field);
      case 'method': {
        const [from, to] = this.#target;
        const again = new Label();
        const byte = this.byte(get(p));
        const letter = lessUnsigned(sub(or(byte, i32(32)), i32(97)), i32(26));
        return [
          set(from, get(p)),
          loop(
            again,
            when(or(letter, or(equal(byte, i32(45)), equal(byte, i32(95)))), [
              set(p, add(get(p), i32(1))),
              jump(again),
            ]),
          ),
          set(to, get(p)),
        ];
      }
      case 'target':
        return [set(this.#target[2], get(p)), this.#search(context), set(this.#target[3], get(p))];
      case 'level':
        return [set(s, get(p)), this.#letters(97, 26, true), this.leaveIf(equal(get(p), get(s)))];
      case 'level-prefix':
        return [
          set(s, get(p)),
          this.#letters(65, 26, false),
          this.leaveIf(or(equal(get(p), get(s)), differs(this.byte(get(p)), i32(58)))),
          set(p, add(get(p), i32(1))),
          this.#blanks(less(sub(get(p), get(s)), i32(9))),
        ];
      case 'list':
        // One attempt, the usual case.
        return [
          set(t, get(p)),
          this.#versionDigits(),
          when(equal(get(p), get(t)), [this.leaveIf(differs(this.byte(get(p)), i32(45))), set(p, add(get(p), i32(1)))]),
          this.leaveIf(or(equal(this.byte(get(p)), i32(44)), this.stands(' : ', get(p)))),
        ];
      case 'word':
        return this.#skipTo(p, get(p), isByte(32), isByte(10), ...(stop > 32 ? [isByte(stop)] : []));
      case 'text': {
        const { never } = field;
        const not =
          never === undefined
            ? []
            : this.leaveIf(and(equal(sub(get(p), get(s)), i32(bytesOf(never).length)), this.stands(never, get(s))));
        if (never !== undefined || after === '') return [set(s, get(p)), this.#search(context), not];
        // Most often it is "-", and what follows stands right behind it.
        const behind = add(get(p), i32(1));
        const { length } = bytesOf(after);
        const dash = and(
          equal(this.byte(get(p)), i32(45)),
          and(this.stands(after, behind), this.#follows(context.next, add(get(p), i32(1 + length)))),
        );
        return when(dash, set(p, behind), this.#search(context));
      }
      case 'blanks':
        return [this.leaveIf(differs(this.byte(get(p)), i32(32))), this.#blanks(null)];
    }
  }

  /** Route of method and target, where a layout names them apart. */
  joinRoute(): Code {
    return set(this.columns.RT, call(this.#calls.joinRoute, ...this.#target.map(get)));
  }

  /** A literal at p. */
  literal(text: string): Code {
    return [
      this.leaveIf(isZero(this.stands(text, get(this.p)))),
      set(this.p, add(get(this.p), i32(bytesOf(text).length))),
    ];
  }

  /** Moves q back to the blank in front of it, not farther than r. */
  backToBlank(q: Local, r: Local): Code {
    const again = new Label();
    const found = new Label();
    const mask = this.#mask;
    return [
      block(
        found,
        loop(
          again,
          set(mask, bytes16.mask(bytes16.equal(bytes16.at(get(q), this.#at.buffer - 16), bytes16.all(32)))),
          when(get(mask), [set(q, sub(add(get(q), i32(16)), leadingZeros(get(mask)))), jump(found)]),
          set(q, sub(get(q), i32(16))),
          jumpIf(again, greater(get(q), get(r))),
        ),
      ),
      when(less(get(q), get(r)), set(q, get(r))),
    ];
  }
}
