// The line at the top: on a narrow screen the server is told in fewer words before the log loses its name.
import { expect, it } from 'vitest';
import header from '../../../src/tui/panels/header.ts';
import { handSnapshot, replaySnapshot } from '../../helpers/snapshots.ts';
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

it('tells the rate of the last ten seconds, not that of all of the screen', async () => {
  // 2 a second for 50 s, then 10 a second.
  const requests = Array.from({ length: 200 }, (_, i) => {
    const end = i < 100 ? -60 + i / 2 : -10 + (i - 100) / 10;
    return { start: end - 0.05, end, worker: '8712' };
  });
  const told = drawn(header, viewOf(handSnapshot({ requests }), { columns: 120 }), 120, 1)[0];
  expect(told).toMatch(/ 10 req\/s/);
});

it('names no kind of workers that is a hedge, as the sentence below does', async () => {
  const snapshot = await replaySnapshot('gunicorn-gthread-2x8-nearly-full.log');
  const hedged = (model: 'threaded' | 'async') => {
    const capacity = { ...snapshot.summary.server.capacity, value: null };
    const server = { ...snapshot.summary.server, model, capacity, model_confidence: 0.5 };
    const view = viewOf({ ...snapshot, summary: { ...snapshot.summary, server } }, { columns: 120 });
    return drawn(header, view, 120, 1)[0];
  };
  expect(hedged('threaded')).toMatch(/ 2 workers \(\d+% sure\)/);
  expect(hedged('async')).toBe(hedged('threaded'));
});
