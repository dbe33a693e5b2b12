/** The address of a client as the table keeps it: a hash, so that clients can be counted and compared without being identified. */
import { hashBytes } from './memo.ts';

/** Hash of the address in b[from, to), never 0. */
export const clientHash = (v: DataView, from: number, to: number): number => hashBytes(v, from, to) >>> 0 || 1;

/** Hash of an address that the user typed, the same as that of the address in a log. */
export function hashOfClient(address: string): number {
  const written = new TextEncoder().encode(address);
  // The hash reads whole words, so there must be bytes behind the address.
  const words = new Uint8Array(written.length + 8);
  words.set(written);
  return clientHash(new DataView(words.buffer), 0, written.length);
}
