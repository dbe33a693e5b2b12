/** Sentences about what interrupted the pool that wrote a log, and about how much of it other pools are assumed to meet. */

import type { Analysis } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { findOutages } from '../core/outages.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, listText } from '../core/words.ts';
import type { Interruptions } from './interruptions.ts';
import type { Workload } from './workload.ts';

/** Causes as noun phrases that fit behind "without". */
export function causesOf(interruptions: Interruptions | null): string[] {
  if (!interruptions) return [];
  const { outages, stampedes, cold, opens } = interruptions;
  return [
    ...(outages.length > 0 ? ['what was slow behind the application for a while'] : []),
    ...(stampedes.length > 0 ? ['what everyone makes anew at once'] : []),
    ...(cold ? ['the slow first requests of new workers'] : []),
    ...(Number.isFinite(opens) ? ['the callers who came before anybody was served'] : []),
  ];
}

export function interruptionsSaid(analysis: Analysis, { interruptions, present }: Workload): string[] {
  if (!interruptions || !present) return [];
  const { outages, stampedes, cold, boot, opens } = interruptions;
  const said: string[] = [];
  if (outages.length > 0) {
    const spans = findOutages(analysis, present.workers * present.threads)!.outages;
    const moments = momentsOf(analysis.summary.window);
    const when = listText(spans.slice(0, 3).map(({ from, to }) => `from ${moments.span(from, to)} UTC`));
    said.push(
      `What requests call was slow ${when}: whoever begins while that lasts takes as long in any pool, and a larger one has more of them hanging. Ranges also hold that these very requests were slow, whenever they began.`,
    );
  }
  if (stampedes.length > 0) {
    said.push(
      `${countText(stampedes.length, 'time')} what many share ran out: whoever asks for it until it is made again makes it as well, in any pool, and a larger one has more of them at it. Ranges also hold that these very requests took so long, whenever they began.`,
    );
  }
  if (cold) {
    const moments = cold.waves.length === 1 ? 'one moment' : countText(cold.waves.length, 'moment');
    said.push(
      `The first request of a new worker takes ${durationText(medianOf(cold.excess))} longer, and new workers began at ${moments}: a pool of more workers has as many more of them. How much longer more workers take to start on the same machine the log does not show; where all began anew, ranges hold that each takes longer by as many times as there are more.`,
    );
  }
  if (boot) {
    said.push(
      `Callers came while the application was imported, for ${durationText(boot.until - boot.from)}: in every pool those of the backlog are taken to have come since then, and nobody is served before the first request of the log.`,
    );
  }
  if (!boot && Number.isFinite(opens)) {
    said.push(
      'Callers had come before the first request of the log began: in any pool nobody is served before that moment.',
    );
  }
  return said;
}
