/**
 * Unpacks gzip (RFC 1952) member by member. Node's own stream drops the last text of a member if something else follows it, and does not
 * report what follows a padding of zeros (made by tapes and block-wise copies).
 */
import zlib from 'node:zlib';
import { type Decoder, ofNode, type Take } from './node-decoder.ts';

const MAGIC = [0x1f, 0x8b, 0x08];
const FIXED_HEADER_BYTES = 10;
/** Flags of a header: what follows its fixed part, in this order. */
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const HAS_CHECKSUM = 2;
/** A checksum of the text, and its length. */
const TRAILER_BYTES = 8;
/** A longer header is not valid. */
const MAX_HEADER_BYTES = 1 << 17;

/** Where the header that begins with these bytes ends; -1: there are too few bytes to say. @throws Error if they begin no header */
function endOfHeader(bytes: Buffer): number {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) throw new Error('something else follows');
  if (bytes.length < FIXED_HEADER_BYTES) return -1;
  const flags = bytes[3];
  let at = FIXED_HEADER_BYTES;
  if (flags & HAS_EXTRA) {
    if (bytes.length < at + 2) return -1;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & text)) continue;
    const nul = at < bytes.length ? bytes.indexOf(0, at) : -1;
    if (nul < 0) return -1;
    at = nul + 1;
  }
  if (flags & HAS_CHECKSUM) at += 2;
  return at <= bytes.length ? at : -1;
}

/** One member, whose text is passed on as it is unpacked. */
class Member {
  readonly #stream = zlib.createInflateRaw();
  readonly #decoder: Decoder;
  #given = 0;
  #checksum = 0;
  #bytes = 0;

  constructor(take: Take) {
    this.#decoder = ofNode(this.#stream, (piece) => {
      this.#checksum = zlib.crc32(piece, this.#checksum);
      this.#bytes = (this.#bytes + piece.length) >>> 0;
      take(piece);
    });
  }

  /** @returns what follows the text of the member; empty while the text may continue */
  async push(chunk: Uint8Array): Promise<Uint8Array> {
    this.#given += chunk.length;
    await this.#decoder.push(chunk);
    const left = this.#given - this.#stream.bytesWritten;
    if (left > 0) this.#stream.destroy();
    return chunk.subarray(chunk.length - left);
  }

  end(): Promise<void> | void {
    return this.#decoder.end();
  }

  /** @throws Error if checksum or length in the trailer differ */
  check(trailer: Buffer): void {
    if (trailer.readUInt32LE(0) !== this.#checksum) throw new Error('incorrect data check');
    if (trailer.readUInt32LE(4) !== this.#bytes) throw new Error('incorrect length check');
  }
}

/** Takes packed bytes and passes plain ones to `take`. push and end throw if the bytes are no gzip, after `take` got everything before them. */
export class Gunzip implements Decoder {
  readonly #take: Take;
  /** The bytes of an incomplete header or trailer. */
  #held: Buffer = Buffer.alloc(0);
  #member: Member | null = null;
  #isTrailer = false;
  #members = 0;

  constructor(take: Take) {
    this.#take = take;
  }

  async push(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      if (!this.#member) rest = this.#header(rest);
      else if (this.#isTrailer) rest = this.#trailer(this.#member, rest);
      else {
        rest = await this.#member.push(rest);
        this.#isTrailer = rest.length > 0;
      }
    }
  }

  async end(): Promise<void> {
    if (this.#member && !this.#isTrailer) await this.#member.end();
    if (this.#member || this.#held.length > 0) throw new Error('unexpected end of file');
  }

  #header(chunk: Uint8Array): Uint8Array {
    let from = 0;
    if (this.#members > 0 && this.#held.length === 0) {
      while (from < chunk.length && chunk[from] === 0) from++;
      if (from === chunk.length) return chunk.subarray(from);
    }
    const held = Buffer.concat([this.#held, chunk.subarray(from)]);
    const end = endOfHeader(held);
    if (end < 0) {
      if (held.length > MAX_HEADER_BYTES) throw new Error('incorrect header');
      this.#held = held;
      return held.subarray(held.length);
    }
    this.#held = Buffer.alloc(0);
    this.#member = new Member(this.#take);
    return held.subarray(end);
  }

  #trailer(member: Member, chunk: Uint8Array): Uint8Array {
    const held = Buffer.concat([this.#held, chunk]);
    if (held.length < TRAILER_BYTES) {
      this.#held = held;
      return held.subarray(held.length);
    }
    member.check(held);
    this.#held = Buffer.alloc(0);
    this.#member = null;
    this.#isTrailer = false;
    this.#members++;
    return held.subarray(TRAILER_BYTES);
  }
}
