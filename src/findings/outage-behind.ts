/** Finding: for a while requests took many times as long on all or several routes: what they call was slow, and filled the pool. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countUpTo, meanOf, medianOf, rankSumTest } from '../core/statistics.ts';
import { isoInstant } from '../core/time.ts';
import { countText, durationText, listText, percentText, roundText } from '../core/words.ts';
import { happened } from './coincidence.ts';
import { likeliestStretch } from './likeliest-stretch.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { groupsOf, orNull, type Rows, rowsOf } from './rows.ts';
import { findingsOfFullPool, type Holdup, waitingIn } from './saturation.ts';

/** A request is slow from so many times the median of its route on; most of a stretch is, and its median is at least so many times as long. */
const SLOW = 2.5;
const MOSTLY = 0.6;
const MOST_USUALLY = 0.3;
const TIMES = 3;
/** Requests of a route that make a median, and of a stretch that make it one of the route. */
const MINIMUM_OF_ROUTE = 10;
const MINIMUM_INSIDE = 3;
/** Slow requests: a stall of the machine freezes one in each slot. */
const MINIMUM_SLOW = 8;
const PER_SLOT = 1.5;
const SHORTEST = 2e6;
/** As many slow requests at the end of a log are a step that may stay: `latency-step` tells of it. */
const STILL_OPEN = 50;
/** Times that requests which share a core, or a lock, may take longer than by as many as there are of them. */
const BEYOND_SHARING = 3;
/** Requests beside as many others that must have been quick, and the chance that they were so by chance. */
const MINIMUM_BESIDE = 10;
const SURE = 1e-9;
/** Seconds: mean wait of those who waited from which it is a catastrophe. */
const LONG_WAIT = 0.5;
/** µs between a restart and what it may have made slow. */
const SAME_MOMENT = 15e6;
/** A pool of so many times the slots is no sensible one. */
const SENSIBLE = 4;
/** Starts before it, and µs, that make a rate; a log that begins slow may begin with cold caches. */
const MINIMUM_BEFORE = 20;
const BEFORE = 10e6;

/** Service over the median of the route, for rows of routes with enough requests; NaN of others. */
function slownessOf(rows: Rows): Float64Array {
  const slowness = new Float64Array(rows.length).fill(Number.NaN);
  for (const members of groupsOf(rows.route).values()) {
    const timed = members.filter((i) => rows.service[i] > 0);
    if (timed.length < MINIMUM_OF_ROUTE) continue;
    const median = medianOf(timed.map((i) => rows.service[i]));
    for (const i of timed) slowness[i] = rows.service[i] / median;
  }
  return slowness;
}

interface Outage extends Holdup {
  /** Positions in the rows, in order of their starts. */
  readonly inside: readonly number[];
  /** Those that took SLOW times the median of their route. */
  readonly slow: readonly number[];
}

/** Stretches of the rows in order of their starts, most of which are slow. */
function outagesOf(rows: Rows, slowness: Float64Array, slots: number): Outage[] {
  const judged = Array.from({ length: rows.length }, (_, i) => i).filter((i) => slowness[i] > 0);
  const isSlow = (k: number) => slowness[judged[k]] >= SLOW;
  const usual = judged.filter((_, k) => isSlow(k)).length / judged.length;
  if (!(usual > 0 && usual <= MOST_USUALLY)) return [];
  const found: Outage[] = [];
  const look = (first: number, last: number) => {
    const stretch = likeliestStretch(isSlow, usual, MOSTLY, first, last);
    if (!stretch) return;
    look(first, stretch.first);
    const inside = judged.slice(stretch.first, stretch.last + 1);
    const slow = inside.filter((i) => slowness[i] >= SLOW);
    const to = slow.reduce((latest, i) => Math.max(latest, rows.end[i]), Number.NEGATIVE_INFINITY);
    const excessMicros = slow.reduce((sum, i) => sum + rows.service[i] * (1 - 1 / slowness[i]), 0);
    const outage = { inside, slow, from: rows.start[slow[0]], to, excessMicros };
    const goesOn = judged.length - 1 - stretch.last < MINIMUM_BESIDE && slow.length >= STILL_OPEN;
    const isFirst = outage.from - rows.start[0] < SHORTEST || stretch.first < MINIMUM_BEFORE;
    const isLong = slow.length >= Math.max(MINIMUM_SLOW, PER_SLOT * slots) && to - outage.from >= SHORTEST;
    if (isLong && !isFirst && !goesOn && 2 * slow.length >= inside.length) found.push(outage);
    look(stretch.last + 1, last);
  };
  look(0, judged.length);
  return found;
}

/** Mean number of requests that ran while each did, itself among them: of `members`, which are in order of their starts. */
function levelsDuring(rows: Rows, members: readonly number[], levels: Float64Array): void {
  const events = new Float64Array(2 * members.length);
  const step = new Map<number, number>();
  members.forEach((i, k) => {
    events[2 * k] = rows.start[i];
    events[2 * k + 1] = rows.end[i];
    step.set(rows.start[i], (step.get(rows.start[i]) ?? 0) + 1);
    step.set(rows.end[i], (step.get(rows.end[i]) ?? 0) - 1);
  });
  const at = Float64Array.from(new Set(events)).sort();
  const area = new Float64Array(at.length);
  let level = 0;
  for (let k = 0; k < at.length; k++) {
    if (k > 0) area[k] = area[k - 1] + level * (at[k] - at[k - 1]);
    level += step.get(at[k]) ?? 0;
  }
  const areaAt = (instant: number) => area[countUpTo(at, instant) - 1];
  for (const i of members) {
    const took = rows.end[i] - rows.start[i];
    if (took > 0) levels[i] = (areaAt(rows.end[i]) - areaAt(rows.start[i])) / took;
  }
}

/**
 * Requests that share a core or a lock take longer the more of them run. That is no outage: it takes a stretch that is slower than others
 * were with as many beside them, or slower by far than sharing among all slots makes.
 */
function isGrowthWithLoad(
  facts: Facts,
  rows: Rows,
  slowness: Float64Array,
  { inside, slow, from, to }: Outage,
  slots: number,
): boolean {
  const times = medianOf(inside.map((i) => slowness[i]));
  if (times > BEYOND_SHARING * slots) return false;
  const within = inside.map((i) => slowness[i]);
  const chosen = new Set(inside);
  const all = Array.from({ length: rows.length }, (_, i) => i);
  const columns = [[all]];
  if (facts.summary.server.model === 'threaded') columns.push([...groupsOf(rows.worker).values()]);
  return columns.some((groups) => {
    const levels = new Float64Array(rows.length);
    for (const members of groups) levelsDuring(rows, members, levels);
    const usualLevel = medianOf(slow.map((i) => levels[i]));
    const beside = all.filter(
      (i) =>
        slowness[i] > 0 &&
        !chosen.has(i) &&
        levels[i] >= 0.9 * usualLevel &&
        (rows.start[i] > to || rows.end[i] < from),
    );
    const others = beside.map((i) => slowness[i]);
    // The stretch was chosen for its slow ones, so what lies at its edges is quicker by chance.
    return (
      beside.length < MINIMUM_BESIDE || medianOf(others) > Math.sqrt(times) || rankSumTest(others, within).p > SURE
    );
  });
}

const clock = (micros: number): string => isoInstant(Math.round(micros / 1e6) * 1e6)?.slice(11, 19) ?? '?';

function examine(facts: Facts): Finding | null {
  const { summary, names } = facts;
  const { model } = summary.server;
  const slots = knownSlots(summary.server);
  if (slots === null || model === 'async' || model === 'thread-per-request' || summary.server.servers) return null;
  const rows = rowsOf(facts);
  const slowness = slownessOf(rows);
  const outages = outagesOf(rows, slowness, slots).filter(
    (outage) => !isGrowthWithLoad(facts, rows, slowness, outage, slots),
  );
  if (outages.length === 0) return null;
  const within = new Set(outages.flatMap(({ inside }) => inside));
  const outside = Array.from({ length: rows.length }, (_, i) => i).filter((i) => slowness[i] > 0 && !within.has(i));
  const medianTimes = (members: readonly number[]) => medianOf(members.map((i) => slowness[i]));
  const serviceOf = (members: readonly number[]) => medianOf(members.map((i) => rows.service[i]));
  const worst = outages.reduce((a, b) =>
    b.slow.length * serviceOf(b.slow) > a.slow.length * serviceOf(a.slow) ? b : a,
  );
  if (!(medianTimes(worst.inside) >= TIMES * medianTimes(outside))) return null;

  const seen = [...groupsOf(Int32Array.from(worst.inside, (i) => rows.route[i]))]
    .map(([route, members]) => ({ route, members: members.map((k) => worst.inside[k]) }))
    .filter(({ members }) => members.length >= MINIMUM_INSIDE);
  const affected = seen.filter(({ members }) => medianTimes(members) >= SLOW);
  const routesOfLog = new Set(outside.map((i) => rows.route[i])).size;
  // One route of several has reasons of its own.
  if (affected.length < Math.min(2, routesOfLog)) return null;
  const onAll = affected.length === seen.length;
  const list = listText(affected.slice(0, 3).map(({ route }) => names.routes.text(route)));
  const where = routesOfLog === 1 ? '' : onAll ? ' on all routes' : ` on ${list}`;

  const { from, to } = worst;
  const [took, before] = [serviceOf(worst.inside), serviceOf(outside)];
  const waiting = waitingIn(facts, slots, outages);
  const filled = waiting.isMost;
  const errors = worst.inside.filter((i) => rows.status[i] >= 500).length;
  const allErrors = rows.status.reduce((count, status) => count + (status >= 500 ? 1 : 0), 0);
  const rate = rateBefore(rows, from);
  const busy = (rate * meanOf(worst.inside.map((i) => rows.service[i]))) / 1e6;
  const needed = Math.ceil(busy + 2 * Math.sqrt(busy));
  const more =
    outages.length > 1
      ? ` ${countText(outages.length - 1, 'more stretch', 'more stretches')} of the log ${outages.length === 2 ? 'is' : 'are'} like it.`
      : '';
  const fullText = filled
    ? ` The pool (${poolText(summary.server)}) was full because of it: ${percentText(waiting.seconds / waiting.ofAll)} of all waiting falls into the time until its queue was gone.`
    : '';
  const restarted = happened(facts, ['boot', 'reload', 'listen'], from - SAME_MOMENT, from + SAME_MOMENT);
  const otherwise = restarted
    ? 'Workers were started at that moment: caches that are cold after a deploy do this, too.'
    : 'A machine that was short of CPU or stood still looks the same.';
  const slotsText = !filled
    ? ''
    : needed > SENSIBLE * slots
      ? ` More slots are no answer: ${roundText(rate)} requests/s that take so long keep about ${roundText(busy)} of them busy at once (Little: L = λ S), where there are ${slots}.`
      : ` About ${countText(needed, 'slot')} would have borne it: ${roundText(rate)} requests/s that take so long keep about ${roundText(busy)} of them busy (Little: L = λ S).`;
  return {
    severity: filled && waiting.seconds >= LONG_WAIT * waiting.waiters ? 'critical' : 'warning',
    title: `From ${clock(from)} to ${clock(to)} UTC requests took ${durationText(took)} instead of ${durationText(before)}${where}: what they call was slow${filled ? ', and filled the pool' : ''}`,
    detail: `${percentText(worst.slow.length / worst.inside.length)} of the ${countText(worst.inside.length, 'request')} that began in these ${durationText(to - from)} took ${SLOW} times the usual time of their route or longer${errors > 0 ? `, and ${errors} were answered with an error` : ''}; requests that slow each other down do not explain it.${fullText}${more} ${otherwise}`,
    evidence: {
      slow_requests: worst.slow.length,
      service_median_seconds: took / 1e6,
      usual_median_seconds: before / 1e6,
      stretch_seconds: (to - from) / 1e6,
      stretches: outages.length,
      routes_affected: affected.length,
      errors,
      with_restart: restarted,
      requests_per_second_before: orNull(rate),
      busy_slots_needed: orNull(busy),
      wait_share: orNull(waiting.seconds / waiting.ofAll),
      saturated_seconds: filled ? summary.concurrency.saturated_seconds : null,
    },
    advice: `Bound what a slow backend may cost: a time-out of a few times ${durationText(before)} on every call (database, HTTP, cache), a circuit breaker that fails at once while it is away, and a limit on how many slots one backend may hold.${slotsText}`,
    from,
    to,
    lostSeconds: waiting.seconds + outages.reduce((sum, { excessMicros }) => sum + excessMicros, 0) / 1e6,
    spares: [...(filled ? [] : poolFindings), ...(errors > 0 && 2 * errors >= allErrors ? [] : errorFindings)],
  };
}

/** Requests per second before it, or of the whole log where little is before it. */
function rateBefore({ length, start }: Rows, from: number): number {
  const count = countUpTo(start, from);
  const [n, span] =
    count >= MINIMUM_BEFORE && from - start[0] >= BEFORE
      ? [count, from - start[0]]
      : [length, start[length - 1] - start[0]];
  return (n * 1e6) / span;
}

// While the pool is full of slow requests, times grow with the number of them as if they shared work.
const poolFindings = [...findingsOfFullPool, 'head-of-line', 'threads-cpu-bound', 'threads-would-not-help'];
const errorFindings = ['error-burst', 'server-errors'];

export default defineFinding({
  id: 'outage-behind',
  title: 'What the requests call was slow for a while, and the pool filled because of it',
  needs: ['time', 'duration'],
  examine,
  silences: [...poolFindings, ...errorFindings],
  explain: {
    test: [
      'A request is slow when it takes 2.5 times the median of its route. The stretch of requests, by their starts, whose share of slow ones is',
      'most likely 60 % and not that of the log (largest sum of log likelihood ratios, Kadane 1984; e^12 after correction for all stretches),',
      'whose median is three times the median of the others, on two routes or more where the log has several. At least max(8, 1.5 per slot)',
      'slow requests over two seconds. Slots that would bear it, by Little: L = λ S, ceil(L + 2 √L).',
    ].join('\n'),
    guards: [
      'Requests that slow each other down are no outage: ten others or more that ran beside nine tenths as many requests, of the server and',
      '(for threads) of their process, were quicker by √ratio (Mann-Whitney p < 1e-9), or the ratio is more than three times the slots. A slow route is judged by its own',
      'median; one request in each slot is a stall of the machine; nothing is said of a log that begins slow. A stretch of 50 or more that lasts to the end of the log is latency-step.',
      'The findings of the pool fall silent only where at least half of all waiting falls into full stretches that begin with it and a quarter of',
      'whose slot time is what these requests took beyond the usual; those of errors where half of them fall into it.',
    ].join('\n'),
    fix: {
      gunicorn:
        'time-outs in the clients that the views call; --timeout ends a sync worker that hangs for longer (it kills the request)',
      uvicorn: 'asyncio.timeout around each call, and a semaphore of its own for each backend',
      waitress: 'time-outs in the clients that the views call; waitress has none of its own',
      hypercorn: 'asyncio.timeout around each call, and a semaphore of its own for each backend',
      uWSGI: 'time-outs in the clients that the views call; --harakiri N ends what hangs for longer',
    },
  },
  fires: ['faults/backend-away.log.gz', 'faults/backend-slow.log.gz'],
  quiet: [
    'faults/latency-step.log.gz',
    'faults/latency-step-not.log.gz',
    'faults/gil-open.log.gz',
    'faults/peak.log.gz',
    'faults/cold-start.log.gz',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-gthread-1x4-cpu-bound.log',
    'gunicorn-sync-2-overloaded.log',
  ],
});
