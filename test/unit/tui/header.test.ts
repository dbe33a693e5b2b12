// The line at the top: on a narrow screen the server is told in fewer words before the log loses its name.
import { expect, it } from 'vitest';
import header from '../../../src/tui/panels/header.ts';
import { replaySnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

it('tells a server of threads in fewer words where the name of the log would have no room', async () => {
  const snapshot = { ...(await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log')), title: 'access.log' };
  const told = (columns: number) => drawn(header, viewOf(snapshot, { columns }), columns, 1)[0];
  expect(told(60)).toMatch(/access\.log +2 × 8 threads/);
  expect(told(80)).toMatch(/access\.log .* 2 workers × 8 threads/);
  expect(told(120)).toMatch(/access\.log · gunicorn .* 2 workers × 8 threads \(8-10; \d+% sure\)/);
});

it('does not shorten the server for a name that is too long for any screen', async () => {
  const snapshot = { ...(await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log')), title: 'a'.repeat(190) };
  expect(drawn(header, viewOf(snapshot, { columns: 80 }), 80, 1)[0]).toMatch(/aaa… +2 workers × 8 threads/);
});

it('tells the number of the sentence below it, and between what it lies', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-8-overprovisioned.log');
  expect(snapshot.verdict.sentence).toMatch(/^8 sync workers/);
  expect(drawn(header, viewOf(snapshot, { columns: 120 }), 120, 1)[0]).toMatch(/ 8 sync workers \(8-\d+; \d+% sure\)/);
  expect(drawn(header, viewOf(snapshot, { columns: 60 }), 60, 1)[0]).toMatch(/ 8 sync workers /);
});

it('does not call a pool "1 or more", nor sure of that', async () => {
  const snapshot = await replaySnapshot('gunicorn-sync-3-default-format.log');
  expect(drawn(header, viewOf(snapshot, { columns: 120 }), 120, 1)[0]).toMatch(/ pool of unknown size +[\d.]+ req/);
});

it('has no rate and no clock of lines that carry no time', async () => {
  const snapshot = await replaySnapshot('uvicorn-default-no-time.log');
  expect(drawn(header, viewOf(snapshot, { columns: 80 }), 80, 1)[0]).not.toMatch(/\?|--:--/);
});
