/**
 * The real screen without a program around it: session and Ink on top of an engine, an emulator as the terminal, and a clock that is moved
 * by hand.
 */
import xterm from '@xterm/headless';
import type { PoolPrediction } from '../../src/core/prediction.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import type { EngineCommand } from '../../src/engine/command.ts';
import type { Engine, RawLine } from '../../src/engine/engine.ts';
import { mountChrome } from '../../src/tui/chrome.tsx';
import { FrameSink } from '../../src/tui/frame-sink.ts';
import { createKeyStream, splitKeys } from '../../src/tui/key-stream.ts';
import type { Effect } from '../../src/tui/reduce/outcome.ts';
import { Session } from '../../src/tui/session.ts';
import type { ColourDepth } from '../../src/tui/style.ts';
import type { UiState } from '../../src/tui/ui-state.ts';
import { FakeClock } from './fake-clock.ts';

/** An engine that shows what a test gives it, and records what it is asked. */
export class FakeEngine implements Engine {
  #snapshot: Snapshot;
  readonly #listeners = new Set<() => void>();
  readonly commands: EngineCommand[] = [];
  lines: RawLine[] = [];
  prediction: PoolPrediction | null = null;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  publish(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  command(command: EngineCommand): void {
    this.commands.push(command);
  }

  async readLines(): Promise<RawLine[]> {
    return this.lines;
  }

  async predict(): Promise<PoolPrediction | null> {
    return this.prediction;
  }

  async summarise(): Promise<null> {
    return null;
  }

  async stop(): Promise<void> {}
}

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly depth?: ColourDepth;
  readonly ascii?: boolean;
  readonly ui?: Partial<UiState>;
  readonly clock?: FakeClock;
}

export class TestScreen {
  readonly session: Session;
  readonly clock: FakeClock;
  readonly effects: Effect[] = [];
  /** Everything that was written to the terminal, one string per write. */
  readonly writes: string[] = [];
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #keys = createKeyStream({ setRawMode() {}, ref() {}, unref() {} });
  readonly #unmount: () => void;
  readonly #sink: FrameSink;
  #size: { columns: number; rows: number };

  constructor(engine: Engine, options: ScreenOptions = {}) {
    this.#size = { columns: options.columns ?? 80, rows: options.rows ?? 24 };
    this.clock = options.clock ?? new FakeClock();
    this.#terminal = new xterm.Terminal({ cols: this.#size.columns, rows: this.#size.rows, allowProposedApi: true });
    this.#terminal.write('\x1b[?1049h\x1b[?7l');
    this.session = new Session({
      engine,
      clock: this.clock,
      fps: 30,
      depth: options.depth ?? 16_777_216,
      ascii: options.ascii ?? false,
      ...(options.ui ? { ui: options.ui } : {}),
      size: () => this.#size,
      write: (bytes) => {
        this.writes.push(bytes);
        this.#terminal.write(bytes);
      },
      isBehind: () => false,
      // A busy machine must not make frames late.
      nowMs: () => this.clock.nowMicros() / 1000,
      effect: (effect) => this.effects.push(effect),
    });
    this.#sink = new FrameSink(
      () => this.#size,
      (frame) => this.session.setInkFrame(frame),
    );
    this.#unmount = mountChrome(this.session, this.#sink, this.#keys);
  }

  /** Lets time pass, and lets Ink and the emulator finish their work. */
  async settle(ms = 200): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await this.clock.pass(ms / 4, 20);
      await new Promise((done) => setTimeout(done, 1));
    }
    await new Promise<void>((done) => this.#terminal.write('', done));
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      for (const one of splitKeys(key)) this.#keys.write(one);
      await this.settle(100);
    }
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.#size = { columns, rows };
    this.#terminal.resize(columns, rows);
    this.#sink.emit('resize');
    this.session.repaint();
    await this.settle();
    // Ink draws on its own schedule, at most every 33 ms of the real clock.
    for (let tries = 0; tries < 30 && this.rows()[rows - 1] === ''; tries++) {
      await new Promise((done) => setTimeout(done, 20));
      await this.settle();
    }
  }

  rows(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#size.rows }, (_, y) =>
      (buffer.getLine(y)?.translateToString(true, 0, this.#size.columns) ?? '').trimEnd(),
    );
  }

  text(): string {
    return this.rows().join('\n');
  }

  /** Text and colours of a cell. Colours are numbers; -1 is the terminal's default. */
  cell(x: number, y: number): { text: string; foreground: number; background: number } {
    const cell = this.#terminal.buffer.active.getLine(y)?.getCell(x);
    return {
      text: cell?.getChars() ?? '',
      foreground: cell && !cell.isFgDefault() ? cell.getFgColor() : -1,
      background: cell && !cell.isBgDefault() ? cell.getBgColor() : -1,
    };
  }

  close(): void {
    this.session.stop();
    this.#unmount();
    this.#terminal.dispose();
  }
}

let opened: TestScreen[] = [];

/** Opens a screen whose engine shows a snapshot, and waits for its first pictures. Call `closeScreens` after each test. */
export async function openScreen(
  snapshot: Snapshot,
  options: ScreenOptions = {},
): Promise<{ screen: TestScreen; engine: FakeEngine }> {
  const engine = new FakeEngine(snapshot);
  const screen = new TestScreen(engine, options);
  opened.push(screen);
  await screen.settle();
  return { screen, engine };
}

export function closeScreens(): void {
  for (const screen of opened) screen.close();
  opened = [];
}
