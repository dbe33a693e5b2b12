/** What is concluded about the shape of a server, with the words and numbers that go with it. */
import type { ServerInference } from '../../core/inference.ts';
import type { Estimate, ServerModel } from '../../core/summary.ts';

export interface Structure {
  readonly model: ServerModel;
  readonly confidence: number;
  readonly method: string;
  /** Requests that one worker runs at once. */
  readonly threads: Estimate;
  /** Slots of the whole server; null when unbounded or unknown. */
  readonly capacity: Estimate;
  readonly unbounded: boolean;
  /** Evidence of a limit, in case the server is of a kind that has none. Missing: there is no evidence. */
  readonly met?: LimitMet;
}

/** 'one-each': requests of one worker never overlap although they would by chance. 'some': a number at once is never exceeded. */
export interface LimitMet {
  readonly kind: 'one-each' | 'some';
  readonly words: string;
}

export const exactly = (value: number, confidence: number, method: string): Estimate => ({
  value,
  low: value,
  high: value,
  confidence,
  method,
});

/** A lower bound and nothing else. */
export const atLeast = (low: number, method: string): Estimate => ({
  value: null,
  low,
  high: null,
  confidence: 0,
  method,
});

export const within = (value: number, low: number, high: number, confidence: number, method: string): Estimate => ({
  value,
  low,
  high,
  confidence,
  method,
});

export const unknownStructure = (method: string): Structure => ({
  model: 'unknown',
  confidence: 0,
  method,
  threads: { value: null, low: null, high: null, confidence: 0, method },
  capacity: { value: null, low: null, high: null, confidence: 0, method },
  unbounded: false,
});

/**
 * Several servers in one log whose processes share ids: only a lower bound of the slots is known. `why`: what shows it; `low`: workers
 * seen.
 */
export function structureOfMixed(why: string, { low }: Estimate): Structure {
  const method = `lines of several servers with the same process ids: ${why}`;
  return { ...unknownStructure(method), capacity: atLeast(low ?? 1, method) };
}

/**
 * An event loop, or a thread for every request: no fixed slots. Its lines do not show what runs in threads behind a loop, nor how many
 * threads there are.
 */
export const unboundedStructure = (
  model: 'async' | 'thread-per-request',
  confidence: number,
  method: string,
): Structure => {
  const unbounded = confidence >= 0.6;
  const unknown: Estimate = {
    value: null,
    low: null,
    high: null,
    confidence: 0,
    method: unbounded ? `this kind of server has no fixed slots: ${method}` : method,
  };
  return { model, confidence, method, threads: unknown, capacity: unknown, unbounded };
};

/** The structure of one process whose slots are known. */
export const ofSlots = (structure: Structure, slots: Estimate): Structure => ({
  ...structure,
  model: 'threaded',
  confidence: Math.max(structure.confidence, slots.confidence),
  method: slots.method,
  threads: slots,
  capacity: slots,
  unbounded: false,
});

/** Slots of the pool: the slots of a worker times the number of workers. */
export const slotsOfAll = (threads: Estimate, workers: Estimate): Estimate => ({
  value: threads.value === null || workers.value === null ? null : threads.value * workers.value,
  low: threads.low === null ? null : threads.low * (workers.low ?? 1),
  high: threads.high === null || workers.high === null ? null : threads.high * workers.high,
  confidence: threads.value === null ? 0 : Math.min(threads.confidence, workers.confidence),
  method: `${threads.method}; times the workers`,
});

/** The sum of a number over several servers, as sure as the least sure of them. */
export function inAll(parts: readonly Estimate[]): Estimate {
  const sum = (of: (part: Estimate) => number | null) =>
    parts.reduce<number | null>((total, part) => {
      const value = of(part);
      return total === null || value === null ? null : total + value;
    }, 0);
  const isBounded = parts.some(({ low }) => low !== null);
  const { confidence, method } = parts.reduce((a, b) => (b.confidence < a.confidence ? b : a));
  return {
    value: sum(({ value }) => value),
    low: isBounded ? sum(({ low }) => low ?? 0) : null,
    high: sum(({ high }) => high),
    confidence,
    method,
  };
}

/** What one of several pools or servers shows about itself. */
export type ShownOfPool = Pick<
  ServerInference,
  'model' | 'modelConfidence' | 'modelMethod' | 'threads' | 'capacity' | 'unbounded'
>;

/** Several servers as one, by what each shows; null: there are not several. */
export function structureOfServers(servers: readonly { readonly inference: ShownOfPool }[]): Structure | null {
  if (servers.length < 2) return null;
  const all = servers.map(({ inference }) => inference);
  const known = all.filter(({ model }) => model !== 'unknown');
  const kinds = new Set(known.map(({ model }) => model));
  const capacity = inAll(all.map((one) => one.capacity));
  if (kinds.size !== 1)
    return { ...unknownStructure(`${servers.length} servers of different kinds: ${[...kinds].join(', ')}`), capacity };
  const least = known.reduce((a, b) => (b.modelConfidence < a.modelConfidence ? b : a));
  const confidence = known.length < all.length ? Math.min(least.modelConfidence, HEDGED) : least.modelConfidence;
  const [{ threads }] = all;
  const alike = all.every((one) => one.threads.value === threads.value);
  const method = 'not the same in all of the servers';
  return {
    model: least.model,
    confidence,
    method: least.modelMethod,
    threads: alike
      ? all.reduce((a, b) => (b.threads.confidence < a.threads.confidence ? b : a)).threads
      : { ...threads, value: null, low: null, high: null, confidence: 0, method },
    capacity,
    unbounded: all.every((one) => one.unbounded),
  };
}

/** Confidence of a kind that one of the servers does not show, or that may not be what runs the requests. */
export const HEDGED = 0.58;
