/** The keyboard as Ink wants its standard input: one key per chunk, however many came at once. */
import { PassThrough } from 'node:stream';

export interface KeyStream extends PassThrough {
  isTTY: true;
  setRawMode(on: boolean): this;
  ref(): this;
  unref(): this;
}

/** Control sequences (CSI, SS3), escape with the key it stands before, single characters. */
const key = /\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b[O]|[\s\S]/gu;

/** The keys in what a terminal sent; the beginning of a sequence that is cut off stays as it is. */
export const splitKeys = (text: string): string[] => text.match(key) ?? [];

/** `control` switches the device behind it. */
export function createKeyStream(control: { setRawMode(on: boolean): void; ref(): void; unref(): void }): KeyStream {
  // Object mode keeps the chunks apart: Ink takes a chunk of plain characters as one input, as if it were pasted.
  const keys = new PassThrough({ objectMode: true }) as unknown as KeyStream;
  keys.isTTY = true;
  keys.setEncoding = () => keys;
  keys.setRawMode = (on) => {
    control.setRawMode(on);
    return keys;
  };
  keys.ref = () => {
    control.ref();
    return keys;
  };
  keys.unref = () => {
    control.unref();
    return keys;
  };
  return keys;
}
