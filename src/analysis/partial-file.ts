/**
 * The text that `analyze --partial` writes and `merge` reads: one line per partial, so that partials can be concatenated, and piped through
 * engines that work line by line. A line is the base64 of a gzip member with this content:
 *   "logscope/partial/v4\n"  magic and version
 *   uint32 LE                length of the header in bytes
 *   header                   JSON of the value, typed arrays as {"$array": kind, "at": byte offset, "length": n},
 *                            NaN and infinities as {"$number": "NaN"}
 *   columns                  the bytes of the typed arrays (little endian), each at a multiple of 8
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from '../core/errors.ts';
import { createNames } from '../core/names.ts';
import { isPackedPartial } from '../core/packed-partial.ts';
import type { InputSummary } from '../core/summary.ts';
import { printable } from '../core/text.ts';
import { Partial } from './partial.ts';
import { checkState } from './partial-check.ts';
import { type PartialState, partialOfState, stateOf } from './partial-state.ts';
import { SideBySide, withAssumptions } from './side-by-side.ts';

const VERSION = 4;
const MAGIC = `logscope/partial/v${VERSION}\n`;
const ANY_VERSION = /^logscope\/partial\/v(\d{1,9})\n/;
/** A partial keeps bounded data, so anything that unpacks to more than this is not one. */
const MAX_BYTES = 1 << 29;

const kinds = { Float64Array, Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array } as const;
type Kind = keyof typeof kinds;
type Column = InstanceType<(typeof kinds)[Kind]>;

/** A partial, and the inputs that were read into it. */
export interface PartialFile {
  readonly partial: Partial;
  readonly inputs: readonly InputSummary[];
}

/** One line, with its newline. */
export function packPartial({ partial, inputs }: PartialFile): string {
  const columns: Column[] = [];
  let at = 0;
  const header = JSON.stringify({ inputs, state: stateOf(partial) }, (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
    if (!ArrayBuffer.isView(value)) return value;
    const column = value as Column;
    const reference = { $array: column.constructor.name, at, length: column.length };
    columns.push(column);
    at += Math.ceil(column.byteLength / 8) * 8;
    return reference;
  });
  const head = Buffer.from(header, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const body = Buffer.alloc(at);
  let to = 0;
  for (const column of columns) {
    body.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), to);
    to += Math.ceil(column.byteLength / 8) * 8;
  }
  return `${gzipSync(Buffer.concat([Buffer.from(MAGIC), length, head, body]), { level: 6 }).toString('base64')}\n`;
}

/** Reads one line. Throws a UserError that names `path` if it is not a complete partial of this version. */
export function unpackPartial(line: string, path: string): PartialFile {
  const broken = (why: string) =>
    new UserError(
      `${path} holds no partial that this version reads (${why}): write it with "logscope analyze --partial".`,
    );
  let data: Buffer;
  try {
    data = gunzipSync(Buffer.from(line, 'base64'), { maxOutputLength: MAX_BYTES });
  } catch {
    throw broken(whatElse(line));
  }
  const version = Number(ANY_VERSION.exec(data.toString('latin1', 0, 40))?.[1]);
  if (version > VERSION) {
    throw new UserError(
      `${path} holds a partial of version ${version}, of a newer logscope than this one, which reads version ${VERSION}: update this one`,
    );
  }
  if (version < VERSION) {
    throw new UserError(
      `${path} holds a partial of version ${version}, of an older logscope: this one reads version ${VERSION}; write it anew with "logscope analyze --partial"`,
    );
  }
  if (Number.isNaN(version)) throw broken('it holds something else');
  const headAt = MAGIC.length + 4;
  const headLength = data.length >= headAt ? data.readUInt32LE(MAGIC.length) : 0;
  if (headLength === 0 || headAt + headLength > data.length) throw broken('its header is cut');
  // A copy, because a typed array must start at a multiple of its element's size.
  const body = new Uint8Array(data.subarray(headAt + headLength)).buffer;
  try {
    const { inputs, state } = JSON.parse(data.toString('utf8', headAt, headAt + headLength), (_key, value) =>
      revive(value, body),
    );
    if (!Array.isArray(inputs) || !inputs.every(isInput)) throw new RangeError('it names no inputs');
    checkState(state as PartialState, inputs.length);
    return { partial: partialOfState(state as PartialState), inputs };
  } catch (error) {
    throw broken(error instanceof Error ? error.message : 'its header is broken');
  }
}

/** What a line holds that cannot be unpacked, in words. */
function whatElse(line: string): string {
  if (isPackedPartial(line)) return 'its end is missing, or it was changed on the way';
  return line.startsWith('{') && line.includes('"logscope/summary/') ? 'it is a summary' : 'it is something else';
}

/** Whether it has the counts and words that reports of inputs are made of. */
function isInput(input: InputSummary): boolean {
  const { bytes, lines, requests, lifecycle, continuation, unparsed, unrelated = 0, timestamp } = input;
  return (
    typeof input.path === 'string' &&
    [bytes, lines, requests, lifecycle, continuation, unparsed, unrelated].every((count) => count >= 0) &&
    typeof timestamp === 'object' &&
    timestamp !== null &&
    Array.isArray(input.unparsed_examples) &&
    input.unparsed_examples.every((example) => typeof example?.text === 'string') &&
    Array.isArray(input.assumptions) &&
    input.assumptions.every((sentence) => typeof sentence === 'string')
  );
}

function revive(value: unknown, body: ArrayBuffer): unknown {
  // Text from elsewhere may be as hostile as that of a log.
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return Number(value.$number);
  if (!('$array' in value)) return value;
  const { $array, at, length } = value as { $array: string; at: number; length: number };
  if (!Object.hasOwn(kinds, $array)) throw new RangeError('it has columns of an unknown kind');
  return new kinds[$array as Kind](body, at, length);
}

/** The same, with its workers and inputs named after a host, so that they differ from those of other hosts. */
export function onHost({ partial, inputs }: PartialFile, host: string): PartialFile {
  const named = new Partial(createNames(Number.POSITIVE_INFINITY));
  named.merge(partial, 0, (worker) => `${host}/${worker}`);
  return { partial: named, inputs: inputs.map((input) => ({ ...input, host })) };
}

/**
 * Joins partials in the given order, like logs that are read together. Inputs keep their order, so a row's `source` stays the index of its
 * input.
 */
export class PartialJoin {
  readonly #logs = new SideBySide();
  readonly inputs: InputSummary[] = [];

  add({ partial, inputs }: PartialFile): void {
    const source = this.inputs.length;
    this.#logs.add(source === 0 ? partial : shifted(partial, source), inputs[0]?.path ?? '', source);
    this.inputs.push(...inputs);
  }

  /** All partials as one; nothing may be added afterwards. */
  joined(): PartialFile {
    const joined = this.#logs.join();
    const inputs = withAssumptions(this.inputs, joined?.assumptions ?? []);
    return { partial: joined?.partial ?? new Partial(createNames(Number.POSITIVE_INFINITY)), inputs };
  }
}

/** A copy whose inputs are numbered from `source` on. */
function shifted(partial: Partial, source: number): Partial {
  const other = new Partial(createNames(Number.POSITIVE_INFINITY), partial.retained.retention);
  other.merge(partial, source);
  return other;
}
