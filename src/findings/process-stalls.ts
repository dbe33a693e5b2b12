/** Finding: now and then one process stands still with its requests in flight, while the others go on. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { everyText, periodOf } from '../core/periods.ts';
import { groupsOf, orNull, type Rows, rowsAt, rowsOf } from '../core/rows.ts';
import { sumOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { findingsOfQueue, MOST_WAITING, shareOfWaits } from './saturation.ts';
import {
  areAllSlots,
  behind,
  FEWEST_STALLS,
  findStalls,
  HELD,
  hadWaiting,
  holdWhatever,
  type Stall,
  standstillsIn,
  timesListed,
  usualLevel,
} from './stalls.ts';

/** If this share of all callers came in stalls, the stalls show in the p95 wait of all. */
const MANY = 0.05;
/** If at least this share of the stalls overlaps one of another process, something that the processes share stands still. */
const TOGETHER = 0.5;

interface Process {
  readonly rows: Rows;
  readonly stalls: readonly Stall[];
  /** Number of long requests. */
  readonly long: number;
  /** Requests held in the stalls, as positions in the rows of all processes. */
  readonly held: readonly number[];
  /** Mean number of requests in flight at other times. */
  readonly level: number;
}

/** The processes that the log names, with the stalls of each. */
function processesOf(facts: Facts, rows: Rows): Process[] {
  const processes: Process[] = [];
  for (const [worker, members] of groupsOf(rows.worker)) {
    const found = worker < 0 ? null : standstillsIn(facts, rowsAt(rows, members));
    if (!found) continue;
    const { stalls, long, lengths } = found;
    const held = stalls.flatMap((stall) => stall.held.map((i) => members[i]));
    processes.push({
      rows: found.rows,
      stalls,
      long: long.length,
      held,
      level: usualLevel(found.rows, lengths.isLong),
    });
  }
  return processes;
}

const overlap = (a: Stall, b: Stall): boolean => a.from <= b.to && a.to >= b.from;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  if (summary.server.servers || inference.unbounded || findStalls(facts).length > 0) return null;
  const rows = rowsOf(facts);
  const processes = processesOf(facts, rows);
  if (processes.length < 2) return null;
  const stalls = processes.flatMap((process) => process.stalls).sort((a, b) => a.from - b.from);
  const held = processes.flatMap((process) => process.held);
  if (stalls.length < FEWEST_STALLS || !holdWhatever(rows, held, sumOf(processes.map(({ long }) => long)))) return null;
  const together = stalls.filter((stall, k) => stalls.some((other, j) => j !== k && overlap(stall, other)));
  if (together.length >= TOGETHER * stalls.length) return null;
  const waiting = processes.map((process) => behind(process.rows, process.stalls));
  if (!hadWaiting({ begun: sumOf(waiting.map(({ begun }) => begun)), usual: sumOf(waiting.map(({ usual }) => usual)) }))
    return null;
  const inHand = stalls.map((stall) => stall.held.length);
  const threads = summary.server.threads.value;
  const isFull =
    threads === null
      ? areAllSlots(stalls, 0, max(processes.map(({ level }) => level)))
      : inHand.every((count) => count >= threads);
  const lengths = stalls.map(({ length }) => length);
  const longest = max(lengths);
  const queued = stalls.map(({ length, rate, held: own }) => Math.max(0, rate * length - own.length));
  const callers = sumOf(queued);
  const waited = sumOf(queued.map((count, k) => (count * lengths[k]) / 2)) / 1e6;
  const share = shareOfWaits(rows, stalls);
  const isMost = share >= MOST_WAITING;
  const period = periodOf(stalls.map(({ to }) => to));
  const handText = min(inHand) === max(inHand) ? `${inHand[0]}` : `${min(inHand)} to ${max(inHand)}`;
  return {
    severity: callers >= MANY * rows.length ? 'critical' : 'warning',
    title: `Single processes stood still at least ${stalls.length} times, for ${durationText(longest)} or more, with ${handText} requests in hand, while the others went on`,
    brief: `Single processes stood still at least ${stalls.length} times`,
    detail: `${countText(stalls.length, 'time')}${everyText(period)} (until ${timesListed(stalls, momentsOf(facts.summary.window))}) everything that one process had in hand took ${HELD} times what its route usually takes or longer, on whatever route, and it answered nothing until all of it went on at once; what came next was as quick as ever. They lasted ${durationText(min(lengths))} to ${durationText(longest)}, or somewhat longer.${isFull ? FILLED : STOPPED} About ${countText(Math.round(callers), 'caller')} came to such a process meanwhile, by its share of all, and waited for half of a stall on average; the logged times do not hold that.${isMost ? ` ${percentText(share)} of all waiting fell to those who came in them, or behind them: otherwise ${poolText(summary.server)} is large enough.` : ''}`,
    evidence: {
      stalls: stalls.length,
      processes: processes.filter((process) => process.stalls.length > 0).length,
      in_hand_least: min(inHand),
      in_hand_most: max(inHand),
      longest_seconds: longest / 1e6,
      shortest_seconds: min(lengths) / 1e6,
      period_seconds: orNull(period / 1e6),
      callers: Math.round(callers),
      wait_share: orNull(share),
      wait_mean_added_seconds: waited / rows.length,
      remedy: `about ${countText(Math.round(callers), 'caller')} came to them meanwhile; see with py-spy dump what the process waits for while it lasts`,
    },
    advice: `The host and the database served the other processes meanwhile: look for what the threads of one process share, with py-spy dump --pid (--native for calls into C) while it lasts. ${isFull ? 'A lock that a thread holds while it waits (a lock of the module, a log handler that writes to a pipe nobody reads, an import), a pool of connections of that process.' : 'A collection of garbage in a large heap (gc.callbacks tells how long each took; gc.freeze() after the import), a call into C that keeps the GIL, a lock that a background thread holds.'} More workers share it out; threads do not.`,
    from: stalls[0].from,
    to: stalls[stalls.length - 1].to,
    lostSeconds: waited,
    spares: isMost ? [] : findingsOfQueue,
  };
}

const FILLED =
  ' Each time it had as many in hand, though more had come: most likely these are all the threads it has, and they filled up while the first of them waited.';
const STOPPED = ' It had no more in hand than at other times: it stopped as a whole.';

export default defineFinding({
  id: 'process-stalls',
  title: 'Now and then one process stood still, while the others went on',
  needs: ['time', 'pid', 'duration'],
  examine,
  // A stall of every route looks like a cache entry that many requests wait for.
  silences: [...findingsOfQueue, 'cache-stampede', 'unbalanced-workers'],
  explain: {
    test: [
      'As pool-stalls, of the requests of each process alone: held ones (five times the median of the route, and 0.5 s more) that all ran at one moment, two or more, while',
      'no other request of that process ran or ended, and five answers of it or more are missing. Three or more stalls of all processes',
      'hold half of all such requests, and 1.3 times as many as usual begin behind them.',
      'All threads were taken where they are known, or as many were in hand each time as pool-stalls asks for.',
    ].join('\n'),
    guards: [
      'Two processes or more, each with a hundred requests; event loops have event-loop-blocked. Where half of the stalls are of several processes at once, what they share stood still,',
      'and pool-stalls or no-answers tells of it; held requests of one route only are a slow route.',
    ].join('\n'),
    fix: {
      gunicorn:
        'gc.freeze() in a post_fork hook, a QueueHandler for what the application logs; more --workers of fewer --threads share a stall out',
      uvicorn: 'event-loop-blocked tells of event loops; time-outs for whatever plain def views wait for',
      waitress: 'has one process: does not apply',
      hypercorn: 'event-loop-blocked tells of event loops; a QueueHandler for what the application logs',
      uWSGI: '--threaded-logger; --harakiri-verbose shows where a worker stands when it is ended',
    },
  },
  fires: ['faults/lock-in-each-process.log.gz'],
  quiet: [
    'gunicorn-gthread-2x8-nearly-full.log',
    'faults/log-on-slow-disk.log.gz',
    'faults/lock-stops-pool.log.gz',
    'uwsgi-4-default.log',
    'faults/gil-processes.log.gz',
  ],
});
