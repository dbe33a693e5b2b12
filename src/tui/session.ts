/** A running screen without a terminal: keys and pictures in, bytes out. `run.ts` connects it to a real terminal, tests to an emulator. */
import type { Clock } from '../core/clock.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import type { Engine } from '../engine/engine.ts';
import type { Action } from './action.ts';
import { drawAnsiRow } from './ansi-row.ts';
import { CellGrid } from './canvas.ts';
import { type ChromeState, chromeOf, sameChrome } from './chrome-state.ts';
import { filteredSummary } from './filtered-summary.ts';
import { FrameLoop } from './frame-loop.ts';
import { helpPage } from './help.ts';
import { actionOf } from './keys/index.ts';
import type { Layout } from './layout.ts';
import type { MouseEvent } from './mouse.ts';
import { mouseActions } from './mouse-actions.ts';
import { Painter } from './painter.ts';
import type { View } from './panel.ts';
import type { Effect } from './reduce/outcome.ts';
import { reduce } from './reduce/reduce.ts';
import { SceneCache } from './scene/scene-cache.ts';
import { SideData } from './side-data.ts';
import type { ColourDepth } from './style.ts';
import { createTheme, type Theme } from './theme.ts';
import { initialUi, type UiState } from './ui-state.ts';
import { buildView, drawScreen } from './view-builder.ts';

export interface SessionOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly fps: number;
  readonly depth: ColourDepth;
  readonly ascii: boolean;
  readonly ui?: Partial<UiState>;
  readonly size: () => { columns: number; rows: number };
  readonly write: (bytes: string) => void;
  readonly isBehind: () => boolean;
  /** Clock for measuring the cost of frames, ms, monotonic; default: that of the process. */
  readonly nowMs?: () => number;
  readonly effect: (effect: Effect, session: Session) => void;
}

/** For at most this long (ms) frames that answer keys leave new data for later. */
const URGENT_MS = 150;

export class Session {
  readonly #options: SessionOptions;
  readonly #loop: FrameLoop;
  readonly #scenes = new SceneCache();
  readonly #painter = new Painter();
  readonly #side: SideData;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #ui: UiState;
  #theme: Theme;
  #frozen: Snapshot | null = null;
  #grid = new CellGrid(0, 0);
  #cancelWait: (() => void) | null = null;
  #ink: string[] = [];
  #chrome: ChromeState;
  /** The state for which Ink's frame was drawn: its rows may have moved since. */
  #inkFor: ChromeState;
  /** When a frame last showed all new data, ms. */
  #caughtUpAt = Number.NEGATIVE_INFINITY;
  #shown: { from: number; to: number } = { from: Number.NaN, to: Number.NaN };

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#ui = initialUi(options.ui);
    this.#theme = createTheme(this.#ui.theme, options.depth, options.ascii);
    this.#side = new SideData(options.engine, options.clock, () => this.request());
    this.#loop = new FrameLoop({
      clock: options.clock,
      fps: options.fps,
      draw: (byKey) => this.#frame(byKey),
      isBehind: options.isBehind,
    });
    const { view, layout } = this.#view();
    this.#chrome = chromeOf(view, layout);
    this.#inkFor = this.#chrome;
    this.#unsubscribe = options.engine.subscribe(() => this.request());
    if (this.#ui.filter !== '') options.engine.command({ type: 'filter', text: this.#ui.filter });
    this.request();
  }

  get ui(): UiState {
    return this.#ui;
  }

  /** What Ink draws; the same object until it changes. */
  readonly chrome = (): ChromeState => this.#chrome;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Requests a frame. `byKey`: somebody waits for it. */
  request(byKey = false): void {
    this.#loop.request(byKey);
  }

  /** Draws at once; for the first picture. */
  drawNow(): void {
    this.#frame(false);
  }

  /** Repaints everything, after a resize or a return from the shell. */
  repaint(): void {
    this.#painter.forget();
    this.#refreshChrome();
    this.request(true);
  }

  /** Takes the frame that Ink drew: one string for the whole screen. */
  setInkFrame(frame: string): void {
    this.#ink = frame.split('\n');
    this.#inkFor = this.#chrome;
    this.request(true);
  }

  key(name: string, input: string): void {
    const { prompt } = this.#ui;
    if (prompt && name !== 'ctrl+c' && name !== 'ctrl+z') {
      this.#type(name, input, prompt.text);
      return;
    }
    const action = actionOf(name, { ui: this.#ui, mode: this.#options.engine.snapshot().mode });
    if (action) this.dispatch(action);
  }

  #type(name: string, input: string, text: string): void {
    if (name === 'escape') this.dispatch({ type: 'escape' });
    else if (name === 'return') this.dispatch({ type: 'prompt-accept' });
    else if (name === 'tab' || name === 'down') this.dispatch({ type: 'prompt-complete', by: 1 });
    else if (name === 'shift+tab' || name === 'up') this.dispatch({ type: 'prompt-complete', by: -1 });
    else if (name === 'backspace') this.dispatch({ type: 'prompt-text', text: text.slice(0, -1) });
    else if (name === 'ctrl+u') this.dispatch({ type: 'prompt-text', text: '' });
    else if (input !== '' && !name.startsWith('ctrl+') && !/[\u0000-\u001f\u007f]/.test(input)) {
      this.dispatch({ type: 'prompt-text', text: (text + input).slice(0, 500) });
    }
  }

  mouse(event: MouseEvent): void {
    if (!this.#ui.mouse) return;
    const { view, layout } = this.#view();
    for (const action of mouseActions(event, view, layout)) this.dispatch(action);
  }

  dispatch(action: Action): void {
    const { view, layout } = this.#view();
    const { ui: next, commands, effects } = reduce(view, action);
    const ui = next.help ? { ...next, helpScroll: this.#scrolledHelp(next, layout) } : next;
    if (ui.theme !== this.#ui.theme) this.#theme = createTheme(ui.theme, this.#options.depth, this.#options.ascii);
    if (ui.frozen !== this.#ui.frozen) this.#frozen = ui.frozen ? this.#options.engine.snapshot() : null;
    this.#ui = ui;
    for (const command of commands) this.#options.engine.command(command);
    for (const effect of effects) this.#options.effect(effect, this);
    this.#refreshChrome();
    this.request(true);
  }

  /** Limits scrolling to the last page, so that scrolling back works at once. */
  #scrolledHelp({ helpScroll }: UiState, { columns, rows }: Layout): number {
    const { mode } = this.#options.engine.snapshot();
    return helpPage({ mode, ascii: this.#options.ascii, columns, rows, helpScroll }).first;
  }

  /** Everything on the screen now, including the rows of Ink but without the message about the export. */
  picture(): { view: View; grid: CellGrid } {
    const { view: shown, layout } = this.#view();
    const view = { ...shown, ui: { ...shown.ui, message: '' } };
    const grid = new CellGrid(layout.columns, layout.rows);
    drawScreen(grid, view, layout);
    for (const [row, text] of this.#chromeRows(layout)) drawAnsiRow(grid, row, text, this.#theme.styles);
    return { view, grid };
  }

  /** The summary of the visible requests that pass the filter; of all requests if their lines are not held. */
  async summary(): Promise<{ summary: Summary; isOfWindow: boolean }> {
    const { view } = this.#view();
    const { rows, count } = view.scene.visible();
    const summary = count > 0 ? await this.#options.engine.summarise(view.snapshot, rows.slice(0, count)) : null;
    const all = view.snapshot.summary;
    if (!summary) return { summary: all, isOfWindow: false };
    if (!view.scene.filter) return { summary, isOfWindow: true };
    const { wait } = view.snapshot.placement;
    const waits = Array.from(rows.subarray(0, count), (row) => wait[row]).filter((micros) => micros >= 0);
    return { summary: filteredSummary(summary, all, waits), isOfWindow: true };
  }

  stop(): void {
    this.#unsubscribe();
    this.#cancelWait?.();
    this.#loop.stop();
  }

  #view(isUrgent = true): { view: View; layout: Layout; wait: () => number } {
    const newest = this.#options.engine.snapshot();
    // The part that passes the filter is always the newest one, even while the picture is frozen.
    const snapshot = this.#frozen ? { ...this.#frozen, part: newest.part } : newest;
    return buildView({
      snapshot,
      ui: this.#ui,
      theme: this.#theme,
      scenes: this.#scenes,
      size: this.#options.size(),
      unseen: newest.total - snapshot.total,
      rawLines: this.#side.rawLines,
      predictions: this.#side.predictions({ snapshot, ui: this.#ui }),
      nowMs: this.#options.clock.nowMicros() / 1000,
      isUrgent,
    });
  }

  #refreshChrome(): void {
    const { view, layout } = this.#view();
    const fresh = chromeOf(view, layout);
    if (sameChrome(fresh, this.#chrome)) return;
    this.#chrome = fresh;
    for (const listener of this.#listeners) listener();
  }

  #chromeRows(layout: Layout): Map<number, string> {
    const rows = new Map<number, string>();
    if (layout.tooSmall) return rows;
    const own = (row: number, drawn = row) => rows.set(row, this.#ink[drawn] ?? '');
    if (this.#ui.help) for (let row = layout.header.y + 1; row < layout.rows; row++) own(row);
    else {
      own(layout.tabsRow, this.#inkFor.tabsRow);
      own(layout.footerRow, this.#inkFor.footerRow);
    }
    return rows;
  }

  /** Draws and writes one frame; returns its cost, ms. */
  #frame(byKey: boolean): number {
    const nowMs = this.#options.nowMs ?? (() => performance.now());
    const begun = nowMs();
    // Keys are answered at once and new data is shown a moment later, but not put off for ever while a key is held down.
    const isUrgent = byKey && begun - this.#caughtUpAt < URGENT_MS;
    if (!isUrgent) this.#caughtUpAt = begun;
    const { view, layout, wait } = this.#view(isUrgent);
    if (this.#grid.columns !== layout.columns || this.#grid.rows !== layout.rows) {
      this.#grid = new CellGrid(layout.columns, layout.rows);
    }
    drawScreen(this.#grid, view, layout);
    this.#cancelWait?.();
    const behind = wait();
    this.#cancelWait = behind > 0 ? this.#options.clock.after(behind, () => this.request()) : null;
    const bytes = this.#painter.paint({
      grid: this.#grid,
      styles: this.#theme.styles,
      chrome: this.#chromeRows(layout),
      ascii: this.#options.ascii,
    });
    if (bytes !== '') this.#options.write(bytes);
    this.#announce(view);
    this.#side.after(view);
    const fresh = chromeOf(view, layout);
    if (!sameChrome(fresh, this.#chrome)) this.#refreshChrome();
    return nowMs() - begun;
  }

  /** Tells the engine which time range is on the screen. */
  #announce({ scene }: View): void {
    const { from, to } = scene.axis;
    if (from === this.#shown.from && to === this.#shown.to) return;
    this.#shown = { from, to };
    this.#options.engine.command({ type: 'show', from, to });
  }
}
