/** Opens the terminal UI over an engine. */
import { systemClock } from '../core/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { colourDepth, hasUnicode } from '../tui/capabilities.ts';
import type { ThemeName } from '../tui/theme.ts';
import type { ScreenOptions } from './screen-options.ts';

/** Seconds on a screen initially, and the length up to which a saved log is shown as a whole. */
const FIRST_SPAN = 60;
const LONGEST_WHOLE = 120;

/** A minute, or a short saved log as a whole, which would not fill the screen otherwise. */
function firstSpan(engine: Engine): number {
  const { mode, from, to } = engine.snapshot();
  // A little more than the log lasts by its stamps, since requests may have begun before the first stamp.
  const seconds = Math.ceil((1.02 * (to - from)) / 1e6 + 0.5);
  return mode === 'replay' && seconds <= LONGEST_WHOLE ? seconds : FIRST_SPAN;
}

/** A saved log of fewer seconds is played from its first request: it is over before one has looked away. */
const LEAST_TO_SKIP = 30;

/**
 * A replay begins where the first screen is full, or half full with a log that it shows as a whole. What was before is on the screen, and
 * lanes that are blank for a minute explain nothing.
 */
function fillScreen(engine: Engine, spanSeconds: number): void {
  const { mode, from, to } = engine.snapshot();
  if (mode !== 'replay' || !(to - from >= LEAST_TO_SKIP * 1e6)) return;
  engine.command({ type: 'seek', to: from + Math.min(spanSeconds * 1e6, (to - from) / 2) });
}

export async function runScreen(engine: Engine, options: ScreenOptions, logOnStdin: boolean): Promise<number> {
  const depth = colourDepth(process.env);
  // Ink colours by chalk, which reads the environment when it is loaded: both must agree.
  process.env.FORCE_COLOR = depth === 0 ? '0' : depth === 16 ? '1' : depth === 256 ? '2' : '3';
  const { runUi } = await import('../tui/run.ts');
  const spanSeconds = options.span ?? firstSpan(engine);
  fillScreen(engine, spanSeconds);
  return runUi({
    engine,
    clock: systemClock,
    fps: options.fps,
    depth,
    ascii: options.ascii ?? !hasUnicode(process.env),
    ui: {
      theme: options.theme as ThemeName,
      mouse: options.mouse,
      spanSeconds,
      filter: options.filter ?? '',
    },
    endsByInterrupt: engine.snapshot().mode === 'tail',
    logOnStdin,
  });
}
