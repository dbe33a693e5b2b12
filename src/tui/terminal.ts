/** The terminal as a device: alternate screen, keys, mouse and size. It is restored exactly once, however the program ends. */
import { openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { createKeyStream, type KeyStream, splitKeys } from './key-stream.ts';
import { type MouseEvent, MouseFilter } from './mouse.ts';

const ENTER = '\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const MOUSE_ON = '\x1b[?1000h\x1b[?1002h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l\x1b[?1000l';

export interface Terminal {
  readonly keys: KeyStream;
  size(): { columns: number; rows: number };
  onResize(listener: () => void): void;
  onMouse(listener: (event: MouseEvent) => void): void;
  /** Called with each key as it is typed, in addition to the stream. */
  onKey(listener: (key: string) => void): void;
  enter(mouse: boolean): void;
  /** Sets raw mode again, even if another program has reset the terminal meanwhile. */
  takeKeys(): void;
  /** Does nothing when called again. Synchronous, so it is safe in an exit handler. */
  leave(): void;
  setMouse(on: boolean): void;
  /** One write; false while the terminal does not keep up. After `leave` nothing is written: the terminal belongs to the shell. */
  write(bytes: string): boolean;
  isBehind(): boolean;
  close(): void;
}

/** Keys come from standard input, or from /dev/tty if the log comes from standard input. */
export function openTerminal(logOnStdin: boolean, stdout: NodeJS.WriteStream = process.stdout): Terminal {
  const tty = logOnStdin ? openTty() : (process.stdin as ReadStream);
  const filter = new MouseFilter();
  const keys = createKeyStream({
    setRawMode: (on) => tty?.isTTY && tty.setRawMode(on),
    ref: () => tty?.ref(),
    unref: () => tty?.unref(),
  });
  let entered = false;
  let mouse = false;
  let listener: ((event: MouseEvent) => void) | null = null;
  let onKey: (key: string) => void = () => {};

  const onData = (chunk: Buffer) => {
    const { keys: typed, events } = filter.split(chunk.toString('utf8'));
    for (const key of splitKeys(typed)) {
      onKey(key);
      keys.write(key);
    }
    for (const event of events) listener?.(event);
  };
  tty?.on('data', onData);
  tty?.on('error', () => {});

  return {
    keys,
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    onResize: (call) => void stdout.on('resize', call),
    onMouse: (call) => {
      listener = call;
    },
    onKey: (call) => {
      onKey = call;
    },
    enter(withMouse) {
      if (entered) return;
      entered = true;
      mouse = withMouse;
      // Before the first picture: Ink sets raw mode only later, and a key pressed in between would be lost.
      if (tty?.isTTY) tty.setRawMode(true);
      stdout.write(ENTER + (mouse ? MOUSE_ON : ''));
    },
    takeKeys() {
      if (!entered || !tty?.isTTY) return;
      // Node does nothing if it believes that the mode is already set.
      tty.setRawMode(false);
      tty.setRawMode(true);
    },
    leave() {
      if (!entered) return;
      entered = false;
      writeAll((stdout as { fd?: number }).fd ?? 1, MOUSE_OFF + LEAVE);
      if (tty?.isTTY) tty.setRawMode(false);
    },
    setMouse(on) {
      if (on === mouse || !entered) return;
      mouse = on;
      stdout.write(on ? MOUSE_ON : MOUSE_OFF);
    },
    write: (bytes) => !entered || stdout.write(bytes),
    isBehind: () => stdout.writableNeedDrain,
    close() {
      tty?.off('data', onData);
      tty?.pause();
      if (logOnStdin) tty?.destroy();
    },
  };
}

/** null: there is no terminal to type at (Windows has no /dev/tty). */
function openTty(): ReadStream | null {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
}

/** Writes synchronously, retrying while the terminal is busy; gives up if it is gone. */
function writeAll(fd: number, text: string): void {
  for (let tries = 0; tries < 50; tries++) {
    try {
      writeSync(fd, text);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
