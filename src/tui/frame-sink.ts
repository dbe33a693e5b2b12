/**
 * What Ink takes for its standard output. With `debug: true` Ink 6 writes whole frames and nothing else: no cursor movement, no erasing, no
 * throttling. The session decides what of them reaches the terminal.
 */
import { EventEmitter } from 'node:events';

export class FrameSink extends EventEmitter {
  readonly #size: () => { columns: number; rows: number };
  readonly #frame: (frame: string) => void;

  constructor(size: () => { columns: number; rows: number }, frame: (frame: string) => void) {
    super();
    this.#size = size;
    this.#frame = frame;
  }

  get columns(): number {
    return this.#size().columns;
  }

  get rows(): number {
    return this.#size().rows;
  }

  write(frame: string): boolean {
    this.#frame(frame);
    return true;
  }
}
