/**
 * Workers with several slots each, where it is unknown whether they share one queue (uWSGI) or have one each (gunicorn's threads). Both
 * cases are followed. The starts are nearly the same; the difference is who can have waited for one process while another had a slot free.
 */
import type { FilteredWaits } from './filtered-waits.ts';

/** Confidence of a range that holds both cases. */
const CONFIDENCE = 0.7;

/** The waits with one queue per worker, and a range that also holds those with a shared queue. */
export function eitherQueue(own: FilteredWaits, shared: FilteredWaits): FilteredWaits {
  const [a, b] = [own.summary, shared.summary];
  if (a.method === 'unknown' || b.method === 'unknown') return a.method === 'unknown' ? own : shared;
  return {
    ...own,
    samples: [...own.samples, ...shared.samples],
    summary: {
      ...a,
      basis: `${a.basis}; the log does not tell whether the workers have a queue each: the range holds one queue for all as well`,
      confidence: Math.min(a.confidence, b.confidence, CONFIDENCE),
      lowMean: Math.min(a.lowMean, b.lowMean),
      highMean: Math.max(a.highMean, b.highMean),
      lowP95: Math.min(a.lowP95, b.lowP95),
      highP95: Math.max(a.highP95, b.highP95),
    },
  };
}
