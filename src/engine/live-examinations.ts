/** When the newest requests of a live log are examined: after something came, one at a time, and for a small share of the time. */
import type { Clock } from '../core/clock.ts';
import type { WaitInference } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { InputSummary } from '../core/summary.ts';
import type { Examiner } from './examiner.ts';
import type { RowStore } from './row-store.ts';

export interface LiveExaminationsOptions {
  readonly clock: Clock;
  readonly examiner: Examiner;
  readonly rows: RowStore;
  /** µs since 1970 UTC: the newest instant that the log tells of. */
  readonly newest: () => number;
  /** µs since 1970 UTC: everything up to here was read; null: the log has ended, as far as anybody knows. */
  readonly until: () => number | null;
  readonly lifecycle: () => readonly LifecycleEvent[];
  readonly inputs: () => readonly InputSummary[];
  readonly done: (examined: Pick<Snapshot, 'summary' | 'verdict' | 'inference'>) => void;
  readonly failed: (error: unknown) => void;
}

/** What is examined: the newest requests of this many µs, and at most so many of them. */
const EXAMINED_MICROS = 300_000_000;
const EXAMINED_ROWS = 20_000;
/** At most a twentieth of the time of a core goes into examining. */
const EVERY_MS = 1000;
const SHARE = 20;
const LONGEST_PAUSE_MS = 30_000;
/** A longer look is taken now and then while callers may wait for so long, s; it may take as much time again. */
const AT_STAKE_SECONDS = 0.1;
const LOOK_EVERY_MS = 10_000;
const LOOK_IS_FRESH_MS = 40_000;
const SILENCE_MS = 3_000;

export class LiveExaminations {
  readonly #options: LiveExaminationsOptions;
  #underWay: Promise<void> | null = null;
  #notBefore = Number.NEGATIVE_INFINITY;
  #examined = { rows: -1, events: -1 };
  #lastLook: { readonly wait: WaitInference; readonly at: number } | null = null;
  #isAtStake = false;
  /** Asked once more after a silence: what nobody could tell while requests came may show when they rest. */
  #isAskedAgain = false;
  #runOnceMore: (() => void) | null = null;
  #noLookBefore = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: LiveExaminationsOptions) {
    this.#options = options;
  }

  /** Resolves when the examination under way is done; null: there is none. */
  get underWay(): Promise<void> | null {
    return this.#underWay;
  }

  /** Something came: it is examined as soon as it is time. */
  schedule(): void {
    if (this.#underWay || this.#cancel || this.#stopped) return;
    const left = Math.max(0, this.#notBefore - this.#options.clock.nowMicros()) / 1000;
    // The clock may have been put back since.
    this.#cancel = this.#options.clock.after(Math.min(left, LONGEST_PAUSE_MS), () => {
      this.#cancel = null;
      void this.run();
    });
  }

  /** Asks at once what the newest requests say, unless nothing came since it was asked last. */
  async run(): Promise<void> {
    const { rows, lifecycle } = this.#options;
    const isSame = this.#examined.rows === rows.total && this.#examined.events === lifecycle().length;
    if (this.#underWay || (isSame && !this.#isAskedAgain)) return;
    this.#underWay = this.#examine(isSame);
    await this.#underWay;
    this.#underWay = null;
    if (this.#examined.rows !== rows.total) this.schedule();
  }

  /** None begins by itself from now on. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#runOnceMore?.();
  }

  #freshLook(): WaitInference | null {
    const age = this.#lastLook ? this.#options.clock.nowMicros() - this.#lastLook.at : Number.POSITIVE_INFINITY;
    return this.#lastLook && age < 1000 * LOOK_IS_FRESH_MS ? this.#lastLook.wait : null;
  }

  async #examine(isRepeated: boolean): Promise<void> {
    const { clock, examiner, rows, newest, until, lifecycle, inputs, done, failed } = this.#options;
    this.#examined = { rows: rows.total, events: lifecycle().length };
    const from = rows.firstSince(newest() - EXAMINED_MICROS, EXAMINED_ROWS);
    const number = rows.firstNumber + from;
    const look = this.#isAtStake && clock.nowMicros() >= this.#noLookBefore;
    try {
      const { summary, verdict, inference, requests, placement, cost } = await examiner.examine({
        ...rows.window(from),
        facts: rows.facts,
        lifecycle: lifecycle(),
        inputs: inputs(),
        effort: look ? 'look' : 'live',
        until: until(),
        lastLook: look ? null : this.#freshLook(),
      });
      rows.settle(number, requests, placement);
      rows.slotsPerWorker = inference.threads.value ?? Number.POSITIVE_INFINITY;
      const now = clock.nowMicros();
      this.#notBefore = now + Math.max(EVERY_MS, look ? 0 : cost * SHARE) * 1000;
      if (look) {
        this.#noLookBefore = now + Math.max(LOOK_EVERY_MS, cost * SHARE) * 1000;
        this.#lastLook = { wait: inference.wait, at: now };
      }
      const { callers, highP95 } = inference.wait;
      this.#isAskedAgain = inference.wait.method === 'unknown' && !isRepeated;
      this.#runOnceMore?.();
      this.#runOnceMore = this.#isAskedAgain ? clock.after(SILENCE_MS, () => void this.run()) : null;
      this.#isAtStake = callers !== null && highP95 > 1e6 * AT_STAKE_SECONDS;
      done({ summary, verdict, inference });
    } catch (error) {
      // Reading and drawing go on without it; the next window may fare better.
      this.#notBefore = clock.nowMicros() + 10 * EVERY_MS * 1000;
      failed(error);
    }
  }
}
