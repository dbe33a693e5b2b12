/** Entry of the program: options, wiring and exit codes, nothing else. */
import { exitCodes, UserError } from '../core/errors.ts';
import { version } from '../core/version.ts';

const examples = `
Examples:
  logscope tail access.log                     watch a live log: lanes, queue, verdict
  logscope replay access.log --speed 10        watch a saved log again, ten times faster
  logscope analyze access.log                  the post-mortem, as a report
  logscope analyze --json access.log | jq .server
  docker logs -f web | logscope tail -         read a log from standard input

Exit codes: 0 done, 1 check failed, 2 wrong usage, 3 input unreadable or not recognised, 130 interrupted.
`;

/** A reader that closes the pipe (\`| head -1\`) ends us quietly; a full disk behind it does so in one sentence. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(exitCodes.done);
      if (error.syscall !== 'write') throw error;
      if (stream === process.stdout) {
        process.stderr.write(`logscope: the output could not be written (${error.code}): is the disk full?\n`);
      }
      process.exit(OUTPUT_FAILED);
    });
  }
}

/** As EX_IOERR of sysexits.h. */
const OUTPUT_FAILED = 74;

function fail(error: unknown): void {
  if (error instanceof UserError) {
    process.stderr.write(`logscope: ${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`logscope: this is a bug in logscope ${version}; please report it with these lines:\n${text}\n`);
  process.exitCode = 70;
}

async function main(argv: string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return;
  }
  const [{ Command, CommanderError }, { commands }] = await Promise.all([
    import('commander'),
    import('./commands/index.ts'),
  ]);
  const program = new Command('logscope')
    .description(
      'Reads the access logs of Python web servers and shows how many requests the server could run at once, when it ran out, how long callers queued before a worker took them, and what would fix it.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(true)
    .addHelpText('after', examples)
    .exitOverride();
  let result: Promise<number> | null = null;
  for (const command of commands) {
    const sub = program.command(command.name).description(command.summary).exitOverride();
    command.configure(sub, (run) => {
      result = run();
    });
    sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}\n`);
  }
  try {
    if (argv.length === 0) {
      process.stderr.write(program.helpInformation() + examples);
      process.exitCode = exitCodes.usage;
      return;
    }
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return;
  }
  if (result) process.exitCode = await (result as Promise<number>);
}

main(process.argv.slice(2)).catch(fail);
