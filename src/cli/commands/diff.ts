/** `logscope diff`: what changed between two logs, and what is only noise. */
import { exitCodes, UserError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { defineCommand } from '../command.ts';
import { asAsked } from '../cores.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { output, print, stderr } from '../output.ts';
import { type WindowOptions, windowOptions } from '../window-options.ts';

interface Options extends InputOptions, WindowOptions {
  readonly json?: boolean;
}

export default defineCommand({
  name: 'diff',
  summary: 'what changed between two logs, with a significance test',
  examples: ['logscope diff before.log after.log', 'logscope diff before.log after.log --json | jq .verdict'],
  configure(command, run) {
    command
      .argument('<before>', 'the log before the change')
      .argument('<after>', 'the log after it')
      .option('--json', 'print the comparison as JSON');
    windowOptions(inputOptions(command)).action((before: string, after: string, options: Options) =>
      run(() => diff(before, after, options)),
    );
  },
});

async function diff(before: string, after: string, options: Options): Promise<number> {
  if (before === '-' && after === '-') {
    throw new UserError('only one of the two logs can come from standard input', exitCodes.usage);
  }
  const [{ formats }, { examineRead, readPartial }, { createProgress }, { compare }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
    import('../../findings/compare.ts'),
  ]);
  const progress = createProgress(stderr);
  const how = asAsked(formats, options, progress);
  const read = async (path: string) => ({ path, logs: await readPartial([path], how) });
  const examine = async ({ path, logs }: Awaited<ReturnType<typeof read>>) => {
    const { facts, summary } = await examineRead(logs, [path], how);
    return { path: printable(path), analysis: facts, findings: summary.findings };
  };
  const compared = async () => {
    // Reading and examining need different settings of V8 (engine/patient-v8.ts).
    const both = [await read(before), await read(after)] as const;
    return compare(await examine(both[0]), await examine(both[1]));
  };
  const document = await compared().finally(progress.done);
  if (options.json) {
    const { jsonReport } = await import('../../report/json.ts');
    print(jsonReport(document, output().isTTY));
    return progress.exitCode(exitCodes.done);
  }
  const [{ diffText }, { paintFor }] = await Promise.all([
    import('../../report/diff-text.ts'),
    import('../../report/style.ts'),
  ]);
  const width = Math.min(120, Math.max(60, output().columns ?? 100));
  print(diffText(document, width, paintFor(output(), process.env)));
  return progress.exitCode(exitCodes.done);
}
