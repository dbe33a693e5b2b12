/** Entry of a thread that reads ranges of a large file as soon as it gets its job. */
import { parentPort } from 'node:worker_threads';
import { formats } from '../../parsers/index.ts';
import { stateOf } from '../analysis/partial-state.ts';
import type { RangeJob, RangeMessage } from '../engine/read-in-parallel.ts';
import { readRanges } from '../engine/read-range.ts';
import { SharedRanges } from '../engine/shared-ranges.ts';

parentPort?.once('message', ({ shared, reader, ...start }: RangeJob) => {
  readRanges(start, formats, new SharedRanges(shared), reader, ({ partial, ...rest }) => {
    const message: RangeMessage = { ...rest, state: stateOf(partial) };
    parentPort?.postMessage(message);
    return !rest.dependsOnNeighbours;
  });
  // Signals the end.
  parentPort?.postMessage(null);
});
