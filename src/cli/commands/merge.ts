/** `logscope merge`: the summary of partials made elsewhere, exactly as one run over all their logs would give it. */
import type { Elsewhere } from '../../analysis/wait/runs-elsewhere.ts';
import { exitCodes } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { onCores } from '../cores.ts';
import { print } from '../output.ts';
import { writeExamination } from '../write-examination.ts';

interface Options {
  readonly json?: boolean;
  readonly partial?: boolean;
}

export default defineCommand({
  name: 'merge',
  summary: 'join partials made by "analyze --partial" into one summary',
  examples: [
    'logscope analyze --partial web-1.log > web-1.partial',
    'logscope merge web-1.partial web-2.partial',
    'cat *.partial | logscope merge --json -',
    'parallel ssh {} logscope analyze --partial /var/log/app/access.log ::: web-1 web-2 | logscope merge -',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'partials; "-" reads standard input')
      .option('--json', 'print the summary as JSON')
      .option('--partial', 'print the joined partial instead of a summary')
      .action((files: string[], options: Options) => run(() => merge(files, options)));
  },
});

async function merge(files: readonly string[], options: Options): Promise<number> {
  const [{ formats }, { examineJoined, joinFiles }, { besideRuns }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/join-partials.ts'),
    import('../../engine/runs-thread.ts'),
  ]);
  const joined = await joinFiles(files);
  if (options.partial) {
    const { packPartial } = await import('../../analysis/partial-file.ts');
    print(packPartial(joined));
    return exitCodes.done;
  }
  const examine = async (elsewhere: { elsewhere?: Elsewhere }) => examineJoined(joined, formats, elsewhere);
  await writeExamination(await besideRuns(onCores().startRuns, examine), options);
  return exitCodes.done;
}
