/** `logscope analyze`: the post-mortem of saved logs, as a report or as JSON. */
import { exitCodes } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';

interface Options extends InputOptions {
  readonly json?: boolean;
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
    command.argument('<file...>', 'log files; "-" reads standard input').option('--json', 'print the summary as JSON');
    inputOptions(command).action((files: string[], options: Options) => run(() => analyze(files, options)));
  },
});

async function analyze(files: readonly string[], options: Options): Promise<number> {
  const [{ formats }, { postMortem }, { createProgress }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
  ]);
  const progress = createProgress(process.stderr);
  const examination = await postMortem(files, { formats, ...options, onProgress: progress.report }).finally(
    progress.done,
  );
  if (options.json) {
    const { jsonReport } = await import('../../report/json.ts');
    process.stdout.write(jsonReport(examination.summary, process.stdout.isTTY === true));
    return exitCodes.done;
  }
  const [{ textReport }, { paintFor }] = await Promise.all([
    import('../../report/text.ts'),
    import('../../report/style.ts'),
  ]);
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  process.stdout.write(textReport({ ...examination, width, paint: paintFor(process.stdout, process.env) }));
  return exitCodes.done;
}
