/** Takes mouse reports (SGR, mode 1006) out of the bytes of the keyboard. */
export interface MouseEvent {
  readonly kind: 'press' | 'drag' | 'wheel';
  /** Cells, counted from 0. */
  readonly x: number;
  readonly y: number;
  /** Wheel: -1 up, 1 down; else 0. */
  readonly by: number;
}

const report = /\x1b\[<(\d+);(\d+);(\d+)([Mm])/g;
const begun = /\x1b(\[(<[\d;]*)?)?$/;

/** Splits terminal input into keys and mouse events; an incomplete report waits for its end. */
export class MouseFilter {
  #pending = '';

  /** The keys and events in `text` and in what was waiting. */
  split(text: string): { keys: string; events: MouseEvent[] } {
    const events: MouseEvent[] = [];
    let keys = (this.#pending + text).replace(report, (_, code: string, x: string, y: string, end: string) => {
      const event = eventOf(Number(code), Number(x) - 1, Number(y) - 1, end === 'M');
      if (event) events.push(event);
      return '';
    });
    this.#pending = '';
    const tail = begun.exec(keys);
    // A lone escape, or escape and a bracket, may be keys: only what is certainly the beginning of a report waits.
    if (tail?.[0].startsWith('\x1b[<')) {
      this.#pending = tail[0];
      keys = keys.slice(0, tail.index);
    }
    return { keys, events };
  }
}

/** Bits of a report: 32 motion, 64 wheel; the low two bits are the button (xterm, "Extended coordinates"). */
function eventOf(code: number, x: number, y: number, isPress: boolean): MouseEvent | null {
  if (code & 64) return isPress && (code & 3) < 2 ? { kind: 'wheel', x, y, by: code & 1 ? 1 : -1 } : null;
  if ((code & 3) !== 0 || !isPress) return null;
  return { kind: code & 32 ? 'drag' : 'press', x, y, by: 0 };
}
