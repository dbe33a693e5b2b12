/** The lab's definition of the truth, and its draws: on rows written by hand. */
import { describe, expect, it } from 'vitest';

const load = (path: string) => import(new URL(`../../${path}`, import.meta.url).href);
const { joinRows, truthOf } = await load('lab/truth.mjs');
const { draw } = await load('lab/draw.mjs');

describe('the truth of a run', () => {
  const callers = [
    { id: 1, path: '/io', send: 10, done: 11.1, status: 200 },
    { id: 2, path: '/io', send: 10, done: 12.1, status: 200 },
    { id: 3, path: '/stuck', send: 12, done: 15, status: 'closed' },
    { id: 4, path: '/io', send: 12, done: 13, status: 'gave-up' },
  ];
  const notes = [
    { boot: 71 },
    { id: 1, start: 10, pid: 71, thread: 5 },
    { id: 1, end: 11 },
    { id: 2, start: 11, pid: 71, thread: 5 },
    { id: 2, end: 12 },
    { id: 3, start: 12.5, pid: 72, thread: 6 },
  ];
  const rows = joinRows(callers, notes);

  it('waits from the connect to the start, serves from the start to the end', () => {
    const truth = truthOf(rows);
    expect(truth.wait_seconds).toEqual({ mean: 0.5, p50: 0.5, p95: 1, max: 1 });
    expect(truth.service_seconds).toEqual({ mean: 1.5, p50: 1, p95: 2.5, max: 2.5 });
  });

  it('lets a killed request end when its caller saw it, and leaves out what never reached the application', () => {
    expect(rows[2]).toMatchObject({ start: 12.5, end: 15 });
    expect(rows[3].start).toBeUndefined();
    expect(truthOf(rows)).toMatchObject({
      requests: 4,
      answered: 3,
      pids: 2,
      peak_concurrency: 1,
      peak_queue: 1,
      seconds: 5,
    });
  });
});

describe('configurations drawn from a seed', () => {
  it('are the same for the same seed and differ between seeds', () => {
    expect(draw(7, 3)).toEqual(draw(7, 3));
    expect(draw(7, 3)).not.toEqual(draw(8, 3));
  });

  it('keep within what one machine can play', () => {
    for (let i = 0; i < 200; i++) {
      const { server, workers, load: phases } = draw(5, i);
      expect(workers).toBeLessThanOrEqual(server === 'gunicorn-sync' ? 8 : 4);
      for (const [kind, rate] of phases) if (kind === 'poisson') expect(rate).toBeLessThanOrEqual(75);
    }
  });
});
