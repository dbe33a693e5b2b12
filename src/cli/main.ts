/** Entry of the program: options, wiring and exit codes, nothing else. */
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { version } from '../core/version.ts';
import { isWritten, output, print, stderr } from './output.ts';
import { asSentence, nameInErrors } from './wrong-usage.ts';

const examples = `
Examples:
  logscope tail access.log                     watch a live log: lanes, queue, verdict
  logscope replay access.log --speed 10        watch a saved log again, ten times faster
  logscope analyze access.log                  the post-mortem, as a report
  logscope analyze --json access.log | jq .server
  docker logs -f web | logscope tail -         read a log from standard input

Exit codes: 0 done, 1 check failed, 2 wrong usage, 3 input unreadable or not recognised,
            70 a bug in logscope, 74 output could not be written, 130 interrupted.
`;

function fail(error: unknown): void {
  if (error instanceof UserError) {
    // The message may contain a file name chosen by somebody else.
    stderr().write(
      `logscope: ${error.message
        .split('\n')
        .map((line) => printable(line))
        .join('\n')}\n`,
    );
    process.exitCode = error.exitCode;
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr().write(`logscope: this is a bug in logscope ${version}; please report it with these lines:\n${text}\n`);
  process.exitCode = exitCodes.bug;
}

async function main(argv: string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    print(`${version}\n`);
    return;
  }
  const [{ Command, CommanderError }, { commands }] = await Promise.all([
    import('commander'),
    import('./commands/index.ts'),
  ]);
  const named = commands.find((command) => command.name === argv[0]);
  const program = new Command('logscope')
    .description(
      'Reads the access logs of Python web servers and shows how many requests the server could run at once, when it ran out, how long callers queued before a worker took them, and what would fix it.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true)
    .addHelpText('after', examples)
    .configureOutput({
      writeOut: print,
      writeErr: (text) => stderr().write(text),
      outputError: (text, write) => write(asSentence(text, named ? `logscope ${named.name}` : 'logscope')),
      getOutHelpWidth: () => output().columns ?? 80,
      // Our texts contain no colours, so none have to be removed.
      getOutHasColors: () => true,
    })
    .exitOverride();
  const asked: { run?: Promise<number> } = {};
  // If a command is named, the others are not needed.
  for (const command of named ? [named] : commands) {
    const sub = program.command(command.name).description(command.summary).exitOverride();
    command.configure(sub, (run) => {
      asked.run = run();
    });
    sub.options.forEach(nameInErrors);
    sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}\n`);
  }
  try {
    if (argv.length === 0) {
      stderr().write(program.helpInformation() + examples);
      process.exitCode = exitCodes.usage;
      return;
    }
    const [help, topic] = argv;
    const isUnknown = help === 'help' && topic !== undefined && !program.commands.some((one) => one.name() === topic);
    // For "help nosuch" the library would print the general help without mentioning "nosuch".
    program.parse(isUnknown && topic !== 'help' ? [topic] : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (isWritten()) process.exit();
    return;
  }
  if (!asked.run) return;
  process.exitCode = await asked.run;
  // Otherwise Node would wait for reads under way and for timers of the file watcher, which nobody needs any more.
  if (isWritten()) process.exit();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  fail(error);
  // What was started before the failure (file watches, timers) would keep the process alive.
  if (isWritten()) process.exit();
});
