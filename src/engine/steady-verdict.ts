/** The verdict on the screen: an alarm stands for a while, and a verdict that differs only in its numbers is not repeated all the time. */
import type { Verdict } from '../core/snapshot.ts';
import type { Severity } from '../core/summary.ts';

/** µs: how often new numbers of the same verdict are shown, and how long an alarm stands after it was last found. */
const EVERY = 10_000_000;

export const RANK: Readonly<Record<Severity | 'ok', number>> = { critical: 3, warning: 2, info: 1, ok: 0 };
export const isAlarm = ({ severity }: Verdict): boolean => RANK[severity] >= RANK.warning;

interface Told {
  readonly verdict: Verdict;
  readonly kind: string;
  readonly at: number;
  /** When it was last found, µs since 1970 UTC. */
  foundAt: number;
}

export class SteadyVerdict {
  #told: Told | null = null;

  get verdict(): Verdict | null {
    return this.#told?.verdict ?? null;
  }

  forget(): void {
    this.#told = null;
  }

  /** Shows this verdict at once. `now`: µs since 1970 UTC. `kind`: equal for verdicts that differ only in their numbers. */
  tell(verdict: Verdict, kind: string, now: number): Verdict {
    this.#told = { verdict, kind, at: now, foundAt: now };
    return verdict;
  }

  /** Reports a verdict that was found. `every` (µs): how often new numbers are shown. Returns the verdict to show. */
  find(verdict: Verdict, kind: string, now: number, every = EVERY): Verdict {
    const told = this.#told;
    if (!told) return this.tell(verdict, kind, now);
    const isLess = RANK[verdict.severity] < RANK[told.verdict.severity];
    if (isLess && isAlarm(told.verdict) && now - told.foundAt < EVERY) return told.verdict;
    const isQuiet = !isAlarm(verdict) && !isAlarm(told.verdict);
    const isSame = (isQuiet || verdict.severity === told.verdict.severity) && kind === told.kind;
    if (!isSame) return this.tell(verdict, kind, now);
    told.foundAt = now;
    return now - told.at < every ? told.verdict : this.tell(verdict, kind, now);
  }
}
