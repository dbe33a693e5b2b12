/** Opens the terminal UI over an engine: Ink and React are loaded here and nowhere earlier. */
import { systemClock } from '../core/clock.ts';
import type { Engine } from '../engine/engine.ts';
import { colourDepth, hasUnicode } from '../tui/capabilities.ts';
import type { ThemeName } from '../tui/theme.ts';
import type { ScreenOptions } from './screen-options.ts';

export async function runScreen(engine: Engine, options: ScreenOptions, logOnStdin: boolean): Promise<number> {
  const depth = colourDepth(process.env);
  // Ink's colours are chalk's, which looks at the environment when it is loaded: both must agree.
  process.env.FORCE_COLOR = depth === 0 ? '0' : depth === 16 ? '1' : depth === 256 ? '2' : '3';
  const { runUi } = await import('../tui/run.tsx');
  return runUi({
    engine,
    clock: systemClock,
    fps: options.fps,
    depth,
    ascii: options.ascii ?? !hasUnicode(process.env),
    ui: {
      theme: options.theme as ThemeName,
      mouse: options.mouse,
      spanSeconds: options.span,
      filter: options.filter ?? '',
    },
    logOnStdin,
  });
}
