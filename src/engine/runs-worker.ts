/** The thread of `runs-thread.ts`: does the runs that the examination has not begun itself. */
import { parentPort } from 'node:worker_threads';
import { runsFor } from '../analysis/wait/runs-elsewhere.ts';
import { allIsRead, bePatient } from './patient-v8.ts';
import { DONE, FAILED, OPEN, type RunsJob, TAKEN } from './runs-thread.ts';

parentPort?.on('message', (job: RunsJob | null) => {
  if (job === null) {
    parentPort?.close();
    return;
  }
  const { asked, state, answer } = job;
  if (Atomics.compareExchange(state, 0, OPEN, TAKEN) !== OPEN) return;
  try {
    answer.postMessage(runsFor(asked));
    Atomics.store(state, 0, DONE);
  } catch {
    Atomics.store(state, 0, FAILED);
  }
  Atomics.notify(state, 0);
});
// All code is loaded. The starting thread cannot set these options for us, as it does not wait for this moment.
allIsRead();
bePatient();
