// Lines that were torn look like those of another server; they are of the one that wrote the others.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferLog } from '../../helpers/infer-log.ts';

it('a log of which six lines in a row lost their beginning is of one server', () => {
  const lines = readFileSync('sample-logs/daphne-1-default.log', 'utf8').split('\n').filter(Boolean);
  const torn = lines.map((line, i) => (i >= 100 && i < 106 ? line.slice(line.indexOf('Nov')) : line));
  const { servers, model } = inferLog(`${torn.join('\n')}\n`);
  expect(servers).toEqual([]);
  expect(model).toBe('async');
});
