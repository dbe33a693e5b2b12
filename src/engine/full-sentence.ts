/** The sentence about a pool that is full, or full on and off, steady from one examination to the next. */
import type { Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { clockText, MICROS_PER_MINUTE } from '../core/time.ts';
import { type FullNow, fullVerdict } from '../findings/live-verdict.ts';
import type { ExaminedWindow } from './examiner.ts';
import type { OnAndOff } from './full-spell.ts';
import type { JudgedAt } from './judged-pool.ts';
import { type LiveStretch, OF_FULL_POOL } from './live-stretch.ts';
import { SteadyCause } from './steady-cause.ts';
import { RANK, type SteadyVerdict } from './steady-verdict.ts';

/** A low end below this share of the one in the sentence shows that the queue drained. */
const DRAINED = 0.5;

export interface FullState extends Pick<FullNow, 'workers' | 'longest' | 'answered'> {
  readonly stretch: LiveStretch;
  /** null: full without a break. */
  readonly spell: OnAndOff | null;
}

export class FullSentence {
  readonly #said: SteadyVerdict;
  readonly #cause = new SteadyCause();
  /** The low end of the wait in the sentence that stands, µs. */
  #lowTold = 0;

  constructor(said: SteadyVerdict) {
    this.#said = said;
  }

  forget(): void {
    this.#cause.forget();
  }

  /** The sentence to show. `summary`: with the findings that stand. */
  find(
    summary: Summary,
    { wait }: ExaminedWindow['inference'],
    { stretch, spell, ...state }: FullState,
    { now, zoneMinutes }: JudgedAt,
  ): Verdict {
    const beside = summary.findings.find(({ id, severity }) => severity !== 'info' && !OF_FULL_POOL.has(id));
    const cause = this.#cause.find(beside ?? null, now, this.#said.verdict === null);
    const { from, orLonger } = spell ?? { from: stretch.since, orLonger: stretch.orLonger };
    const verdict = fullVerdict(summary, {
      ...state,
      since: clockText(from + zoneMinutes * MICROS_PER_MINUTE),
      orLonger,
      spell: spell && { fullSeconds: spell.fullMicros / 1e6, seconds: spell.micros / 1e6 },
      wait: stretch.told,
      longest: spell ? spell.longest : state.longest,
      severity: cause && RANK[cause.severity] > RANK[stretch.severity] ? cause.severity : stretch.severity,
      cause,
      finding: stretch.isAdvised ? (summary.findings.find(({ id }) => id === 'pool-saturated') ?? null) : null,
      confidence: Math.min(summary.server.capacity.confidence, wait.confidence || 1),
    });
    // What would end it is told as soon as it is known.
    const kind = `${spell ? 'spell' : 'full'} ${cause?.id} ${stretch.isAdvised}`;
    const low = (spell ? null : stretch.told?.low) ?? 0;
    // A queue may drain within the time for which a sentence stands.
    const every = low < DRAINED * this.#lowTold ? 0 : undefined;
    const said = this.#said.find(verdict, kind, now, every);
    if (said === verdict) this.#lowTold = low;
    return said;
  }
}
