/** The request line in a kernel: method, path, query, version. */
import type { Field } from '../../core/format.ts';
import { bytesOf, type FieldContext } from '../compile/emit.ts';
import { MOST_BETWEEN } from '../compile/join-route.ts';
import {
  add,
  and,
  bytes16,
  type Code,
  call,
  differs,
  equal,
  get,
  i32,
  isZero,
  jump,
  Label,
  less,
  lessUnsigned,
  loop,
  or,
  set,
  sub,
  trailingZeros,
  when,
  wordAt,
  xor,
} from './assembler.ts';

import { atMost, isByte } from './line.ts';
import { KernelNumbers } from './numbers.ts';

export class KernelRequests extends KernelNumbers {
  protected request({ after, next }: FieldContext, field: Extract<Field, { kind: 'request' }>): Code {
    const { p } = this;
    const { RT } = this.columns;
    const [s, t, k, mask] = [this.s, this.t, this.k, this.mask];
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
      ? when(this.isDigit(get(p), 1), [
          set(p, add(get(p), i32(2))),
          // Digits and dots; '/' lies between them in ASCII, so a single range would not do.
          this.skipWhile(or(this.isDigit(get(p)), equal(this.byte(get(p)), i32(46)))),
        ])
      : when(this.stands(' HTTP/', get(p)), [set(p, add(get(p), i32(6))), skipDigits(46, 12)]);
    const fits =
      after === ''
        ? or(equal(this.byte(get(p)), i32(10)), equal(this.byte(get(p)), i32(13)))
        : and(this.stands(after, get(p)), this.follows(next, add(get(p), i32(bytesOf(after).length))));
    const upper = bytes16.less(bytes16.sub(bytes16.at(get(p), this.at.buffer), bytes16.all(65)), bytes16.all(26));
    return [
      set(s, get(p)),
      set(mask, trailingZeros(xor(bytes16.mask(upper), i32(-1)))),
      set(k, add(get(s), get(mask))),
      this.leaveIf(or(isZero(get(mask)), differs(this.byte(get(k)), i32(32)))),
      set(RT, call(this.calls.findRoute, get(s), add(get(k), i32(1)))),
      when(
        equal(get(RT), i32(-2)),
        this.skipTo(p, add(get(k), i32(1)), isByte(63), ...stops),
        set(p, wordAt(i32(0), this.at.end)),
      ),
      set(t, get(p)),
      when(equal(this.byte(get(p)), i32(63)), this.skipTo(p, get(p), ...stops)),
      when(equal(this.byte(get(p)), i32(32)), version),
      this.leaveIf(isZero(fits)),
      when(equal(get(RT), i32(-2)), set(RT, call(this.calls.route, get(s), get(t)))),
      field.known ? this.leaveIf(less(get(RT), i32(0))) : [],
    ];
  }

  /** Route of method and target if a layout has them as separate fields. Mostly there is one blank between them, as in a request line. */
  joinRoute(): Code {
    const [from, to, path, end] = this.target;
    const { RT } = this.columns;
    const isNear = and(less(get(from), get(to)), lessUnsigned(sub(sub(get(path), get(to)), i32(1)), i32(MOST_BETWEEN)));
    const found = wordAt(i32(0), this.at.end);
    const isWhole = or(equal(found, get(end)), and(less(found, get(end)), equal(this.byte(found), i32(63))));
    return [
      set(RT, i32(-2)),
      when(isNear, set(RT, call(this.calls.findRoute, get(from), get(path)))),
      when(or(equal(get(RT), i32(-2)), isZero(isWhole)), set(RT, call(this.calls.joinRoute, ...this.target.map(get)))),
    ];
  }
}
