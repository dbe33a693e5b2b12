/** Which findings opened and closed in a live log, each reported once. */
import type { FindingSummary } from '../core/summary.ts';
import { isoInstant } from '../core/time.ts';
import { emptyTracker, type FindingChange, type TrackerState, track } from '../findings/tracker.ts';

export class FindingChanges {
  #state: TrackerState = emptyTracker;

  /** `now`: µs since 1970 UTC. Findings open and close with time, so this is to be called even if nothing changed. */
  update(findings: readonly FindingSummary[], now: number): FindingChange[] {
    const { state, changes } = track(this.#state, findings, now, isoInstant);
    this.#state = state;
    return changes;
  }
}
