/**
 * Findings over time, for a live log: a finding opens when it has been seen for a while and closes when it has been gone for a while, so that
 * it does not flicker at its threshold. Pure functions: the current time is passed in.
 */
import type { FindingSummary, Severity } from '../core/summary.ts';

export interface TrackerOptions {
  /** A finding opens after it was seen for this long without a break, µs; critical ones open at once. */
  readonly openAfterMicros: number;
  /** It closes after it was gone for this long, µs. */
  readonly closeAfterMicros: number;
  /** A finding that ended longer ago than this (µs) counts as gone, even if the window of the log still shows it. */
  readonly pastAfterMicros: number;
}

export const defaultTracker: TrackerOptions = {
  openAfterMicros: 3_000_000,
  closeAfterMicros: 10_000_000,
  pastAfterMicros: 60_000_000,
};

export interface FindingChange {
  readonly state: 'opened' | 'closed';
  /** Latest texts and numbers. `from`: when it began, or was first seen; `to`: null while open, else when it ended or was last seen. */
  readonly finding: FindingSummary;
}

interface Tracked {
  readonly finding: FindingSummary;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly open: boolean;
}

export interface TrackerState {
  readonly tracked: ReadonlyMap<string, Tracked>;
  /** When each finding last closed, µs, by key: a finding that opens again does not start before that. */
  readonly closed: ReadonlyMap<string, number>;
}

export const emptyTracker: TrackerState = { tracked: new Map(), closed: new Map() };

/**
 * Updates the state with the findings `seen` at time `now` (µs) and returns what opened or closed. Time must not go back: after a jump
 * (replay), start again from `emptyTracker`.
 */
export function track(
  state: TrackerState,
  seen: readonly FindingSummary[],
  now: number,
  instant: (micros: number) => string | null,
  options: TrackerOptions = defaultTracker,
): { state: TrackerState; changes: FindingChange[] } {
  const tracked = new Map<string, Tracked>();
  const closed = new Map(state.closed);
  const changes: FindingChange[] = [];
  for (const finding of seen) {
    if (finding.to !== null && now - 1000 * Date.parse(finding.to) > options.pastAfterMicros) continue;
    const key = keyOf(finding);
    const before = state.tracked.get(key);
    const firstSeen = before ? before.firstSeen : now;
    const wasOpen = before?.open === true;
    const open = wasOpen || now - firstSeen >= options.openAfterMicros || opensAtOnce(finding.severity);
    // A live window drops its oldest lines, so an open finding keeps the beginning that was seen first.
    const from = wasOpen ? before.finding.from : (beginningOf(finding, closed.get(key)) ?? instant(firstSeen));
    const current = { ...finding, from };
    tracked.set(key, { finding: current, firstSeen, lastSeen: now, open });
    if (open && !wasOpen) changes.push({ state: 'opened', finding: { ...current, to: null } });
  }
  for (const [id, before] of state.tracked) {
    if (tracked.has(id) || !before.open) continue;
    if (now - before.lastSeen < options.closeAfterMicros) {
      tracked.set(id, before);
      continue;
    }
    closed.set(id, now);
    const to = before.finding.to ?? instant(before.lastSeen);
    changes.push({ state: 'closed', finding: { ...before.finding, to } });
  }
  return { state: { tracked, closed }, changes };
}

/** Beginning of a finding; null: unknown, or before it last closed (`closedAt`, µs), and so already reported. */
const beginningOf = ({ from }: FindingSummary, closedAt = 0): string | null =>
  from !== null && 1000 * Date.parse(from) < closedAt ? null : from;

/** With several servers, each may have the same finding. */
const keyOf = ({ id, evidence: { server } }: FindingSummary): string => (server === undefined ? id : `${id} ${server}`);

const opensAtOnce = (severity: Severity): boolean => severity === 'critical';
