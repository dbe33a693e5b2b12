/** Finding: now and then the whole pool stands still with every slot taken, and all that it has in hand goes on at once. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { orNull, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf, sumOf } from '../core/statistics.ts';
import { clockText } from '../core/time.ts';
import { countText, durationText, listText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfQueue } from './saturation.ts';
import { findStalls, HELD, type Stall } from './stalls.ts';

/** Share of the callers from which those who came in stalls are in the p95 of all. */
const MANY = 0.05;
/** Share of all waiting from which the pool is full because of them. */
const MOST_WAITING = 0.5;
/** Largest distance of a gap from the median one, as share of it, of stalls that come on a schedule; fewer gaps do not tell. */
const REGULAR = 0.1;
const FEWEST_GAPS = 3;

/** Of all waiting, what those waited who came in stalls, or in as long a time behind them; NaN where no waits are known. */
function shareOfWaits({ start, wait, length }: Rows, stalls: readonly Stall[]): number {
  let [inside, ofAll, k] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    if (!(wait[i] > 0)) continue;
    ofAll += wait[i];
    const came = start[i] - wait[i];
    while (k < stalls.length - 1 && start[i] >= stalls[k + 1].from) k++;
    if (came >= stalls[k].from && came <= stalls[k].to + stalls[k].length) inside += wait[i];
  }
  return inside / ofAll;
}

/** µs between them where they come on a schedule; NaN otherwise. */
function periodOf(stalls: readonly Stall[]): number {
  const gaps = stalls.slice(1).map(({ to }, k) => to - stalls[k].to);
  const usual = medianOf(gaps);
  return gaps.length >= FEWEST_GAPS && gaps.every((gap) => Math.abs(gap - usual) <= REGULAR * usual)
    ? usual
    : Number.NaN;
}

const MOST_NAMED = 4;

function listed(stalls: readonly Stall[]): string {
  const more = stalls.length - MOST_NAMED;
  const named = listText(stalls.slice(0, MOST_NAMED).map(({ to }) => clockText(to)));
  return more > 0 ? `${named} UTC and ${more} more` : `${named} UTC`;
}

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const stalls = findStalls(facts);
  if (stalls.length === 0) return null;
  const rows = rowsOf(facts);
  const slots = knownSlots(summary.server);
  const lengths = stalls.map(({ length }) => length);
  const inHand = stalls[0].held.length;
  const total = sumOf(lengths);
  // Those in hand came in it as well; who comes in a stall of length t waits t / 2 of it on average.
  const queued = stalls.map(({ length, rate, held }) => Math.max(0, rate * length - held.length));
  const callers = sumOf(queued);
  const waited = sumOf(queued.map((count, k) => (count * lengths[k]) / 2)) / 1e6;
  const share = shareOfWaits(rows, stalls);
  const isMost = share >= MOST_WAITING;
  const period = periodOf(stalls);
  const longest = max(lengths);
  const taken = slots === null ? `${inHand} requests in hand each time` : `all ${slots} slots taken`;
  const everyText = Number.isFinite(period) ? `, every ${durationText(period)} or so` : '';
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
    detail: `${countText(stalls.length, 'time')}${everyText} (until ${listed(stalls)}) everything in hand took ${HELD} times what its route usually takes or longer, on whatever route, and nothing was answered until all of it went on at once; what came next was as quick as ever. They lasted ${durationText(min(lengths))} to ${durationText(longest)}, or somewhat longer.${sizeText} About ${countText(Math.round(callers), 'caller')} came in them and found no slot, at the rate around them, and waited for half of one on average, and for their turn behind it; the logged times do not hold that.${fullText}`,
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
      remedy: 'see with py-spy dump what all of them wait for while it lasts',
      // The verdict tells of the pool and its waits by these.
      saturated_seconds: isMost ? summary.concurrency.saturated_seconds : null,
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
  silences: findingsOfQueue,
  explain: {
    test: [
      'A request is held when it takes five times the median of its route, and 0.5 s more than that. Held requests that all ran at one moment make a',
      'stall where they take all slots, no other request ran or ended between the start of the last and the end of the first, five',
      'answers or more are missing (λ × (longest excess - what the stamps blur), λ: starts of the 15 s on either side), and of as many requests that',
      'began before them, and next, fewer than half each were held. Three or more stalls must hold half of all such requests. In the time that the stalls',
      'lasted after them 1.3 times as many began as usual (all together, Poisson probability under 0.25 %): callers had been waiting. A stall lasts as long',
      'as the longest excess, or longer; λ t less those in hand waited, for t / 2 on average.',
      'Where the size of the pool is not known, the same number k of requests must be in hand in each of the n stalls: (2 π k)^(-(n - 1) / 2) under 1 %, and no more were ever surely in hand.',
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
