/** What is wrong beside a full pool, for the sentence that tells of both: found in one look and not in the next it would come and go. */
import type { FindingSummary } from '../core/summary.ts';

/** µs: so long it is found before it is told, unless it is critical, and so long it is told after it was found last. */
const LASTING = 10_000_000;

export class SteadyCause {
  /** Since when it is found in each look, µs since 1970 UTC. */
  #found: { readonly id: string; readonly since: number } | null = null;
  #told: { readonly finding: FindingSummary; readonly at: number } | null = null;

  forget(): void {
    this.#found = null;
    this.#told = null;
  }

  /** `now`: µs since 1970 UTC; `isFirst`: nothing was said before. @returns what is told */
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
