/**
 * Finding: now and then a request of a route takes the long way, and so does every other that begins before it ends: something that they share
 * (a cached answer, a token) has expired.
 */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { everyText } from '../core/periods.ts';
import { secondsOf } from '../core/rows.ts';
import { findStampedes, type Stampedes } from '../core/stampedes.ts';
import { countText, durationText, listText, shortName } from '../core/words.ts';
import { DEFAULT_TARGET_WAIT, knownSlots, poolText, presentPool } from './pool-words.ts';
import { findingsOfQueue, waitIsLong } from './saturation.ts';

function examine(facts: Facts): Finding | null {
  const { summary, inference, names } = facts;
  const found = findStampedes(facts);
  if (!found) return null;
  const { route, stampedes, repeated, most, took, usual, period, ofEachWorker, others } = found;
  const without = withoutThem(facts, found);
  const isCause = without !== null && without.waitP95 <= DEFAULT_TARGET_WAIT;
  const name = names.routes.text(route);
  const waits = isCause
    ? ` They fill ${poolText(summary.server)}: the p95 wait of the log is ${durationText(inference.wait.p95)} (${inference.wait.method}), and had none of them taken the long way, the simulation puts it at ${durationText(without.waitP95)}.`
    : '';
  return {
    severity: isCause && waitIsLong(facts) ? 'critical' : 'warning',
    title: `${name} is made anew by everyone at once: ${stampedes} times up to ${most} requests take ${durationText(took)} instead of ${durationText(usual)}`,
    brief: `${shortName(name)} is made anew by everyone at once`,
    detail: `${countText(stampedes, 'time')}${everyText(period)}, one request${ofEachWorker ? ' of a worker' : ''} took the long way, and so did ${repeated} that began before it had ended; hardly any did before or after. So behaves what many share and that runs out: a cached answer, a token, a connection. Until the first has made it again all others do that work as well, ${durationText(found.spentMicros)} in all.${othersText(facts, found)}${waits}`,
    evidence: {
      route: name,
      stampedes,
      repeated_requests: repeated,
      most_at_once: most,
      long_way_seconds: secondsOf(took),
      usual_seconds: secondsOf(usual),
      period_seconds: secondsOf(period),
      of_each_worker: ofEachWorker,
      other_routes: others.length > 0 ? others.map((other) => names.routes.text(other.route)).join(', ') : null,
      repeated_work_seconds: secondsOf(found.spentMicros),
      without_it_wait_p95_seconds: without ? secondsOf(without.waitP95) : null,
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice: `Let one request make it anew while the others take the old one: a lock for each key (${ofEachWorker ? 'threading.Lock or asyncio.Lock, for each worker has its own' : 'dogpile.cache, or SET key NX EX in Redis'}), or a job that renews it before it runs out. Where old ones must not be served, the others wait for the first: ${durationText(took)} at most, and the work is done once instead of up to ${most} times.${without === null ? '' : ` With the old one served, the p95 wait on the same ${poolText(summary.server)} is about ${durationText(without.waitP95)} (simulated from this log).`}`,
    from: found.from,
    to: found.to,
    lostSeconds: found.spentMicros / 1e6 + (isCause ? inference.wait.mean / 1e6 : 0) * summary.requests.total,
    spares: [...(isCause ? [] : findingsOfQueue), ...(makesGrowth(facts, found) ? [] : ['waits-in-application'])],
  };
}

const MOST_NAMED = 3;

/** The finding is about the costliest route; this names the others with stampedes. */
function othersText({ names }: Facts, { others }: Stampedes): string {
  if (others.length === 0) return '';
  const each = others
    .slice(0, MOST_NAMED)
    .map(
      ({ route, stampedes, spentMicros }) =>
        `${names.routes.text(route)} (${countText(stampedes, 'time')}, ${durationText(spentMicros)} in all)`,
    );
  const more = others.length - each.length;
  return ` The same happens on ${listText(each)}${more > 0 ? ` and ${countText(more, 'other route')}` : ''}.`;
}

/** Prediction for the same pool if these requests had found what they share. null: it cannot be predicted, or the p95 wait would not halve. */
function withoutThem(facts: Facts, { route, from, to, slowFrom, usual }: Stampedes) {
  const { summary, inference, predictor } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || inference.wait.method === 'unknown' || !(to > from)) return null;
  if (!(inference.wait.p95 > DEFAULT_TARGET_WAIT)) return null;
  const cutShort = { routes: [route], from: slowFrom, to: usual };
  const predicted = predictor.predict(presentPool(summary.server, slots), { cutShort });
  return predicted && predicted.waitP95 <= inference.wait.p95 / 2 ? predicted : null;
}

/** Stampedes explain the growth of the service time with concurrency if they make at least this share of it. */
const MOST_OF_GROWTH = 0.5;

/** Do the stampedes explain why service time grows with concurrency? Their slow requests run at the same time, as if they slowed each other. */
function makesGrowth({ inference, summary }: Facts, { spentMicros }: Stampedes): boolean {
  const { growth, mean } = inference.service;
  if (!growth?.grows || growth.inTurn) return false;
  return spentMicros >= MOST_OF_GROWTH * (mean - growth.few.mean) * summary.requests.total;
}

export default defineFinding({
  id: 'cache-stampede',
  title: 'What many requests share runs out, and all of them make it anew at once',
  needs: ['time', 'duration'],
  examine,
  silences: [...findingsOfQueue, 'waits-in-application'],
  explain: {
    test: [
      'A request is slow when it takes three times the median of its route and 100 ms or more. The first slow one, from its start to the first end',
      'of a slow one, makes a window. Three or more windows hold others, ten or more in all; nine tenths of the requests of the route that surely begin in',
      'windows are slow, at most a tenth of those that begin as long before and after; Poisson probability of so many inside, at the rate of all slow ones, under e^-18.',
      'Of the quick ones that would begin in the windows at the rate outside, at most 40 % do. Who begins later ends later (sum of the delays of ends at least half that of starts): each did the work for itself.',
      'Asked of all requests of a route, and of those of each worker. Repeated work: durations of all but the first, less the median.',
    ].join('\n'),
    guards: [
      'A backend that is slow for a while has slow requests begin for as long as it is slow, not for as long as the first of them takes; what is held',
      'ends together. At most three tenths of the requests of other routes are slow in the windows, fewer come in them than half as many again as at',
      'other times (a crowd makes itself slow), fewer than half of the slow ones are the first of a new worker, and one address of many has no more than half of them (a job). A route whose requests have caches',
      'of their own, one for each product, say, mixes hits and misses: of it this is silent. Findings of a full pool fall silent where nobody would',
      'wait longer than 200 ms without the slow ones.',
    ].join('\n'),
    fix: {
      gunicorn:
        'processes share a lock through the cache: dogpile.cache get_or_create, SET key NX EX 30 in Redis, cache.add in Django; or a cron job that renews it',
      uvicorn:
        'asyncio.Lock for each key inside a process (look into the cache again once it is held), SET key NX EX 30 in Redis among processes',
      waitress:
        'threading.Lock for each key (look into the cache again once it is held); nginx in front: proxy_cache_lock on; proxy_cache_use_stale updating',
      hypercorn:
        'asyncio.Lock for each key inside a process (look into the cache again once it is held), SET key NX EX 30 in Redis among processes',
      uWSGI:
        'uwsgi.lock() around making it (look into the cache again once it is held), or @timer of uwsgidecorators that renews it',
    },
  },
  fires: ['faults/stampede.log.gz', 'faults/stampede-async.log.gz'],
  quiet: [
    'faults/stampede-not.log.gz',
    'faults/backend-slow.log.gz',
    'faults/one-route-slow.log.gz',
    'faults/cold-start.log.gz',
    'faults/peak.log.gz',
    'gunicorn-sync-4-twenty-every-ten-seconds.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
  ],
});
