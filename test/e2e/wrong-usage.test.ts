// Wrong use of the command line: one sentence that says what was wrong, which option, and what would be right; exit code 2.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { root } from '../helpers/terminal.ts';

const log = join(root, 'sample-logs/gunicorn-sync-4-burst-of-16.log');

it.each<[args: string[], said: string]>([
  [['replay', log, '--speed', 'fast'], '--speed: "fast" is not a factor from 0.1 to 1000, such as 10'],
  [['replay', log, '--speed', '-1'], '--speed: "-1" is not a factor from 0.1 to 1000, such as 10'],
  [['tail', log, '--fps', '0'], '--fps: "0" is not a number from 1 to 60'],
  [['replay', log, '--span', 'x'], '--span: "x" is not a number of seconds from 1 to 3600'],
  [['replay', log, '--theme', 'blue'], '--theme: "blue" is not dark, light, high-contrast or colour-blind'],
  [['tail', log, '--history', 'much'], '--history: "much" is not a size such as 500k, 16M or 1G'],
  [
    ['whatif', log, '--workers', '0'],
    '--workers: "0" is not a list of whole numbers from 1 to 4096, such as 3,4,6 or 3-6',
  ],
  [['analyze', log, '--threads', '3,4'], '--threads: "3,4" is not a whole number from 1 to 4096'],
  [['analyze', log, '--threads', '0'], '--threads: "0" is not a whole number from 1 to 4096'],
  [['whatif', log, '--model', 'foo'], '--model: "foo" is not sync, threaded or async'],
  [['check', log, '--max-p95-wait', 'soon'], '--max-p95-wait: "soon" is not a time such as 0.2, 200ms or 1.5s'],
  [['check', log, '--max-p95-wait', '200'], '--max-p95-wait: "200" has no unit: 200ms or 200s?'],
  [['check', log, '--fail-on', 'foo'], '--fail-on: "foo" is not info, warning, critical or none'],
  [['analyze', log, '--last', 'x'], '--last: "x" is no length of time such as 90s, 15m, 2h, 1h30m or 1d'],
  [['replay', log, '--filter', 'rout:/io'], '--filter: there is no field "rout": did you mean route?'],
  [['replay', log, '--json', '--filter', 'route:/io'], '--filter is for the screen'],
  [['analyze'], 'missing required argument \'file\': "logscope analyze --help" says what it takes'],
  [['analyze', '--workers', '3', log], 'unknown option \'--workers\': "logscope analyze --help" says what it takes'],
  [['analyze', '--jsno', log], "unknown option '--jsno': did you mean --json?"],
  [['analyse', log], "unknown command 'analyse': did you mean analyze?"],
  [['help', 'anlyze'], "unknown command 'anlyze': did you mean analyze?"],
  [['help', 'nosuch'], 'unknown command \'nosuch\': "logscope --help" says what it takes'],
  [['--foo'], 'unknown option \'--foo\': "logscope --help" says what it takes'],
])('%j', async (args, said) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr.startsWith(`logscope: ${said}`), stderr).toBe(true);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
