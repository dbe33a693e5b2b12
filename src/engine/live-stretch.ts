/**
 * A stretch of a live log in which the pool is full. What was found in it stands until it ends: a pool that stayed full cannot have
 * lost its queue, whatever a later window of a few requests shows.
 */
import type { FindingSummary } from '../core/summary.ts';
import type { WaitNow } from '../findings/live-verdict.ts';
import { findingsOfQueue } from '../findings/saturation.ts';
import { type FullStretch, longestMean } from './live-pools.ts';

/** Findings about a full pool: they stand as long as it is full. */
export const OF_FULL_POOL: ReadonlySet<string> = new Set([
  ...findingsOfQueue,
  'one-noisy-client',
  'unbalanced-workers',
]);
/** The cause that fills a pool stands as long as the pool is full, too. */
const CAUSE = 'outage-behind';
/** The present wait is taken from this many latest looks. */
const LOOKS = 3;
/** Waits that differ by less than this factor are the same. */
const SAME_WAIT = 1.5;
/** µs: mean wait from which a queue matters, and from which it is critical if requests are shorter. */
const LONG_WAIT = 100_000;
const CRITICAL_WAIT = 500_000;
/** µs: a pool that is full for longer deserves a warning even if its waits are unknown. */
const LONG_FULL = 15_000_000;

export type FullSeverity = 'critical' | 'warning' | 'info';
const order: readonly FullSeverity[] = ['info', 'warning', 'critical'];
const worse = (a: FullSeverity, b: FullSeverity): FullSeverity => (order.indexOf(a) > order.indexOf(b) ? a : b);

export class LiveStretch {
  /** µs since 1970 UTC. `orLonger`: the log, or the part that is held, begins full, so the stretch may have begun earlier. */
  since: number;
  orLonger: boolean;
  severity: FullSeverity = 'info';
  /** The present wait as estimated; null: not known. */
  wait: WaitNow | null = null;
  /** The present wait as shown, within the bounds of a queue that never ran empty. */
  told: WaitNow | null = null;
  /** Waits from the looks, newest last. */
  readonly #looks: WaitNow[] = [];
  /** Findings with a recommendation, smallest pool first. */
  readonly #recommended: FindingSummary[] = [];
  readonly #findings = new Map<string, FindingSummary>();

  constructor(since: number, orLonger: boolean) {
    this.since = since;
    this.orLonger = orLonger;
  }

  /** The pool is full again after a short break: its queue is another one, what fills it and what would end it stand. */
  reopen(since: number): void {
    this.since = since;
    this.orLonger = false;
    this.wait = null;
    this.told = null;
    this.#looks.length = 0;
  }

  /** true: a look (a thorough examination) has recommended a pool. */
  get isAdvised(): boolean {
    return this.#recommended.length > 0;
  }

  /**
   * An examination found this wait. Estimates from possible histories (`isOpen`) are taken from looks; before the first look, from any
   * examination that finds a long wait. Waits that are known without histories are taken from any.
   */
  waited(found: WaitNow | null, isLook: boolean): void {
    if (!found) return;
    const isGuess = found.isOpen && !isLook;
    if (isGuess && (this.#looks.length > 0 || found.mean < LONG_WAIT)) return;
    if (found.isOpen && isLook) this.#looks.push(found);
    const wait = found.isOpen && isLook ? middleOf(this.#looks.slice(-LOOKS)) : found;
    if (!isSame(wait, this.wait)) this.wait = wait;
  }

  /** µs: the least that such a pool makes callers wait if they come one by one (unless a history shows less), and the most. */
  bound(least: number, most: number): void {
    const { wait } = this;
    this.told = wait?.isOpen ? { ...wait, low: wait.low < 1 ? 0 : Math.min(wait.mean, least), high: most } : wait;
  }

  /** The findings together with those from before; the recommended pool is the median of all recommendations so far. */
  withEarlier(found: readonly FindingSummary[], isLook: boolean): FindingSummary[] {
    for (const finding of found) {
      if (!OF_FULL_POOL.has(finding.id) && finding.id !== CAUSE) continue;
      this.#findings.set(keyOf(finding), finding);
      if (finding.id === 'pool-saturated' && sizeOf(finding) > 0 && isLook) this.#recommended.push(finding);
    }
    this.#recommended.sort((a, b) => sizeOf(a) - sizeOf(b));
    const middle = this.#recommended[Math.floor((this.#recommended.length - 1) / 2)];
    const present = new Set(found.map(keyOf));
    const together = [...found, ...[...this.#findings.values()].filter((finding) => !present.has(keyOf(finding)))];
    // The cause that filled the pool suppresses findings that only say that it is full.
    const silenced = new Set(together.flatMap(({ evidence }) => String(evidence.symptoms ?? '').split(', ')));
    return together
      .filter(({ id }) => !silenced.has(id))
      .map((finding) => (finding.id === 'pool-saturated' && middle ? recommending(finding, middle) : finding))
      .sort((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity));
  }

  /**
   * `serviceMean`, `fullMicros` in µs; `found`: severity of the findings about the full pool. The severity never falls while the pool is
   * full.
   */
  judge(serviceMean: number, fullMicros: number, found: FullSeverity): FullSeverity {
    this.severity = worse(worse(this.severity, found), this.#byWait(serviceMean, fullMicros));
    return this.severity;
  }

  #byWait(serviceMean: number, fullMicros: number): FullSeverity {
    if (!this.wait) return fullMicros >= LONG_FULL ? 'warning' : 'info';
    const { mean, low } = this.wait;
    const long = Math.max(CRITICAL_WAIT, serviceMean || 0);
    if (mean >= long && (low >= long / 4 || mean >= 2 * long)) return 'critical';
    return mean >= LONG_WAIT ? 'warning' : 'info';
  }
}

/** Number of looks back at a past stretch that count: later ones see less of it, and numbers about the past should not change. */
const LOOKS_BACK = 5;

/** A past stretch in which the pool was full. */
export class PastStretch implements FullStretch {
  readonly from: number;
  readonly to: number;
  readonly orLonger: boolean;
  /** Mean wait in it; until a look back, the last wait shown while it lasted. null: not known. */
  wait: WaitNow | null;
  readonly #looks: WaitNow[] = [];

  constructor(stretch: FullStretch, told: WaitNow | null) {
    this.from = stretch.from;
    this.to = stretch.to;
    this.orLonger = stretch.orLonger;
    // The wait shown last was that of the last callers, who waited longest.
    const most = longestMean(stretch);
    this.wait = told?.isOpen ? { ...told, mean: Math.min(told.mean, most), high: Math.min(told.high, most) } : told;
  }

  /** A look that sees how the stretch ended knows more than those before. */
  lookedBack(found: WaitNow | null): void {
    if (!found?.isOpen || this.#looks.length >= LOOKS_BACK) return;
    this.#looks.push(found);
    this.wait = middleOf(this.#looks);
  }
}

const keyOf = ({ id, evidence: { server } }: FindingSummary): string => `${id} ${server ?? ''}`;

/** Recommended slots; 0: none recommended. */
const sizeOf = ({ evidence: { recommended_workers: workers, recommended_threads: threads } }: FindingSummary): number =>
  Number(workers ?? 0) * Number(threads ?? 1);

const recommending = (finding: FindingSummary, { advice, evidence }: FindingSummary): FindingSummary => ({
  ...finding,
  advice,
  evidence: {
    ...finding.evidence,
    recommended_workers: evidence.recommended_workers,
    recommended_threads: evidence.recommended_threads,
    recommended_p95_wait_seconds: evidence.recommended_p95_wait_seconds,
  },
});

/** Estimates of a wait differ by factors, so their middle is the geometric mean; the range covers all of their ranges. */
function middleOf(waits: readonly WaitNow[]): WaitNow {
  const logs = waits.map(({ mean }) => Math.log(Math.max(1, mean)));
  return {
    mean: Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length),
    low: Math.min(...waits.map(({ low }) => low)),
    high: Math.max(...waits.map(({ high }) => high)),
    isOpen: true,
  };
}

function isSame(a: WaitNow, b: WaitNow | null): boolean {
  return b !== null && a.mean <= SAME_WAIT * b.mean && b.mean <= SAME_WAIT * a.mean;
}
