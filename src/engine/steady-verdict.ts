/** The verdict that stands on the screen: an alarm stands for a while, and what is the same but for its numbers is not told all the time. */
import type { Verdict } from '../core/snapshot.ts';
import type { Severity } from '../core/summary.ts';

/** µs: with the same to say, other numbers are told so often; an alarm that is not found any more is over after that. */
const EVERY = 10_000_000;

export const RANK: Readonly<Record<Severity | 'ok', number>> = { critical: 3, warning: 2, info: 1, ok: 0 };
export const isAlarm = ({ severity }: Verdict): boolean => RANK[severity] >= RANK.warning;

interface Told {
  readonly verdict: Verdict;
  readonly kind: string;
  readonly at: number;
  /** When it was found last. */
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

  /** Tells this one, whatever was told before. `now`: µs since 1970 UTC; `kind`: the same for what differs in its numbers alone. */
  tell(verdict: Verdict, kind: string, now: number): Verdict {
    this.#told = { verdict, kind, at: now, foundAt: now };
    return verdict;
  }

  /** `every`, µs: how often other numbers are told. @returns what is said where this was found */
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
