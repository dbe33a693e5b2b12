/**
 * When the newest requests of a live log are examined: after something new came, one examination at a time, for a small share of the time.
 */
import type { Clock } from '../core/clock.ts';
import type { LastLook } from '../core/inference.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { InputSummary } from '../core/summary.ts';
import { sliceRows } from '../core/table.ts';
import type { ExaminedWindow, Examiner } from './examiner.ts';
import { firstVerdict } from './first-look.ts';
import { LiveJudge } from './live-judge.ts';
import { LiveServers } from './live-servers.ts';
import { type RowStore, slicePlacement } from './row-store.ts';
import { toldWaits, waitOfNewest, withToldRange } from './told-waits.ts';

export interface LiveExaminationsOptions {
  readonly clock: Clock;
  readonly examiner: Examiner;
  readonly rows: RowStore;
  /** The newest instant in the log, µs since 1970 UTC. */
  readonly newest: () => number;
  /** Everything up to this instant (µs since 1970 UTC) was read; null: the log has ended, as far as is known. */
  readonly until: () => number | null;
  readonly lifecycle: () => readonly LifecycleEvent[];
  readonly inputs: () => readonly InputSummary[];
  /** Offset of the log's stamps (minutes east of UTC) at an instant (µs). */
  readonly zoneMinutes: (instant: number) => number;
  readonly done: (examined: Pick<Snapshot, 'summary' | 'verdict' | 'inference'>) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * While the pool is full, a glance every second checks whether it still seems so, from requests of the last GLANCE_MICROS, at most
 * GLANCE_ROWS.
 */
const GLANCE_MICROS = 30_000_000;
const GLANCE_ROWS = 5000;
/** Examinations that glances may trigger, since they may be wrong, before the next one is due anyway. */
const MOST_SIGNS = 2;
/** An examination covers the requests of the last EXAMINED_MICROS, at most EXAMINED_ROWS. */
const EXAMINED_MICROS = 300_000_000;
const EXAMINED_ROWS = 20_000;
/** Examinations take at most 1/SHARE of the time of a core. */
const EVERY_MS = 1000;
const SHARE = 20;
const LONGEST_PAUSE_MS = 30_000;
/**
 * A look (a thorough examination) is taken from time to time while the wait may be long (AT_STAKE_SECONDS, s), while the pool is full, or
 * while requests queue inside the application (to find for how many slots). Looks may take the same share of time again.
 */
const AT_STAKE_SECONDS = 0.1;
const LOOK_EVERY_MS = 10_000;
const LOOK_EVERY_FULL_MS = 4_000;
const LOOK_IS_FRESH_MS = 40_000;
/**
 * Time (ms) without a line, beyond the longest request, after which the log rests, and after which it is taken to have ended. Then it is
 * examined as a report would be: first the window, then everything that is held.
 */
const REST_MS = 3_000;
const LONG_REST_MS = 30_000;
const LONGEST_REQUEST_MS = 30_000;
/** As many as a report examines for waits. */
const RESTING_ROWS = 40_000;

/** `now`: the newest requests, while they come; `rest`, `end`: the log rests or has ended. */
type Occasion = 'now' | 'rest' | 'end';

export class LiveExaminations {
  readonly #options: LiveExaminationsOptions;
  #judge: LiveJudge | LiveServers = new LiveJudge();
  #underWay: Promise<void> | null = null;
  #notBefore = Number.NEGATIVE_INFINITY;
  #examined = { rows: -1, events: -1 };
  #lastLook: (LastLook & { readonly at: number }) | null = null;
  /** Wait (µs) of the request taken last from the queue, as of the last look at a full pool; null: none. */
  #waitAtLook: number | null = null;
  #isAtStake = false;
  #noLookBefore = Number.NEGATIVE_INFINITY;
  #noReportBefore = Number.NEGATIVE_INFINITY;
  /** Examinations triggered by glances since the last regular one. */
  #signs = 0;
  #cancel: (() => void) | null = null;
  #cancelRest: (() => void) | null = null;
  #stopped = false;

  constructor(options: LiveExaminationsOptions) {
    this.#options = options;
  }

  /** Resolves when the present examination is done; null: there is none. */
  get underWay(): Promise<void> | null {
    return this.#underWay;
  }

  /** To be called when something came: it is examined as soon as that is due. */
  schedule(): void {
    if (this.#underWay || this.#cancel || this.#stopped) return;
    const left = Math.max(0, this.#notBefore - this.#options.clock.nowMicros()) / 1000;
    // Limited because the clock may have been set back.
    const pause = Math.min(left, LONGEST_PAUSE_MS);
    const isGlance = this.#judge.isFull && this.#signs < MOST_SIGNS && pause > EVERY_MS;
    this.#cancel = this.#options.clock.after(isGlance ? EVERY_MS : pause, () => {
      this.#cancel = null;
      if (isGlance && !this.#seemsFree()) return this.schedule();
      this.#signs = isGlance ? this.#signs + 1 : 0;
      void this.run();
    });
  }

  /** A cheap look at the newest requests, so that the end of an alarm need not wait for the next regular examination. */
  #seemsFree(): boolean {
    const { rows, newest } = this.#options;
    const from = rows.firstSince(newest() - GLANCE_MICROS, GLANCE_ROWS);
    const { requests, placement } = rows.view();
    const to = requests.length;
    return this.#judge.seemsFree(sliceRows(requests, from, to), slicePlacement(placement, from, to));
  }

  /** Examines the newest requests at once, unless nothing came since the last time. */
  async run(): Promise<void> {
    if (!this.#hasNews) return;
    await this.#ask('now');
  }

  /** The log has ended: examines all of it that is held. */
  async end(): Promise<void> {
    if (this.#options.rows.total > 0) await this.#ask('end');
  }

  /** No further examination starts by itself. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancelRest?.();
  }

  get #hasNews(): boolean {
    const { rows, lifecycle } = this.#options;
    return this.#examined.rows !== rows.total || this.#examined.events !== lifecycle().length;
  }

  async #ask(occasion: Occasion): Promise<void> {
    if (this.#underWay) return;
    this.#underWay = this.#examine(occasion);
    await this.#underWay;
    this.#underWay = null;
    if (this.#hasNews) this.schedule();
  }

  #freshLook(): LastLook | null {
    const age = this.#lastLook ? this.#options.clock.nowMicros() - this.#lastLook.at : Number.POSITIVE_INFINITY;
    return this.#lastLook && age < 1000 * LOOK_IS_FRESH_MS ? this.#lastLook : null;
  }

  async #examine(occasion: Occasion): Promise<void> {
    const { clock, examiner, rows, newest, until, lifecycle, inputs, failed } = this.#options;
    this.#examined = { rows: rows.total, events: lifecycle().length };
    const isNow = occasion === 'now';
    const [most, since] =
      occasion === 'end' ? [RESTING_ROWS, Number.NEGATIVE_INFINITY] : [EXAMINED_ROWS, newest() - EXAMINED_MICROS];
    const from = rows.firstSince(since, most);
    const number = rows.firstNumber + from;
    const isLook = isNow && this.#isAtStake && clock.nowMicros() >= this.#noLookBefore;
    this.#cancelRest?.();
    try {
      const examined = await examiner.examine({
        ...rows.window(from),
        facts: rows.facts,
        lifecycle: lifecycle(),
        inputs: inputs(),
        effort: isNow ? (isLook ? 'look' : 'live') : 'full',
        until: isNow ? until() : null,
        lastLook: isLook || !isNow ? null : this.#freshLook(),
      });
      this.#tell(examined, occasion, isLook, number);
    } catch (error) {
      // Reading and drawing go on; the next window may succeed.
      this.#notBefore = clock.nowMicros() + 10 * EVERY_MS * 1000;
      failed(error);
    }
  }

  /** Publishes what was found about the rows from number `number` on, and schedules the next examination. */
  #tell(examined: ExaminedWindow, occasion: Occasion, isLook: boolean, number: number): void {
    const { clock, rows, newest, until, zoneMinutes, done } = this.#options;
    const { inference, requests, placement, cost } = examined;
    const isDeep = isLook || occasion !== 'now';
    rows.slotsPerWorker = inference.threads.value ?? Number.POSITIVE_INFINITY;
    const now = clock.nowMicros();
    this.#notBefore = now + Math.max(EVERY_MS, isDeep ? 0 : cost * SHARE) * 1000;
    if (occasion !== 'now') this.#noReportBefore = now + cost * SHARE * 1000;
    const at = { now, isLook: isDeep, isSilent: occasion !== 'now', zoneMinutes: zoneMinutes(newest()) };
    const isOver = occasion === 'end' || until() === null;
    // If the log has ended, a more thorough examination follows, so this verdict is only a first one.
    const isFirst = occasion === 'now' && isOver;
    const whole = isFirst ? { ...examined, verdict: firstVerdict(examined) } : examined;
    const isOfServers = examined.servers.length > 1;
    if (isOfServers !== this.#judge instanceof LiveServers)
      this.#judge = isOfServers ? new LiveServers() : new LiveJudge();
    const told = isOver ? this.#judge.ended(whole, at) : this.#judge.judge(examined, at);
    // A wait that was found without sampling histories is as good as that of a look.
    const isBetter = isDeep || inference.wait.callers === null;
    const { fullQueues } = this.#judge;
    const { start } = inference.requests;
    if (!fullQueues) this.#waitAtLook = null;
    const sinceLook = isBetter || !fullQueues ? null : (this.#waitAtLook ?? fullQueues.mean);
    const wait = toldWaits(placement.wait, start, fullQueues, sinceLook);
    if (isBetter) this.#waitAtLook = waitOfNewest(wait, start, fullQueues);
    rows.settle(number, requests, { ...placement, wait }, isBetter && inference.wait.method !== 'unknown');
    this.#planLooks(examined, isLook, now);
    if (occasion !== 'end') this.#awaitRest(occasion, inference.service.max);
    done({ ...told, inference: withToldRange(inference, fullQueues) });
  }

  /** Decides whether the next examinations should be looks, and when. @param isLook this one was a look */
  #planLooks({ inference, cost }: ExaminedWindow, isLook: boolean, now: number): void {
    const inTurn = inference.service.growth?.inTurn;
    if (isLook) {
      const pause = this.#judge.isFull ? LOOK_EVERY_FULL_MS : LOOK_EVERY_MS;
      this.#noLookBefore = now + Math.max(pause, cost * SHARE) * 1000;
      this.#lastLook = { wait: inference.wait, inTurn: inTurn ?? null, at: now };
    }
    const { callers, highP95 } = inference.wait;
    this.#isAtStake =
      this.#judge.isFull || inTurn !== undefined || (callers !== null && highP95 > 1e6 * AT_STAKE_SECONDS);
  }

  /**
   * Schedules an examination for when requests rest, which may show what cannot be seen while they come. `longest`: longest request, µs;
   * NaN unknown.
   */
  #awaitRest(occasion: 'now' | 'rest', longest: number): void {
    if (this.#stopped) return;
    const { clock, until, rows } = this.#options;
    const { total } = rows;
    const next = occasion === 'rest' || until() === null ? 'end' : 'rest';
    const silence = REST_MS + Math.min(LONGEST_REQUEST_MS, (longest || 0) / 1000);
    const allowed = (this.#noReportBefore - clock.nowMicros()) / 1000;
    this.#cancelRest = clock.after(Math.max(occasion === 'rest' ? LONG_REST_MS : silence, allowed), () => {
      if (!this.#stopped && rows.total === total) void this.#ask(next);
    });
  }
}
