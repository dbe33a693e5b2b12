/**
 * Assembles a WebAssembly module from expressions, with only the instructions that kernels need. An expression is a tree of bytes. Jumps
 * name their block; its depth is computed when the tree is written.
 */

/** Target of a jump: behind a block, or to the head of a loop. */
export class Label {}

export interface Local {
  readonly index: number;
}

export type Code =
  | number
  | readonly Code[]
  | { readonly jump: Label; readonly opcode: number }
  | { readonly open: number; readonly label: Label | null; readonly body: Code; readonly otherwise?: Code };

export type ValueType = 'i32' | 'i64' | 'f64' | 'v128';
const typeBytes: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
};

const signed = (value: bigint): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const last = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
};

export const i32 = (value: number): Code => [0x41, signed(BigInt(value | 0))];
export const i64 = (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))];
export const f64 = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];

export const get = ({ index }: Local): Code => [0x20, unsigned(index)];
export const set = ({ index }: Local, value: Code): Code => [value, 0x21, unsigned(index)];

const binary =
  (opcode: number) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const unary =
  (opcode: number) =>
  (a: Code): Code => [a, opcode];

export const add = binary(0x6a);
export const sub = binary(0x6b);
export const mul = binary(0x6c);
export const and = binary(0x71);
export const or = binary(0x72);
export const xor = binary(0x73);
export const shl = binary(0x74);
export const shiftRight = binary(0x76);
export const rotateLeft = binary(0x77);
export const equal = binary(0x46);
export const differs = binary(0x47);
export const less = binary(0x48);
export const lessUnsigned = binary(0x49);
export const greater = binary(0x4a);
export const atLeast = binary(0x4e);
export const isZero = unary(0x45);
export const leadingZeros = unary(0x67);
export const trailingZeros = unary(0x68);

export const long = {
  add: binary(0x7c),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shiftRight: binary(0x88),
  differs: binary(0x52),
  isZero: unary(0x50),
  trailingZeros: unary(0x7a),
  wrap: unary(0xa7),
  extend: unary(0xad),
};

export const real = {
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  floor: unary(0x9c),
  differs: binary(0x62),
  less: binary(0x63),
  greater: binary(0x64),
  atLeast: binary(0x66),
  ofUnsigned: unary(0xb8),
};

/** `a` if `condition` holds, otherwise `b`; both are evaluated. */
export const select = (condition: Code, a: Code, b: Code): Code => [a, b, condition, 0x1b];

/** Converts a positive f64 to 32 bits. */
export const truncate = (a: Code): Code => [a, 0xfc, 3];

const memory =
  (opcode: number) =>
  (address: Code, offset = 0): Code => [address, opcode, 0, unsigned(offset)];
export const byteAt = memory(0x2d);
export const shortAt = memory(0x2f);
export const wordAt = memory(0x28);
export const longAt = memory(0x29);
export const realAt = memory(0x2b);
const store =
  (opcode: number) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, 0, unsigned(offset)];
export const storeWord = store(0x36);
export const storeShort = store(0x3b);
export const storeReal = store(0x39);

const simd = (opcode: number) => [0xfd, unsigned(opcode)];
/** Operations on 16 bytes at once. A comparison gives a byte of ones or zeros for each. */
export const bytes16 = {
  at: (address: Code, offset = 0): Code => [address, simd(0), 0, unsigned(offset)],
  all: (byte: number): Code => [i32(byte), simd(15)],
  equal: (a: Code, b: Code): Code => [a, b, simd(35)],
  less: (a: Code, b: Code): Code => [a, b, simd(38)],
  atMost: (a: Code, b: Code): Code => [a, b, simd(42)],
  sub: (a: Code, b: Code): Code => [a, b, simd(113)],
  or: (a: Code, b: Code): Code => [a, b, simd(80)],
  /** The highest bit of each byte; the first byte gives the lowest bit. */
  mask: (a: Code): Code => [a, simd(100)],
};

const NO_RESULT = 0x40;
export const block = (label: Label, ...body: Code[]): Code => ({ open: 0x02, label, body });
export const loop = (label: Label, ...body: Code[]): Code => ({ open: 0x03, label, body });
export const when = (condition: Code, then: Code, otherwise?: Code): Code => [
  condition,
  { open: 0x04, label: null, body: then, ...(otherwise === undefined ? {} : { otherwise }) },
];
export const jump = (label: Label): Code => ({ jump: label, opcode: 0x0c });
export const jumpIf = (label: Label, condition: Code): Code => [condition, { jump: label, opcode: 0x0d }];
export const call = (index: number, ...values: Code[]): Code => [values, 0x10, unsigned(index)];

function write(code: Code, out: number[], open: (Label | null)[]): void {
  if (typeof code === 'number') out.push(code);
  else if ('jump' in code) {
    const depth = open.length - 1 - open.lastIndexOf(code.jump);
    if (depth === open.length) throw new RangeError('a jump out of no block');
    out.push(code.opcode, ...unsigned(depth));
  } else if ('open' in code) {
    out.push(code.open, NO_RESULT);
    open.push(code.label);
    write(code.body, out, open);
    if (code.otherwise !== undefined) {
      out.push(0x05);
      write(code.otherwise, out, open);
    }
    open.pop();
    out.push(0x0b);
  } else for (const part of code) write(part, out, open);
}

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function. Its parameters are its first locals. */
export class FunctionBuilder implements Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #types: ValueType[] = [];
  body: Code = [];

  constructor(parameters: readonly ValueType[], results: readonly ValueType[]) {
    this.parameters = parameters;
    this.results = results;
  }

  parameter(index: number): Local {
    return { index };
  }

  local(type: ValueType): Local {
    this.#types.push(type);
    return { index: this.parameters.length + this.#types.length - 1 };
  }

  bytes(): number[] {
    const out = [...unsigned(this.#types.length)];
    for (const type of this.#types) out.push(1, typeBytes[type]);
    write(this.body, out, []);
    out.push(0x0b);
    return [...unsigned(out.length), ...out];
  }
}

const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
};
const text = (value: string): number[] => [...unsigned(value.length), ...Buffer.from(value, 'latin1')];
const typeOf = ({ parameters, results }: Signature): number[] => [
  0x60,
  ...unsigned(parameters.length),
  ...parameters.map((type) => typeBytes[type]),
  ...unsigned(results.length),
  ...results.map((type) => typeBytes[type]),
];

/**
 * The bytes of a module with functions imported from "env" (numbered first) and functions of its own, the last of which is exported as
 * "run". It uses the imported memory "env.memory".
 */
export function assemble(
  imports: readonly (readonly [string, Signature])[],
  own: readonly FunctionBuilder[],
): Uint8Array {
  const types = [...imports.map(([, signature]) => signature), ...own];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types.map(typeOf)),
    ...section(2, [
      [...text('env'), ...text('memory'), 0x02, 0x00, 0x01],
      ...imports.map(([name], index) => [...text('env'), ...text(name), 0x00, ...unsigned(index)]),
    ]),
    ...section(
      3,
      own.map((_, index) => unsigned(imports.length + index)),
    ),
    ...section(7, [[...text('run'), 0x00, ...unsigned(imports.length + own.length - 1)]]),
    ...section(
      10,
      own.map((one) => one.bytes()),
    ),
  ]);
}
