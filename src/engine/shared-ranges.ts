/**
 * Who reads which part of a large file: one range of blocks per reader, in memory that the threads share. A free reader takes the rear half
 * of the longest rest of another one, so that all finish at about the same time however late they started and however fast they are. Ranges
 * begin at a request near a block border, at a byte ("cut") that is found by whoever splits there.
 */
export const BLOCK_BYTES = 1 << 20;
const END_SHIFT = 32n;
const LOW = 0xffff_ffffn;

/** Blocks that a reader has still to read: from `next` up to, not including, `end`. */
interface Rest {
  readonly reader: number;
  readonly packed: bigint;
  readonly next: number;
  readonly end: number;
}

const pack = (next: number, end: number): bigint => (BigInt(end) << END_SHIFT) | BigInt(next);

export interface SharedState {
  /** Per reader: its next block in the lower 32 bits, the end of its blocks in the upper 32. */
  readonly rests: BigInt64Array<SharedArrayBuffer>;
  /** Per block: the byte at which the range that begins there starts; 0 if none does. */
  readonly cuts: BigInt64Array<SharedArrayBuffer>;
  /** Per reader: 1 if it may have taken a range. The last entry: 1 if no more ranges may be taken. */
  readonly flags: Int32Array<SharedArrayBuffer>;
  /** Blocks; a smaller rest is not worth splitting. */
  readonly worthSplitting: number;
  /** The byte range to read. */
  readonly begin: number;
  readonly end: number;
}

export class SharedRanges {
  readonly state: SharedState;
  readonly #blocks: number;

  constructor(state: SharedState) {
    this.state = state;
    this.#blocks = Math.ceil((state.end - state.begin) / BLOCK_BYTES);
  }

  /** At first all blocks belong to reader 0. */
  static create(readers: number, begin: number, end: number, worthSplitting: number): SharedRanges {
    const blocks = Math.ceil((end - begin) / BLOCK_BYTES);
    const shared = (bytes: number) => new SharedArrayBuffer(bytes);
    const rests = new BigInt64Array(shared(readers * 8));
    rests[0] = pack(0, blocks);
    const cuts = new BigInt64Array(shared((blocks + 1) * 8));
    const flags = new Int32Array(shared((readers + 1) * 4));
    return new SharedRanges({ rests, cuts, flags, worthSplitting, begin, end });
  }

  get #closedAt(): number {
    return this.state.flags.length - 1;
  }

  /** Announces that this reader may take a range; false: no more may be taken. */
  join(reader: number): boolean {
    const { flags } = this.state;
    Atomics.store(flags, reader, 1);
    return Atomics.load(flags, this.#closedAt) === 0;
  }

  /** true: all threads have loaded their code. */
  get allJoined(): boolean {
    const { flags } = this.state;
    for (let reader = 0; reader < this.#closedAt; reader++) if (Atomics.load(flags, reader) === 0) return false;
    return true;
  }

  /** No more ranges may be taken from now on. @returns the readers that may have taken one */
  close(): number[] {
    const { flags } = this.state;
    Atomics.store(flags, this.#closedAt, 1);
    return Array.from(flags.subarray(0, this.#closedAt), (_, reader) => reader).filter(
      (reader) => Atomics.load(flags, reader) === 1,
    );
  }

  #restOf(reader: number): Rest {
    const packed = Atomics.load(this.state.rests, reader);
    return { reader, packed, next: Number(packed & LOW), end: Number(packed >> END_SHIFT) };
  }

  #byteOf(block: number): number {
    return Math.min(this.state.end, this.state.begin + block * BLOCK_BYTES);
  }

  /** Takes the next block. `to`: byte up to which to read now; `last`: the range ends there. */
  advance(reader: number): { to: number; last: boolean } {
    for (;;) {
      const { packed, next, end } = this.#restOf(reader);
      if (next >= end) {
        const cut = end >= this.#blocks ? this.state.end : Number(Atomics.load(this.state.cuts, end));
        return { to: cut, last: true };
      }
      if (Atomics.compareExchange(this.state.rests, reader, packed, pack(next + 1, end)) === packed) {
        return { to: this.#byteOf(next + 1), last: false };
      }
    }
  }

  #longest(): Rest {
    const rests = Array.from(this.state.rests, (_, one) => this.#restOf(one));
    return rests.reduce((a, b) => (b.end - b.next > a.end - a.next ? b : a));
  }

  /** true: some rest is worth splitting. */
  get isWorthSplitting(): boolean {
    const { next, end } = this.#longest();
    return end - next >= this.state.worthSplitting;
  }

  /**
   * Takes the rear half of the longest rest.
   * @param findCut finds the byte, at or less than a block after a place, at which a range may begin; -1 if there is none
   * @returns the byte at which the new range begins; null: there is nothing to take
   */
  split(reader: number, findCut: (near: number) => number): number | null {
    for (;;) {
      const { next, end, reader: victim } = this.#longest();
      if (end - next < this.state.worthSplitting) return null;
      const middle = next + Math.ceil((end - next) / 2);
      const cut = findCut(this.#byteOf(middle));
      if (cut < 0) return null;
      Atomics.store(this.state.cuts, middle, BigInt(cut));
      if (!this.#give(victim, middle, end)) continue;
      Atomics.store(this.state.rests, reader, pack(middle, end));
      return cut;
    }
  }

  /** Ends the blocks of a reader at `middle`. false: it has come too close, or its end has changed meanwhile. */
  #give(reader: number, middle: number, end: number): boolean {
    for (;;) {
      const rest = this.#restOf(reader);
      if (rest.end !== end || rest.next >= middle) return false;
      const now = Atomics.compareExchange(this.state.rests, reader, rest.packed, pack(rest.next, middle));
      if (now === rest.packed) return true;
    }
  }

  /** Bytes that no reader has begun to read. */
  left(): number {
    const blocks = Array.from(this.state.rests, (_, one) => this.#restOf(one)).reduce(
      (sum, { next, end }) => sum + Math.max(0, end - next),
      0,
    );
    return Math.min(this.state.end - this.state.begin, blocks * BLOCK_BYTES);
  }
}
