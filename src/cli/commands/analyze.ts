/** `logscope analyze`: the post-mortem of saved logs, as a report or as JSON. */
import { exitCodes } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { writeExamination } from '../write-examination.ts';

interface Options extends InputOptions {
  readonly json?: boolean;
  readonly partial?: boolean;
}

export default defineCommand({
  name: 'analyze',
  summary: 'the post-mortem of saved logs: verdict, lanes, workers, routes, findings',
  examples: [
    'logscope analyze access.log',
    'logscope analyze access.log error.log          several files are merged by time',
    'logscope analyze --json access.log | jq .server',
    'zcat access.log.*.gz | logscope analyze -',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files; "-" reads standard input')
      .option('--json', 'print the summary as JSON')
      .option('--partial', 'print a partial (one line of text) for "logscope merge" instead of a summary');
    inputOptions(command).action((files: string[], options: Options) => run(() => analyze(files, options)));
  },
});

async function analyze(files: readonly string[], options: Options): Promise<number> {
  const [{ formats }, { examineJoined }, { readPartial }, { createProgress }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/join-partials.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
  ]);
  const progress = createProgress(process.stderr);
  const read = await readPartial(files, { formats, ...options, onProgress: progress.report }).finally(progress.done);
  if (options.partial) {
    const { packPartial } = await import('../../analysis/partial-file.ts');
    process.stdout.write(packPartial(read));
  } else await writeExamination(examineJoined(read, formats), options);
  return exitCodes.done;
}
