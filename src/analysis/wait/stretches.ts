/** The requests whose waits are asked for, as the filters read them: on lanes, where these are known, and in queues. */
import type { Trace } from '../structure/trace.ts';
import { evenGap } from './even-gap.ts';
import type { Asked, Pool } from './filtered-waits.ts';
import { hasRoomToSpare } from './room-to-spare.ts';
import { slotsAt } from './slot-changes.ts';
import {
  type LaneStretch,
  manyPerTick,
  onLanes,
  onQueues,
  type QueueStretch,
  type Stretch,
  stretchOf,
} from './stretch.ts';

export interface Stretches {
  /** null: it is unknown which slot ran a request. */
  readonly lanes: LaneStretch | null;
  readonly queues: QueueStretch;
  readonly isManyPerTick: boolean;
  readonly isEven: boolean;
  /** Callers usually found a slot free, although the stamps are too coarse to show that. */
  readonly hasRoom: boolean;
}

/** null: the log contradicts workers that run one request at a time. */
export function stretchesOf({ trace, pool, hidden, part, until = null }: Asked): Stretches | null {
  const rows = Int32Array.from({ length: part.length }, (_, i) => part.from + i);
  const changing = withChanges(stretchOf(trace, rows, pool.slots), pool);
  const stretch: Stretch = {
    ...changing,
    ...(hidden ? { hidden } : {}),
    ...(until === null ? {} : { goesOn: true as const }),
  };
  const isManyPerTick = manyPerTick(trace, rows);
  if (!pool.onLanes) {
    const queues = withQueues(stretch, trace, pool);
    return { lanes: null, queues, isManyPerTick, isEven: false, hasRoom: false };
  }
  const lanes = onLanes(stretch, trace);
  if (!lanes) return null;
  const gap = isManyPerTick ? evenGap(stretch) : null;
  const processes = { ...stretch, isProcesses: true as const, ...(gap === null ? {} : { evenGap: gap }) };
  const hasRoom = isManyPerTick && gap === null && hasRoomToSpare(processes);
  const known = hasRoom ? { hasRoom } : {};
  return {
    lanes: { ...lanes, ...known },
    queues: withQueues({ ...processes, ...known }, trace, pool),
    isManyPerTick,
    isEven: gap !== null,
    hasRoom,
  };
}

/** Adds the changes of the number of slots: instants in s since the origin of the stretch, beginning with the slots it starts with. */
function withChanges(stretch: Stretch, { changes }: Pool): Stretch {
  if (!changes) return stretch;
  const { origin } = stretch;
  const later = changes.filter(({ at }) => at > origin);
  const all = [{ at: origin, slots: slotsAt(changes, origin) }, ...later];
  return { ...stretch, changes: all.map(({ at, slots }) => ({ at: (at - origin) / 1e6, slots })) };
}

function withQueues(stretch: Stretch, trace: Trace, { queue }: Pool): QueueStretch {
  const own = queue === 'worker';
  const group = stretch.index.map((i) => (own ? trace.worker[i] : 0));
  return onQueues(stretch, group, own ? trace.workerIds.length : 1);
}
