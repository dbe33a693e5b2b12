/**
 * A stretch of a live log in which the pool is full. What was found in it stands until it ends: a full pool that has not rested cannot have
 * lost its queue, whatever the next window of a few requests tells.
 */
import type { FindingSummary } from '../core/summary.ts';
import type { WaitNow } from '../findings/live-verdict.ts';
import { findingsOfQueue } from '../findings/saturation.ts';
import { type FullStretch, longestMean } from './live-pools.ts';

/** Findings that speak of a full pool: they stand as long as it is full. */
export const OF_FULL_POOL: ReadonlySet<string> = new Set([
  ...findingsOfQueue,
  'one-noisy-client',
  'unbalanced-workers',
]);
/** What fills a pool stays its cause until it is no longer full. */
const CAUSE = 'outage-behind';
/** Longer examinations that recommend a pool before it is told. */
const LEAST_RECOMMENDED = 3;
/** So many longer examinations speak for now. */
const LOOKS = 3;
/** A wait that changed by less is the same. */
const SAME_WAIT = 1.5;
/** µs: waits from which a queue is one, and from which it is a catastrophe where requests are shorter. */
const LONG_WAIT = 100_000;
const CRITICAL_WAIT = 500_000;
/** µs: a pool that is full for longer is worth a warning, whether or not anybody can tell who waits. */
const LONG_FULL = 15_000_000;

export type FullSeverity = 'critical' | 'warning' | 'info';
const order: readonly FullSeverity[] = ['info', 'warning', 'critical'];
const worse = (a: FullSeverity, b: FullSeverity): FullSeverity => (order.indexOf(a) > order.indexOf(b) ? a : b);

export class LiveStretch {
  /** µs since 1970 UTC; `orLonger`: the log, or what is held of it, begins with it. */
  since: number;
  readonly orLonger: boolean;
  severity: FullSeverity = 'info';
  /** As it is told now; null: not known. */
  wait: WaitNow | null = null;
  /** The same between what is certain of a queue that did not run empty. */
  told: WaitNow | null = null;
  /** Of the longer examinations, newest last. */
  readonly #looks: WaitNow[] = [];
  /** What they recommended, smallest first. */
  readonly #recommended: FindingSummary[] = [];
  readonly #findings = new Map<string, FindingSummary>();

  constructor(since: number, orLonger: boolean) {
    this.since = since;
    this.orLonger = orLonger;
  }

  /** Which pool would do has settled. */
  get isSettled(): boolean {
    return this.#recommended.length >= LEAST_RECOMMENDED;
  }

  /**
   * An examination found that wait. Of possible histories the longer examinations tell, and until there is one any that finds somebody
   * waiting; what is known without them any tells.
   */
  waited(found: WaitNow | null, isLook: boolean): void {
    if (!found) return;
    const isGuess = found.isOpen && !isLook;
    if (isGuess && (this.#looks.length > 0 || found.mean < LONG_WAIT)) return;
    if (found.isOpen && isLook) this.#looks.push(found);
    const wait = found.isOpen && isLook ? middleOf(this.#looks.slice(-LOOKS)) : found;
    if (!isSame(wait, this.wait)) this.wait = wait;
  }

  /** µs: what such a pool lets wait at least, if callers come one by one and histories do not tell less, and at most. */
  bound(least: number, most: number): void {
    const { wait } = this;
    this.told = wait?.isOpen ? { ...wait, low: wait.low < 1 ? 0 : Math.min(wait.mean, least), high: most } : wait;
  }

  /** With what was found before; the pool that is recommended is the middle of all that were. */
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
    // What filled the pool silences what only says that it is full.
    const silenced = new Set(together.flatMap(({ evidence }) => String(evidence.symptoms ?? '').split(', ')));
    return together
      .filter(({ id }) => !silenced.has(id))
      .map((finding) => (finding.id === 'pool-saturated' && middle ? recommending(finding, middle) : finding))
      .sort((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity));
  }

  /** `serviceMean`, `fullMicros`: µs; `found`: of the findings about the full pool. It never becomes less while the pool is full. */
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

/** Looks back at a stretch that is over: those after them see less of it, and the numbers of what is past should stand still. */
const LOOKS_BACK = 5;

/** A stretch in which the pool was full, and has room since. */
export class PastStretch implements FullStretch {
  readonly from: number;
  readonly to: number;
  readonly orLonger: boolean;
  /** How long callers queued in it; until somebody looked back, what was told while it lasted. null: not known. */
  wait: WaitNow | null;
  readonly #looks: WaitNow[] = [];

  constructor(stretch: FullStretch, told: WaitNow | null) {
    this.from = stretch.from;
    this.to = stretch.to;
    this.orLonger = stretch.orLonger;
    // What was told was the wait of the last of them, who waited longest.
    const most = longestMean(stretch);
    this.wait = told?.isOpen ? { ...told, mean: Math.min(told.mean, most), high: Math.min(told.high, most) } : told;
  }

  /** A longer look that sees how it ended knows more than those before. */
  lookedBack(found: WaitNow | null): void {
    if (!found?.isOpen || this.#looks.length >= LOOKS_BACK) return;
    this.#looks.push(found);
    this.wait = middleOf(this.#looks);
  }
}

const keyOf = ({ id, evidence: { server } }: FindingSummary): string => `${id} ${server ?? ''}`;

/** Slots recommended; 0: none are. */
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

/** Estimates of a wait lie as far apart as factors do, so their middle is the geometric one; the range holds those of all. */
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
