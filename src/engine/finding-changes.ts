/** Which findings came and went in a live log, told once each: the tracker of findings with its state. */
import type { FindingSummary } from '../core/summary.ts';
import { isoInstant } from '../core/time.ts';
import { emptyTracker, type FindingChange, type TrackerState, track } from '../findings/tracker.ts';

export class FindingChanges {
  #state: TrackerState = emptyTracker;

  /** `now`: µs since 1970 UTC. A finding opens and closes with time, so call it also when nothing changed. */
  update(findings: readonly FindingSummary[], now: number): FindingChange[] {
    const { state, changes } = track(this.#state, findings, now, isoInstant);
    this.#state = state;
    return changes;
  }
}
