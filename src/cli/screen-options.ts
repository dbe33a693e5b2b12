/** The options of the commands with a screen, and what they mean for it. */
import { type Command, InvalidArgumentError } from 'commander';

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

const themes = ['dark', 'light', 'high-contrast', 'colour-blind'];

export const screenOptions = (command: Command): Command =>
  command
    .option(
      '--json',
      'print a stream of JSON lines instead of the screen (the default without a terminal); ticks carry only measured waits, findings and the summary inferred ones too',
    )
    .option('--plain', 'print text line by line instead of the screen, for screen readers')
    .option('--ascii', 'draw with ASCII characters only')
    .option('--theme <name>', `colours: ${themes.join(', ')}`, parseTheme, 'dark')
    .option('--fps <number>', 'frames per second at most, 1 to 60', parseFps, 30)
    .option(
      '--span <seconds>',
      'seconds of log on the screen at the start, 1 to 3600 (default 60, less for a short log)',
      parseSpan,
    )
    .option('--filter <terms>', 'show only what passes, such as "status:5xx slower:500ms"')
    .option('--no-mouse', 'leave the mouse to the terminal');

function parseTheme(name: string): string {
  if (!themes.includes(name)) throw new InvalidArgumentError(`choose one of ${themes.join(', ')}.`);
  return name;
}

function parseFps(text: string): number {
  const fps = Number(text);
  if (!(fps >= 1 && fps <= 60)) throw new InvalidArgumentError('a number from 1 to 60 is wanted.');
  return fps;
}

function parseSpan(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 3600))
    throw new InvalidArgumentError('a number of seconds from 1 to 3600 is wanted.');
  return seconds;
}
