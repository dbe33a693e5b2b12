/** The look-up of `route-cache.ts` as kernel code, over the same tables. The end of a path and its digits are found 16 bytes at a time. */
import { LETTERS, MAX_DIGITS, PIECE_BYTES, PIECES, type RouteCache, SHIFT, SMALL_A } from '../route-cache.ts';
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
  FunctionBuilder,
  get,
  greater,
  i32,
  i64,
  isZero,
  jump,
  jumpIf,
  Label,
  type Local,
  less,
  lessUnsigned,
  long,
  loop,
  mul,
  or,
  rotateLeft,
  set,
  shiftRight,
  shl,
  storeWord,
  sub,
  when,
  wordAt,
} from './assembler.ts';

const UNKNOWN = -2;
const give = (value: Code): Code => [value, 0x0f];

/** Continues the hash of the pieces before: (from, to, hash) → hash. */
function hashFunction(buffer: number): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32'], ['i32']);
  const [from, to, hash] = [0, 1, 2].map((index) => f.parameter(index));
  const next = new Label();
  const done = new Label();
  const mixed = (word: Code) => set(hash, add(rotateLeft(get(hash), i32(5)), word));
  const left = sub(get(to), get(from));
  f.body = [
    set(hash, add(get(hash), left)),
    block(
      done,
      loop(
        next,
        jumpIf(done, less(left, i32(4))),
        mixed(wordAt(get(from), buffer)),
        set(from, add(get(from), i32(4))),
        jump(next),
      ),
    ),
    when(greater(left, i32(0)), mixed(and(wordAt(get(from), buffer), sub(shl(i32(1), shl(left, i32(3))), i32(1))))),
    get(hash),
  ];
  return f;
}

/** Whether the bytes between two positions equal those at an address: (from, to, address) → 0 or 1. */
function sameFunction(buffer: number): FunctionBuilder {
  const f = new FunctionBuilder(['i32', 'i32', 'i32'], ['i32']);
  const [from, to, kept] = [0, 1, 2].map((index) => f.parameter(index));
  const mask = f.local('i32');
  const next = new Label();
  const left = sub(get(to), get(from));
  f.body = [
    loop(
      next,
      set(mask, bytes16.mask(bytes16.equal(bytes16.at(get(from), buffer), bytes16.at(get(kept))))),
      when(less(left, i32(16)), give(isZero(and([get(mask), i32(-1), 0x73], sub(shl(i32(1), left), i32(1)))))),
      when(differs(get(mask), i32(0xffff)), give(i32(0))),
      set(from, add(get(from), i32(16))),
      set(kept, add(get(kept), i32(16))),
      jump(next),
    ),
    i32(0),
  ];
  return f;
}

interface Masks {
  readonly ends: Local;
  readonly digits: Local;
  readonly slashes: Local;
}

/** Adds the 32 bytes at `path` + `offset` to the masks: ends of a path, digits, slashes. */
function look(
  bytes: readonly [Local, Local],
  { ends, digits, slashes }: Masks,
  path: Code,
  offset: number,
  buffer: number,
): Code {
  const is = (x: Local, text: string) => bytes16.equal(get(x), bytes16.all(text.charCodeAt(0)));
  const isEnd = (x: Local) =>
    bytes16.or(bytes16.or(bytes16.atMost(get(x), bytes16.all(32)), is(x, '?')), bytes16.or(is(x, '"'), is(x, '\\')));
  const isDigit = (x: Local) => bytes16.less(bytes16.sub(get(x), bytes16.all(48)), bytes16.all(10));
  const both = (test: (x: Local) => Code) =>
    long.shl(
      long.extend(or(bytes16.mask(test(bytes[0])), shl(bytes16.mask(test(bytes[1])), i32(16)))),
      i64(BigInt(offset)),
    );
  return [
    bytes.map((x, half) => set(x, bytes16.at(path, buffer + offset + 16 * half))),
    set(ends, long.or(get(ends), both(isEnd))),
    set(digits, long.or(get(digits), both(isDigit))),
    set(
      slashes,
      long.or(
        get(slashes),
        both((x) => is(x, '/')),
      ),
    ),
  ];
}

/**
 * (start, path) → id of the route, or -2; the position behind the path goes to `endAt`.
 * @returns three functions, of which the last one is to be called
 * @param number index of the first of them
 */
export function findRoute(buffer: number, endAt: number, cache: RouteCache, number: number): FunctionBuilder[] {
  const f = new FunctionBuilder(['i32', 'i32'], ['i32']);
  const [start, path] = [0, 1].map((index) => f.parameter(index));
  const bytes = [f.local('v128'), f.local('v128')] as const;
  const masks: Masks = { ends: f.local('i64'), digits: f.local('i64'), slashes: f.local('i64') };
  const { ends, digits, slashes } = masks;
  const starts = f.local('i64');
  const [length, at, behind, slot, from1, to1, from2, to2, from3, to3, numbers] = Array.from({ length: 11 }, () =>
    f.local('i32'),
  );
  const unknown = (condition: Code) => when(condition, give(i32(UNKNOWN)));
  const hash = (from: Local, to: Local, seed: Code) => call(number, get(from), get(to), seed);
  const same = (from: Local, to: Local, address: Code) => call(number + 1, get(from), get(to), address);
  const bitAt = (mask: Code, bit: Code) => long.wrap(long.and(long.shiftRight(mask, long.extend(bit)), i64(1n)));
  const next = new Label();
  const done = new Label();
  const pieceAt = (piece: number) =>
    add(mul(get(slot), i32(PIECES * PIECE_BYTES)), i32(cache.wordsAt + piece * PIECE_BYTES));
  const lengthIs = (piece: number, value: Code) =>
    equal(wordAt(mul(get(slot), i32(PIECES * 4)), cache.lengthsAt + piece * 4), value);
  const first = byteAt(get(path), buffer);
  f.body = [
    unknown(and(differs(first, i32(47)), isZero(lessUnsigned(sub(first, i32(SMALL_A)), i32(LETTERS))))),
    look(bytes, masks, get(path), 0, buffer),
    when(long.isZero(get(ends)), look(bytes, masks, get(path), 32, buffer)),
    unknown(long.isZero(get(ends))),
    set(length, long.wrap(long.trailingZeros(get(ends)))),
    unknown(equal(byteAt(add(get(path), get(length)), buffer), i32(92))),
    // Digits that follow a slash, in front of the end.
    set(
      starts,
      long.and(
        long.and(get(digits), long.shl(get(slashes), i64(1n))),
        long.add(long.shl(i64(1n), long.extend(get(length))), i64(-1n)),
      ),
    ),
    set(from1, get(start)),
    set(to1, add(get(path), get(length))),
    block(
      done,
      loop(
        next,
        jumpIf(done, long.isZero(get(starts))),
        set(at, long.wrap(long.trailingZeros(get(starts)))),
        set(starts, long.and(get(starts), long.add(get(starts), i64(-1n)))),
        set(
          behind,
          add(
            get(at),
            long.wrap(long.trailingZeros(long.shiftRight(long.xor(get(digits), i64(-1n)), long.extend(get(at))))),
          ),
        ),
        jumpIf(next, isZero(bitAt(long.or(get(slashes), get(ends)), get(behind)))),
        unknown(or(equal(get(numbers), i32(2)), greater(sub(get(behind), get(at)), i32(MAX_DIGITS)))),
        when(
          isZero(get(numbers)),
          [set(from2, add(get(path), get(behind))), set(to2, get(to1)), set(to1, add(get(path), get(at)))],
          [set(from3, add(get(path), get(behind))), set(to3, get(to2)), set(to2, add(get(path), get(at)))],
        ),
        set(numbers, add(get(numbers), i32(1))),
        jump(next),
      ),
    ),
    set(slot, hash(from1, to1, i32(0))),
    when(greater(get(numbers), i32(0)), set(slot, hash(from2, to2, get(slot)))),
    when(greater(get(numbers), i32(1)), set(slot, hash(from3, to3, get(slot)))),
    set(slot, shiftRight(mul(get(slot), i32(0x2c1b3c6d)), i32(SHIFT))),
    storeWord(i32(endAt), add(get(path), get(length))),
    unknown(isZero(lengthIs(0, sub(get(to1), get(from1))))),
    unknown(isZero(same(from1, to1, pieceAt(0)))),
    when(
      greater(get(numbers), i32(0)),
      [unknown(isZero(lengthIs(1, sub(get(to2), get(from2))))), unknown(isZero(same(from2, to2, pieceAt(1))))],
      unknown(isZero(lengthIs(1, i32(-1)))),
    ),
    when(
      greater(get(numbers), i32(1)),
      [unknown(isZero(lengthIs(2, sub(get(to3), get(from3))))), unknown(isZero(same(from3, to3, pieceAt(2))))],
      when(greater(get(numbers), i32(0)), unknown(isZero(lengthIs(2, i32(-1))))),
    ),
    wordAt(shl(get(slot), i32(2)), cache.idsAt),
  ];
  return [hashFunction(buffer), sameFunction(buffer), f];
}
