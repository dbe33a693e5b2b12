/** Stands in for a thread that reads ranges of a file: reads them in this thread, immediately. */
import { formats } from '../../parsers/index.ts';
import { stateOf } from '../../src/analysis/partial-state.ts';
import type { RangeJob, RangeMessage, RangeThread } from '../../src/engine/read-in-parallel.ts';
import { readRanges } from '../../src/engine/read-range.ts';
import { SharedRanges } from '../../src/engine/shared-ranges.ts';

export function readJob({ shared, reader, ...start }: RangeJob, ranges = 1): RangeMessage[] {
  const messages: RangeMessage[] = [];
  readRanges(start, formats, new SharedRanges(shared), reader, ({ partial, ...rest }) => {
    messages.push({ ...rest, state: stateOf(partial) });
    return messages.length < ranges;
  });
  return messages;
}

export const threadHere = (): RangeThread => ({ read: async (job) => readJob(job), close: () => undefined });
