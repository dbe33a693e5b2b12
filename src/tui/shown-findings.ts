/** The findings on the screen: under a filter those of what passes come first, then those of all requests. */
import type { FilteredPart } from '../core/part.ts';
import type { FindingSummary } from '../core/summary.ts';
import type { View } from './panel.ts';

type Seen = Pick<View, 'snapshot' | 'ui'>;

/** What the engine says of the requests that pass; null without a filter, and until it has said something. */
export const shownPart = ({ snapshot, ui }: Seen): FilteredPart | null =>
  ui.filter !== '' && snapshot.part?.filter === ui.filter ? snapshot.part : null;

export const shownFindings = (view: Seen): readonly FindingSummary[] => [
  ...(shownPart(view)?.findings ?? []),
  ...view.snapshot.summary.findings,
];

/** Findings in the order of their times, with the instants they speak of; those of the whole log are left out. */
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
