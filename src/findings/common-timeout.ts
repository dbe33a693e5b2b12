/** Finding: many requests end at one and the same duration: a time-out somewhere upstream, not work. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { likeliestStretch } from '../core/likeliest-stretch.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';

/** Values that people give time-outs, seconds. */
const USUAL = [1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 45, 55, 60, 90, 100, 120, 180, 300] as const;
const MINIMUM = 5;
/** Durations just above the limit belong to it: the time-out fired, then the answer was made. */
const ABOVE = 1.05;

interface Edge {
  readonly seconds: number;
  readonly members: number[];
}

/** The usual limit at which a route's durations pile up and end. */
function edgeOf(serviceOf: (i: number) => number, members: readonly number[], median: number): Edge | null {
  let best: (Edge & { over: number }) | null = null;
  for (const seconds of USUAL) {
    const limit = seconds * 1e6;
    // What ends at its ordinary duration is work; a time-out stands far above it.
    if (limit < 3 * median || limit < 500_000) continue;
    const at: number[] = [];
    let below = 0;
    let beyond = 0;
    for (const i of members) {
      const micros = serviceOf(i);
      if (micros >= 0.998 * limit && micros <= ABOVE * limit + 20_000) at.push(i);
      else if (micros > ABOVE * limit) beyond++;
      else if (micros > 0.6 * limit) below++;
    }
    if (at.length < MINIMUM || beyond > 0.1 * at.length || below > 0.2 * at.length) continue;
    // 30 s lie within reach of a limit of 29 s as well: the limit they pass by least is theirs.
    const over = medianOf(at.map((i) => serviceOf(i))) / limit - 1;
    if (!best || over < best.over) best = { seconds, members: at, over };
  }
  return best;
}

/** Share of all requests from which what ends at the limit is a part of the mix, and the share that a bad time would have. */
const PART_OF_MIX = 0.05;
const BAD_TIME = 0.6;

/**
 * Are they a part of the mix that is there all the time? Backends that fail do so for a while, or seldom. `own`: all requests of their routes,
 * in order of time; `length`: the number of all requests.
 */
function isRoutine(members: readonly number[], own: readonly number[], length: number): boolean {
  const at = new Set(members);
  if (at.size < PART_OF_MIX * length) return false;
  return !likeliestStretch((k) => at.has(own[k]), at.size / own.length, BAD_TIME, 0, own.length);
}

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  const edges: { route: number; edge: Edge; isAnswered: boolean }[] = [];
  for (const [route, members] of groupsOf(rows.route)) {
    if (members.length < 2 * MINIMUM) continue;
    // What is usual those tell who were answered: where the upstream is away, all of a route end at its limit. NaN: nobody was.
    const answered = members.filter((i) => rows.status[i] < 500 && Number.isFinite(rows.service[i]));
    const usual = medianOf(answered.map((i) => rows.service[i]));
    const edge = edgeOf((i) => rows.service[i], members, usual);
    if (edge) edges.push({ route, edge, isAnswered: answered.length > 0 });
  }
  if (edges.length === 0) return null;
  edges.sort((a, b) => b.edge.members.length - a.edge.members.length);
  const { seconds } = edges[0].edge;
  const same = edges.filter(({ edge }) => edge.seconds === seconds);
  const all = same.flatMap(({ edge }) => edge.members);
  const errors = all.filter((i) => rows.status[i] >= 500 || rows.status[i] === 499).length;
  const names = same
    .map(({ route }) => facts.names.routes.text(route))
    .slice(0, 5)
    .join(', ');
  const routes = new Set(same.map(({ route }) => route));
  const own = Array.from({ length: rows.length }, (_, i) => i).filter((i) => routes.has(rows.route[i]));
  const routine = errors === 0 && isRoutine(all, own, rows.length);
  const what = routine
    ? `None of them failed, and they are ${percentText(all.length / rows.length)} of all requests the whole time: whether something behind the view waits for ${durationText(seconds * 1e6)} and gives up, or they are work of that length, the log cannot tell.`
    : errors === 0
      ? `They come in one stretch of time, or seldom, and none failed: something behind the view is waited for until ${durationText(seconds * 1e6)} have passed, and the answer goes on without it.`
      : `Something behind the view waits for ${durationText(seconds * 1e6)} and gives up; ${percentText(errors / all.length)} of these were answered with an error.`;
  const usually = same.some(({ isAnswered }) => isAnswered)
    ? 'the usual duration is far shorter'
    : 'no request of theirs was answered without an error';
  return {
    severity: 'warning',
    title: `${countText(all.length, 'request')} end at ${seconds} s sharp: ${routine ? 'a time-out upstream, or work of that length' : 'a time-out upstream'}`,
    detail: `${names}: ${all.length} requests took ${seconds} s or a moment more, next to none lie just below, none above, and ${usually}. ${what} Each held its slot for all that time.`,
    evidence: {
      limit_seconds: seconds,
      requests: all.length,
      routes: names,
      error_share: errors / all.length,
      routine,
      slot_seconds: seconds * all.length,
    },
    advice: `${routine ? 'If it is none of their own making, find' : 'Find'} the call with a time-out of ${seconds} s (database, HTTP client, connection pool, DNS) and give it a shorter one that fails soon; raise it only if the callers would really wait that long.`,
    from: min(all.map((i) => rows.start[i])),
    to: max(all.map((i) => rows.end[i])),
    lostSeconds: seconds * all.length,
  };
}

export default defineFinding({
  id: 'common-timeout',
  title: 'Requests that all end at one duration: a time-out upstream',
  needs: ['time', 'duration'],
  ofPart: true,
  examine,
  explain: {
    test: [
      'Within a route, at least 5 durations in [X, 1.05 X] for a usual limit X (1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 45, 55, 60,',
      '90, 100, 120, 180, 300 s) that is three times the median or more; at most a fifth as many in [0.6 X, X), and at most a tenth as',
      'many above.',
    ].join('\n'),
    guards: [
      'A route that always takes X (a sleep, a long poll) is work: the median of what it answers without a server error must be far below. Where none of them failed, and they',
      'are 5 % of all requests or more without a stretch in which they bunch, they may be work of that length: it says so.',
    ].join('\n'),
    fix: {
      gunicorn:
        'the limit is not gunicorn (its --timeout kills without a line); look at the clients that the view calls',
      uvicorn: 'look at httpx / asyncpg / redis time-outs of the view',
      waitress: 'look at the clients that the view calls',
      hypercorn: 'look at the clients that the view calls',
      uWSGI: 'look at --http-timeout and --socket-timeout, then at the clients that the view calls',
    },
  },
  fires: ['faults/upstream-time-out.log.gz'],
  quiet: [
    'gunicorn-sync-4-burst-of-16.log',
    'gunicorn-sync-1-three-at-once.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-sync-4-nearly-full.log',
    'faults/upstream-time-out-not.log.gz',
  ],
});
