/**
 * The code of a kernel, field by field. It reads the forms that nearly all lines have ("plain" ones), with the same result as the scanners
 * of `compile/emit.ts`. At any other form it leaves the line, which is then read by the scanner.
 */
import type { Field } from '../../core/format.ts';
import { bytesOf, DURATION_LIMIT, type FieldContext } from '../compile/emit.ts';
import { PID_SLOTS } from '../compile/runtime.ts';
import {
  add,
  and,
  type Code,
  call,
  differs,
  equal,
  f64,
  get,
  greater,
  i32,
  isZero,
  jump,
  Label,
  type Local,
  less,
  lessUnsigned,
  loop,
  mul,
  or,
  real,
  select,
  set,
  shiftRight,
  shl,
  sub,
  truncate,
  when,
  wordAt,
  xor,
} from './assembler.ts';

import { atMost, isByte, isDigitByte, type Test } from './line.ts';
import { MOST_DIGITS } from './numbers.ts';
import { KernelStamps } from './stamp.ts';

/** Longer words are hashed by the host. */
const MAX_SHORT = 15;

type PassedOver = Extract<Field, { kind: 'level' | 'level-prefix' | 'list' | 'word' | 'day' | 'text' | 'blanks' }>;

export class KernelFields extends KernelStamps {
  /**
   * Same result as `hashBytes` of b[s, t), for at most 15 bytes: all four words are mixed in, and a step is only used if the text reaches
   * into its word.
   */
  protected shortHash(): Code {
    const [s, k, hash, mask] = [this.s, this.k, this.hash, this.mask];
    const step = (word: number): Code => {
      const rest = sub(get(k), i32(word * 4));
      const bits = select(
        less(rest, i32(4)),
        and(wordAt(get(s), this.at.buffer + word * 4), sub(shl(i32(1), shl(rest, i32(3))), i32(1))),
        wordAt(get(s), this.at.buffer + word * 4),
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

  protected client(field: Extract<Field, { kind: 'client' }>, stop: number): Code {
    const { p } = this;
    const { CL } = this.columns;
    const [s, t, k, x] = [this.s, this.t, this.k, this.x];
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
      this.skipTo(p, get(p), atMost(32), ...(stop > 32 ? [isByte(stop)] : [])),
      // Lists of addresses are left to the scanner.
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
            set(x, call(this.calls.client, get(s), get(t))),
            this.leaveIf(real.less(get(x), f64(0))),
            set(CL, truncate(get(x))),
          ],
          [this.shortHash(), set(CL, select(get(this.hash), get(this.hash), i32(1)))],
        ),
      ),
    ];
  }

  protected pid(): Code {
    const { p } = this;
    const { WK } = this.columns;
    const [s, k, t, count] = [this.s, this.k, this.t, this.count];
    const slot = shl(and(get(k), i32(PID_SLOTS - 1)), i32(2));
    return [
      set(t, equal(this.byte(get(p)), i32(60))),
      set(s, add(get(p), get(t))),
      set(p, get(s)),
      this.readDigits(),
      this.leaveIf(or(isZero(get(count)), equal(get(count), i32(MOST_DIGITS)))),
      set(p, add(get(p), get(count))),
      set(k, this.valueOfDigits(get(count))),
      when(
        and(equal(wordAt(slot, this.at.pidValues), get(k)), differs(this.byte(get(s)), i32(48))),
        set(WK, wordAt(slot, this.at.pidIds)),
        set(WK, call(this.calls.worker, get(s), get(p), get(k))),
      ),
      when(get(t), [this.leaveIf(differs(this.byte(get(p)), i32(62))), set(p, add(get(p), i32(1)))]),
    ];
  }

  /** A word that names a worker or thread; -1 for "-". */
  private named(field: Extract<Field, { kind: 'worker' | 'thread' }>, wordEnd: readonly Test[]): Code {
    const { p, s, columns: c } = this;
    const column = field.kind === 'worker' ? c.WK : c.TH;
    const [known, isWorker] = [this.calls, field.kind === 'worker'];
    const named = isWorker ? call(known.worker, get(s), get(p), i32(-1)) : call(known.thread, get(s), get(p));
    return [
      set(s, get(p)),
      // The excluded words are in capitals: anything that begins with one is left to the scanner.
      field.kind === 'worker' && field.never
        ? this.leaveIf(lessUnsigned(sub(this.byte(get(p)), i32(65)), i32(26)))
        : [],
      this.skipTo(p, get(p), ...wordEnd),
      this.leaveIf(equal(get(p), get(s))),
      when(
        and(equal(sub(get(p), get(s)), i32(1)), equal(this.byte(get(s)), i32(45))),
        set(column, i32(-1)),
        set(column, named),
      ),
    ];
  }

  /** Reads a field at p and leaves p behind it; null: kernels cannot read it. */
  field(field: Field, context: FieldContext): Code | null {
    const { p, e } = this;
    const c = this.columns;
    const { x } = this;
    const { after, used, index } = context;
    const stop = after === '' ? 0 : bytesOf(after)[0];
    const wordEnd = [atMost(32), ...(stop > 32 ? [isByte(stop)] : [])];
    switch (field.kind) {
      case 'client':
        return this.client(field, stop);
      case 'time':
        return [this.stamp(index, field.shape), used ? set(c.T, get(x)) : []];
      case 'duration':
        return [
          field.unit === 'written' ? this.spent() : this.micros(field.unit),
          used
            ? [
                set(c.D, field.add && !context.firstPart ? real.add(get(c.D), get(x)) : get(x)),
                this.leaveIf(real.greater(get(c.D), f64(DURATION_LIMIT))),
              ]
            : [],
        ];
      case 'wait':
        return [this.micros(field.unit), set(c.W, get(x)), field.before ? set(c.L, real.add(get(c.L), get(x))) : []];
      case 'lead':
        return [this.micros(field.unit), set(c.L, real.add(get(c.L), get(x)))];
      case 'number':
        return this.number(0);
      case 'bytes':
        return [this.number(0), set(c.BY, get(x))];
      case 'arrival':
        return this.arrival();
      case 'pid':
        return this.pid();
      case 'worker':
      case 'thread':
        return this.named(field, wordEnd);
      case 'collected':
        return [this.stamp(index, field.shape), field.use === 'ignored' ? [] : set(c.E, get(x))];
      case 'until':
        return [this.stamp(index, field.shape), set(c.U, get(x))];
      case 'status':
        return this.status();
      case 'status-phrase':
        return [
          this.status(),
          this.leaveIf(or(greater(this.byte(get(p)), i32(32)), greater(get(p), get(e)))),
          this.skipTo(p, get(p), isDigitByte, isByte(10)),
          this.leaveIf(less(get(p), get(e))),
          set(p, get(e)),
        ];
      case 'request':
        return this.request(context, field);
      case 'method': {
        const [from, to] = this.target;
        const byte = this.byte(get(p));
        const letter = lessUnsigned(sub(or(byte, i32(32)), i32(97)), i32(26));
        const inName = or(letter, or(equal(byte, i32(45)), equal(byte, i32(95))));
        return [set(from, get(p)), this.skipWhile(inName), set(to, get(p))];
      }
      case 'target':
        return [
          set(this.target[2], get(p)),
          field.plain ? this.skipTo(p, get(p), atMost(32)) : this.search(context),
          set(this.target[3], get(p)),
        ];
      default:
        return this.passedOver(field, context);
    }
  }

  /** A field that fills no column. */
  private passedOver(field: PassedOver, context: FieldContext): Code {
    const { p, s, t } = this;
    const { after } = context;
    const stop = after === '' ? 0 : bytesOf(after)[0];
    switch (field.kind) {
      case 'level':
        return [
          set(s, get(p)),
          this.skipWhile(lessUnsigned(sub(or(this.byte(get(p)), i32(32)), i32(97)), i32(26))),
          this.leaveIf(equal(get(p), get(s))),
        ];
      case 'level-prefix':
        return [
          set(s, get(p)),
          this.skipWhile(lessUnsigned(sub(this.byte(get(p)), i32(65)), i32(26))),
          this.leaveIf(or(equal(get(p), get(s)), differs(this.byte(get(p)), i32(58)))),
          set(p, add(get(p), i32(1))),
          this.skipWhile(and(equal(this.byte(get(p)), i32(32)), less(sub(get(p), get(s)), i32(9)))),
        ];
      case 'list':
        // A single attempt, which is the usual case.
        return [
          set(t, get(p)),
          this.skipWhile(or(this.isDigit(get(p)), equal(this.byte(get(p)), i32(46)))),
          when(equal(get(p), get(t)), [this.leaveIf(differs(this.byte(get(p)), i32(45))), set(p, add(get(p), i32(1)))]),
          this.leaveIf(or(equal(this.byte(get(p)), i32(44)), this.stands(' : ', get(p)))),
        ];
      case 'day':
      case 'word':
        return this.skipTo(p, get(p), isByte(32), isByte(10), ...(stop > 0 && stop !== 32 ? [isByte(stop)] : []));
      case 'text': {
        const { never } = field;
        if (never !== undefined || after === '') {
          return [set(s, get(p)), this.search(context), this.isNone(never ?? [], s, p)];
        }
        // Most often the text is "-", and what follows stands right behind it.
        const behind = add(get(p), i32(1));
        const { length } = bytesOf(after);
        const dash = and(
          equal(this.byte(get(p)), i32(45)),
          and(this.stands(after, behind), this.follows(context.next, add(get(p), i32(1 + length)))),
        );
        return when(dash, set(p, behind), this.search(context));
      }
      case 'blanks':
        return [this.leaveIf(differs(this.byte(get(p)), i32(32))), this.skipWhile(equal(this.byte(get(p)), i32(32)))];
    }
  }
}
