/** The real program in a pseudo-terminal, with an emulator behind it: tests press keys and read what a person would see. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface ProgramOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Run this instead of logscope: a shell, for example. */
  readonly file?: string;
}

export const root = resolve(import.meta.dirname, '../..');
export const program = join(root, 'bin/logscope.js');

/** A busy machine may take long for a screen; after this time a test fails. */
const PATIENCE_MS = 180_000;

/** A cell of the emulator. Colours are CSS; null: the terminal's default. */
export interface ScreenCell {
  readonly text: string;
  readonly width: number;
  readonly foreground: string | null;
  readonly background: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

export class TerminalProgram {
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #pending: Promise<void> = Promise.resolve();
  #exit: { code: number; signal: number | undefined } | null = null;
  /** Everything that the program wrote, in order. */
  output = '';

  constructor(args: readonly string[], { columns = 80, rows = 24, env = {}, cwd = root, file }: ProgramOptions = {}) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
    const clean: Record<string, string> = {};
    const wanted = {
      ...process.env,
      CI: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      NODE_ENV: undefined,
      ...env,
    };
    for (const [name, value] of Object.entries(wanted)) if (value !== undefined) clean[name] = value;
    const command = file ?? process.execPath;
    this.#pty = spawn(command, file ? [...args] : [program, ...args], {
      cols: columns,
      rows,
      cwd,
      env: clean,
      name: clean.TERM,
    });
    this.#pty.onData((data) => {
      this.output += data;
      this.#pending = new Promise((done) => this.#terminal.write(data, done));
    });
    // Answers of the terminal itself (cursor reports and the like) are sent to the program.
    this.#terminal.onData((data) => this.#pty.write(data));
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#exit = { code: exitCode, signal };
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get exited(): { code: number; signal: number | undefined } | null {
    return this.#exit;
  }

  /** Sends keys as the terminal encodes them. */
  press(keys: string): void {
    this.#pty.write(keys);
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.#pty.pid, name);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** The rows that are on the screen now, without trailing blanks. */
  async screen(): Promise<string[]> {
    await this.#pending;
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, y) =>
      (buffer.getLine(buffer.viewportY + y)?.translateToString(true, 0, this.#terminal.cols) ?? '').trimEnd(),
    );
  }

  async text(): Promise<string> {
    return (await this.screen()).join('\n');
  }

  /** The cells of the screen, with colours and attributes. */
  async cells(): Promise<ScreenCell[][]> {
    await this.#pending;
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, y) => {
      const line = buffer.getLine(buffer.viewportY + y);
      return Array.from({ length: this.#terminal.cols }, (__, x): ScreenCell => {
        const cell = line?.getCell(x);
        if (!cell)
          return {
            text: ' ',
            width: 1,
            foreground: null,
            background: null,
            bold: false,
            dim: false,
            inverse: false,
            underline: false,
          };
        return {
          text: cell.getChars() || ' ',
          width: cell.getWidth(),
          foreground: cell.isFgDefault() ? null : css(cell.getFgColor(), cell.isFgRGB()),
          background: cell.isBgDefault() ? null : css(cell.getBgColor(), cell.isBgRGB()),
          bold: cell.isBold() !== 0,
          dim: cell.isDim() !== 0,
          inverse: cell.isInverse() !== 0,
          underline: cell.isUnderline() !== 0,
        };
      });
    });
  }

  /** Whether the alternate screen is shown. */
  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Modes that a program may leave behind when it ends. */
  get modes(): { wraparound: boolean; mouse: string; cursorHidden: boolean } {
    const core = (this.#terminal as unknown as { _core: { coreService: { isCursorHidden: boolean } } })._core;
    const { wraparoundMode, mouseTrackingMode } = this.#terminal.modes;
    return { wraparound: wraparoundMode, mouse: mouseTrackingMode, cursorHidden: core.coreService.isCursorHidden };
  }

  /** Waits until the screen passes a test. Fails with the last screen. */
  async waitFor(what: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const passes = (text: string) =>
      typeof what === 'function' ? what(text) : typeof what === 'string' ? text.includes(what) : what.test(text);
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const text = await this.text();
      if (passes(text)) return text;
      if (performance.now() > until) throw new Error(`never on the screen: ${String(what)}\nlast screen:\n${text}\n`);
      await new Promise((done) => setTimeout(done, 15));
    }
  }

  async waitForExit(): Promise<{ code: number; signal: number | undefined }> {
    const until = performance.now() + PATIENCE_MS;
    while (!this.#exit) {
      if (performance.now() > until) throw new Error(`still running; last screen:\n${await this.text()}`);
      await new Promise((done) => setTimeout(done, 10));
    }
    await this.#pending;
    return this.#exit;
  }

  /** Kills the program if it still runs. */
  async close(): Promise<void> {
    if (!this.#exit) this.#pty.kill('SIGKILL');
    await this.waitForExit().catch(() => {});
    this.#terminal.dispose();
  }
}

/** The first 16 colours of xterm's default theme. */
const base = [
  '#2e3436',
  '#cc0000',
  '#4e9a06',
  '#c4a000',
  '#3465a4',
  '#75507b',
  '#06989a',
  '#d3d7cf',
  '#555753',
  '#ef2929',
  '#8ae234',
  '#fce94f',
  '#729fcf',
  '#ad7fa8',
  '#34e2e2',
  '#eeeeec',
];

function css(value: number, isRgb: boolean): string {
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return base[value];
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const rgb =
    value >= 232
      ? Array(3).fill(8 + (value - 232) * 10)
      : [level(Math.floor((value - 16) / 36)), level(Math.floor((value - 16) / 6) % 6), level((value - 16) % 6)];
  return `#${rgb.map((channel: number) => channel.toString(16).padStart(2, '0')).join('')}`;
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'logscope-test-'));
