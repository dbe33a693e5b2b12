/**
 * Are callers independent of the server (open), do they wait for their answer before they come back (closed), or does a
 * pool that never stops being full hide them?
 *
 * Test (filtered ASTA, El-Taha & Stidham 1992): open arrivals start at the same rate whether the pool is full or not;
 * closed clients who queue do not arrive. R = rate of starts from the queue per time full / rate of starts per time not
 * full; closed when ln R < -0.1 by more than three standard errors (jackknife over 20 stretches).
 */
import type { Trace } from './trace.ts';

export type Clients =
  | { readonly kind: 'open' }
  | { readonly kind: 'hidden' }
  | {
      readonly kind: 'closed';
      readonly count: number;
      /** Mean pause between an answer and the next request, µs. */
      readonly thinkMicros: number;
    };

const STRETCHES = 20;
const MINIMUM_STARTS = 200;
/** Share of the time full from which arrivals no longer show. */
const HIDDEN_SHARE = 0.97;
const MAX_CLIENTS = 4096;

export interface ClientsInput {
  readonly trace: Trace;
  /** Slots of the pool; null where they are unbounded or unknown. */
  readonly slots: number | null;
  readonly saturatedRatio: number;
  /** false: the waits of the trace are only bounds. */
  readonly waitKnown: boolean;
}

export function findClients({ trace, slots, saturatedRatio, waitKnown }: ClientsInput): Clients {
  if (slots === null) return { kind: 'open' };
  if (saturatedRatio >= HIDDEN_SHARE && !waitKnown) return { kind: 'hidden' };
  if (trace.length < MINIMUM_STARTS || trace.waitUnknown) return { kind: 'open' };
  const tally = tallyStates(trace, slots);
  const { ratio, error } = rateRatio(tally);
  if (!(Math.log(ratio) < -0.1 && Math.log(ratio) / error < -3)) return { kind: 'open' };
  return closedClients(trace, slots, tally) ?? { kind: 'open' };
}

interface Tally {
  /** Per stretch: starts while the pool was full (from the queue), and the µs it was; the same while it was not. */
  readonly fullStarts: Float64Array;
  readonly fullMicros: Float64Array;
  readonly freeStarts: Float64Array;
  readonly freeMicros: Float64Array;
}

/** Walks starts and ends in order of time; a start from the queue closes a gap in which the pool counts as full. */
function tallyStates(trace: Trace, slots: number): Tally {
  const n = trace.length;
  const { start, service } = trace;
  const wait = trace.waits[0];
  const origin = start[0];
  const end = Float64Array.from(start, (at, i) => at + service[i]).sort();
  const span = end[n - 1] - origin || 1;
  const tally: Tally = {
    fullStarts: new Float64Array(STRETCHES),
    fullMicros: new Float64Array(STRETCHES),
    freeStarts: new Float64Array(STRETCHES),
    freeMicros: new Float64Array(STRETCHES),
  };
  let level = 0;
  let ended = 0;
  let last = origin;
  let gap = 0;
  for (let i = 0; i < n; i++) {
    const stretch = Math.min(STRETCHES - 1, Math.floor(((start[i] - origin) / span) * STRETCHES));
    let full = 0;
    let free = 0;
    const pass = (to: number) => {
      if (level >= slots) full += to - last;
      else free += to - last;
      last = to;
    };
    while (ended < n && end[ended] <= start[i]) {
      if (level >= slots) gap = 0;
      pass(Math.max(last, end[ended++]));
      level--;
    }
    pass(Math.max(last, start[i]));
    // The moment between an end and the start that follows it from the queue: the pool was never free.
    if (wait[i] > 0) {
      gap = Math.min(free, start[i] - (ended > 0 ? end[ended - 1] : start[i]));
      full += gap;
      free -= gap;
      tally.fullStarts[stretch]++;
    } else tally.freeStarts[stretch]++;
    tally.fullMicros[stretch] += full;
    tally.freeMicros[stretch] += free;
    level++;
  }
  return tally;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

function rateRatio(tally: Tally): { ratio: number; error: number } {
  const totals = [tally.fullStarts, tally.fullMicros, tally.freeStarts, tally.freeMicros].map(sum);
  const ratioOf = ([fs, fm, rs, rm]: number[]) => (fs + 0.5) / fm / ((rs + 0.5) / rm);
  const whole = Math.log(ratioOf(totals));
  let square = 0;
  for (let k = 0; k < STRETCHES; k++) {
    const without = ratioOf([
      totals[0] - tally.fullStarts[k],
      totals[1] - tally.fullMicros[k],
      totals[2] - tally.freeStarts[k],
      totals[3] - tally.freeMicros[k],
    ]);
    square += (Math.log(without) - whole) ** 2;
  }
  return { ratio: Math.exp(whole), error: Math.sqrt((square * (STRETCHES - 1)) / STRETCHES) };
}

/**
 * Number of clients and their pause from the machine repair model (U clients, exponential pauses Z, K servers): of all
 * (U, Z) with the throughput of the log, the one whose pool is full for the share of time, and makes requests wait as
 * long, as the log's did. (The share alone says little once the pool is nearly always full.)
 */
function closedClients(trace: Trace, slots: number, tally: Tally): Clients | null {
  const n = trace.length;
  const full = sum(tally.fullMicros);
  const share = full / (full + sum(tally.freeMicros));
  const elapsed = trace.start[n - 1] - trace.start[0];
  const rate = n / elapsed;
  const service = trace.service.reduce((a, b) => a + b, 0) / n;
  const wait = trace.waits[0].reduce((a, b) => a + b, 0) / n;
  let best: Clients | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (let count = slots + 1; count <= MAX_CLIENTS; count = Math.ceil(count * 1.05)) {
    const think = thinkFor(count, slots, service, rate);
    if (think === null) continue;
    const model = repair(count, slots, service, think);
    const miss = Math.abs(model.full - share) + Math.abs(count / rate - think - service - wait) / (wait + service);
    if (miss < distance) {
      distance = miss;
      best = { kind: 'closed', count, thinkMicros: think };
    } else if (miss > distance + 0.2) break;
  }
  return best;
}

/** The pause with which `count` clients make `rate` requests per µs; null where they cannot. */
function thinkFor(count: number, slots: number, service: number, rate: number): number | null {
  let low = service * 1e-4;
  let high = count / rate;
  if (repair(count, slots, service, low).rate < rate || !(high > low)) return null;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high);
    if (repair(count, slots, service, middle).rate > rate) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/** Steady state of the machine repair model: requests per µs, and the share of time with all slots busy. */
function repair(count: number, slots: number, service: number, think: number): { rate: number; full: number } {
  let weight = 1;
  let total = 1;
  let full = slots === 0 ? 1 : 0;
  let thinking = count;
  for (let j = 1; j <= count; j++) {
    weight *= ((count - j + 1) / think) * (service / Math.min(j, slots));
    if (weight > 1e200) {
      weight *= 1e-200;
      total *= 1e-200;
      full *= 1e-200;
      thinking *= 1e-200;
    }
    total += weight;
    thinking += weight * (count - j);
    if (j >= slots) full += weight;
  }
  return { rate: thinking / total / think, full: full / total };
}
