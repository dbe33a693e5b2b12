/** The slots of a whole pool, from requests whose lines have a duration but name no worker. */
import { meanOf } from '../../core/statistics.ts';
import type { Estimate } from '../../core/summary.ts';
import type { Declared } from './declared.ts';
import { alwaysFull, clientsMayBeTheLimit, oneClientAsks, wholePool } from './few-clients.ts';
import { type Limit, limitOf } from './limit.ts';
import { FEW_CLIENTS, limitConfidence, natsOfSeamlessness, slotsAt, sureOfOne } from './limit-confidence.ts';
import { rhythmOfGroups } from './rhythm.ts';
import { atLeast, exactly, type Structure, unboundedStructure, unknownStructure, within } from './structure.ts';
import type { Trace } from './trace.ts';

const MOST_SLOTS = 19;

/**
 * The pool may be several processes, each with threads and a queue of its own, and these are not all full at once. So with more than
 * FEW_SLOTS lanes, a slot that is never needed beside all the others proves little. Below a confidence of 0.6 the range allows for
 * MORE_SLOTS times the lanes.
 */
function slotsOfPool(limit: Limit, sure: number, method: string): Estimate {
  const slots = slotsAt(limit, sure, method);
  if (slots.value === null || slots.high === null) return slots;
  const doubtful = limit.blurred || limit.lanes > FEW_SLOTS;
  const confidence = doubtful ? Math.min(slots.confidence, 0.58) : slots.confidence;
  const high = confidence < 0.6 ? Math.max(slots.high, Math.ceil(MORE_SLOTS * limit.lanes)) : slots.high;
  return { ...slots, high, confidence };
}

const FEW_SLOTS = 5;
const MORE_SLOTS = 1.7;

/** Without pids only the slots of the whole pool show, not how they are shared out among processes. */
export function structureOfPool(trace: Trace, declared: Declared, replicas: number): Structure {
  const limit = limitOf(trace, false, replicas);
  if (limit.lanes === 1) return poolOfOne(trace, declared, limit);
  return limitedPool(trace, limit, replicas) ?? poolOfGroups(trace, limit) ?? doubtfulPool(limit, declared);
}

const seenAtOnce = ({ lanes }: Limit): string => `up to ${lanes} requests run at once`;
const limitedText = (limit: Limit): string =>
  `${seenAtOnce(limit)}, never more, where ${Math.round(limit.expected)} would without a limit`;

/** Requests that never overlap. */
function poolOfOne(trace: Trace, { usuallyPool }: Declared, { expected, blurred }: Limit): Structure {
  const one = oneClientAsks(trace);
  if (sureOfOne(expected + natsOfSeamlessness(trace)) > 0 && !blurred && !one) {
    const method = `requests run one at a time; about ${Math.round(expected)} would overlap had nothing held them back`;
    return poolOf(0.85, method, exactly(1, 0.8, method));
  }
  const method = one ? `requests run one at a time, ${FEW_CLIENTS}` : 'too little runs at once to tell';
  return usuallyPool ? poolOf(0.5, method, atLeast(1, method)) : unknownStructure(method);
}

/** A limit that random callers would have broken, and that the number of clients does not explain; null: no limit is so clear. */
function limitedPool(trace: Trace, limit: Limit, replicas: number): Structure | null {
  const { lanes } = limit;
  const sure = limitConfidence(limit, MOST_SLOTS);
  if (sure >= 0.6 && (alwaysFull(trace, lanes) || clientsMayBeTheLimit(trace, limit, wholePool, replicas))) {
    const doubt = `${seenAtOnce(limit)}, ${FEW_CLIENTS}`;
    return poolOf(0.5, doubt, atLeast(lanes, doubt));
  }
  return sure >= 0.7 ? poolOf(sure, limitedText(limit), slotsOfPool(limit, sure, limitedText(limit))) : null;
}

/** Requests that end together in groups as large as the number of slots; null: there are no such groups. */
function poolOfGroups(trace: Trace, { lanes }: Limit): Structure | null {
  const group = rhythmOfGroups(trace);
  if (!group || group.size !== lanes || Math.abs(group.period / meanOf(trace.duration) - 1) >= 0.25) return null;
  const method = `${group.generations} groups of ${lanes} requests end on the beat of their duration`;
  return poolOf(0.8, method, within(lanes, lanes, lanes + 1, 0.75, method));
}

/** A limit that is less clear, or no limit. */
function doubtfulPool(limit: Limit, { usuallyPool }: Declared): Structure {
  const { lanes, score, blurred } = limit;
  const sure = limitConfidence(limit, MOST_SLOTS);
  const limited = limitedText(limit);
  if (sure > 0) {
    const isCounted = !blurred && lanes <= 11;
    const most = Math.ceil(MORE_SLOTS * lanes);
    return poolOf(sure, limited, isCounted ? within(lanes, lanes, most, sure, limited) : atLeast(lanes, limited));
  }
  if (score >= 1 && !blurred && lanes <= 19) return poolOf(0.58, limited, atLeast(lanes, limited));
  const open = `at least ${lanes} requests ran at once, and nothing shows a limit`;
  if (lanes <= MOST_SLOTS && usuallyPool) return poolOf(0.5, open, atLeast(lanes, open));
  return unboundedStructure('async', unboundedConfidence(lanes), open);
}

/** The more requests ran at once, the less likely it is that slots set the limit. */
function unboundedConfidence(lanes: number): number {
  if (lanes > 128) return 0.8;
  return lanes > 64 ? 0.65 : 0.5;
}

const poolOf = (confidence: number, method: string, capacity: Estimate): Structure => ({
  model: 'pool',
  confidence,
  method,
  threads: { value: null, low: null, high: null, confidence: 0, method: 'the lines name no worker' },
  capacity,
  unbounded: false,
});
