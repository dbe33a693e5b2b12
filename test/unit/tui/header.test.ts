// The line at the top: on a narrow screen the server is told in fewer words before the log loses its name.
import { expect, it } from 'vitest';
import header from '../../../src/tui/panels/header.ts';
import { replaySnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

it('tells a server of threads in fewer words where the name of the log would have no room', async () => {
  const snapshot = { ...(await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log')), title: 'access.log' };
  const told = (columns: number) => drawn(header, viewOf(snapshot, { columns }), columns, 1)[0];
  expect(told(60)).toMatch(/access\.log +2 × [\d-]+ threads/);
  expect(told(80)).toMatch(/access\.log .* 2 workers × [\d-]+ threads/);
  expect(told(120)).toMatch(/access\.log · gunicorn .* 2 workers × [\d-]+ threads \(\d+% sure\)/);
});

it('does not shorten the server for a name that is too long for any screen', async () => {
  const snapshot = { ...(await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log')), title: 'a'.repeat(190) };
  expect(drawn(header, viewOf(snapshot, { columns: 80 }), 80, 1)[0]).toMatch(/aaa… +2 workers × [\d-]+ threads/);
});
