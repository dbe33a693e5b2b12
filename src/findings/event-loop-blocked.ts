/** Finding: a route makes a blocking call, which stops its whole async worker meanwhile. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { countText, durationText, percentText, roundText, shortName } from '../core/words.ts';
import { blameByOrder } from './blame-by-order.ts';
import { happened } from './coincidence.ts';
import { type Trains, trainsOf } from './ends-together.ts';
import { ALL, type Blame, blameAll, blameByGaps, blameBySilences, FINEST } from './loop-blame.ts';
import { poolText } from './pool-words.ts';
import { sharedWorkOf } from './shared-work.ts';

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  if (summary.server.model !== 'async' || summary.requests.total < 50) return null;
  const rows = rowsOf(facts);
  if (rows.length < 50) return null;
  const bySilences = summary.knows.duration ? blameByDurations(facts, rows) : null;
  if (!bySilences && summary.knows.duration) {
    const trains = trainsOf(rows);
    const held = trains && heldByTrains(facts, trains);
    if (held) return held;
  }
  const blame = bySilences ?? (summary.knows.pid ? (blameByGaps(facts, rows) ?? blameAll(rows)) : null);
  return blame && blamed(facts, blame, rows.end[rows.length - 1] - rows.start[0]);
}

const blameByDurations = (facts: Facts, rows: Rows): Blame | null =>
  rows.uncertainty <= FINEST ? blameBySilences(rows) : blameByOrder(facts, rows);

/** `span`: µs of the log. */
function blamed(facts: Facts, blame: Blame, span: number): Finding | null {
  const { summary, names, predictor } = facts;
  // Drop an uncertain blame if the durations already show how much work the loop does for one request at a time.
  if (!blame.sure && typeof predictor.contention() === 'object') return null;
  const name = blame.route === ALL ? 'every route' : names.routes.text(blame.route);
  const lost = blame.times * blame.micros;
  const share = lost / span / Math.max(1, summary.server.workers.value ?? 1);
  return {
    severity: !blame.sure ? 'info' : lost >= 0.05 * span || blame.micros >= 500_000 ? 'critical' : 'warning',
    title: titleOf(blame, name),
    brief: `${shortName(name)} ${blame.sure ? 'blocks' : 'may block'} the event loop for ${durationText(blame.micros)}`,
    detail: detailOf(blame, name),
    evidence: {
      route: name,
      blocked_times: blame.times,
      blocked_median_seconds: blame.micros / 1e6,
      blocked_seconds: lost / 1e6,
      route_requests: blame.requests,
      capacity_lost: share,
    },
    advice: `${OUT_OF_THE_LOOP} That gives back ${percentText(share)} of the pool.`,
    from: blame.from,
    to: blame.to,
    lostSeconds: lost / 1e6,
    // A blocked loop answers nobody, so it explains no-answers; not if a restart may be the reason.
    spares:
      blame.sure && !happened(facts, ['listen', 'reload', 'shutdown'], blame.from, blame.to) ? [] : ['no-answers'],
  };
}

/** The finding is critical from this median duration of the requests in trains, µs. */
const GRAVE = 1e6;

/** Requests begin and end together whatever they do (trains): in between, the loop was blocked by one thing. */
function heldByTrains(facts: Facts, trains: Trains): Finding | null {
  const { summary, names } = facts;
  const shared = sharedWorkOf(facts, 'worker', 0.5);
  const name = trains.route === null ? null : names.routes.text(trains.route);
  // Without a route to blame, the finding about shared work says more (how much it is, and how many workers it takes).
  if (name === null && shared) return null;
  const ownText =
    name === null ? '' : ` Requests of ${name} hardly ever do so: each has the loop for itself while it runs.`;
  const sharedText = shared
    ? ` By how durations grow, ${shared.found.atLeast ? 'at least ' : ''}${percentText(shared.found.share)} of their time is work that the loop does for one at a time: one process ends ${shared.found.atLeast ? 'below' : 'near'} ${roundText(shared.ceiling)} requests/s.`
    : '';
  return {
    severity: trains.median >= GRAVE ? 'critical' : 'warning',
    title: `${name ?? 'Something'} holds the event loop: requests beside it stand still and end together`,
    brief: `${shortName(name ?? 'Something')} holds the event loop`,
    detail: `${countText(trains.ties, 'line')} took as long as the line of their worker before, to 2 ms, where ${roundText(trains.expected)} would by chance: ${countText(trains.trains, 'time')} requests that began together ended together, for the loop (${poolText(summary.server)}) came round to none of them before (they took ${durationText(trains.median)}, median).${ownText}${sharedText}`,
    evidence: {
      route: name,
      lines_alike: trains.ties,
      lines_alike_by_chance: trains.expected,
      trains: trains.trains,
      lines_in_trains: trains.lines,
      median_seconds: secondsOf(trains.median),
      shared_work: shared?.found.share ?? null,
      ceiling_per_process_per_second: shared?.ceiling ?? null,
    },
    advice: `${name === null ? "Find what holds the loop: py-spy dump under load, or asyncio's debug mode, which logs each callback over 100 ms. " : ''}${OUT_OF_THE_LOOP}`,
    from: trains.from,
    to: trains.to,
    lostSeconds: shared?.lostSeconds ?? 0,
  };
}

const OUT_OF_THE_LOOP =
  'Take what blocks out of the loop: a call that waits (a driver, requests, time.sleep) by `await asyncio.to_thread(...)`, an async library in its place, or a view as plain `def` where the framework runs those in threads (FastAPI, Starlette); computing by a process pool (loop.run_in_executor) or more workers.';

function titleOf({ route, sure, micros }: Blame, name: string): string {
  if (route === ALL) return 'Every route blocks the event loop: each worker answers one request at a time';
  return sure
    ? `${name} blocks the event loop: its worker stands still for ${durationText(micros)}`
    : `${name} may block the event loop: pauses of ${durationText(micros)} or more end with it`;
}

function detailOf({ route, sure, times, micros, how }: Blame, name: string): string {
  if (route === ALL)
    return `Between two lines of one worker lie ${durationText(micros)} or more, whatever the route: ${how}. Every request waits for the one before it on the same worker.`;
  return sure
    ? `${countText(times, 'time')} a worker did nothing else for ${durationText(micros)} (median) while ${name} ran; ${how}. Every other request of that worker waits meanwhile, however quick it is.`
    : `${countText(times, 'pause')} of its only worker end with ${name}: ${how}. If it blocks the loop, every other request waits meanwhile, however quick it is.`;
}

export default defineFinding({
  id: 'event-loop-blocked',
  title: 'A synchronous call blocks the event loop of its worker',
  needs: ['time'],
  examine,
  silences: ['waits-in-application', 'threads-cpu-bound', 'no-answers'],
  explain: {
    test: [
      'With durations: a worker with m >= 2 requests in flight neither starts nor ends one for g >= 50 ms although',
      'g (m / E[D] + λ) >= ln(pauses) + 5 were due, and three or more follow within 12 ms; the blamed route began less than',
      '12 ms before, and lasted through, at least half of these silences (binomial test against its share of the traffic).',
      'Or: so many durations of 50 ms and more are within 2 ms of the one before of the same worker that it is 5 % of the lines and 10 standard errors beyond chance',
      '(the share among lines 5 to 25 places apart, at most 10 %), and hardly more are within 5 ms, as they would be of crowds; the blamed route has at most 15 % of its share among lines that end with the one before (binomial).',
      'Where stamps are coarser than that: five lines or more of a route of 50 ms and longer are followed, in their worker, by lines of other routes that took as long as they or longer',
      '(what was in flight when the loop was held ends right behind), e^-18 by how many are as long (Poisson), e^-9 without the route that follows most; and since the line before half as many',
      'ticks of the stamps have passed as their durations hold, e^-9 by how often they do.',
      'Without durations: nine of ten lines of a route come g >= 50 ms or more after the line before of the same worker, and',
      'chance (the gaps of the other routes) makes that with p < 1.5e-8, while the other workers wrote a line per pause or more; of a',
      'lone worker, half as many lines again as usual follow within half a pause (Poisson, p < 1.5e-8): then it is a remark.',
      'Whatever the route: at most a tenth of the lines that would come within g >= 50 ms after a line of their own worker, had any worker written',
      'any line (30 and more), do; and fewer than 60 % have the worker of as many lines before as there are workers (loops asked in turn).',
    ].join('\n'),
    guards: [
      'Async servers only; for pauses stamps known to 5 ms (or pauses of three ticks). Pauses of all workers at once are the host (GC, swap, disk), not a route.',
      'A single client that asks in turn makes pauses too: other workers must have been busy meanwhile. One such client for each',
      'worker cannot be told apart without durations, and the finding says so.',
    ].join('\n'),
    fix: {
      gunicorn:
        'with -k gevent: patch the library or use an async one; with UvicornWorker: asyncio.to_thread around the call',
      uvicorn:
        'asyncio.to_thread around the call, or a plain def view in FastAPI and Starlette; asyncio.get_running_loop().set_debug(True) in the lifespan startup logs what holds the loop for 0.1 s',
      waitress: 'has no event loop for views: does not apply',
      hypercorn: 'asyncio.to_thread (or trio.to_thread.run_sync) around the call',
      uWSGI: 'with --gevent: monkey-patch before the import of the library',
    },
  },
  fires: ['uvicorn-2-blocked-loop.log', 'faults/loop-computes.log.gz', 'faults/loop-held-coarse.log.gz'],
  quiet: [
    'gunicorn-gevent-2.log',
    'hypercorn-4-default.log',
    'uvicorn-default-no-time.log',
    'daphne-1-default.log',
    'faults/blocked-loop-not.log.gz',
    'faults/loop-held-coarse-not.log.gz',
  ],
});
