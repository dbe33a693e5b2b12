/** `logscope whatif`: the log's own load on other pools. */
import { exitCodes } from '../../core/errors.ts';
import type { PoolModel } from '../../core/prediction.ts';
import { printable } from '../../core/text.ts';
import { defineCommand } from '../command.ts';
import { asAsked } from '../cores.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { output, print, stderr } from '../output.ts';
import { parseCounts, parseSeconds } from '../quantities.ts';
import { type WindowOptions, windowOptions } from '../window-options.ts';
import { oneOf } from '../wrong-usage.ts';

interface Options extends InputOptions, WindowOptions {
  readonly workers?: readonly number[];
  readonly threads?: readonly number[];
  readonly model?: PoolModel;
  readonly targetP95Wait: number;
  readonly json?: boolean;
}

const models: readonly PoolModel[] = ['sync', 'threaded', 'async'];

export default defineCommand({
  name: 'whatif',
  summary: 'what other pools would have done with the same load, and the smallest one for a target wait',
  examples: [
    'logscope whatif access.log --workers 3,4,6',
    'logscope whatif access.log --workers 2 --threads 1,4,8 --model threaded',
    'logscope whatif access.log --workers 2 --model async',
    'logscope whatif access.log --target-p95-wait 0.2 --json | jq .recommendation',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files; "-" reads standard input; of the logs of several servers each is asked alone')
      .option('--workers <counts>', 'worker processes to try: 3,4,6 or 3-6 (default: around the present)', parseCounts)
      .option('--threads <counts>', 'threads per worker to try: 1,4 or 2-8', parseCounts)
      .option(
        '--model <model>',
        'sync, threaded or async (default: as the log shows, threaded with --threads)',
        oneOf(models),
      )
      .option(
        '--target-p95-wait <time>',
        'recommend the smallest pool whose p95 wait is at most this: 0.2 or 200ms',
        parseSeconds,
        0.2,
      )
      .option('--json', 'print the scenarios as JSON');
    windowOptions(inputOptions(command)).action((files: string[], options: Options) =>
      run(() => whatif(files, options)),
    );
  },
});

async function whatif(files: readonly string[], options: Options): Promise<number> {
  const [{ formats }, { postMortem }, { createProgress }, { whatIfByServer }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
    import('../../simulate/what-if-servers.ts'),
  ]);
  const progress = createProgress(stderr);
  const { facts } = await postMortem(files, asAsked(formats, options, progress)).finally(progress.done);
  const document = whatIfByServer(facts, options, options.targetP95Wait * 1e6);
  if (options.json) {
    const { jsonReport } = await import('../../report/json.ts');
    print(jsonReport(document, output().isTTY));
    return progress.exitCode(exitCodes.done);
  }
  const [{ whatIfText }, { paintFor }] = await Promise.all([
    import('../../report/whatif-text.ts'),
    import('../../report/style.ts'),
  ]);
  const width = Math.min(120, Math.max(60, output().columns ?? 100));
  const paint = paintFor(output(), process.env);
  print(whatIfText({ document, path: printable(files.join(', ')), width, paint }));
  return progress.exitCode(exitCodes.done);
}
