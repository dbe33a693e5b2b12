/** Finding: workers were killed, mostly because they did not answer in time, and their requests in flight were lost. */
import { min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding, isKeptWhole, spanOfInstants } from '../core/finding.ts';
import { groupsOf, orNull, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf } from '../core/statistics.ts';
import { capital, countText, durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfFullPool, type WaitingIn, waitingIn } from './saturation.ts';

/** µs: largest difference between the time of a kill and that of the line it caused. */
const SAME_MOMENT = 1_500_000;

interface Kill {
  readonly worker: string;
  /** µs since 1970 UTC, NaN unknown. */
  readonly time: number;
}

function killsOf({ lifecycle, inference, names }: Facts): Kill[] {
  const events = lifecycle.filter(({ kind, worker }) => (kind === 'timeout' || kind === 'killed') && worker !== null);
  const kills = new Map<string, Kill>();
  // A timeout and the kill that follows it are the same end of a worker, so only the first event counts.
  for (const { worker, time } of events) if (!kills.has(worker!)) kills.set(worker!, { worker: worker!, time });
  if (kills.size === 0) {
    for (const life of inference.lives) {
      if (life.fate !== 'timeout' && life.fate !== 'killed') continue;
      const worker = names.workers.text(life.worker);
      kills.set(worker, { worker, time: life.to });
    }
  }
  return [...kills.values()];
}

interface LastWords {
  /** Route of the request that was killed, if the server logged it; else -1. */
  readonly killed: number;
  /** Route of the last request that was answered normally; -1: none, or not known. */
  readonly before: number;
  readonly hasAnswered: boolean;
  /** µs between the last answer (or the boot) and the kill; NaN unknown. */
  readonly silent: number;
}

/** Whether a request failed or has no status (uWSGI names such a request when it kills the worker). */
const isUnanswered = (status: number): boolean => status >= 500 || status === 0;

/** Newer servers log the killed request with a 5xx at the moment of the kill; older ones write nothing. */
function lastWordsOf({ worker, time }: Kill, members: readonly number[], rows: Rows, facts: Facts): LastWords {
  // Sorted by end, because the start of a killed request is an estimate, which may lie before the start of the previous request.
  const before = members.filter((i) => !(rows.end[i] > time + SAME_MOMENT)).sort((a, b) => rows.end[a] - rows.end[b]);
  const last = before.at(-1);
  const own = last !== undefined && isUnanswered(rows.status[last]) && Math.abs(rows.end[last] - time) <= SAME_MOMENT;
  const answered = own ? before.at(-2) : last;
  const booted = facts.lifecycle.find((event) => event.kind === 'boot' && event.worker === worker)?.time ?? Number.NaN;
  const since = answered === undefined ? booted : rows.end[answered];
  // A long log is only kept in parts, and the kept part seldom has the last answer. The summary has its time.
  const ofAll = isKeptWhole(facts) ? Number.NaN : lastAnswerOf(worker, facts);
  const isKept = answered !== undefined && !(ofAll - since > ANSWERED_AT_ONCE);
  const hasAnswered = isKept || Number.isFinite(ofAll);
  return {
    killed: own ? rows.route[last] : -1,
    before: isKept ? rows.route[answered] : -1,
    hasAnswered,
    silent: time - (isKept || !hasAnswered ? since : ofAll),
  };
}

const UNNAMED: LastWords = { killed: -1, before: -1, hasAnswered: false, silent: Number.NaN };

/** µs: allows for the rounding of times in the summary to milliseconds. */
const ANSWERED_AT_ONCE = 2_000;

/** Time of the last answer of a worker among all requests, kept or not, µs since 1970 UTC; NaN unknown. */
const lastAnswerOf = (worker: string, { summary }: Facts): number =>
  1000 * Date.parse(summary.workers.find(({ id }) => id === worker)?.to ?? '');

const KILLED_FROM_OUTSIDE =
  'No time-out was announced before, so something else killed them: look for the out-of-memory killer (dmesg, the memory limit of the container), for a deployment tool, or for a crash of native code at that time; max_requests with a jitter bounds a leak until it is found.';

/** µs: a longer median time until the replacement of a killed worker answered is reported. */
const SLOW_BOOT = 2e6;

const replacedText = (missing: number): string =>
  missing >= SLOW_BOOT
    ? ` It took ${durationText(missing)} (median) until another worker answered in the place of one: importing before the fork (gunicorn: --preload) makes that short.`
    : '';

type Counted = readonly (readonly [route: number, count: number])[];

/** `killed`, `before`: routes in flight when workers died, and routes they answered last; most frequent first. */
function inFlightText({ summary, names }: Facts, kills: number, killed: Counted, before: Counted): string {
  const timesOf = ([route, count]: Counted[number]) => `${names.routes.text(route)} (${count} of ${kills})`;
  if (killed.length > 0) return `In flight when they died: ${killed.slice(0, 3).map(timesOf).join(', ')}.`;
  const one = summary.server.model === 'sync' ? 'one request' : 'all its requests';
  const last = before.length > 0 ? ` Last answered before: ${timesOf(before[0])}.` : '';
  return `Each took ${one} in flight with it, and those wrote no line, so this log does not name them.${last}`;
}

/** How long workers had been silent when they were killed. `silent`: one value per worker, µs. */
function silentText(silent: readonly number[], shortest: number, answered: boolean): string {
  if (silent.length === 0) return '';
  const [since, back] = answered ? ['Their last answer lay', 'back'] : ['They had started', 'before'];
  return ` ${since} ${durationText(medianOf(silent))} ${back} (median; ${durationText(shortest)} at least).`;
}

/** The remedy in brief, for the verdict. `hangs`: name of the route that hangs, null unknown. */
function remedyOf(hangs: string | null, fromOutside: boolean): string {
  if (fromOutside) return 'look into dmesg and the deployment for what killed them';
  return hangs === null
    ? 'see with py-spy dump what hangs, before the time-out'
    : `time-outs on what ${hangs} calls would end it`;
}

/** @param seconds NaN: not known */
function hungAdvice(hangs: string | null, seconds: number): string {
  const find =
    hangs === null
      ? 'Find the request that hangs: log it when it begins, or dump the stack of the worker with py-spy before the timeout'
      : `Look at ${hangs}`;
  const about = Number.isFinite(seconds) ? ` (about ${seconds} s, or less)` : '';
  return `${find}; give its outgoing calls timeouts well under that of the server${about}, and move long work to a task queue. A longer server timeout only hides it.`;
}

/** The server that lost workers; of several servers it may be any one, not only the fullest, which poolText names. */
const whoLost = (server: Facts['summary']['server']): string =>
  server.servers ? countText(server.servers, 'server') : poolText(server);

function examine(facts: Facts): Finding | null {
  const { summary, names, lifecycle } = facts;
  const kills = killsOf(facts);
  if (kills.length === 0) return null;
  const rows = rowsOf(facts);
  const groups = groupsOf(rows.worker);
  const membersOf = (worker: string) => groups.get(names.workers.find(worker)) ?? [];
  // If lines do not name workers, all that is known is that some were killed.
  const words =
    facts.inference.lives.length === 0
      ? kills.map(() => UNNAMED)
      : kills.map((kill) => lastWordsOf(kill, membersOf(kill.worker), rows, facts));
  const timeouts = lifecycle.filter(({ kind }) => kind === 'timeout').length;
  // The server's own lines say that workers were killed; without a timeout event, they do not say that these had not answered.
  const said = lifecycle.some(({ kind }) => kind === 'killed');
  const silent = words.map((one) => one.silent).filter((micros) => micros > 0);
  const shortest = silent.length > 0 ? min(silent) : Number.NaN;
  const killed = mostFirst(words.map((one) => one.killed));
  const before = mostFirst(words.map((one) => one.before));
  const name = (route: number) => names.routes.text(route);
  const gone = goneAfter(rows, groups.values(), kills);
  const missing = medianOf(gone);
  const waiting = waitingBehind(facts, kills, words, gone);
  const hangs = killed.length > 0 ? name(killed[0][0]) : null;
  const fromOutside = timeouts === 0 && hangs === null && said;
  const fullText = waiting.isMost
    ? ` The pool was full ${missing > shortest || silent.length === 0 ? 'without them' : 'of requests that hung'}: ${percentText(waiting.seconds / waiting.ofAll)} of all waiting falls into the time until its queue was gone.`
    : '';
  return {
    severity: 'critical',
    title: `${countText(kills.length, 'worker')} killed${timeouts > 0 ? ' for not answering in time' : ''}`,
    detail: `${capital(whoLost(summary.server))} lost ${countText(kills.length, 'worker')}. ${inFlightText(facts, kills.length, killed, before)}${silentText(
      silent,
      shortest,
      words.some(({ hasAnswered }) => hasAnswered),
    )}${fullText}`,
    evidence: {
      killed: kills.length,
      workers: kills
        .slice(0, 20)
        .map(({ worker }) => worker)
        .join(', '),
      timeout_events: timeouts,
      in_flight: hangs,
      remedy: remedyOf(hangs, fromOutside),
      silent_median_seconds: silent.length > 0 ? medianOf(silent) / 1e6 : null,
      silent_shortest_seconds: orNull(shortest / 1e6),
      replaced_after_median_seconds: missing > 0 ? missing / 1e6 : null,
      wait_share: orNull(waiting.seconds / waiting.ofAll),
      // The verdict words the pool and its waits from this.
      saturated_seconds: waiting.isMost ? summary.concurrency.saturated_seconds : null,
    },
    advice: fromOutside
      ? `${KILLED_FROM_OUTSIDE}${replacedText(missing)}`
      : hungAdvice(hangs, Math.ceil((shortest + rows.uncertainty) / 1e6)),
    ...spanOfInstants(kills.map(({ time }) => time)),
    lostSeconds: silent.reduce((sum, micros) => sum + micros, 0) / 1e6 + (waiting.isMost ? waiting.seconds : 0),
    // If one route hung and was killed, that it also fills the pool is the same problem, and a separate pool for it would hang as well.
    spares: [
      ...(waiting.isMost ? [] : findingsOfFullPool),
      ...(waiting.isMost && killed.length > 0 && 2 * killed[0][1] >= kills.length ? [] : ['head-of-line']),
    ],
  };
}

/** How long callers waited because workers hung until they were killed, and until others took their places. */
function waitingBehind(facts: Facts, kills: readonly Kill[], words: readonly LastWords[], gone: Gone): WaitingIn {
  const holdups = kills.flatMap(({ time }, k) => {
    const hung = Math.max(0, words[k].silent || 0);
    const missing = gone[k];
    const excessMicros = hung + missing;
    return excessMicros > 0 ? [{ from: time - hung, to: time + missing + CATCHES_UP, excessMicros }] : [];
  });
  return waitingIn(facts, knownSlots(facts.summary.server) ?? Number.POSITIVE_INFINITY, holdups);
}

/** One value per kill: time until another worker took the place, µs; 0: none did, or at once. */
type Gone = readonly number[];

/** µs after a replacement in which a full stretch due to the kill may begin: all slots can only be busy once all workers are back. */
const CATCHES_UP = 2e6;
/** µs: a worker that comes later is not a replacement. */
const LATEST = 60e6;

/** Matches each kill, in order of time, with the next worker whose first request comes after it. */
function goneAfter({ start }: Rows, workers: Iterable<readonly number[]>, kills: readonly Kill[]): Gone {
  const births = Array.from(workers, ([first]) => start[first]).sort((a, b) => a - b);
  const order = kills.map((_, k) => k).sort((a, b) => kills[a].time - kills[b].time);
  const gone = kills.map(() => 0);
  let next = 0;
  for (const k of order) {
    while (next < births.length && births[next] <= kills[k].time) next++;
    const missing = next < births.length ? births[next] - kills[k].time : Number.POSITIVE_INFINITY;
    if (!(missing <= LATEST)) continue;
    gone[k] = missing;
    next++;
  }
  return gone;
}

/** The values other than -1 and how often each occurs, most frequent first. */
function mostFirst(values: readonly number[]): [value: number, count: number][] {
  return [...groupsOf(Int32Array.from(values))]
    .filter(([value]) => value >= 0)
    .map(([value, members]): [number, number] => [value, members.length])
    .sort((a, b) => b[1] - a[1]);
}

export default defineFinding({
  id: 'worker-timeouts',
  title: 'Workers were killed, with the requests they had in flight',
  needs: [],
  examine,
  silences: ['recycle-storm', 'server-errors', 'head-of-line', ...findingsOfFullPool],
  explain: {
    test: 'The server says so (gunicorn "WORKER TIMEOUT", "was sent SIGKILL", uWSGI "HARAKIRI"), or the lives of the workers end that way.',
    guards: [
      'One such line is enough; a timeout and the kill that follows are counted once. Orderly exits and recycling do not count.',
      'Findings of a full pool fall silent only where at least half of all waiting falls into full stretches that begin with a request that hung or',
      'with a kill, and a quarter of whose slot time such requests, and workers not there yet, took; head-of-line where half of those killed were of one route as well.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--timeout above the slowest honest request; gthread and async workers answer the arbiter while requests run',
      uvicorn:
        'does not kill slow requests; a worker that answers no health check for 5 s (a C call that keeps the GIL) is replaced: --timeout-worker-healthcheck',
      waitress: 'does not kill: --channel-timeout closes idle connections only',
      hypercorn: 'does not kill slow requests; --graceful-timeout for shutdowns',
      uWSGI: '--harakiri above the slowest honest request, --harakiri-verbose to see what it was doing',
    },
  },
  fires: ['gunicorn-sync-3-timeout-kills.error.log'],
  quiet: ['gunicorn-sync-2-recycling.log', 'gunicorn-sync-2-recycling.error.log', 'gunicorn-sync-4-nearly-full.log'],
});
