/**
 * What is wrong besides a full pool, for the sentence that names both. Without this memory it would come and go from one examination to the
 * next.
 */
import type { FindingSummary } from '../core/summary.ts';

/** µs: a cause is named after it was found for this long (at once if critical), and until it has not been found for this long. */
const LASTING = 10_000_000;

export class SteadyCause {
  /** Since when it has been found in every examination, µs since 1970 UTC. */
  #found: { readonly id: string; readonly since: number } | null = null;
  #told: { readonly finding: FindingSummary; readonly at: number } | null = null;

  forget(): void {
    this.#found = null;
    this.#told = null;
  }

  /** `now`: µs since 1970 UTC; `isFirst`: no verdict was shown before. @returns the cause to name; null: none */
  find(cause: FindingSummary | null, now: number, isFirst: boolean): FindingSummary | null {
    if (cause === null) this.#found = null;
    else if (this.#found?.id !== cause.id) this.#found = { id: cause.id, since: now };
    const isTold = cause !== null && cause.id === this.#told?.finding.id;
    const hasLasted = this.#found !== null && now - this.#found.since >= LASTING;
    if (cause && (isFirst || isTold || hasLasted || cause.severity === 'critical'))
      this.#told = { finding: cause, at: now };
    else if (cause === null && this.#told && now - this.#told.at >= LASTING) this.#told = null;
    return this.#told?.finding ?? null;
  }
}
