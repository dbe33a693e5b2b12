/** Entry of a thread that reads one range of a large file, as soon as it is told which. */
import { parentPort } from 'node:worker_threads';
import { formats } from '../../parsers/index.ts';
import { stateOf } from '../analysis/partial-state.ts';
import type { RangeMessage } from '../engine/read-in-parallel.ts';
import { openRange, type RangeJob } from '../engine/read-range.ts';

parentPort?.once('message', (job: RangeJob) => {
  const { partial, report, dependsOnNeighbours } = openRange(job, formats).read(job.to);
  const message: RangeMessage = { state: stateOf(partial), report, dependsOnNeighbours };
  parentPort?.postMessage(message);
});
