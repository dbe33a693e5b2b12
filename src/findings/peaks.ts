/** Peaks of a pool that is quiet otherwise: when it was full for long, how many callers queued then, and how that is told in words. */
import type { Facts } from '../core/finding.ts';
import type { Episode } from '../core/full-stretches.ts';
import type { FullStretch } from '../core/inference.ts';
import type { Moments } from '../core/moments.ts';
import { countText, durationText } from '../core/words.ts';

/** Of a long log it lasts as long as its timeline has it, whether all of its requests were followed or not. */
export interface Peak extends Episode {
  /** µs in which all slots were busy; of a log that is followed whole, with the short gaps between. */
  readonly lastedMicros: number;
  /** false: the waiters are those of a part of it. */
  readonly isFollowed: boolean;
}

/** µs: the timeline tells edges less exactly than requests do. */
const EDGE = 15e6;
/** Share of the full time of a peak from which it counts as followed. */
const FOLLOWED = 0.9;
/** Share of a peak in which all slots are busy, from which it is not told. */
const ALWAYS_FULL = 0.9;

/** The peaks to which the deep ones of these episodes belong, in order of time. */
export function peaksOf(
  { inference }: Facts,
  episodes: readonly Episode[],
  isDeep: (episode: Episode) => boolean,
): Peak[] {
  const { fullStretches } = inference;
  if (!fullStretches) return episodes.filter(isDeep).map(ofEpisode);
  const groups = new Map<FullStretch | Episode, Episode[]>();
  for (const episode of episodes) {
    const stretch = fullStretches.find(({ from, to }) => from <= episode.to && to >= episode.from) ?? episode;
    groups.set(stretch, [...(groups.get(stretch) ?? []), episode]);
  }
  return [...groups].filter(([, parts]) => parts.some(isDeep)).map(([stretch, parts]) => joined(stretch, parts));
}

const ofEpisode = (episode: Episode): Peak => ({
  ...episode,
  lastedMicros: episode.to - episode.from,
  isFollowed: true,
});

function joined(stretch: FullStretch | Episode, parts: readonly Episode[]): Peak {
  const sum = (value: (part: Episode) => number) => parts.reduce((total, part) => total + value(part), 0);
  const from = parts[0].from;
  const to = Math.max(...parts.map((part) => part.to));
  const followed = sum(({ fullMicros }) => fullMicros);
  const fullMicros = Math.max(stretch.fullMicros, followed);
  return {
    from: stretch.from < from - EDGE ? stretch.from : from,
    to: stretch.to > to + EDGE ? stretch.to : to,
    ...{ fullMicros, lastedMicros: fullMicros },
    waiters: sum(({ waiters }) => waiters),
    totalWaitMicros: sum(({ totalWaitMicros }) => totalWaitMicros),
    longestWaitMicros: Math.max(...parts.map((part) => part.longestWaitMicros)),
    isFollowed: followed >= FOLLOWED * stretch.fullMicros,
  };
}

/** µs */
export const lengthOf = (peaks: readonly Peak[]): number =>
  peaks.reduce((sum, { lastedMicros }) => sum + lastedMicros, 0);

/** "From 13:19:19 to 13:19:48 UTC (29 s) 834 requests queued, for 657 ms on average (inferred)." */
export function peakText(
  { from, to, lastedMicros, waiters, totalWaitMicros, isFollowed }: Peak,
  queued: 'queued' | 'may have queued',
  how: string,
  moments: Moments,
): string {
  const full = lastedMicros >= ALWAYS_FULL * (to - from) ? '' : `, all slots busy for ${durationText(lastedMicros)}`;
  const followed = isFollowed ? '' : ' of those that were followed';
  return `From ${moments.span(from, to)} UTC (${durationText(to - from)}${full}) ${countText(waiters, 'request')}${followed} ${queued}, for ${durationText(totalWaitMicros / waiters)} on average (${how}).`;
}
