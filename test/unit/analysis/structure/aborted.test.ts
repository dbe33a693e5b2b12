/** Requests that the server aborted, in lines that name no worker. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const log = readFileSync(
  new URL('../../../../sample-logs/gunicorn-27-sync-3-timeout-kills.log', import.meta.url),
  'utf8',
);
const withoutPid = log.replace(/ pid=<\d+>/g, '');

it('what aborted requests took is not the millisecond of their lines', () => {
  expect(inferLog(withoutPid).service.method).toBe('unknown');
});

it('a route that fails with an answer, or only now and then, is counted as logged', () => {
  expect(inferLog(withoutPid.replaceAll(' 500 0 ', ' 500 21 ')).service.method).toBe('logged');
  const lines = withoutPid.split('\n').map((line, i) => (i % 2 ? line.replace(' 500 0 ', ' 200 12 ') : line));
  expect(inferLog(lines.join('\n')).service.method).toBe('logged');
});
