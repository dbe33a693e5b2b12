// Reports on a busy machine: threads that end while V8 still optimises what they ran do not take the process with them.
// `npm run stress` runs it long: 5 reports of 360 were ended by SIGABRT, their output complete.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Ended, run } from '../helpers/run-program.ts';
import { root } from '../helpers/terminal.ts';

const REPORTS = process.env.LOGSCOPE_STRESS === 'long' ? 480 : 16;
const AT_ONCE = 8;

it('end with their exit code, every one of them', { timeout: 900_000 }, async () => {
  const log = join(root, 'sample-logs/gunicorn-sync-2-recycling.log');
  const ends: Ended[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun++ < REPORTS) ends.push(await run(['analyze', '--json', log]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(ends).toHaveLength(REPORTS);
  for (const end of ends) expect(end).toEqual({ code: 0, stdout: ends[0].stdout, stderr: '' });
});
