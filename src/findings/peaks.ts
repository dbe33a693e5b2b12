/** Peaks of a pool that is quiet otherwise: when it was full, how many callers queued then, and how that is worded. */
import type { Facts } from '../core/finding.ts';
import type { Episode } from '../core/full-stretches.ts';
import type { FullStretch } from '../core/inference.ts';
import type { Moments } from '../core/moments.ts';
import { countText, durationText } from '../core/words.ts';

/** In a long log, a peak lasts as long as the timeline shows it, even if only some of its requests were followed. */
export interface Peak extends Episode {
  /** Length of the peak, µs; in a log that is only followed in parts, the time in it with all slots busy. */
  readonly lastedMicros: number;
  /** false: only part of the peak was followed, and the waiters are those of that part. */
  readonly isFollowed: boolean;
}

/** µs: the edges of a peak are taken from the timeline, which is coarser than the requests, only if they differ by more than this. */
const EDGE = 15e6;
/** A peak counts as followed if at least this share of its full time was. */
const FOLLOWED = 0.9;
/** If all slots were busy for at least this share of a peak, the text does not say for how long they were. */
const ALWAYS_FULL = 0.9;

/** The peaks that contain a deep episode, in order of time. Episodes in the same full stretch of the timeline form one peak. */
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

/** Total length of the peaks, µs. */
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
