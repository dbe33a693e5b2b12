/** `logscope formats`: the formats it reads, one of them in full, or what was made of the lines of a log. */
import { exitCodes, UserError } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { output, print } from '../output.ts';

interface Options extends InputOptions {
  readonly explain?: string;
}

export default defineCommand({
  name: 'formats',
  summary: 'the log formats it reads; with --explain: what each line of a log was taken for',
  examples: [
    'logscope formats                        all formats, with an example line each',
    'logscope formats gunicorn               its fields, and the configuration that makes it log more',
    'logscope formats --explain access.log   which formats took which lines, field by field',
  ],
  configure(command, run) {
    command
      .argument('[format]', 'id of one format')
      .option(
        '--explain <file>',
        'read the head of a log and say what each kind of line was taken for; "-" reads standard input',
      );
    inputOptions(command).action((id: string | undefined, options: Options) => run(() => showFormats(id, options)));
  },
});

async function showFormats(id: string | undefined, options: Options): Promise<number> {
  const { formats } = await import('../../../parsers/index.ts');
  const width = output().columns ?? 120;
  if (options.explain !== undefined) {
    const [{ explain }, { explanationText }] = await Promise.all([
      import('../../ingest/explain.ts'),
      import('../explain-text.ts'),
    ]);
    const { timezone, logFormat } = options;
    const explanation = await explain(options.explain, {
      formats,
      ...(timezone === undefined ? {} : { timezone }),
      ...(logFormat === undefined ? {} : { logFormat }),
    });
    const name = options.explain === '-' ? 'standard input' : options.explain;
    if (explanation.lines === 0) {
      throw new UserError(
        explanation.complete
          ? `${name} is empty: there is nothing to explain in it yet`
          : `the first MiB of ${name} is one line: no newline (LF) ends it`,
      );
    }
    print(explanationText(name, explanation, width));
    return explanation.kinds.length + explanation.own.length > 0 ? exitCodes.done : exitCodes.input;
  }
  const { formatList, formatPage } = await import('../format-text.ts');
  if (id === undefined) {
    print(formatList(formats, width));
    return exitCodes.done;
  }
  const format = formats.find((one) => one.id === id);
  if (!format) {
    const known = formats.map((one) => one.id).sort();
    throw new UserError(`there is no format "${id}"; known are ${known.join(', ')}`, exitCodes.usage);
  }
  print(formatPage(format));
  return exitCodes.done;
}
