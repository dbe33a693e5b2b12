/**
 * Findings over time, for a live log: one opens when it has been seen for a while and closes when it has been gone for a
 * while, so that a finding at its threshold does not flicker. Pure: the instant is passed in.
 */
import type { FindingSummary, Severity } from '../core/summary.ts';

export interface TrackerOptions {
  /** µs that a finding must be seen without a break before it opens; critical ones open at once. */
  readonly openAfterMicros: number;
  /** µs that it must be gone before it closes. */
  readonly closeAfterMicros: number;
  /** µs after its own end from which it counts as gone, though the window of the log still shows it. */
  readonly pastAfterMicros: number;
}

export const defaultTracker: TrackerOptions = {
  openAfterMicros: 3_000_000,
  closeAfterMicros: 10_000_000,
  pastAfterMicros: 60_000_000,
};

export interface FindingChange {
  readonly state: 'opened' | 'closed';
  /** Latest words and numbers; `from` is when it was first seen, `to` (closed) when it was last seen. */
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
  /** µs at which findings closed that may come again: what they had said before is told. */
  readonly closed: ReadonlyMap<string, number>;
}

export const emptyTracker: TrackerState = { tracked: new Map(), closed: new Map() };

/**
 * The state after an examination at `now` (µs) that found `seen`, and what opened or closed by it. Time may stand still
 * but not go back: after a jump (replay) start anew from `emptyTracker`.
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
    // A live window forgets the beginning: the finding keeps the one that was seen.
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

/** null: unknown, or of what was told before it closed. */
const beginningOf = ({ from }: FindingSummary, closedAt = 0): string | null =>
  from !== null && 1000 * Date.parse(from) < closedAt ? null : from;

/** Of several servers each may have the same one. */
const keyOf = ({ id, evidence: { server } }: FindingSummary): string => (server === undefined ? id : `${id} ${server}`);

const opensAtOnce = (severity: Severity): boolean => severity === 'critical';
