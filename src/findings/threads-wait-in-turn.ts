/** Finding: requests hold a thread each while they queue for something that fewer of them can use at once: a lock, a connection. */
import { binLevels } from '../core/bin-levels.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { spanOf } from '../core/full-stretches.ts';
import type { FoundSlots, HiddenSlots } from '../core/inference.ts';
import { groupsOf, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { meanOf, sumOf } from '../core/statistics.ts';
import { besideText, countText, durationText, listText, roundText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';
import { findingsOfQueue } from './saturation.ts';

/** Reported if the queueing requests spend at least this share of their time in the queue, on average. */
const MATERIAL = 0.15;
/** Critical if requests among many others take this many times as long as among few. */
const GRAVE = 3;
/** If the queueing requests take at least this share of the time of all requests, they are what fills the threads. */
const MOST_OF_TIME = 0.5;
const MOST_NAMED = 3;
const MOST_BINS = 100_000;

function examine(facts: Facts): Finding | null {
  const { summary, inference, names } = facts;
  const growth = inference.behindThreads;
  const { value, low } = summary.server.threads;
  const threads = value ?? low ?? null;
  if (!growth?.inTurn?.found || threads === null) return null;
  const { few, many, inTurn } = growth;
  const { found } = growth.inTurn;
  // A limit as large as the number of threads may be the threads themselves.
  if (!(found.high < threads) || !(found.serviceMean > 0)) return null;
  const rows = rowsOf(facts);
  const standing = standingOf(rows, inTurn);
  const mean = meanOf(standing.map((i) => rows.service[i]));
  const waited = mean - found.serviceMean;
  if (!(waited >= MATERIAL * mean)) return null;
  const queue = queueOf(rows, standing, found);
  if (queue === null) return null;
  const routes = [...new Set(standing.map((i) => names.routes.text(rows.route[i])))].sort();
  const whose = routes.length <= MOST_NAMED ? listText(routes) : countText(routes.length, 'route');
  const busy =
    sumOf(standing.map((i) => rows.service[i])) / rows.service.reduce((sum, micros) => sum + (micros || 0), 0);
  const fills = busy >= MOST_OF_TIME;
  const full = knownSlots(summary.server) === null ? 0 : (summary.concurrency.saturated_seconds ?? 0);
  const each = summary.server.workers.value === 1 ? '' : ' of each process';
  const threadsText = `${countText(threads, 'thread')}${value === null ? ' or more' : ''}${each}`;
  return {
    severity: many.mean >= GRAVE * few.mean ? 'critical' : 'warning',
    title: `Requests of ${whose} wait for each other while they hold threads: ${atOnceText(found, threadsText)}; ${besideText(few)}, ${besideText(many)}`,
    brief: 'Requests that hold threads wait for each other',
    detail: `Times of ${whose} grow with the number in flight, for short requests as much as for long ones, and hardly one overtakes another: they queue inside the application, for a lock or a pool of connections for example, and do not share a core or a backend, which would slow long ones down by more. Of their ${durationText(mean)} on average about ${durationText(waited)} is that wait. While more of them were there (${durationText(queue.micros)} in all), ${roundText(queue.ends)} of them ended each second.${asideText(facts, inTurn)}`,
    evidence: {
      at_once_at_most: found.high,
      threads,
      routes: whose,
      routes_aside: inTurn.aside.size,
      mean_seconds: secondsOf(mean),
      waited_mean_seconds: secondsOf(waited),
      others_few: few.beside,
      mean_beside_few_seconds: secondsOf(few.mean),
      others_many: many.beside,
      mean_beside_many_seconds: secondsOf(many.mean),
      queued_seconds: secondsOf(queue.micros),
      ended_per_second: queue.ends,
      arrived_per_second: queue.starts,
      recommended_at_once: found.high === 1 ? null : queue.enough,
      // The verdict words the pool and its waits from this.
      saturated_seconds: fills && full > 0 ? full : null,
    },
    advice: adviceFor(found, queue),
    from: queue.from,
    to: queue.to,
    lostSeconds: (waited / 1e6) * standing.length,
    spares: fills ? [] : findingsOfQueue,
  };
}

/** @param threads "8 threads or more of each process" */
function atOnceText({ low, high }: FoundSlots, threads: string): string {
  if (high === 1) return `of ${threads} only one gets on at a time (a lock?)`;
  return `of ${threads} about ${low === high ? high : `${low} to ${high}`} get on at once, or fewer (connections, a lock?)`;
}

function adviceFor({ high }: FoundSlots, { enough, starts }: Queue): string {
  const find = 'More threads would only queue there. See with py-spy dump --pid under load what they wait for.';
  const pool = `A pool of database connections: about ${enough} for each process (ceil(a + 2 √a), by what they took while they queued), if the database bears them: SQLAlchemy create_engine(pool_size=${enough}, max_overflow=0), psycopg_pool ConnectionPool(max_size=${enough}).`;
  const lock = `A lock: hold it for the shared step alone, not across calls; ${roundText(starts)} came each second in each process, so whoever holds it may take ${durationText(1e6 / starts)} at most.`;
  return high === 1 ? `${find} ${lock}` : `${find} ${pool} ${lock}`;
}

function asideText({ names }: Facts, { aside }: HiddenSlots): string {
  if (aside.size === 0) return '';
  const others = [...aside].map((route) => names.routes.text(route)).sort();
  const named = others.length > MOST_NAMED ? countText(others.length, 'other route') : listText(others);
  return ` ${named} ${others.length === 1 ? 'does not stand in it: its' : 'do not stand in it: their'} times do not grow.`;
}

/** Positions of the requests whose routes queue. */
const standingOf = ({ length, route, service }: Rows, { aside }: HiddenSlots): number[] =>
  Array.from({ length }, (_, i) => i).filter((i) => !aside.has(route[i]) && service[i] >= 0);

interface Queue {
  /** From the first to the last moment of queueing, µs since 1970 UTC. */
  readonly from: number;
  readonly to: number;
  /** Time with more requests than slots, summed over processes, µs. */
  readonly micros: number;
  /** Requests per second that started and ended in a process while requests queued there. */
  readonly starts: number;
  readonly ends: number;
  /** Slots per process with which requests would seldom have waited. */
  readonly enough: number;
}

/** When a process had more of these requests than it can serve at once; null: for less than LEAST_SECONDS. */
function queueOf(rows: Rows, standing: readonly number[], { high, serviceMean }: FoundSlots): Queue | null {
  const { origin, last } = spanOf(rows);
  const width = Math.max(1e6, (last - origin) / MOST_BINS);
  const count = Math.ceil((last - origin) / width) + 1;
  let [from, to, bins, starts, ends] = [Number.POSITIVE_INFINITY, 0, 0, 0, 0];
  for (const members of groupsOf(Int32Array.from(standing, (i) => rows.worker[i])).values()) {
    const own = members.map((k) => standing[k]);
    const levels = binLevels(
      own.map((i) => rows.start[i]),
      own.map((i) => rows.service[i]),
      origin,
      width,
      count,
    );
    const isQueued = (at: number) => levels[Math.min(count - 1, Math.floor((at - origin) / width))] > high;
    levels.forEach((level, bin) => {
      if (level <= high) return;
      bins++;
      from = Math.min(from, origin + bin * width);
      to = Math.max(to, origin + (bin + 1) * width);
    });
    for (const i of own) {
      if (isQueued(rows.start[i])) starts++;
      if (isQueued(rows.end[i])) ends++;
    }
  }
  const seconds = (bins * width) / 1e6;
  if (seconds < LEAST_SECONDS) return null;
  const offered = (starts / seconds) * (serviceMean / 1e6);
  return {
    from,
    to: Math.min(to, last),
    micros: seconds * 1e6,
    starts: starts / seconds,
    ends: ends / seconds,
    enough: Math.max(high + 1, Math.ceil(offered + 2 * Math.sqrt(offered))),
  };
}

/** Shorter queueing is not reported, s. */
const LEAST_SECONDS = 3;

export default defineFinding({
  id: 'threads-wait-in-turn',
  title: 'Requests that hold a thread wait in turn for a lock, or for one of a few connections',
  needs: ['time', 'duration'],
  examine,
  silences: [...findingsOfQueue, 'threads-cpu-bound', 'threads-would-not-help', 'overprovisioned'],
  explain: {
    test: [
      'A pool of threads whose logged times are those of the application. As waits-in-application: times grow with the number of others in the',
      'process (6 standard errors above what the same requests give with their durations dealt anew), neighbours lie as far apart among many as',
      'among few, and later ones do not overtake: a queue, first come, first served, for k slots by replays of it. Told where k is surely below the',
      'threads of a process and the wait behind them is 15 % of the time of those who stand in it. From and to: the seconds in which more than k of',
      'them were there, three at least. Slots that would do, by Little: a = λ S then, ceil(a + 2 √a).',
    ].join('\n'),
    guards: [
      'At least 100 requests, compared within 32 consecutive ones of a route, so that a slow hour or a slow route does not count. A core or a backend',
      'that all share slows long requests down by more than short ones: then this is silent. k is told as an upper end: what requests do before and',
      'after, without the lock or the connection, makes it seem larger. What they wait for a log does not say. Findings of a full pool fall silent where',
      'those who stand in the queue take half of the time of all requests.',
    ].join('\n'),
    fix: {
      gunicorn: 'a connection pool as large as --threads in each process, or fewer --threads; hold locks for less',
      uvicorn: 'has no threads of its own: does not apply',
      waitress: 'a connection pool as large as --threads, or fewer --threads; hold locks for less',
      hypercorn: 'has no threads of its own: does not apply',
      uWSGI: 'a connection pool as large as --threads in each process, or fewer --threads; hold locks for less',
    },
  },
  fires: ['faults/few-connections.log.gz', 'faults/lock-in-route.log.gz'],
  quiet: [
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-gthread-2x8-nearly-full.log',
    'faults/gil-open.log.gz',
    'faults/gil-whole-seconds.log.gz',
    'faults/waitress-with-durations.log.gz',
  ],
});
