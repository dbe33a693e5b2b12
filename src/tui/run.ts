/**
 * Runs the terminal UI: sets the terminal up, draws the first picture, mounts Ink, and restores the terminal however it ends. Resolves with
 * the exit code.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { exitCodes } from '../core/errors.ts';
import { version } from '../core/version.ts';
import type { Engine } from '../engine/engine.ts';
import { exportTo } from './export.ts';
import { FrameSink } from './frame-sink.ts';
import { holdWarnings } from './hold-warnings.ts';
import type { Effect } from './reduce/outcome.ts';
import { Session } from './session.ts';
import type { ColourDepth } from './style.ts';
import { openTerminal } from './terminal.ts';
import type { UiState } from './ui-state.ts';

export interface RunOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly fps: number;
  readonly depth: ColourDepth;
  readonly ascii: boolean;
  readonly ui?: Partial<UiState>;
  /** true: an interrupt is the ordinary end (of a tail), so it exits with 0. */
  readonly endsByInterrupt: boolean;
  /** true: the log comes through standard input, so keys are read from /dev/tty. */
  readonly logOnStdin: boolean;
}

const CTRL_C = '\x03';
/** ms after the end of a log from standard input at which the terminal is set up again: some writers (Node, ssh) reset it when they end. */
const WRITER_GONE_MS = [50, 500, 3000];

const signalCodes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated, SIGHUP: exitCodes.hungUp } as const;
type Signal = keyof typeof signalCodes;
const signals = Object.keys(signalCodes) as Signal[];

export async function runUi(options: RunOptions): Promise<number> {
  const { engine } = options;
  const terminal = openTerminal(options.logOnStdin);
  let finish: (code: number) => void = () => {};
  const finished = new Promise<number>((resolve) => {
    finish = resolve;
  });

  let isInterrupted = false;
  const codeOf = (signal: Signal): number => (options.endsByInterrupt ? exitCodes.done : signalCodes[signal]);
  const onEffect = (effect: Effect, session: Session) => {
    if (effect.type === 'quit') {
      isInterrupted = effect.interrupted;
      finish(isInterrupted ? codeOf('SIGINT') : exitCodes.done);
    } else if (effect.type === 'redraw') session.repaint();
    else if (effect.type === 'suspend') suspend();
    // Deferred until Ink has redrawn the footer row, in which the prompt was.
    else {
      setImmediate(() => {
        exportTo(effect.path, session).then((text) => session.dispatch({ type: 'message', text }), onCrash);
      });
    }
  };
  const session = new Session({
    engine,
    clock: options.clock,
    fps: options.fps,
    depth: options.depth,
    ascii: options.ascii,
    ...(options.ui ? { ui: options.ui } : {}),
    size: terminal.size,
    write: (bytes) => {
      terminal.setMouse(session.ui.mouse);
      terminal.write(bytes);
    },
    isBehind: terminal.isBehind,
    effect: onEffect,
  });

  // Ink reads the keys only once it is mounted; quitting works before that.
  let isMounted = false;
  let typed = 0;
  terminal.onKey((key) => {
    if (isMounted) return;
    if (key === CTRL_C) {
      isInterrupted = true;
      finish(codeOf('SIGINT'));
    } else if (key === 'q' && typed === 0) finish(exitCodes.done);
    typed++;
  });

  const sink = new FrameSink(terminal.size, (frame) => session.setInkFrame(frame));
  let unmount = () => {};
  let isOver = false;

  const suspend = () => {
    terminal.leave();
    // The whole process group stops, as a shell expects, including npx or another wrapper.
    process.kill(0, 'SIGTSTP');
  };
  const onStop = () => {
    terminal.leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const onContinue = () => {
    terminal.enter(session.ui.mouse);
    terminal.keys.setRawMode(true);
    // After a SIGSTOP the terminal was not left properly, and the shell has reset it since.
    terminal.takeKeys();
    // Resizes while stopped were not announced; this makes Node query the size again.
    process.kill(process.pid, 'SIGWINCH');
    session.repaint();
  };
  const onCrash = (error: unknown) => {
    terminal.leave();
    process.stderr.write(`${crashReport(error)}\n`);
    process.exit(exitCodes.bug);
  };
  const onExit = () => terminal.leave();
  const onSignal = (signal: Signal) => finish(codeOf(signal));

  terminal.onResize(() => {
    sink.emit('resize');
    session.repaint();
  });
  terminal.onMouse((event) => session.mouse(event));
  const onLogEnd = () => {
    for (const ms of WRITER_GONE_MS) options.clock.after(ms, () => terminal.takeKeys());
  };
  if (options.logOnStdin && process.stdin.readableEnded) onLogEnd();
  else if (options.logOnStdin) process.stdin.once('end', onLogEnd);
  process.on('exit', onExit);
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  process.on('SIGTSTP', onStop);
  process.on('SIGCONT', onContinue);
  for (const signal of signals) process.on(signal, onSignal);
  const printWarnings = holdWarnings();
  try {
    terminal.enter(session.ui.mouse);
    // Draws the first picture before Ink and React are loaded, which takes longer. Keys wait in their stream meanwhile.
    session.drawNow();
    const mounted = import('./chrome.tsx').then(({ mountChrome }) => {
      if (isOver) return;
      unmount = mountChrome(session, sink, terminal.keys);
      isMounted = true;
    });
    mounted.catch(onCrash);
    return await finished;
  } finally {
    isOver = true;
    session.stop();
    // The visible part first.
    terminal.leave();
    unmount();
    terminal.close();
    printWarnings();
    if (isInterrupted && options.logOnStdin) interruptJob();
    if (options.logOnStdin) process.stdin.off('end', onLogEnd);
    process.off('exit', onExit);
    process.off('SIGTSTP', onStop);
    process.off('SIGCONT', onContinue);
    for (const signal of signals) process.off(signal, onSignal);
    await engine.stop();
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  }
}

/**
 * Ctrl-C ends a whole pipeline, as it does when no program reads single keys. A writer that is silent (`docker logs -f` of a quiet server)
 * would not notice that nobody reads any more, and the shell would wait for it.
 */
function interruptJob(): void {
  process.on('SIGINT', () => {});
  process.kill(0, 'SIGINT');
}

/** A short message; details go to a file. */
function crashReport(error: unknown): string {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : details;
  const path = join(tmpdir(), `logscope-crash-${process.pid}.txt`);
  try {
    writeFileSync(path, `logscope ${version}, Node ${process.version}, ${process.platform}\n${details}\n`);
    return `logscope stopped because of a bug in itself: ${message}. Details are in ${path}; please report it with them.`;
  } catch {
    return `logscope stopped because of a bug in itself; please report it with these lines:\n${details}`;
  }
}
