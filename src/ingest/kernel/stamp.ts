/** A stamp in a kernel: recognised by its bytes, or read by its reader. */
import type { StampShape } from '../../core/format.ts';
import { remembered } from '../compile/emit.ts';
import {
  add,
  and,
  block,
  bytes16,
  type Code,
  call,
  differs,
  equal,
  get,
  i32,
  isZero,
  jump,
  jumpIf,
  Label,
  less,
  long,
  longAt,
  mul,
  or,
  real,
  realAt,
  select,
  set,
  shl,
  sub,
  when,
  wordAt,
} from './assembler.ts';
import { SECOND, secondBytes, WHOLE } from './kept-stamps.ts';
import { KernelRequests } from './request.ts';

const digitsOfEpochs: Partial<Record<StampShape, 10 | 13 | 16>> = { 'epoch-s': 10, 'epoch-ms': 13, 'epoch-us': 16 };
const ALL_16 = 0xffff;

export class KernelStamps extends KernelRequests {
  /** A bit for each of the 16 bytes at p + `offset` that equals the kept one. */
  #sameBytes(offset: number, kept: number): Code {
    return bytes16.mask(bytes16.equal(bytes16.at(get(this.p), this.at.buffer + offset), bytes16.at(i32(kept))));
  }

  /** Reads a stamp into x. Stamps of the same second are recognised by their bytes. */
  protected stamp(index: number, shape: StampShape): Code {
    const { p, x } = this;
    const read: Code = [set(x, call(this.calls.stamps.get(index) ?? 0, get(p))), set(p, wordAt(i32(0), this.at.end))];
    const leave = this.leaveIf(real.differs(get(x), get(x)));
    const epochDigits = digitsOfEpochs[shape];
    if (epochDigits !== undefined) return [this.epoch([epochDigits], read), leave];
    const kept = this.at.stamps.get(index);
    if (kept === undefined) return [read, leave];
    return [this.#whole(shape, kept, this.#second(shape, kept, read)), leave];
  }

  /** If a stamp of a whole second equals the kept one, takes its value. */
  #whole(shape: StampShape, kept: number, otherwise: Code): Code {
    const { p, x } = this;
    const micros = realAt(i32(kept + WHOLE.micros));
    const { [shape]: length } = remembered;
    if (length !== undefined) {
      const same = (offset: number) => equal(this.#sameBytes(offset, kept + offset), i32(ALL_16));
      const known = [set(x, micros), set(p, add(get(p), i32(length)))];
      return when(and(same(0), same(length - 16)), known, otherwise);
    }
    if (shape !== 'iso' && shape !== 'year-first') return otherwise;
    const counted = wordAt(i32(0), kept + WHOLE.counted);
    const same = or(this.#sameBytes(0, kept), shl(this.#sameBytes(16, kept + 16), i32(16)));
    const isKnown = and(equal(and(same, counted), counted), isZero(real.differs(micros, micros)));
    return when(isKnown, [set(x, micros), set(p, add(get(p), wordAt(i32(0), kept + WHOLE.length)))], otherwise);
  }

  /** If a stamp with a fraction has the kept second, and the kept bytes behind the fraction, reads only the fraction. */
  #second(shape: StampShape, kept: number, otherwise: Code): Code {
    const { [shape]: length } = secondBytes;
    if (length === undefined) return otherwise;
    const { p, x, s, count, k } = this;
    const [done, other] = [new Label(), new Label()];
    const micros = realAt(i32(kept + SECOND.micros));
    const rest = i32((1 << (length - 16)) - 1);
    const point = this.byte(get(p), length);
    const scale = wordAt(shl(sub(i32(6), get(k)), i32(2)), this.at.powers);
    const tail = long.xor(longAt(get(p), this.at.buffer), longAt(i32(kept + SECOND.tail)));
    const fast = [
      jumpIf(other, and(differs(point, i32(46)), differs(point, i32(44)))),
      jumpIf(other, differs(this.#sameBytes(0, kept + SECOND.bytes), i32(ALL_16))),
      jumpIf(other, differs(and(this.#sameBytes(16, kept + SECOND.bytes + 16), rest), rest)),
      set(p, add(get(p), i32(length + 1))),
      this.readDigits(),
      jumpIf(other, isZero(get(count))),
      set(k, select(less(get(count), i32(6)), get(count), i32(6))),
      set(p, add(get(p), get(count))),
      set(x, real.add(micros, real.ofUnsigned(mul(this.valueOfDigits(get(k)), scale)))),
      this.skipWhile(this.isDigit(get(p))),
      jumpIf(other, isZero(long.isZero(long.and(tail, longAt(i32(kept + SECOND.counted)))))),
      jumpIf(other, real.differs(get(x), get(x))),
      set(p, add(get(p), wordAt(i32(0), kept + SECOND.length))),
      jump(done),
    ];
    return [set(s, get(p)), block(done, block(other, fast), set(p, get(s)), otherwise)];
  }
}
