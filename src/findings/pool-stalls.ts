/** Finding: now and then the whole pool stands still with every slot taken, until all requests in flight resume at once. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { everyText, periodOf } from '../core/periods.ts';
import { orNull, rowsOf } from '../core/rows.ts';
import { sumOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfQueue, MOST_WAITING, shareOfWaits } from './saturation.ts';
import { findStalls, HELD, timesListed } from './stalls.ts';

/** If this share of all callers came in stalls, the stalls show in the p95 wait of all. */
const MANY = 0.05;

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const stalls = findStalls(facts);
  if (stalls.length === 0) return null;
  const rows = rowsOf(facts);
  const slots = knownSlots(summary.server);
  const lengths = stalls.map(({ length }) => length);
  const inHand = stalls[0].held.length;
  const total = sumOf(lengths);
  // The held requests also came during the stall, so they do not count as queued. A caller in a stall of length t waits t / 2 on average.
  const queued = stalls.map(({ length, rate, held }) => Math.max(0, rate * length - held.length));
  const callers = sumOf(queued);
  const waited = sumOf(queued.map((count, k) => (count * lengths[k]) / 2)) / 1e6;
  const share = shareOfWaits(rows, stalls);
  const isMost = share >= MOST_WAITING;
  const period = periodOf(stalls.map(({ to }) => to));
  const longest = max(lengths);
  const taken = slots === null ? `${inHand} requests in hand each time` : `all ${slots} slots taken`;
  const sizeText =
    slots === null
      ? ` Each time it had ${inHand} in hand, no more and no fewer, though more had come: most likely these are all the slots it has.`
      : '';
  const fullText = isMost
    ? ` ${percentText(share)} of all waiting fell to those who came in them, or while the queues behind them were still there: otherwise ${poolText(summary.server)} is large enough.`
    : '';
  return {
    severity: callers >= MANY * rows.length ? 'critical' : 'warning',
    title: `The whole pool stood still at least ${stalls.length} times, for ${durationText(longest)} or more, with ${taken}`,
    brief: `The whole pool stood still at least ${stalls.length} times`,
    detail: `${countText(stalls.length, 'time')}${everyText(period)} (until ${timesListed(stalls, momentsOf(facts.summary.window))}) everything in hand took ${HELD} times what its route usually takes or longer, on whatever route, and nothing was answered until all of it went on at once; what came next was as quick as ever. They lasted ${durationText(min(lengths))} to ${durationText(longest)}, or somewhat longer.${sizeText} About ${countText(Math.round(callers), 'caller')} came in them and found no slot, at the rate around them, and waited for half of one on average, and for their turn behind it; the logged times do not hold that.${fullText}`,
    evidence: {
      stalls: stalls.length,
      in_hand: inHand,
      slots,
      longest_seconds: longest / 1e6,
      shortest_seconds: min(lengths) / 1e6,
      seconds: total / 1e6,
      period_seconds: orNull(period / 1e6),
      callers: Math.round(callers),
      wait_share: orNull(share),
      wait_mean_added_seconds: waited / rows.length,
      remedy: `about ${countText(Math.round(callers), 'caller')} found no slot meanwhile; see with py-spy dump what all of them wait for while it lasts`,
    },
    advice: `Find what all requests share and what stops ${Number.isFinite(period) ? `every ${durationText(period)}` : 'at these times'}: py-spy dump --pid while it lasts shows where all of them stand. A lock that one holds while it waits (a log handler that writes to a slow disk or pipe: logging.handlers.QueueHandler; a table that a job locks); a database or cache that stands still (checkpoints, backups, VACUUM FULL); collections of garbage (gc.callbacks); a host that was paused or short of CPU (steal in vmstat, nr_throttled in cpu.stat), swapping. More slots would be taken as well; they only shorten the queue that is left.`,
    from: stalls[0].from,
    to: stalls[stalls.length - 1].to,
    lostSeconds: waited,
    spares: isMost ? [] : findingsOfQueue,
  };
}

export default defineFinding({
  id: 'pool-stalls',
  title: 'Now and then the whole pool stood still with all slots taken',
  needs: ['time', 'duration'],
  examine,
  // A stall of every route looks like a cache entry that many requests wait for.
  silences: [...findingsOfQueue, 'cache-stampede'],
  explain: {
    test: [
      'A request is held when it takes five times the median of its route, and 0.5 s more than that. Held requests that all ran at one moment make a',
      'stall where they take all slots, no other request ran or ended between the start of the last and the end of the first (or was written before it), five',
      'answers or more are missing (λ × (longest excess - what the stamps blur), λ: starts of the 15 s on either side), and of as many requests that',
      'began before them, and next, fewer than half each were held. Three or more stalls must hold half of all such requests. In the time that the stalls',
      'lasted after them 1.3 times as many began as usual (all together, Poisson probability under 0.25 %): callers had been waiting. A stall lasts as long',
      'as the longest excess, or longer; λ t less those in hand waited, for t / 2 on average.',
      'Where the size of the pool is not known, the same number k of requests must be in hand in each of the n stalls, and no more ever surely: (2 π k)^(-(n - 1) / 2)',
      'under 1 %, or k or more in hand in each, at the mean level of other times, under e^-12 (Poisson, all together): slots fill up, what stops as a whole has no more in hand than usual.',
    ].join('\n'),
    guards: [
      'Held requests of one route only are a slow route (unless the log has no other), mostly failed ones a backend that is away, mostly the first of their workers cold',
      'starts. Event loops have no slots: event-loop-blocked tells of them; where slots were free, no-answers does. Crowds that slow themselves down leave nobody',
      'waiting, or slow down the next as well. Heavy tails make most long requests alone. A log that is full all the time cannot tell.',
      'Findings of a full pool fall silent where at least half of all waiting falls into the full stretches that stalls make.',
    ].join('\n'),
    fix: {
      gunicorn:
        'a QueueHandler for what the application logs, access logs to a pipe that is always read; --worker-tmp-dir /dev/shm, so that no worker waits for a disk',
      uvicorn: 'a QueueHandler for what the application logs; time-outs for whatever plain def views wait for',
      waitress: 'a QueueHandler for what the application logs; gc.freeze() after the import',
      hypercorn: 'a QueueHandler for what the application logs; time-outs for whatever views wait for',
      uWSGI:
        '--threaded-logger, so that no worker waits for the log; --harakiri-verbose shows where workers stand when they are ended',
    },
  },
  fires: ['faults/log-on-slow-disk.log.gz', 'faults/lock-stops-pool.log.gz'],
  quiet: [
    'faults/stood-still.log.gz',
    'faults/backend-slow.log.gz',
    'faults/stampede.log.gz',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-4-twenty-every-ten-seconds.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
  ],
});
