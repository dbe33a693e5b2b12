/** Entry of a thread that reads one range of a large file. */
import { parentPort, workerData } from 'node:worker_threads';
import { formats } from '../../parsers/index.ts';
import { stateOf } from '../analysis/partial-state.ts';
import type { RangeMessage } from '../engine/read-in-parallel.ts';
import { type RangeJob, readRange } from '../engine/read-range.ts';

const { partial, report, dependsOnNeighbours } = readRange(workerData as RangeJob, formats);
const message: RangeMessage = { state: stateOf(partial), report, dependsOnNeighbours };
parentPort?.postMessage(message);
