/** Finding: a route calls something that blocks, and its whole async worker stands still meanwhile. */
import { max, min } from 'simple-statistics';
import { floatsAt, indicesBelow } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { logBinomialTail, medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { countWithin, linesHeldBack } from './held-back.ts';
import { type Silence, silencesOf } from './silences.ts';

interface Blame {
  /** ALL: whatever a worker runs. */
  readonly route: number;
  /** Times that a worker stood still for it, and µs each, by the median. */
  readonly times: number;
  readonly micros: number;
  readonly requests: number;
  readonly how: string;
  /** false: callers may be the reason as well. */
  readonly sure: boolean;
  readonly from: number;
  readonly to: number;
}

const ALL = -1;

/** ln of the chance from which a pattern is taken for real. */
const SURE = -18;
const SHORTEST = 50_000;
const MINIMUM_TIMES = 5;
/** Stamps must be known to this many µs (half-width) for pauses of 50 ms to mean anything. */
const FINEST = 5000;

function examine(facts: Facts): Finding | null {
  const { summary, names } = facts;
  if (summary.server.model !== 'async' || summary.requests.total < 50) return null;
  const rows = rowsOf(facts);
  if (rows.length < 50) return null;
  const blame =
    (summary.knows.duration && rows.uncertainty <= FINEST ? blameBySilences(rows) : null) ??
    (summary.knows.pid ? (blameByGaps(facts, rows) ?? blameAll(rows)) : null);
  // A remark is none beside durations that show how much the loop is held.
  if (!blame || (!blame.sure && typeof facts.predictor.contention() === 'object')) return null;
  const name = blame.route === ALL ? 'every route' : names.routes.text(blame.route);
  const span = rows.end[rows.length - 1] - rows.start[0];
  const lost = blame.times * blame.micros;
  return {
    severity: !blame.sure ? 'info' : lost >= 0.05 * span || blame.micros >= 500_000 ? 'critical' : 'warning',
    title: titleOf(blame, name),
    detail: detailOf(blame, name),
    evidence: {
      route: name,
      blocked_times: blame.times,
      blocked_median_seconds: blame.micros / 1e6,
      blocked_seconds: lost / 1e6,
      route_requests: blame.requests,
      capacity_lost: lost / span / Math.max(1, summary.server.workers.value ?? 1),
    },
    advice: `Take what blocks out of the loop: a call that waits (a driver, requests, time.sleep) by \`await asyncio.to_thread(...)\`, an async library in its place, or a view as plain \`def\` where the framework runs those in threads (FastAPI, Starlette); computing by a process pool (loop.run_in_executor) or more workers. That gives back ${percentText(lost / span / Math.max(1, summary.server.workers.value ?? 1))} of the pool.`,
    from: blame.from,
    to: blame.to,
    lostSeconds: lost / 1e6,
  };
}

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

/** With durations: pauses with requests in flight; the route that began just before them far more often than chance. */
function blameBySilences(rows: Rows): Blame | null {
  const silences = [...groupsOf(rows.worker).values()].flatMap((members) => silencesOf(rows, members));
  const alone = silences.filter((silence) => !everybodySilent(silence, silences));
  if (alone.length < 3) return null;
  const groups = groupsOf(rows.route);
  let best: { route: number; hits: Silence[]; score: number } | null = null;
  for (const [route, own] of groups) {
    const hits = alone.filter(({ suspects }) => suspects.some((i) => rows.route[i] === route));
    const share = own.length / rows.length;
    // Chance that one of two requests near a silence is of this route anyway.
    const chance = 1 - (1 - share) ** 2;
    const score = logBinomialTail(hits.length, alone.length, chance);
    if (hits.length >= 3 && hits.length >= alone.length / 2 && (!best || score < best.score))
      best = { route, hits, score };
  }
  if (!best || (groups.size > 1 && best.score > SURE / 2)) return null;
  const { hits } = best;
  return {
    route: best.route,
    times: hits.length,
    micros: medianOf(hits.map(({ from, to }) => to - from)),
    requests: groups.get(best.route)!.length,
    sure: true,
    how: `with requests in flight nothing began or ended, and then all of it at once`,
    from: min(hits.map(({ from }) => from)),
    to: max(hits.map(({ to }) => to)),
  };
}

const everybodySilent = (silence: Silence, all: readonly Silence[]): boolean =>
  all.some(
    (other) =>
      other.worker !== silence.worker &&
      Math.min(other.to, silence.to) - Math.max(other.from, silence.from) > 0.8 * (silence.to - silence.from),
  );

/**
 * Without durations: the lines of a blocking route never follow another line of their worker closely, because nothing
 * else of that worker can end while they run; the other workers go on writing meanwhile.
 */
function blameByGaps(facts: Facts, rows: Rows): Blame | null {
  const resolution = quantileOf(facts.requests.resolution.subarray(0, facts.requests.length), 0.5);
  const gap = new Float64Array(rows.length).fill(Number.NaN);
  const lastOf = new Map<number, number>();
  const order = ascendingOrder(rows.end);
  for (const i of order) {
    if (rows.worker[i] < 0) continue;
    const last = lastOf.get(rows.worker[i]);
    if (last !== undefined) gap[i] = rows.end[i] - rows.end[last];
    lastOf.set(rows.worker[i], i);
  }
  const ends = floatsAt(rows.end, order);
  const groups = groupsOf(rows.route);
  let best: (Blame & { score: number }) | null = null;
  for (const [route, own] of groups) {
    const gaps = own.map((i) => gap[i]).filter(Number.isFinite);
    if (gaps.length < MINIMUM_TIMES || own.length > rows.length / 2) continue;
    const shortest = quantileOf(gaps, 0.1);
    if (!(shortest >= Math.max(SHORTEST, 3 * resolution, 6 * rows.uncertainty))) continue;
    const others = Array.from(gap).filter((value, i) => rows.route[i] !== route && Number.isFinite(value));
    const chance = (others.filter((value) => value >= shortest).length + 1) / (others.length + 1);
    const hits = own.filter((i) => gap[i] >= shortest);
    // The threshold was chosen among the gaps, and the route among the routes.
    const score = logBinomialTail(hits.length, gaps.length, chance) + Math.log(gaps.length * groups.size);
    if (score > SURE || (best && best.score <= score)) continue;
    // Lines of the other workers in those pauses: without them a lone client asking in turn would look the same.
    const elsewhere =
      hits.reduce((sum, i) => sum + countWithin(ends, rows.end[i] - shortest, rows.end[i]), 0) - hits.length;
    const held =
      lastOf.size === 1
        ? linesHeldBack(
            ends,
            hits.map((i) => ({ length: gap[i], end: rows.end[i] })),
          )
        : null;
    if (elsewhere < hits.length && held === null) continue;
    best = {
      route,
      score,
      times: hits.length,
      micros: shortest,
      requests: own.length,
      how:
        held === null
          ? `no line of the same worker comes in that time before its own, while the other workers wrote ${countText(Math.round(elsewhere / hits.length), 'line')} on average (one client per worker, asking in turn over a kept connection, would look the same)`
          : `no line comes in that time before its own, and ${countText(held, 'line')} follow soon, more than usual: what had come meanwhile (a client who waits for it, and then asks for what belongs to it, would look the same)`,
      sure: held === null,
      from: min(hits.map((i) => rows.end[i] - shortest)),
      to: max(hits.map((i) => rows.end[i])),
    };
  }
  return best;
}

/** Lines that would follow another of their worker closely, had any worker written any line; of them, so few may. */
const ENOUGH_CLOSE = 30;
const HARDLY_CLOSE = 0.1;
/** Share of lines whose worker wrote the one as many lines before as there are workers: loops that are asked in turn. */
const IN_TURN = 0.6;

/**
 * Without durations: no line of a worker follows another of its own closely, whatever the route, though lines of others do: each runs
 * one request at a time. Of loops that are asked in turn the same is true, and they show it by their order.
 */
function blameAll(rows: Rows): Blame | null {
  const lines = indicesBelow(rows.end.length)
    .filter((i) => rows.worker[i] >= 0 && Number.isFinite(rows.end[i]))
    .sort((a, b) => rows.end[a] - rows.end[b]);
  const workers = groupsOf(lines.map((i) => rows.worker[i]));
  if (workers.size < 2 || rows.uncertainty > FINEST) return null;
  const inTurn = lines.filter((i, k) => rows.worker[lines[k - workers.size]] === rows.worker[i]).length;
  if (inTurn > IN_TURN * lines.length) return null;
  const gaps = [...workers.values()].flatMap((own) =>
    own.slice(1).map((k, before) => rows.end[lines[k]] - rows.end[lines[own[before]]]),
  );
  const shortest = quantileOf(gaps, HARDLY_CLOSE / 5);
  if (!(shortest >= SHORTEST)) return null;
  const close = gaps.filter((gap) => gap < shortest).length;
  let expected = 0;
  for (let k = 0, first = 0; k < lines.length; k++) {
    while (rows.end[lines[first]] <= rows.end[lines[k]] - shortest) first++;
    const share = workers.get(rows.worker[lines[k]])!.length / lines.length;
    expected += 1 - (1 - share) ** (k - first);
  }
  if (expected < ENOUGH_CLOSE || close > HARDLY_CLOSE * expected) return null;
  return {
    route: ALL,
    times: gaps.length,
    micros: shortest,
    requests: lines.length,
    sure: true,
    how: `${countText(close, 'line')} of a worker came within that time of its line before, where ${Math.round(expected)} would, had any worker written any line (one client per worker, asking in turn over a kept connection, would look the same)`,
    from: rows.end[lines[0]],
    to: rows.end[lines[lines.length - 1]],
  };
}

export default defineFinding({
  id: 'event-loop-blocked',
  title: 'A synchronous call blocks the event loop of its worker',
  needs: ['time'],
  examine,
  silences: ['waits-in-application', 'threads-cpu-bound'],
  explain: {
    test: [
      'With durations: a worker with m >= 2 requests in flight neither starts nor ends one for g >= 50 ms although',
      'g (m / E[D] + λ) >= ln(pauses) + 5 were due, and three or more follow within 12 ms; the blamed route began less than',
      '12 ms before, and lasted through, at least half of these silences (binomial test against its share of the traffic).',
      'Without durations: nine of ten lines of a route come g >= 50 ms or more after the line before of the same worker, and',
      'chance (the gaps of the other routes) makes that with p < 1.5e-8, while the other workers wrote a line per pause or more; of a',
      'lone worker, half as many lines again as usual follow within half a pause (Poisson, p < 1.5e-8): then it is a remark.',
      'Whatever the route: at most a tenth of the lines that would come within g >= 50 ms after a line of their own worker, had any worker written',
      'any line (30 and more), do; and fewer than 60 % have the worker of as many lines before as there are workers (loops asked in turn).',
    ].join('\n'),
    guards: [
      'Async servers only, and stamps known to 5 ms (or pauses of three ticks). Pauses of all workers at once are the host (GC, swap, disk), not a route.',
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
  fires: ['uvicorn-2-blocked-loop.log'],
  quiet: [
    'gunicorn-gevent-2.log',
    'hypercorn-4-default.log',
    'uvicorn-default-no-time.log',
    'daphne-1-default.log',
    'faults/blocked-loop-not.log.gz',
  ],
});
