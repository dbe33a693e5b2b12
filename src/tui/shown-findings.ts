/** The findings on the screen: under a filter first those of the requests that pass, then those of all requests. */
import type { FilteredPart } from '../core/part.ts';
import type { FindingSummary } from '../core/summary.ts';
import type { View } from './panel.ts';

type Seen = Pick<View, 'snapshot' | 'ui'>;

/** The engine's verdict on the requests that pass; null without a filter, and until it is there. */
export const shownPart = ({ snapshot, ui }: Seen): FilteredPart | null =>
  ui.filter !== '' && snapshot.part?.filter === ui.filter ? snapshot.part : null;

export const shownFindings = (view: Seen): readonly FindingSummary[] => [
  ...(shownPart(view)?.findings ?? []),
  ...view.snapshot.summary.findings,
];

/** Findings sorted by time, with their instants; findings about the whole log are left out. */
export function timedFindings(view: Seen): { index: number; from: number; to: number }[] {
  return shownFindings(view)
    .map((finding, index) => ({
      index,
      from: finding.from === null ? Number.NaN : Date.parse(finding.from) * 1000,
      to: finding.to === null ? Number.NaN : Date.parse(finding.to) * 1000,
    }))
    .filter(({ from }) => Number.isFinite(from))
    .sort((a, b) => a.from - b.from || a.index - b.index);
}
