/** `logscope findings`: what logscope can find, and for one finding its test, its guards and the fix per server. */
import { exitCodes, UserError } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { output, print } from '../output.ts';

interface Options {
  readonly json?: boolean;
}

export default defineCommand({
  name: 'findings',
  summary: 'what logscope can find; with an id: its formula, its guards and how to fix it',
  examples: ['logscope findings', 'logscope findings pool-saturated', "logscope findings --json | jq '.[].id'"],
  configure(command, run) {
    command
      .argument('[id]', 'a finding, as the list names it')
      .option('--json', 'print as JSON')
      .action((id: string | undefined, options: Options) => run(() => findings(id, options)));
  },
});

async function findings(id: string | undefined, { json }: Options): Promise<number> {
  const [{ findingRules }, report, { paintFor }] = await Promise.all([
    import('../../findings/index.ts'),
    import('../../report/text-finding-rules.ts'),
    import('../../report/style.ts'),
  ]);
  const chosen = id === undefined ? findingRules : findingRules.filter((rule) => rule.id === id);
  if (chosen.length === 0) {
    throw new UserError(`there is no finding "${id}": "logscope findings" lists them`, exitCodes.usage);
  }
  if (json) {
    const documents = chosen.map(({ examine: _examine, ...rule }) => rule);
    const { jsonReport } = await import('../../report/json.ts');
    print(jsonReport(id === undefined ? documents : documents[0], output().isTTY));
    return exitCodes.done;
  }
  const width = Math.min(100, Math.max(60, output().columns ?? 100));
  const paint = paintFor(output(), process.env);
  print(
    id === undefined
      ? report.listFindingRules(chosen, width, paint)
      : report.explainFindingRule(chosen[0], width, paint),
  );
  return exitCodes.done;
}
