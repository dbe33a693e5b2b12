/** `logscope replay`: plays a saved log on its own clock, in the terminal or as a stream of JSON. */
import { defineCommand } from '../command.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { type ScreenOptions, screenOptions } from '../screen-options.ts';
import { type WindowOptions, windowOptions } from '../window-options.ts';
import { wrongUsage } from '../wrong-usage.ts';

export interface ReplayCommandOptions extends InputOptions, ScreenOptions, WindowOptions {
  readonly speed?: number;
  readonly paused?: boolean;
}

export default defineCommand({
  name: 'replay',
  summary: 'watch a saved log again: play, pause, seek, faster, slower',
  examples: [
    'logscope replay access.log --speed 10',
    'logscope replay access.log error.log                 with the lifecycle of the workers',
    'logscope replay access.log --last 15m                its last quarter of an hour',
    'logscope replay access.log --json | jq .             the stream of JSON, as fast as it can be read',
    'logscope replay access.log --json --speed 1          the same at the pace of the log',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files; several are merged by time')
      .option('--speed <factor>', 'log seconds per second, 0.1 to 1000 (default 1; with --json: unlimited)', parseSpeed)
      .option('--paused', 'start paused');
    screenOptions(windowOptions(inputOptions(command))).action((files: string[], options: ReplayCommandOptions) =>
      run(async () => (await import('../run-replay.ts')).runReplay(files, options)),
    );
  },
});

function parseSpeed(text: string): number {
  const factor = Number(text.replace(/^[x×]/, ''));
  if (!(factor >= 0.1 && factor <= 1000)) throw wrongUsage(`"${text}" is not a factor from 0.1 to 1000, such as 10`);
  return factor;
}
