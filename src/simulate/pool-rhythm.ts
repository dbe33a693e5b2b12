/**
 * Do the answers of a pool with a queue come more evenly than they would if its callers were independent of each other?
 *
 * A queue evens out the arrivals, so the spectrum of the answers is not that of the callers (core/client-rhythm.ts). How much the pool
 * changes it is found by simulation: with random callers, with clients who wait for their answers, and with a source that keeps a beat. The
 * periodogram of the log's answers is compared with the mean of each (Whittle's likelihood with a simulated spectrum).
 */
import { endsOf, periodogram, rhythmBin, spectrumNats } from '../core/client-rhythm.ts';
import { createRandom, exponential, type Random } from '../core/random.ts';
import type { Evenness } from './closed-fits.ts';
import { type Demand, type StationPool, simulateStations } from './station-pool.ts';
import type { Trace } from './trace.ts';

type Pool = Omit<StationPool, 'station'>;

/** Requests simulated for a spectrum. */
const SIMULATED = 20_000;
/** Neighbouring frequencies on either side over which a simulated spectrum is averaged. */
const SMOOTHED = 2;
/** Requests until a simulated pool reaches its steady state, as a share of the requests of a run. */
const WARM_UP = 0.2;
/**
 * Numbers of clients within this factor are simulated only once. Above MANY_PER_SLOT clients per slot the callers are as good as
 * independent.
 */
const ALIKE = 1.3;
const MANY_PER_SLOT = 14;

/** null: the log is too short for a spectrum. */
export function poolRhythm(trace: Trace, pool: Pool): Evenness | null {
  const bin = rhythmBin(trace.service, trace.tick);
  const ends = endsOf(trace);
  const seen = periodogram(ends, bin);
  if (seen.segments === 0) return null;
  const gap = (ends[ends.length - 1] - ends[0]) / trace.length;
  const runLength = Math.min(trace.length, SIMULATED / 2);
  const random = createRandom(0x1f123bb5);
  const nats = (demand: (length: number) => Demand): number => {
    const power = new Float64Array(seen.power.length);
    let segments = 0;
    for (let done = 0; done < SIMULATED; done += runLength) {
      const simulated = periodogram(answers(trace, pool, demand, runLength, random), bin, seen.size);
      segments += simulated.segments;
      for (let w = 0; w < simulated.power.length; w++) power[w] += simulated.power[w];
    }
    return segments > 0 ? spectrumNats(seen, smoothed(power, segments)) : Number.NaN;
  };
  const arrivals =
    (next: () => number) =>
    (length: number): Demand => {
      let at = 0;
      return { kind: 'open', arrivals: Float64Array.from({ length }, () => (at += next())) };
    };
  const open = nats(arrivals(() => gap * exponential(random)));
  const paced = nats(arrivals(() => gap)) - open;
  const known = new Map<number, number>();
  const closed = (count: number, thinkMicros: number) => {
    if (count > MANY_PER_SLOT * pool.workers * pool.threads) return 0;
    const kind = Math.round(Math.log(count) / Math.log(ALIKE));
    const pause = () => thinkMicros * exponential(random);
    const gain =
      known.get(kind) ??
      nats((length) => ({
        kind: 'closed',
        first: Float64Array.from({ length: count }, pause),
        think: Float64Array.from({ length }, pause),
      })) - open;
    known.set(kind, gain);
    return gain;
  };
  return Number.isNaN(open) ? null : { closed, paced };
}

/** Ends (µs, ascending) of at least `length` requests, without those of the warm-up. */
function answers({ service }: Trace, pool: Pool, demand: (length: number) => Demand, length: number, random: Random) {
  const warm = Math.ceil(WARM_UP * length);
  const total = length + 2 * warm;
  const delay = Float64Array.from({ length: total }, () => service[Math.floor(random() * service.length)]);
  const worker = Uint16Array.from({ length: total }, () => Math.floor(random() * pool.workers));
  const run = simulateStations({ ...pool, station: 'worker' }, demand(total), new Float64Array(total), delay, worker);
  const end = run.arrival.map((at, i) => at + run.latency[i]);
  return end.sort().subarray(warm);
}

function smoothed(power: Float64Array, segments: number): (wave: number) => number {
  return (wave) => {
    const near = power.subarray(Math.max(0, wave - SMOOTHED), wave + SMOOTHED + 1);
    return near.reduce((sum, one) => sum + one, 0) / near.length / segments;
  };
}
