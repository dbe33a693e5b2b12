/** Finding: a few extraordinarily long requests held slots, and callers queued for the remaining ones. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { episodesOf } from '../core/full-stretches.ts';
import { momentsOf } from '../core/moments.ts';
import { type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { medianOf, quantileOf } from '../core/statistics.ts';
import { mayBeNone } from '../core/wait-range.ts';
import { countText, durationText, listText, percentText } from '../core/words.ts';
import { knownSlots, poolText, presentPool } from './pool-words.ts';
import { findingsOfFullPool, materialWait, waitIsLong } from './saturation.ts';

/** A long request takes at least LONG (µs) and LONGER times the p99 of the others; shorter ones are a slow route, or its tail. */
const LONG = 10_000_000;
const LONGER = 10;
/** At most this share of the requests may be long. */
const FEW = 0.01;
const FEWEST_OTHERS = 100;
/** At least this share of all waiting must fall into the time in which a long request ran. */
const MOST_WAITING = 0.6;
/** Without the long requests, at most this share of the simulated mean wait may be left. */
const LEFT = 0.5;
const MOST_NAMED = 3;

interface Held {
  /** Positions of the long requests, in order of time. */
  readonly long: readonly number[];
  /** µs since 1970 UTC: when the pool was full beside them, or else when they ran. */
  readonly from: number;
  readonly to: number;
  /** Most slots that they held at once. */
  readonly peak: number;
  /** Waiting while a long request ran: seconds, and share of all waiting, 0..1. */
  readonly waitSeconds: number;
  readonly waitShare: number;
}

function examine(facts: Facts): Finding | null {
  const { summary, names, predictor } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || slots < 2 || !materialWait(facts)) return null;
  const rows = rowsOf(facts);
  const held = heldSlots(facts, rows, slots);
  if (held === null) return null;
  const { long, from, to } = held;
  const pool = presentPool(summary.server, slots);
  const lengths = long.map((i) => rows.service[i]);
  const [shortest, longest] = [min(lengths), max(lengths)];
  const routes = [...new Set(long.map((i) => rows.route[i]))];
  const usual = medianOf(rows.service.filter((micros) => micros >= 0));
  const now = predictor.predict(pool);
  const without = predictor.predict(pool, { cutShort: { routes, from: shortest, to: usual } });
  if (!now || !without || !(without.waitMean <= LEFT * now.waitMean)) return null;
  const lasted =
    shortest < 0.9 * longest
      ? `${durationText(shortest)} to ${durationText(longest)}`
      : `${durationText(longest)}${long.length > 1 ? ' each' : ''}`;
  const which = listText(routes.slice(0, MOST_NAMED).map((route) => names.routes.text(route)));
  const who = `${countText(long.length, 'request')} of ${which}`;
  const moments = momentsOf(summary.window);
  const [began, they] = long.length === 1 ? ['It began', 'it'] : ['The first began', 'they'];
  return {
    severity: waitIsLong(facts) ? 'critical' : 'warning',
    title: `${who} held ${held.peak} of ${slots} slots (${lasted}): callers ${mayBeNone(summary.wait) ? 'may have queued' : 'queued'} for the others`,
    brief: `${countText(long.length, 'request')} held ${held.peak} of ${slots} slots (${lasted})`,
    detail: `${began} at ${moments.at(rows.start[long[0]])} UTC, and ${they} took ${lasted}, where half of all requests take ${durationText(usual)} or less. From ${moments.span(from, to)} UTC what was left of ${poolText(summary.server)} was full, or nearly: ${percentText(held.waitShare)} of all waiting fell into the time that ${they} ran. Had ${they} taken as long as the others, the mean wait would be ${durationText(without.waitMean)} (simulated; ${durationText(now.waitMean)} with ${long.length === 1 ? 'it' : 'them'}): the pool is large enough for the rest.`,
    evidence: {
      requests: long.length,
      routes: routes.map((route) => names.routes.text(route)).join(', '),
      slots,
      held_peak: held.peak,
      shortest_seconds: secondsOf(shortest),
      longest_seconds: secondsOf(longest),
      usual_seconds: secondsOf(usual),
      wait_share: held.waitShare,
      wait_mean_simulated_seconds: secondsOf(now.waitMean),
      without_wait_mean_seconds: secondsOf(without.waitMean),
      // The verdict words the pool and its waits from this.
      saturated_seconds: summary.concurrency.saturated_seconds,
    },
    advice: `If ${they} hung: give the calls that ${which} makes time-outs of a few seconds, and find what ${they} waited for (py-spy dump --pid while that lasts). If ${they} should take so long (a stream, an export, an upload): serve ${which} by a server of its own or an async one, or hand the work to a task queue and answer at once. ${countText(slots + held.peak, 'slot')} would have left the others their ${slots}.`,
    from,
    to,
    lostSeconds: held.waitSeconds,
  };
}

/** The long requests and the waiting beside them; null: there are none, or most of the waiting was at other times. */
function heldSlots(facts: Facts, rows: Rows, slots: number): Held | null {
  const all = Array.from({ length: rows.length }, (_, i) => i).filter((i) => rows.service[i] >= 0);
  const others = all.filter((i) => rows.service[i] < LONG);
  if (others.length < FEWEST_OTHERS) return null;
  const least = Math.max(
    LONG,
    LONGER *
      quantileOf(
        others.map((i) => rows.service[i]),
        0.99,
      ),
  );
  const long = all.filter((i) => rows.service[i] >= least);
  if (long.length === 0 || long.length > Math.max(1, FEW * all.length)) return null;
  let [inside, ofAll] = [0, 0];
  for (const i of all) {
    const wait = Math.max(0, rows.wait[i] || 0);
    ofAll += wait;
    if (wait > 0 && long.some((k) => rows.start[i] - wait < rows.end[k] && rows.start[i] > rows.start[k]))
      inside += wait;
  }
  if (!(inside >= MOST_WAITING * ofAll) || inside === 0) return null;
  const full = episodesOf(facts, slots).filter(({ from, to }) =>
    long.some((k) => from < rows.end[k] && to > rows.start[k]),
  );
  return {
    long,
    from: full.length > 0 ? full[0].from : rows.start[long[0]],
    to: full.length > 0 ? full[full.length - 1].to : max(long.map((k) => rows.end[k])),
    peak: Math.min(slots, peakOf(rows, long)),
    waitSeconds: inside / 1e6,
    waitShare: inside / ofAll,
  };
}

/** Largest number of the long requests that ran at once. */
function peakOf(rows: Rows, long: readonly number[]): number {
  return max(long.map((i) => long.filter((k) => rows.start[k] <= rows.start[i] && rows.end[k] > rows.start[i]).length));
}

export default defineFinding({
  id: 'slot-held',
  title: 'A few requests of extraordinary length held slots, and callers queued for the others',
  needs: ['time', 'duration'],
  examine,
  silences: [...findingsOfFullPool, 'overprovisioned', 'latency-step'],
  explain: {
    test: [
      'Requests that took 10 s or longer, and ten times what 99 of 100 others took: one in a hundred at most. Three fifths of all waiting falls into',
      'the time that one of them ran, and a simulation of the same arrivals in the same pool, in which these requests take as long as the median of',
      'all, halves the mean wait. From and to: the stretches beside them in which the pool was full, or while they ran.',
    ].join('\n'),
    guards: [
      'The counterfactual must show that the pool is large enough without them. Ten requests of one slow route, or three that have the waiting to themselves, are head-of-line; eight that are slow',
      'together are outage-behind; requests that were killed are worker-timeouts; one that has no line yet is capacity-lost.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--timeout N ends a sync worker whose request hangs (threads are not ended); time-outs in the clients that views call',
      uvicorn: 'has no slots: a long await holds nobody; def views of FastAPI: time-outs in the clients that they call',
      waitress:
        'no request is ever ended: time-outs in the clients that views call, more --threads where streams are meant',
      hypercorn: 'has no slots: a long await holds nobody; under WSGI time-outs in the clients that views call',
      uWSGI: '--harakiri N ends what hangs; offload streams (--offload-threads) or give them a server of their own',
    },
  },
  fires: ['faults/slot-held.log.gz', 'faults/streams-hold-threads.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'faults/slot-held-not.log.gz',
  ],
});
