/** `logscope check`: a gate for CI after a load test; exits with 1 and the reasons if a threshold is not kept. */
import { exitCodes } from '../../core/errors.ts';
import type { Severity } from '../../core/summary.ts';
import { defineCommand } from '../command.ts';
import { asAsked } from '../cores.ts';
import { type InputOptions, inputOptions } from '../input-options.ts';
import { output, print, stderr } from '../output.ts';
import { parseRatio, parseSeconds } from '../quantities.ts';
import { type WindowOptions, windowOptions } from '../window-options.ts';
import { oneOf, wrongUsage } from '../wrong-usage.ts';

interface Options extends InputOptions, WindowOptions {
  readonly maxP95Wait?: number;
  readonly maxMeanWait?: number;
  readonly maxP95Service?: number;
  readonly maxErrorRatio?: number;
  readonly maxSaturatedRatio?: number;
  readonly minRate?: number;
  readonly failOn?: Severity | 'none';
  readonly json?: boolean;
}

const DEFAULT_SEVERITY = 'critical';
const severities: readonly (Severity | 'none')[] = ['info', 'warning', 'critical', 'none'];

function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate >= 0 && Number.isFinite(rate)) return rate;
  throw wrongUsage(`"${text}" is not a rate such as 25 (requests per second)`);
}

export default defineCommand({
  name: 'check',
  summary: 'fail (exit code 1) when a log does not keep its thresholds; for CI after a load test',
  examples: [
    'logscope check access.log                                  fails on a critical finding',
    'logscope check access.log --max-p95-wait 200ms --max-error-ratio 1% --fail-on warning',
    'logscope check access.log --max-p95-wait 5s --fail-on none    only the threshold, whatever is found',
    'logscope check access.log --since 17:04 --until 17:20      only the load test, on the day the log ends',
    'logscope check access.log --max-p95-wait 0.2 --json | jq .results',
  ],
  configure(command, run) {
    command
      .argument('<file...>', 'log files; "-" reads standard input')
      .option('--max-p95-wait <time>', 'the p95 wait for a worker, such as 200ms or 0.2', parseSeconds)
      .option('--max-mean-wait <time>', 'the mean wait for a worker', parseSeconds)
      .option(
        '--max-p95-service <time>',
        'the p95 service time, or of a server without slots the time in the application',
        parseSeconds,
      )
      .option('--max-error-ratio <share>', 'the share of server errors, such as 1% or 0.01', parseRatio)
      .option('--max-saturated-ratio <share>', 'the share of time with all slots busy', parseRatio)
      .option('--min-rate <rate>', 'requests per second, mean over the log', parseRate)
      .option(
        '--fail-on <severity>',
        `findings of this severity or worse fail: info, warning, critical; none: only thresholds (default: ${DEFAULT_SEVERITY})`,
        oneOf(severities),
      )
      .option('--json', 'print the results as JSON');
    windowOptions(inputOptions(command)).action((files: string[], options: Options) =>
      run(() => checkLog(files, options)),
    );
  },
});

async function checkLog(files: readonly string[], options: Options): Promise<number> {
  const {
    json,
    timezone: _timezone,
    logFormat: _logFormat,
    since: _since,
    until: _until,
    last: _last,
    failOn = DEFAULT_SEVERITY,
    ...limits
  } = options;
  const isLimited = Object.keys(limits).length > 0;
  if (failOn === 'none' && !isLimited) {
    throw wrongUsage(
      'with --fail-on none there is nothing left to check: give a threshold, such as --max-p95-wait 200ms',
    );
  }
  const thresholds = failOn === 'none' ? limits : { ...limits, failOn };
  const [{ formats }, { postMortem }, { createProgress }, { check }] = await Promise.all([
    import('../../../parsers/index.ts'),
    import('../../engine/post-mortem.ts'),
    import('../progress.ts'),
    import('../../findings/check.ts'),
  ]);
  const progress = createProgress(stderr);
  const { summary, servers } = await postMortem(files, asAsked(formats, options, progress)).finally(progress.done);
  const result = check(summary, thresholds, servers);
  if (json) {
    const { jsonReport } = await import('../../report/json.ts');
    print(jsonReport(result, output().isTTY));
  } else {
    const { paintFor } = await import('../../report/style.ts');
    const paint = paintFor(output(), process.env);
    for (const { ok, check: name, reason } of result.results) {
      print(`${ok ? paint('ok', 'ok  ') : paint('critical', 'FAIL')} ${name}: ${reason}\n`);
    }
    const failed = result.results.filter(({ ok }) => !ok).map(({ check: name }) => name);
    if (options.failOn === undefined && isLimited && failed.join() === 'fail-on') {
      print(
        paint(
          'dim',
          `     Findings of severity ${DEFAULT_SEVERITY} fail by default; --fail-on none asks the thresholds alone.\n`,
        ),
      );
    }
  }
  return progress.exitCode(result.ok ? exitCodes.done : exitCodes.threshold);
}
