/** The keyboard as standard input for Ink: one key per chunk, however many arrive at once. */
import { PassThrough } from 'node:stream';

export interface KeyStream extends PassThrough {
  isTTY: true;
  setRawMode(on: boolean): this;
  ref(): this;
  unref(): this;
}

/** A control sequence (CSI, SS3), escape followed by a key, or a single character. */
const key = /\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b[^\x1b[O]|[\s\S]/gu;

/** The keys in terminal input; a truncated sequence is returned as it is. */
export const splitKeys = (text: string): string[] => text.match(key) ?? [];

/** `control` switches the underlying device. */
export function createKeyStream(control: { setRawMode(on: boolean): void; ref(): void; unref(): void }): KeyStream {
  // Object mode keeps chunks apart: Ink would treat several plain characters in a chunk as a single, pasted input.
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
