import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type RunsAsked, runsFor } from '../../../src/analysis/wait/runs-elsewhere.ts';
import { DONE, FAILED, runsInThread, TAKEN } from '../../../src/engine/runs-thread.ts';

const length = 500;
const queue = {
  length,
  index: Int32Array.from({ length }, (_, i) => i),
  origin: 0,
  slots: 2,
  low: Float64Array.from({ length }, (_, i) => Math.floor(0.1 * i)),
  high: Float64Array.from({ length }, (_, i) => Math.floor(0.1 * i) + 1),
  duration: new Float64Array(length).fill(0.15),
  tick: 1,
  jitter: 0.003,
};
const plan = { particles: 4, runs: 1, paths: 1, rounds: 0, draws: 1, quick: false, crowds: false };
const asked: RunsAsked = { kind: 'queue', queue, plan, seed: 7, callers: 'in-bursts' };

/** A thread that takes what it is asked, and answers as it is told to. */
const threadThat = (ends: string) => () =>
  new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', (job) => {
       if (job === null) return parentPort.close();
       Atomics.store(job.state, 0, ${TAKEN});
       Atomics.notify(job.state, 0);
       ${ends}
       Atomics.notify(job.state, 0);
       parentPort.postMessage('ended');
     });`,
    { eval: true },
  );

describe('a thread that does runs beside an examination', () => {
  it('answers, where it has begun', async () => {
    let worker: Worker | null = null;
    const start = threadThat(`job.answer.postMessage('theirs'); Atomics.store(job.state, 0, ${DONE});`);
    const runs = runsInThread(() => (worker = start()));
    const answer = runs.elsewhere(asked);
    await new Promise((resolve) => worker!.once('message', resolve));
    expect(answer()).toBe('theirs');
    const over = new Promise((resolve) => worker!.once('exit', resolve));
    runs.close();
    expect(await over).toBe(0);
  });

  it.each([
    ['has not begun', () => new Worker('setInterval(() => {}, 1000)', { eval: true })],
    ['has failed', threadThat(`Atomics.store(job.state, 0, ${FAILED});`)],
    [
      'cannot be started',
      () => {
        throw new Error('no threads here');
      },
    ],
  ])('is not waited for where it %s: the examination does the run', async (_, start) => {
    const runs = runsInThread(start);
    const answer = runs.elsewhere(asked);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answer()).toEqual(runsFor(asked));
    runs.close();
  });

  it('is not started for few requests', () => {
    const runs = runsInThread(() => {
      throw new Error('started');
    });
    const few: RunsAsked = { ...asked, queue: { ...queue, length: 100 } };
    expect(runs.elsewhere(few)()).toEqual(runsFor(few));
  });
});
