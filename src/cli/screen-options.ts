/** The options of the commands that have a screen. */
import type { Command } from 'commander';
import { numberWithin, oneOf } from './wrong-usage.ts';

export interface ScreenOptions {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly ascii?: boolean;
  readonly theme: string;
  readonly fps: number;
  readonly mouse: boolean;
  readonly span?: number;
  readonly filter?: string;
}

const themes = ['dark', 'light', 'high-contrast', 'colour-blind'] as const;

export const screenOptions = (command: Command): Command =>
  command
    .option(
      '--json',
      'print a stream of JSON lines instead of the screen (the default without a terminal); ticks carry only measured waits, findings and the summary inferred ones too',
    )
    .option('--plain', 'print text line by line instead of the screen, for screen readers')
    .option('--ascii', 'draw with ASCII characters only')
    .option('--theme <name>', `colours: ${themes.join(', ')}`, oneOf(themes), 'dark')
    .option('--fps <number>', 'frames per second at most, 1 to 60', numberWithin(1, 60, 'a number'), 30)
    .option(
      '--span <seconds>',
      'seconds of log on the screen at the start, 1 to 3600 (default 60, less for a short log)',
      numberWithin(1, 3600, 'a number of seconds'),
    )
    .option('--filter <terms>', 'show on the screen only what passes, such as "status:5xx slower:500ms"')
    .option('--no-mouse', 'leave the mouse to the terminal');
