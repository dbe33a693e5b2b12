/** `logscope tail`: a live log in the terminal, or as a stream of JSON. */
import { defineCommand } from '../command.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { type ScreenOptions, screenOptions } from '../screen-options.ts';
import { wrongUsage } from '../wrong-usage.ts';

export interface TailOptions extends InputOptions, ScreenOptions {
  /** Bytes */
  readonly history: number;
  readonly fromStart?: boolean;
  readonly poll?: boolean;
  readonly state?: string;
}

export default defineCommand({
  name: 'tail',
  summary: 'watch live logs: lanes, queue, verdict, findings',
  examples: [
    'logscope tail access.log',
    "logscope tail '/var/log/app/*.log'                 files that match, also those that appear later",
    'docker logs -f web 2>&1 | logscope tail -          standard input; keys come from the terminal',
    'logscope tail --json access.log | jq -c .          ticks, findings and lifecycle, one JSON object a line',
    'logscope tail --json --state pos.json access.log   goes on where it stopped, through rotations',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files, folders, quoted patterns or named pipes; "-" reads standard input')
      .option(
        '--history <bytes>',
        'how much of the end of each file to read at first, such as 16M',
        parseBytes,
        4_000_000,
      )
      .option('--from-start', 'read the files from their beginning')
      .option('--poll', 'look for changes every 200 ms, as on network file systems anyway')
      .option('--state <file>', 'remember in this file how far each log was read, and go on from there');
    screenOptions(inputOptions(command)).action((files: string[], options: TailOptions) =>
      run(async () => (await import('../run-tail.ts')).runTail(files, options)),
    );
  },
});

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text);
  if (!match) throw wrongUsage(`"${text}" is not a size such as 500k, 16M or 1G`);
  return Number(match[1]) * units[match[2].toLowerCase()];
}
