/**
 * Keeps what is said about a live log steady from one examination to the next. An examination sees only its window and does not know what
 * was said before; this class remembers it. A full pool stays an alarm until it has free slots, findings about it stand until then, and
 * numbers change only when they really changed, not whenever they are drawn anew.
 */
import { indicesBelow } from '../core/columns.ts';
import { OPENS_AFTER, type PoolNow, poolNow } from '../core/pool-now.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import type { RequestTable } from '../core/table.ts';
import { clockText, MICROS_PER_MINUTE } from '../core/time.ts';
import { countText } from '../core/words.ts';
import { calmVerdict } from '../findings/live-verdict.ts';
import { knownSlots } from '../findings/pool-words.ts';
import { verdictOf } from '../findings/verdict.ts';
import type { ExaminedWindow } from './examiner.ts';
import { FullSentence } from './full-sentence.ts';
import { FullSpell, type OnAndOff } from './full-spell.ts';
import { endsWith, type JudgedAt, type JudgedPool, overSince, slotsTotal, workersNow } from './judged-pool.ts';
import {
  answeredNow,
  followedSpan,
  fullMicrosIn,
  leastNow,
  longestNow,
  poolsIn,
  queuesIn,
  type SlotsOf,
  slotsOf,
  waitDuring,
  waitNow,
} from './live-pools.ts';
import { type LiveStretch, OF_FULL_POOL, PastStretch } from './live-stretch.ts';
import { isAlarm, RANK, SteadyVerdict } from './steady-verdict.ts';
import type { FullQueues } from './told-waits.ts';

export type Examined = Pick<ExaminedWindow, 'summary' | 'verdict' | 'inference' | 'requests'>;

/** Findings about the window as a whole. */
const OF_WINDOW: ReadonlySet<string> = new Set(['unbalanced-workers']);

/** With fewer requests, in a log shorter than this (µs), there is not enough data yet. */
const FEWEST = 30;
const SHORT_LOG = 5_000_000;
/** A finding may end this much (µs) after the stretch that it is about. */
const END_SLACK = 10_000_000;

/**
 * A pool that was full and seems full again is not judged for this long (µs): by then it counts as full, or has free slots. Until then
 * findings would mix both stretches, and whatever was between them, into one.
 */
const UNDECIDED = 10_000_000;

export class LiveJudge {
  /** The last known slots and their description: a window that does not show them must not end an alarm. */
  #known: { readonly slots: SlotsOf; readonly server: Summary['server'] } | null = null;
  #stretch: LiveStretch | null = null;
  #lastFull: PastStretch | null = null;
  readonly #spell = new FullSpell();
  /** Since when findings about a full pool reach beyond the last full stretch, µs since 1970 UTC; null: they do not. */
  #againSince: number | null = null;
  readonly #said = new SteadyVerdict();
  readonly #full = new FullSentence(this.#said);
  #fullQueues: FullQueues | null = null;

  /**
   * The queues that were last said to be full, from which the waits of their requests are computed; null: nothing is full, or nothing is
   * known about its waits.
   */
  get fullQueues(): FullQueues | null {
    return this.#fullQueues;
  }

  /** true: the pool is full now, so callers may be waiting. */
  get isFull(): boolean {
    return this.#stretch !== null;
  }

  /** true: judged by the stamps of the newest requests, the full pool seems to have free slots again, so an examination is due. */
  seemsFree(requests: RequestTable, times: { readonly start: Float64Array; readonly end: Float64Array }): boolean {
    if (!this.#stretch || !this.#known) return false;
    const pools = queuesIn(times, requests, indicesBelow(requests.length), this.#known.slots);
    const states = pools.flatMap((pool) => poolNow(pool, pool.resolution, pool.until) ?? []);
    return states.every(({ fullSince }) => fullSince === null) && states.some(({ lastFull }) => lastFull !== null);
  }

  /** The log has ended: the verdict on the whole of it is passed on unchanged. */
  ended({ summary, verdict }: Examined, { now }: Pick<JudgedAt, 'now'>): Pick<Examined, 'summary' | 'verdict'> {
    this.#fullQueues = null;
    return { summary, verdict: this.#said.tell(verdict, 'ended', now) };
  }

  judge(examined: Examined, at: JudgedAt): Pick<Examined, 'summary' | 'verdict'> {
    this.#fullQueues = null;
    const pools = this.#pools(examined, at.isSilent);
    // A window that shows nothing of the pool does not show that it has free slots either.
    const said = this.#said.verdict;
    if (this.#stretch && said && pools.length === 0) {
      const findings = this.#stretch.withEarlier(examined.summary.findings, false);
      return { summary: { ...examined.summary, findings }, verdict: said };
    }
    const full = pools.filter(({ state }) => state.fullSince !== null);
    if (full.length > 0) return this.#judgeFull(examined, full, pools, at);
    if (at.isSilent) this.#spell.forget();
    if (this.#stretch) {
      const ended = pools.flatMap(({ state }) => (state.lastFull ? [state.lastFull.to] : []));
      const { since: from, orLonger, told } = this.#stretch;
      const to = ended.length > 0 ? Math.max(...ended) : from;
      // By better times it may never have been full: then what was full before it was full last.
      if (to > from) {
        this.#lastFull = new PastStretch({ from, to, orLonger }, told);
        this.#spell.end(this.#lastFull);
      }
      this.#stretch = null;
      if (!this.#spellNow(pools)) {
        this.#said.forget();
        this.#full.forget();
      }
    }
    return this.#judgeOther(examined, pools, at);
  }

  #pools({ inference, requests, summary }: Examined, isSilent: boolean): JudgedPool[] {
    const found = slotsOf(inference);
    const judge = (slots: SlotsOf) =>
      poolsIn(inference, requests, slots).flatMap((pool) => {
        const state = poolNow(pool, pool.resolution, pool.until);
        return state ? [{ pool, state: isSilent ? overSince(pool.lastEnd, state) : this.#afterLast(state) }] : [];
      });
    const isKnown = found !== null && (inference.servers.length > 0 || knownSlots(summary.server) !== null);
    const before = this.#known;
    if (inference.unbounded) {
      this.#known = null;
      this.#endAll();
    }
    // While a pool is full, a larger number of slots is believed only if more of them are seen busy.
    const isDoubtful = !isKnown || found.total > (before?.slots.total ?? 0);
    if (before && this.#stretch && isDoubtful && !inference.unbounded && inference.servers.length === 0) {
      const pools = judge(before.slots);
      const isContradicted = pools.some(({ state }) => state.isContradicted);
      if (pools.length > 0 && !isContradicted) return pools;
      if (isContradicted) this.#endAll();
    }
    if (!isKnown) return [];
    if (inference.servers.length === 0) this.#known = { slots: found, server: summary.server };
    return judge(found);
  }

  /** Nothing that was found while the pool was full holds for what is known of it now. */
  #endAll(): void {
    this.#stretch = null;
    this.#spell.forget();
  }

  /** Stretches with short breaks between them up to now; null: there are none, or the present one is long. */
  #spellNow(pools: readonly JudgedPool[]): OnAndOff | null {
    if (pools.length === 0) return null;
    const until = Math.max(...pools.map(({ pool }) => pool.lastEnd));
    return this.#spell.at(until, this.#stretch?.since ?? null);
  }

  /** A full stretch that was reported as over is not reopened with its old beginning only because better times move its edges. */
  #afterLast(state: PoolNow): PoolNow {
    const last = this.#lastFull?.to ?? Number.NEGATIVE_INFINITY;
    if (this.#stretch || state.fullSince === null || state.fullSince >= last) return state;
    return { ...state, fullSince: state.knownTo - last < OPENS_AFTER ? null : last };
  }

  #judgeFull(examined: Examined, full: JudgedPool[], pools: JudgedPool[], at: JudgedAt) {
    const { inference } = examined;
    const stretch = this.#inStretch(full);
    const queues = full.map(({ pool }) => pool);
    const began = stretch.orLonger ? Number.POSITIVE_INFINITY : stretch.since;
    stretch.waited(waitNow(inference, queues, began), at.isLook);
    const answered = answeredNow(queues, stretch.since);
    const last = Math.max(...queues.map(({ lastEnd }) => lastEnd));
    const longest = longestNow(last, began);
    const rate = answered === null ? null : answered / queues.length;
    const until = Math.max(...full.map(({ state }) => state.knownTo));
    // Some of several queues may have run empty later than others.
    const standingSince = Math.max(...full.map(({ state }) => state.standingSince ?? state.knownTo));
    const least = rate === null ? 0 : leastNow(rate, until - standingSince, Math.max(0, last - until));
    stretch.bound(least, longest);
    // With several servers these rows index the requests of each server, so they cannot be put together.
    if (stretch.told?.isOpen && inference.servers.length === 0) {
      this.#fullQueues = {
        rows: Int32Array.from(queues.flatMap(({ rows }) => [...rows])),
        since: stretch.since,
        orLonger: stretch.orLonger,
        standingSince,
        rate,
        mean: stretch.told.mean,
        low: stretch.told.low,
        high: stretch.told.high,
        answered,
      };
    }
    const findings = stretch.withEarlier(examined.summary.findings, at.isLook);
    const summary = { ...examined.summary, findings };
    const severity = findings.find(({ id }) => id === 'pool-saturated')?.severity ?? 'info';
    stretch.judge(inference.service.mean, until - stretch.since, severity);
    if (inference.servers.length > 0 || !this.#known) {
      // Each of several servers has its own sentence; an alarm stands until its pool has free slots.
      const isLess = RANK[examined.verdict.severity] < RANK[stretch.severity];
      const said = this.#said.verdict;
      const before = isLess && said && isAlarm(said) ? said : null;
      return { summary, verdict: this.#said.find(before ?? examined.verdict, 'full', at.now) };
    }
    const workers = pools[0].pool.ofWorker ? { full: full.length, all: workersNow(pools) } : null;
    const now = { stretch, spell: this.#spellNow(pools), workers, longest, answered };
    return { summary, verdict: this.#full.find({ ...summary, server: this.#known.server }, inference, now, at) };
  }

  #inStretch(full: readonly JudgedPool[]): LiveStretch {
    const since = Math.min(...full.map(({ state }) => state.fullSince ?? Number.POSITIVE_INFINITY));
    const isFromBeginning = full.some(({ pool, state }) => state.fullSince !== null && state.fullSince <= pool.from);
    this.#stretch ??= this.#spell.begin(since, isFromBeginning);
    // If the window has forgotten the beginning of the stretch, the earlier `since` is kept.
    this.#stretch.since = Math.min(this.#stretch.since, since);
    return this.#stretch;
  }

  #judgeOther({ summary, verdict, inference }: Examined, pools: readonly JudgedPool[], at: JudgedAt) {
    const { now, zoneMinutes, isLook, isSilent } = at;
    const last = this.#lastFull;
    const isInSight = last !== null && pools.length > 0 && last.to > Math.min(...pools.map(({ pool }) => pool.from));
    const isOfPast = ({ id, to }: FindingSummary) =>
      last !== null && (OF_WINDOW.has(id) || (to !== null && 1000 * Date.parse(to) <= last.to + END_SLACK));
    const isAgain = isInSight && summary.findings.some((finding) => OF_FULL_POOL.has(finding.id) && !isOfPast(finding));
    this.#againSince = isAgain ? (this.#againSince ?? now) : null;
    const isUndecided = this.#againSince !== null && now - this.#againSince < UNDECIDED;
    const isOver = (finding: FindingSummary) => OF_FULL_POOL.has(finding.id) && (isUndecided || isOfPast(finding));
    // In its first seconds a log easily looks full for a moment.
    const isShort = !isSilent && pools.length > 0 && pools.every(({ pool }) => pool.until - pool.from < SHORT_LOG);
    const others = summary.findings.filter((finding) => !isOver(finding) && !(isShort && OF_FULL_POOL.has(finding.id)));
    const top = others.find(({ severity }) => severity !== 'info');
    const isLittle = others.some(({ id }) => id === 'not-enough-data');
    if (!top && !isLittle && isShort && summary.requests.total < FEWEST) {
      const sentence = `Not enough data: ${countText(summary.requests.total, 'request')} so far.`;
      // In that case no panel states what the sentence leaves open.
      const judged = { ...summary, findings: others };
      return {
        summary: judged,
        verdict: this.#said.find({ severity: 'info', sentence, confidence: 1 }, 'little', now, 0),
      };
    }
    const server = this.#known?.server;
    const spell = this.#spellNow(pools);
    const stretch = this.#spell.last;
    if (spell && stretch && server && inference.servers.length === 0) {
      const judged = { ...summary, findings: stretch.withEarlier(others, false) };
      const workers = pools[0].pool.ofWorker ? { full: 0, all: workersNow(pools) } : null;
      const full = { stretch, spell, workers, longest: spell.longest, answered: null };
      return { summary: judged, verdict: this.#full.find({ ...judged, server }, inference, full, at) };
    }
    if (top || isLittle || pools.length === 0 || !server || inference.servers.length > 0) {
      const isSame = others.length === summary.findings.length;
      const found = isSame ? verdict : verdictOf({ ...summary, findings: others });
      const kind = top?.id ?? found.sentence.replace(/\d+/g, '#');
      // The count of requests is shown elsewhere too, so it is updated at once.
      return { summary, verdict: this.#said.find(found, kind, now, isLittle && !top ? 0 : undefined) };
    }
    const { from, to } = followedSpan(inference);
    const text = (micros: number) => clockText(micros + zoneMinutes * MICROS_PER_MINUTE);
    if (last && isLook) last.lookedBack(waitDuring(inference, last));
    const calm = calmVerdict(
      { ...summary, server },
      {
        seconds: (to - from) / 1e6,
        fullSeconds: fullMicrosIn(inference, slotsTotal(pools), from, to) / 1e6,
        lastFull: isInSight
          ? {
              from: `${last.orLonger ? 'before ' : ''}${text(last.from)}`,
              to: text(last.to),
              wait: last.wait,
              isSilent: isSilent && endsWith(last, pools),
            }
          : null,
        confidence: Math.min(server.capacity.confidence, inference.wait.confidence || 1),
        wasOk: this.#said.verdict?.severity === 'ok',
      },
    );
    return { summary, verdict: this.#said.find(calm, isInSight ? 'over' : 'calm', now) };
  }
}
