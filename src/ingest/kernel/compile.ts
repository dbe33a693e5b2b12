/**
 * Compiles a layout into a kernel: WebAssembly that reads lines of the input buffer and writes rows, and searches 16 bytes at a time. It
 * gives the same rows as the scanner of the layout, but only for lines whose fields are plain. It stops at any other line; the scanner
 * reads that line, and the kernel continues behind it.
 */
import type { RequestBatch } from '../../core/batch.ts';
import type { Columns } from '../compile/columns.ts';
import { bytesOf } from '../compile/emit.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import { PID_SLOTS, type Runtime } from '../compile/runtime.ts';
import { collectedOf, contextOf, filledColumns, hasLead, lastText } from '../compile/shape.ts';
import type { Zone } from '../zone.ts';
import {
  add,
  and,
  assemble,
  atLeast,
  block,
  type Code,
  differs,
  FunctionBuilder,
  f64,
  get,
  greater,
  i32,
  isZero,
  jump,
  jumpIf,
  Label,
  type Local,
  less,
  loop,
  or,
  real,
  type Signature,
  set,
  shl,
  storeReal,
  storeShort,
  storeWord,
  sub,
  when,
} from './assembler.ts';
import { KernelFields } from './fields.ts';
import { stampImport } from './kept-stamps.ts';
import type { KernelMemory } from './memory.ts';
import { findRoute } from './route.ts';

/** The buffer that kernels read, and the same bytes as words. */
export interface KernelInput {
  readonly memory: KernelMemory;
  readonly b: Buffer;
  readonly v: DataView;
}

/** Reads whole lines of the input buffer into the batch that it was made for, like a `Scanner`. */
export type Kernel = (pos: number, limit: number, base: number) => number;

export interface KernelParts {
  readonly tokens: readonly Token[];
  readonly columns: Columns;
  readonly zone: Zone;
  readonly runtime: Runtime;
  readonly input: KernelInput;
  /** Its columns are in the memory of the input. */
  readonly batch: RequestBatch;
}

const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
/** Reads one token at p; null: kernels cannot read it. */
const tokenCode = (fields: KernelFields, { tokens, columns }: KernelParts, index: number): Code | null => {
  const token = tokens[index];
  return isLiteral(token)
    ? fields.literal(token.literal)
    : fields.field(token.field, contextOf(tokens, columns, index));
};

/** Reads from the end of the line back to the text at `textAt`, which is what remains; null: kernels cannot read a field. */
function codeBehindText(f: FunctionBuilder, fields: KernelFields, parts: KernelParts, textAt: number): Code[] | null {
  const { p, e } = fields;
  const { tokens } = parts;
  const [q, r, z] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const code: Code[] = [fields.leaveIf(greater(get(p), get(e))), set(r, get(p)), set(q, get(e))];
  for (let i = tokens.length - 1; i > textAt; i--) {
    const token = tokens[i];
    if (isLiteral(token)) {
      code.push(set(q, sub(get(q), i32(bytesOf(token.literal).length))));
      code.push(fields.leaveIf(less(get(q), get(r))), fields.leaveIf(isZero(fields.stands(token.literal, get(q)))));
      continue;
    }
    const before = tokens[i - 1];
    const literal = isLiteral(before) ? bytesOf(before.literal) : new Uint8Array();
    const behindBlank = literal.length - 1 - literal.indexOf(32);
    const read = tokenCode(fields, parts, i);
    if (read === null) return null;
    code.push(set(z, get(q)), fields.backToBlank(q, r), set(q, add(get(q), i32(behindBlank))), set(p, get(q)));
    code.push(fields.leaveIf(greater(get(q), get(z))), read, fields.leaveIf(differs(get(p), get(z))));
  }
  const text = tokens[textAt];
  if (!isLiteral(text) && text.field.kind === 'text' && text.field.never !== undefined) {
    code.push(fields.isNone(text.field.never, r, q));
  }
  return code;
}

/** null: kernels cannot read a field of the layout. */
function lineCode(f: FunctionBuilder, fields: KernelFields, parts: KernelParts): Code | null {
  const { tokens } = parts;
  const { p, e, columns: c } = fields;
  const textAt = lastText(tokens);
  const code: Code[] = hasLead(tokens) ? [set(c.L, f64(0))] : [];
  const forwardsTo = textAt < 0 ? tokens.length : textAt;
  for (let i = 0; i < forwardsTo; i++) {
    const read = tokenCode(fields, parts, i);
    if (read === null) return null;
    code.push(read);
  }
  const behind = textAt < 0 ? [fields.leaveIf(less(get(p), get(e)))] : codeBehindText(f, fields, parts, textAt);
  return behind && [...code, ...behind, ...completeRow(fields, tokens)];
}

/** Values that follow from several fields. */
function completeRow(fields: KernelFields, tokens: readonly Token[]): Code[] {
  const { columns: c } = fields;
  const code: Code[] = [];
  const kinds = new Set(tokens.map((token) => (isLiteral(token) ? null : token.field.kind)));
  if (!kinds.has('request') && kinds.has('target')) code.push(fields.joinRoute());
  if (hasLead(tokens)) {
    const known = [set(c.T, real.add(get(c.T), get(c.L))), set(c.D, real.sub(get(c.D), get(c.L)))];
    code.push(when(real.differs(get(c.L), get(c.L)), set(c.D, f64(Number.NaN)), known));
  }
  if (kinds.has('until')) code.push(set(c.D, real.sub(get(c.U), get(c.T))));
  for (const { use, tickMicros } of collectedOf(tokens)) {
    const inTick = and(real.atLeast(get(c.E), get(c.T)), real.less(get(c.E), real.add(get(c.T), f64(tickMicros))));
    if (use === 'sharpens') code.push(fields.leaveIf(isZero(inTick)));
    code.push(set(c.T, get(c.E)));
  }
  return code;
}

function storeRow(fields: KernelFields, row: Local, { tokens, columns, batch }: KernelParts): Code[] {
  const sizes: Record<number, Code> = { 8: shl(get(row), i32(3)), 4: shl(get(row), i32(2)), 2: shl(get(row), i32(1)) };
  return filledColumns(tokens, columns).map(([variable, column]) => {
    const { byteOffset, BYTES_PER_ELEMENT: size } = batch[column];
    const put = size === 8 ? storeReal : size === 4 ? storeWord : storeShort;
    return put(sizes[size], get(fields.columns[variable]), byteOffset);
  });
}

/** null: kernels cannot read this layout. @throws if the machine lacks the instructions, or the memory is full */
export function compileKernel(parts: KernelParts): Kernel | null {
  const { tokens, runtime, input, batch } = parts;
  const { memory, b, v } = input;
  const { recentRoutes, pidValues, pidIds } = runtime;
  const buffer = b.byteOffset;
  const stamps = new Map<number, ReturnType<typeof stampImport>>();
  tokens.forEach((token, index) => {
    if (isLiteral(token)) return;
    const { kind } = token.field;
    if (kind === 'time' || kind === 'until' || kind === 'collected') stamps.set(index, stampImport(token.field, parts));
  });
  const ints = (count: number, result: 'i32' | 'f64'): Signature => ({
    parameters: Array.from({ length: count }, () => 'i32' as const),
    results: [result],
  });
  const imports: readonly (readonly [string, Signature, (...values: number[]) => number])[] = [
    ['route', ints(2, 'i32'), (from, to) => runtime.route(b, v, from, to)],
    ['joinRoute', ints(4, 'i32'), (...at) => runtime.joinRoute(b, v, at[0], at[1], at[2], at[3])],
    ['client', ints(2, 'f64'), (from, to) => runtime.client(b, v, from, to)],
    [
      'worker',
      ints(3, 'i32'),
      (from, to, value) => {
        const id = runtime.worker(b, v, from, to);
        // "007" is another name than "7".
        if (value >= 0 && b[from] !== 48) {
          pidValues[value & (PID_SLOTS - 1)] = value;
          pidIds[value & (PID_SLOTS - 1)] = id;
        }
        return id;
      },
    ],
    ['thread', ints(2, 'i32'), (from, to) => runtime.thread(b, v, from, to)],
    [
      'arrival',
      ints(2, 'f64'),
      (p, end) => {
        const micros = runtime.arrival(b, v, p, end);
        memory.end[0] = runtime.cursor.end;
        return micros;
      },
    ],
    ...[...stamps].map(([index, { read }]) => [`stamp${index}`, ints(1, 'f64'), read] as const),
  ];
  const powers = memory.int32(POWERS.length);
  powers.set(POWERS);
  const findRouteFunctions = findRoute(buffer, memory.endAt, recentRoutes, imports.length);
  const numberOf = (name: string) => imports.findIndex(([known]) => known === name);
  const f = new FunctionBuilder(['i32', 'i32', 'i32', 'f64'], ['i32']);
  const [pos, limit, row, base] = [0, 1, 2, 3].map((index) => f.parameter(index));
  const fields = new KernelFields(
    f,
    {
      findRoute: imports.length + findRouteFunctions.length - 1,
      route: numberOf('route'),
      joinRoute: numberOf('joinRoute'),
      client: numberOf('client'),
      worker: numberOf('worker'),
      thread: numberOf('thread'),
      arrival: numberOf('arrival'),
      stamps: new Map([...stamps.keys()].map((index) => [index, numberOf(`stamp${index}`)])),
    },
    {
      buffer,
      end: memory.endAt,
      powers: powers.byteOffset,
      pidValues: pidValues.byteOffset,
      pidIds: pidIds.byteOffset,
      stamps: new Map([...stamps].map(([index, { at }]) => [index, at])),
    },
  );
  const line = lineCode(f, fields, parts);
  if (!line) return null;
  const next = new Label();
  const stop = new Label();
  f.body = [
    block(
      stop,
      loop(
        next,
        jumpIf(stop, or(atLeast(get(pos), get(limit)), atLeast(get(row), i32(batch.capacity)))),
        block(
          fields.leave,
          set(fields.p, get(pos)),
          fields.findEnd(),
          line,
          storeRow(fields, row, parts),
          storeReal(shl(get(row), i32(3)), real.add(get(base), real.ofUnsigned(get(pos))), batch.offset.byteOffset),
          set(row, add(get(row), i32(1))),
          set(pos, add(get(fields.n), i32(1))),
          jump(next),
        ),
      ),
    ),
    storeWord(i32(0), get(row), memory.endAt),
    get(pos),
  ];
  const code = assemble(
    imports.map(([name, signature]) => [name, signature] as const),
    [...findRouteFunctions, f],
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), {
    env: { memory: memory.memory, ...Object.fromEntries(imports.map(([name, , called]) => [name, called])) },
  });
  const run = instance.exports.run as (pos: number, limit: number, row: number, base: number) => number;
  return (from, to, base) => {
    const after = run(from, to, batch.length, base);
    batch.length = memory.end[0];
    return after;
  };
}
