/** `logscope analyze`: the post-mortem of saved logs, as a report or as JSON. */
import { exitCodes } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { defineCommand } from '../command.ts';
import { MOST_BY_THEMSELVES, onCores, usualThreads } from '../cores.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { print, stderr } from '../output.ts';
import { parseCount } from '../quantities.ts';
import { askedWindow, type WindowOptions, windowOptions } from '../window-options.ts';
import { writeExamination } from '../write-examination.ts';

interface Options extends InputOptions, WindowOptions {
  readonly json?: boolean;
  readonly partial?: boolean;
  readonly host?: string;
  readonly threads: number;
}

/** With more threads they would only wait for each other. */
const MOST_THREADS = 64;

export default defineCommand({
  name: 'analyze',
  summary: 'the post-mortem of saved logs: verdict, lanes, workers, routes, findings',
  examples: [
    'logscope analyze access.log',
    'logscope analyze access.log error.log            several files are merged by time',
    'logscope analyze access.log --last 15m           a stretch of it, found without reading the rest',
    'logscope analyze --json access.log | jq .server',
    'logscope analyze access.log.2.gz access.log.1    gzip, zstd, bzip2 and xz are recognised by content',
    'docker logs web 2>&1 | logscope analyze -',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files; "-" reads standard input')
      .option('--json', 'print the summary as JSON')
      .option('--partial', 'print a partial (one line of text) for "logscope merge" instead of a summary')
      .option('--host <name>', 'the host these logs come from; keeps its workers apart from those of other hosts');
    command.option(
      '--threads <n>',
      `threads that read a large file, as many as cores but at most ${MOST_BY_THEMSELVES} if not given; the result is the same for any number`,
      (text) => Math.min(MOST_THREADS, parseCount(text)),
      usualThreads(),
    );
    windowOptions(inputOptions(command)).action((files: string[], options: Options) =>
      run(() => analyze(files, options)),
    );
  },
});

async function analyze(files: readonly string[], options: Options): Promise<number> {
  const [{ formats }, { examineRead, readPartial }, { createProgress }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
  ]);
  const progress = createProgress(stderr);
  const how = { formats, ...options, ...onCores(options.threads), window: askedWindow(options) };
  const read = await readPartial(files, {
    ...how,
    onProgress: progress.report,
    onDamage: progress.damaged,
  }).finally(progress.done);
  const { onHost, packPartial } = await import('../../analysis/partial-file.ts');
  const named = options.host === undefined ? read : onHost(read, printable(options.host, 100));
  if (options.partial) print(packPartial(named));
  else await writeExamination(await examineRead({ ...read, ...named }, files, how), options);
  return progress.exitCode(exitCodes.done);
}
