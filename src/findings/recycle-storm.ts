/** Finding: workers are recycled so often, or so many at once, that the pool is short of workers. */
import { max, min, standardDeviation } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { episodesOf } from '../core/full-stretches.ts';
import type { WorkerLife } from '../core/inference.ts';
import { groupsOf, orNull, rowsOf } from '../core/rows.ts';
import { meanOf, medianOf } from '../core/statistics.ts';
import { countText, durationText, roundText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { roundsTogether } from './recycle-rounds.ts';
import { findingsOfFullPool, waitingIn } from './saturation.ts';

/** µs: workers with shorter lives spend much of their time on starting. */
const SHORT_LIFE = 60e6;
const MINIMUM_RECYCLED = 4;
const REPLACED_WITHIN = 5e6;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const workers = summary.server.workers.value;
  if (workers === null || inference.lives.length === 0) return null;
  const ended = withoutReloads(replacedLives(endedLives(inference.lives, workers), inference.lives), facts, workers);
  if (ended.length < Math.max(MINIMUM_RECYCLED, 2 * workers)) return null;
  const counts = ended.map((life) => life.requests);
  const mean = meanOf(counts);
  // Workers that are recycled after a number of requests all serve nearly that number. With crashes and deploys the numbers scatter.
  if (mean < 2 || standardDeviation(counts) / mean > 0.3) return null;
  const life = medianOf(ended.map(({ from, to }) => to - from));
  const rounds = workers >= 2 ? roundsTogether(ended, workers, life) : 0;
  const short = life < SHORT_LIFE;
  if (!short && rounds < 2) return null;
  const seconds = summary.window.seconds ?? Number.NaN;
  const rate = summary.requests.total / seconds;
  const hourly = Math.ceil((3600 * rate) / workers / 100) * 100;
  const gap = gapOf(facts, ended);
  const isCause = rounds >= 2 && gap.fillsPool;
  const story: Story = { rounds, life, missing: gap.missing, isLimit: reachedLimit(facts, counts), isCause };
  return {
    severity: 'warning',
    title: titleOf(story),
    brief: `Workers are ${story.isLimit ? 'recycled' : 'replaced'} together, ${countText(story.rounds, 'time')}`,
    detail: `${poolText(summary.server)} replaced ${countText(ended.length, 'worker')}, each after about ${roundText(mean)} requests (${min(counts)} to ${max(counts)}) and ${durationText(life)}. ${whatFollowed(story)}`,
    evidence: {
      recycled: ended.length,
      requests_per_life: mean,
      life_median_seconds: life / 1e6,
      rounds_together: rounds,
      replaced_after_median_seconds: orNull(gap.missing / 1e6),
      wait_share: orNull(gap.waiting.seconds / gap.waiting.ofAll),
      // The verdict words the pool and its waits from this.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
      recommended_max_requests: Number.isFinite(hourly) ? hourly : null,
      recommended_jitter: Number.isFinite(hourly) ? Math.ceil(hourly / 2) : null,
    },
    advice: adviceOf(
      story,
      `last an hour: max requests ${hourly} at ${roundText(rate)} requests/s on ${countText(workers, 'worker')}, with a jitter of ${Math.ceil(hourly / 2)} so that they do not go together.`,
    ),
    from: ended[0].from,
    to: ended.at(-1)!.to,
    lostSeconds: gap.waiting.seconds,
    spares: [
      ...(isCause ? [] : findingsOfFullPool),
      ...(rounds >= 2 && !wasRestarted(facts, ended[0].from) ? [] : ['no-answers']),
    ],
  };
}

/** What the texts of the finding are made from. */
interface Story {
  /** Times that at least half of the workers ended together. */
  readonly rounds: number;
  /** Median life of a worker, µs. */
  readonly life: number;
  /** Median time until a new worker answered in the place of one that ended, µs. */
  readonly missing: number;
  /** true: the workers reached a limit on requests; false: something else may have ended them. */
  readonly isLimit: boolean;
  /** The pool was full because of the replacements. */
  readonly isCause: boolean;
}

function titleOf({ rounds, life, isLimit }: Story): string {
  const what = `Workers are ${isLimit ? 'recycled' : 'replaced'}`;
  return rounds >= 2
    ? `${what} together: ${countText(rounds, 'time')} at least half of them at once`
    : `${what} every ${durationText(life)}`;
}

function whatFollowed({ rounds, missing, isLimit, isCause }: Story): string {
  const together = rounds >= 2 && isLimit ? '; workers that started together reach the limit together' : '';
  return [
    `A new worker imports the application again, and the pool is smaller meanwhile${together}.`,
    isLimit ? '' : UNSAID,
    missing >= SLOW_BOOT ? ` It took ${durationText(missing)} (median) until another answered in its place.` : '',
    isCause ? ' The pool was full behind that, and hardly at other times.' : '',
  ].join('');
}

/** @param lasting "last an hour: …" */
function adviceOf({ missing, isLimit }: Story, lasting: string): string {
  const preload =
    missing >= SLOW_BOOT
      ? ' Importing before the fork (gunicorn: --preload; uWSGI: no --lazy-apps) makes the gap short.'
      : '';
  const first = 'Read the error log of that time, and dmesg, first. If it is a limit on requests, let a life';
  return `${isLimit ? 'Let a life' : first} ${lasting}${preload} If recycling covers a memory leak, find the leak.`;
}

/** How long workers were missing (median, µs), how long callers waited because of that, and whether it is why the pool was full. */
function gapOf(facts: Facts, ended: readonly WorkerLife[]) {
  const replaced = replacementsOf(facts, ended);
  const slots = knownSlots(facts.summary.server) ?? Number.POSITIVE_INFINITY;
  const holdups = replaced.map(({ from, to }) => ({ from, to: to + CATCHES_UP, excessMicros: to - from }));
  const waiting = waitingIn(facts, slots, holdups);
  const stretches = episodesOf(facts, slots);
  const follows = (at: number) => holdups.some(({ from, to }) => at >= from - BLUR && at <= to);
  return {
    missing: medianOf(replaced.map(({ from, to }) => to - from)),
    waiting,
    fillsPool: waiting.isMost || (stretches.length > 0 && stretches.every(({ from }) => follows(from))),
  };
}

const UNSAID =
  ' Whether they reached a limit on requests that has a jitter, or something ended them (out of memory, a deployment tool, a crash), this log does not tell.';

/** Whether workers reached a limit on requests: the server's lines say so, or their counts hardly differ (a limit without jitter). */
const reachedLimit = ({ lifecycle }: Facts, counts: readonly number[]): boolean =>
  lifecycle.some(({ kind }) => kind === 'recycle') || max(counts) - min(counts) <= Math.max(3, 0.02 * meanOf(counts));

/** µs: gaps from SLOW_BOOT on are reported; for CATCHES_UP after a gap the pool is still full of callers who came in it. */
const SLOW_BOOT = 1e6;
const CATCHES_UP = 2e6;

/** For each worker that ended, the gap from its last answer to the first request of its replacement, µs since 1970 UTC. */
function replacementsOf(facts: Facts, ended: readonly WorkerLife[]) {
  const rows = rowsOf(facts);
  const own = groupsOf(rows.worker);
  const births = [...own.values()].map((members) => rows.start[members[0]]).sort((a, b) => a - b);
  const lasts = ended
    .map(({ worker }) => own.get(worker))
    .filter((members) => members !== undefined)
    .map((members) => max(members.map((i) => rows.end[i])));
  let next = 0;
  return lasts
    .sort((a, b) => a - b)
    .flatMap((from) => {
      while (next < births.length && births[next] < from) next++;
      return next < births.length ? [{ from, to: births[next++] }] : [];
    });
}

/** The server's own lines say that it was started or reloaded within the log: pauses may be due to that. */
const wasRestarted = ({ lifecycle }: Facts, after: number): boolean =>
  lifecycle.some(({ kind, time }) => (kind === 'listen' || kind === 'reload') && time > after + REPLACED_WITHIN);

/**
 * Lives that ended within the log, other than by a kill, in order of their ends. A silent worker may only be idle. So a life without a
 * reported end counts only if another one begins in its place, and the log has at least three times as many lives as workers.
 */
function endedLives(lives: readonly WorkerLife[], workers: number): WorkerLife[] {
  const logTo = max(lives.map((life) => life.to));
  const many = lives.length >= 3 * workers;
  const replaced = ({ to }: WorkerLife) =>
    many && to < logTo - 2e6 && lives.some((next) => next.from >= to - 1e6 && next.from <= to + REPLACED_WITHIN);
  return lives
    .filter((life) =>
      life.fate === 'running' ? replaced(life) : life.fate !== 'timeout' && life.fate !== 'killed' && life.to < logTo,
    )
    .sort((a, b) => a.to - b.to);
}

/**
 * Keeps the lives that were followed by a new one soon after their end. A worker that reached a limit is replaced at once, whereas a pool
 * that stops idle workers (uWSGI's cheaper) stays smaller until load comes. A new life is only seen once the new worker gets a request.
 */
function replacedLives(ended: readonly WorkerLife[], lives: readonly WorkerLife[]): WorkerLife[] {
  const births = lives.map(({ from }) => from).sort((a, b) => a - b);
  const pause = ended.length === 0 ? 0 : medianOf(ended.map(({ from, to, requests }) => (to - from) / requests));
  const within = Math.max(REPLACED_WITHIN, 3 * pause);
  let next = 0;
  return ended.filter(({ to }) => {
    while (next < births.length && births[next] < to - BLUR) next++;
    if (next >= births.length || births[next] > to + within) return false;
    next++;
    return true;
  });
}

/** µs: after a reload or shutdown workers may finish their requests for GRACE (gunicorn's graceful timeout). BLUR: coarse stamps. */
const GRACE = 31e6;
const BLUR = 1e6;
/** Lives that end within this many standard deviations of each other did not each reach a limit; the first value is for two workers. */
const TOGETHER_TWO = 0.1;
const TOGETHER = 0.3;

/**
 * Leaves out lives that the operator ended: those for which the server's lines say so, and rounds in which all workers ended at once although
 * they had served different numbers of requests. If callers are spread over the workers at random, these reach a limit of n requests at
 * moments that differ by about n^½ requests, which takes life / n^½.
 */
function withoutReloads(ended: readonly WorkerLife[], { lifecycle, names }: Facts, workers: number): WorkerLife[] {
  const orders = lifecycle.filter(({ kind }) => kind === 'reload' || kind === 'shutdown').map(({ time }) => time);
  const limits = new Set(lifecycle.filter(({ kind }) => kind === 'recycle').map(({ worker }) => worker));
  const isOrdered = ({ worker, from, to }: WorkerLife) =>
    !limits.has(names.workers.text(worker)) &&
    orders.some((time) => from < time && to >= time - BLUR && to <= time + GRACE);
  const left = ended.filter((life) => !isOrdered(life));
  const kept: WorkerLife[] = [];
  for (let i = 0; i < left.length; ) {
    const round = left.slice(i, i + workers);
    if (endedAtOnce(round, workers) && !round.some(({ worker }) => limits.has(names.workers.text(worker)))) {
      i += round.length;
    } else kept.push(left[i++]);
  }
  return kept;
}

function endedAtOnce(round: readonly WorkerLife[], workers: number): boolean {
  if (workers < 2 || round.length < workers) return false;
  const counts = round.map(({ requests }) => requests);
  const mean = meanOf(counts);
  const life = medianOf(round.map(({ from, to }) => to - from));
  const apart = round[round.length - 1].to - round[0].to;
  const differ = max(counts) - min(counts) >= Math.max(3, 0.02 * mean);
  return differ && apart <= (workers === 2 ? TOGETHER_TWO : TOGETHER) * (life / Math.sqrt(mean));
}

export default defineFinding({
  id: 'recycle-storm',
  title: 'Workers are recycled too often, or all together',
  needs: ['time', 'pid'],
  examine,
  silences: ['no-answers', ...findingsOfFullPool],
  explain: {
    test: [
      'At least max(4, 2 c) workers ended after nearly the same number of requests (coefficient of variation <= 0.3), and the',
      'median life is under 60 s, or at least half of the workers ended within a tenth of a life of each other, twice or more, and',
      'of more than 20 lives, more often than by chance (by three deviations), or half of the others end within that time of each one on average.',
      'Limit for a life of an hour: max_requests = 3600 λ / c, with a jitter of half of it. Findings of a full pool fall silent where half of all waiting',
      'falls into full stretches behind such rounds, or every full stretch begins in one.',
    ].join('\n'),
    guards: [
      'Lives that scatter are crashes or deploys, not recycling; of those that differ by more than 2 % it is said that the log cannot tell, unless the server speaks of its limit; lives cut by the end of the log do not count, nor do those that a reload',
      '(HUP) or a shutdown ends: the server says so, or all workers end within 0.3 life / √n of each other (0.1 for two) although their',
      'numbers of requests differ; nor do those in whose place no other begins within 5 s (or three pauses of a worker): a pool that is scaled.',
    ].join('\n'),
    fix: {
      gunicorn: '--max-requests N --max-requests-jitter N/2 with the numbers above, --preload to make a start cheap',
      uvicorn: '--limit-max-requests N --limit-max-requests-jitter N/2 (the jitter from uvicorn 0.41 on)',
      waitress: 'does not recycle',
      hypercorn: '--max-requests N --max-requests-jitter N/2',
      uWSGI: '--max-worker-lifetime 3600 --max-worker-lifetime-delta 300: each worker at its own time',
    },
  },
  fires: ['gunicorn-sync-2-recycling.log', 'faults/recycled-with-import.log.gz'],
  quiet: [
    'faults/uwsgi-cheaper-comes-and-goes.log.gz',
    'faults/reload.log.gz',
    'gunicorn-sync-3-timeout-kills.log',
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-gevent-2.log',
  ],
});
