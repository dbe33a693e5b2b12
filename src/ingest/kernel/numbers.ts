/** Numbers in a line, read up to eight digits at once. */
import type { DurationUnit } from '../../core/format.ts';
import { decimals } from '../compile/emit.ts';
import {
  add,
  and,
  block,
  type Code,
  call,
  differs,
  equal,
  f64,
  get,
  i32,
  i64,
  isZero,
  jump,
  jumpIf,
  Label,
  less,
  lessUnsigned,
  long,
  longAt,
  mul,
  or,
  real,
  select,
  set,
  shiftRight,
  shl,
  sub,
  when,
  wordAt,
} from './assembler.ts';

import { KernelLine } from './line.ts';

/** Most digits of a number. */
export const MOST_DIGITS = 8;
const digitBytes = (byte: number): bigint => BigInt(`0x${byte.toString(16).padStart(2, '0').repeat(8)}`);

export class KernelNumbers extends KernelLine {
  /** Loads the eight bytes at p into `digits`, and the number of digits at their beginning into `count`. */
  protected readDigits(): Code {
    const [digits, count] = [this.digits, this.count];
    const notDigit = long.and(
      long.or(long.add(get(digits), i64(digitBytes(0x76))), get(digits)),
      i64(digitBytes(0x80)),
    );
    return [
      set(digits, long.xor(longAt(get(this.p), this.at.buffer), i64(digitBytes(0x30)))),
      set(count, shiftRight(long.wrap(long.trailingZeros(notDigit)), i32(3))),
    ];
  }

  /** The first `count` (at least one) of the loaded digits as a number. Joins the digits into pairs, and the four pairs into the number. */
  protected valueOfDigits(count: Code): Code {
    const digits = this.digits;
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

  /** Reads a number at p into x, as an integer that keeps `places` decimals; NaN for "-". */
  protected number(places: number): Code {
    const { p } = this;
    const [x, count, kept] = [this.x, this.count, this.k];
    const minus = or(
      differs(this.byte(get(p)), i32(45)),
      or(this.isDigit(get(p), 1), equal(this.byte(get(p), 1), i32(46))),
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
                  mul(this.valueOfDigits(get(kept)), wordAt(shl(sub(i32(places), get(kept)), i32(2)), this.at.powers)),
                ),
              ),
            ),
          ];
    return [
      this.readDigits(),
      when(
        isZero(get(count)),
        [this.leaveIf(minus), set(p, add(get(p), i32(1))), set(x, f64(Number.NaN))],
        [
          this.leaveIf(and(equal(get(count), i32(MOST_DIGITS)), this.isDigit(get(p), MOST_DIGITS))),
          forward,
          set(x, real.ofUnsigned(this.valueOfDigits(get(count)))),
          places > 0 ? set(x, real.mul(get(x), f64(10 ** places))) : [],
          when(equal(this.byte(get(p)), i32(46)), [
            set(p, add(get(p), i32(1))),
            this.readDigits(),
            this.leaveIf(or(isZero(get(count)), equal(get(count), i32(MOST_DIGITS)))),
            fraction,
          ]),
        ],
      ),
    ];
  }

  /** Reads "31.503721ms", "345µs" or "1.2s", a number with its unit, in whole µs. */
  protected spent(): Code {
    const { p } = this;
    const [x, count, kept, t] = [this.x, this.count, this.k, this.t];
    const byte = (offset = 0) => this.byte(get(p), offset);
    const is = (letter: number, offset = 0) => equal(byte(offset), i32(letter));
    const scale = wordAt(shl(sub(i32(6), get(kept)), i32(2)), this.at.powers);
    const fraction = [
      set(p, add(get(p), i32(1))),
      this.readDigits(),
      this.leaveIf(isZero(get(count))),
      set(kept, select(less(get(count), i32(6)), get(count), i32(6))),
      set(p, add(get(p), get(count))),
      set(t, mul(this.valueOfDigits(get(kept)), scale)),
      this.skipWhile(this.isDigit(get(p))),
    ];
    const unit = (length: number, micros: Code) => [set(x, micros), set(p, add(get(p), i32(length)))];
    const thousandths = real.floor(real.div(real.ofUnsigned(get(t)), f64(1000)));
    const isMicros = or(is(117), and(is(0xc2), is(0xb5, 1)));
    return [
      this.readDigits(),
      this.leaveIf(or(isZero(get(count)), and(equal(get(count), i32(MOST_DIGITS)), this.isDigit(get(p), MOST_DIGITS)))),
      set(p, add(get(p), get(count))),
      set(x, real.ofUnsigned(this.valueOfDigits(get(count)))),
      set(t, i32(0)),
      when(is(46), fraction),
      when(
        is(115),
        unit(1, real.add(real.mul(get(x), f64(1_000_000)), real.ofUnsigned(get(t)))),
        when(
          and(is(109), is(115, 1)),
          unit(2, real.add(real.mul(get(x), f64(1000)), thousandths)),
          when(
            isMicros,
            [
              set(p, add(get(p), select(is(117), i32(1), i32(2)))),
              this.leaveIf(differs(byte(), i32(115))),
              unit(1, get(x)),
            ],
            [this.leaveIf(isZero(and(is(110), is(115, 1)))), unit(2, real.floor(real.div(get(x), f64(1000))))],
          ),
        ),
      ),
      // "1m2s", "31millis": left to the scanner.
      this.leaveIf(or(lessUnsigned(sub(byte(), i32(97)), i32(26)), this.isDigit(get(p)))),
    ];
  }

  protected micros(unit: DurationUnit): Code {
    const nanos = unit === 'ns' ? set(this.x, real.floor(real.div(get(this.x), f64(1000)))) : [];
    return [this.number(decimals[unit]), nanos];
  }

  /** Adds six decimals of the fraction at p, if there is one, to x. Leaves p behind all of its digits. */
  #fraction(): Code {
    const { p } = this;
    const [x, count, kept] = [this.x, this.count, this.k];
    const scale = wordAt(shl(sub(i32(6), get(kept)), i32(2)), this.at.powers);
    const read = [
      set(p, add(get(p), i32(1))),
      this.readDigits(),
      set(kept, select(less(get(count), i32(6)), get(count), i32(6))),
      set(p, add(get(p), get(count))),
      set(x, real.add(get(x), real.ofUnsigned(mul(this.valueOfDigits(get(kept)), scale)))),
      this.skipWhile(this.isDigit(get(p))),
    ];
    return when(and(equal(this.byte(get(p)), i32(46)), this.isDigit(get(p), 1)), read);
  }

  /**
   * Reads seconds (ten digits), milliseconds (13) or microseconds (16) since 1970 into x, in µs.
   * @param digits which of these
   * @param otherwise reads anything else
   */
  protected epoch(digits: readonly (10 | 13 | 16)[], otherwise: Code): Code {
    const { p } = this;
    const [x, count, s] = [this.x, this.count, this.s];
    const [done, other] = [new Label(), new Label()];
    const one = (length: 10 | 13 | 16): Code => {
      const rest = length - 8;
      const whole = real.add(real.mul(get(x), f64(10 ** rest)), real.ofUnsigned(this.valueOfDigits(get(count))));
      const isEnd = rest === 8 ? isZero(this.isDigit(get(p), 8)) : i32(1);
      return when(and(equal(get(count), i32(rest)), isEnd), [
        set(x, real.mul(whole, f64(10 ** (16 - length)))),
        set(p, add(get(p), i32(rest))),
        length === 10 ? this.#fraction() : jumpIf(other, equal(this.byte(get(p)), i32(46))),
        jumpIf(
          done,
          and(real.atLeast(get(x), f64(946_684_800_000_000)), real.less(get(x), f64(4_102_444_800_000_000))),
        ),
        jump(other),
      ]);
    };
    const plain = [
      this.readDigits(),
      jumpIf(other, differs(get(count), i32(8))),
      set(x, real.ofUnsigned(this.valueOfDigits(get(count)))),
      set(p, add(get(p), i32(8))),
      this.readDigits(),
      jumpIf(other, isZero(get(count))),
      digits.map(one),
    ];
    return [set(s, get(p)), block(done, block(other, plain), set(p, get(s)), otherwise)];
  }

  /** Reads "t=1730221455.123", or another form of the time when a request arrived. */
  protected arrival(): Code {
    const { p, e, x, t } = this;
    const isNamed = and(equal(or(this.byte(get(p)), i32(32)), i32(116)), equal(this.byte(get(p), 1), i32(61)));
    const otherwise = [set(x, call(this.calls.arrival, get(t), get(e))), set(p, wordAt(i32(0), this.at.end))];
    return [
      set(t, get(p)),
      set(p, add(get(p), shl(isNamed, i32(1)))),
      this.epoch([10, 13, 16], otherwise),
      set(this.columns.A, get(x)),
    ];
  }

  /** Three digits. */
  protected status(): Code {
    const { p } = this;
    const digit = (place: number) => sub(this.byte(get(p), place), i32(48));
    return [
      this.leaveIf(
        or(
          isZero(and(and(this.isDigit(get(p)), this.isDigit(get(p), 1)), this.isDigit(get(p), 2))),
          this.isDigit(get(p), 3),
        ),
      ),
      set(this.columns.ST, add(add(mul(digit(0), i32(100)), mul(digit(1), i32(10))), digit(2))),
      set(p, add(get(p), i32(3))),
    ];
  }
}
