/** The ceil law: how long requests that arrive at once take on a given number of slots. */
import type { Facts } from '../core/finding.ts';
import { mayBeNone } from '../core/wait-range.ts';
import { durationText } from '../core/words.ts';

/** Requests that arrived at once, and how many turns of the pool (generations) they took. */
export interface Burst {
  readonly size: number;
  readonly generations: number;
  /** From the arrival to the answer of the last request, µs. */
  readonly lastMicros: number;
}

/** For a burst of n requests on c slots: ceil(n / c) generations. null: no batches were detected, or one generation served all of them. */
export function burstLaw(facts: Facts, slots: number): Burst | null {
  const { batches, wait } = facts.inference;
  if (!batches.detected || !(batches.periodMicros > 0)) return null;
  const size = Number.isFinite(wait.peakQueue)
    ? Math.min(facts.summary.requests.total, wait.peakQueue + slots)
    : batches.size * batches.count;
  const generations = Math.ceil(size / slots);
  return generations < 2 ? null : { size, generations, lastMicros: generations * batches.periodMicros };
}

/** What the burst cost, or one would cost. Without a burst, what the log says of the queue; empty: it cannot tell. */
export function burstSentence({ summary, inference }: Facts, slots: number, burst: Burst | null): string[] {
  const { wait, service, batches, servers } = inference;
  if (burst) {
    const period = durationText(batches.periodMicros);
    const together = mayBeNone(summary.wait) ? 'If they came together, they' : 'They came together and';
    return [
      `${together} ran in batches of ${slots}: request n was answered after ceil(n / ${slots}) × ${period}, the last of ${burst.size} after ceil(${burst.size} / ${slots}) = ${burst.generations} × ${period} = ${durationText(burst.lastMicros)}.`,
    ];
  }
  if (wait.method === 'bounded' && wait.lowMean > 0)
    return [
      `Callers queued for ${durationText(wait.lowMean)} or longer on average, p95 ${durationText(wait.lowP95)} or longer: ${wait.basis}.`,
    ];
  if (!Number.isFinite(wait.p95)) return ['Whether callers queued, and for how long, this log does not tell.'];
  if (servers.length > 0)
    return [
      `Each of the ${servers.length} servers has a queue of its own: "logscope whatif" tells of each what would end it.`,
    ];
  return Number.isFinite(service.mean)
    ? [`A burst of n requests would be answered after ceil(n / ${slots}) × ${durationText(service.mean)}.`]
    : [];
}
