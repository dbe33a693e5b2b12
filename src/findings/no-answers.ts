/** Finding: for seconds nobody was answered, and not by chance: a restart, or something held the workers. */
import { findColdStarts } from '../core/cold-starts.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { everyText, periodOf } from '../core/periods.ts';
import { orNull, type Rows, rowsOf } from '../core/rows.ts';
import { hasNoSlots } from '../core/summary.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import {
  AROUND,
  isIdle,
  MINIMUM_AROUND,
  type Pause,
  pausesOf,
  SHORTEST_EXPLAINED,
  standingStillAgain,
  withBacklog,
} from './pauses.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfFullPool, MOST_WAITING, shareOfWaits, waitingIn } from './saturation.ts';
import { findStalls, type Stall, standstills } from './stalls.ts';

/** If this share of all callers came in pauses, the pauses show in the p95 wait of all. */
const MANY = 0.05;
/** µs after a pause in which the pool is still full of callers who came during it. */
const CATCHES_UP = 2e6;
/** µs: coarsest tick of the server's own lines. */
const TICK = 1e6;

/** Whether the server's own lines have an event of one of these kinds in the pause, or up to `around` (µs) before it. */
const said = (
  { lifecycle }: Facts,
  { from, to }: Pick<Pause, 'from' | 'to'>,
  kinds: readonly string[],
  around = 0,
): boolean => lifecycle.some(({ kind, time }) => kinds.includes(kind) && time >= from - around && time <= to);

/** Whether the pause was a restart: the server's own lines say so, or no worker that answered before it answered after it. */
function isRestart(facts: Facts, rows: Rows, pause: Pause): boolean {
  const { from, to } = pause;
  if (said(facts, pause, ['listen', 'boot'])) return true;
  const before = new Set<number>();
  const after = new Set<number>();
  for (let i = 0; i < rows.length; i++) {
    if (rows.worker[i] < 0) continue;
    if (rows.end[i] <= from && rows.end[i] >= from - AROUND) before.add(rows.worker[i]);
    if (rows.end[i] >= to && rows.end[i] <= to + AROUND) after.add(rows.worker[i]);
  }
  return before.size > 0 && after.size > 0 && [...after].every((worker) => !before.has(worker));
}

/** Workers were killed in the pause: they hung, which the finding worker-timeouts reports. */
const hadKills = ({ lifecycle }: Facts, { from, to }: Pause): boolean =>
  lifecycle.some(
    ({ kind, time }) => (kind === 'timeout' || kind === 'killed') && time >= from - TICK && time <= to + TICK,
  );

const listed = (pauses: readonly Pause[], { summary }: Facts): string =>
  pauses
    .slice(0, 4)
    .map(({ from, to }) => momentsOf(summary.window).span(from, to))
    .join(', ') + (pauses.length > 4 ? ' …' : '');

const RELOADED =
  ' The server was told to reload, and its old workers went at once, while the new ones still imported the application: who came then waited for these.';

const REFUSED = ' Whoever came then was refused, or waited for the new workers; the log does not say which.';

const itOrThem = ({ length }: readonly Pause[]): string => (length === 1 ? 'it' : 'them');

const timesText = ({ length }: readonly Pause[], longest: number, stood: boolean): string =>
  length === 1
    ? `for ${durationText(longest)}`
    : `${stood ? 'at least ' : ''}${length} times for up to ${durationText(longest)}`;

function whyText(isHeld: boolean, isReload: boolean, hadRestarts: boolean, stood: boolean): string {
  if (stood) return 'although callers waited: the server stood still, with requests in hand';
  if (!isHeld) return isReload ? 'while the server was reloaded' : 'while the server was restarted';
  return hadRestarts
    ? 'in restarts, and while something that writes no line held the workers'
    : 'although callers waited: something that writes no line held the workers';
}

const heldText = (held: readonly Pause[], pool: string): string =>
  ` No request of the log ran in ${held.length === 1 ? 'the pause' : `${held.length} of the pauses`}, and right after ${itOrThem(held)} more were answered than usual: they had been waiting. What held ${pool} wrote no line: connections that sent nothing yet (browsers that connect ahead, slow clients, probes of ports), work outside of requests, or a machine that stood still. What is told of waits elsewhere does not hold this.`;

const stoodText = (stood: readonly Pause[], leastSlots: number): string =>
  ` The requests that it had in hand stood still as well and ended right behind ${itOrThem(stood)}, after many times what their routes take, though ${Number.isFinite(leastSlots) ? `it had slots for more (${leastSlots} and more)` : 'nothing limits how many it has in hand'}: it was not they that filled it. Right after ${itOrThem(stood)} more were answered than usual: they had been waiting. What is told of waits elsewhere does not hold this.`;

const STOOD_ADVICE =
  'Look for what stops whole processes: a collection of garbage in a large heap (gc.callbacks tells how long each took; gc.freeze() after the import, a higher gc.set_threshold), a call into C that keeps the GIL, a view that blocks the event loop, swapping (vmstat: si, so), a quota of CPU that is used up (nr_throttled in cpu.stat of the cgroup), a disk that blocks. More workers share the first three out; threads do not.';
const HELD_ADVICE =
  'Let a proxy that buffers requests (nginx) stand in front of sync workers, or use workers that hold many connections (gthread, an ASGI server): a connection on which nothing comes then holds no worker. If a proxy is there already, look for work between requests (hooks, garbage collection, swapping).';
const RESTART_ADVICE =
  'Start the new workers before the old ones stop (USR2 for gunicorn, two instances behind the proxy), and send them callers only when they can answer.';
const reloadAdvice = (longest: number): string =>
  `Let the old workers answer until the new ones have imported the application: start a second master (gunicorn: USR2, then QUIT for the old one when the new one answers), or two instances behind the proxy, replaced one after the other. Or make the import shorter: more workers would stand still as long (${durationText(longest)}).`;

/** With at least this many stalls that left slots free, stalls are reported even if no gap between answers shows them. */
const SEVERAL_SHOWN = 2;

/** A stall as a pause: the time in which no other request began. */
const pauseOf = ({ taken, to, length, rate }: Stall): Pause => ({ from: taken, to, length, low: rate, mean: rate });

interface Kind {
  readonly isReload: boolean;
  readonly isHeld: boolean;
  /** The pauses in which the server stood still with requests in flight; null: these are not the majority. */
  readonly stood: readonly Pause[] | null;
}

function whatText({ isReload, isHeld, stood }: Kind, held: readonly Pause[], workers: string, least: number): string {
  if (isReload) return RELOADED;
  if (stood) return stoodText(stood, least);
  return isHeld ? heldText(held, workers) : REFUSED;
}

function adviceOf({ isReload, isHeld, stood }: Kind, longest: number): string {
  if (stood) return STOOD_ADVICE;
  if (isHeld) return HELD_ADVICE;
  return isReload ? reloadAdvice(longest) : RESTART_ADVICE;
}

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  if (summary.server.servers) return null;
  const rows = rowsOf(facts);
  if (rows.length < 3 * MINIMUM_AROUND) return null;
  const ends = Float64Array.from(rows.end).sort();
  // A reload explains a pause only if no request of the log ran in it; otherwise that request may be the reason.
  const isReloaded = (from: number, to: number) =>
    said(facts, { from, to }, ['reload'], TICK) && isIdle(rows, { from, to });
  const still = standstills(facts);
  const mostHeld = still.reduce((most, { held }) => Math.max(most, held.length), 0);
  const leastSlots = hasNoSlots(summary.server.model)
    ? Number.POSITIVE_INFINITY
    : Math.max(summary.server.capacity.low ?? 1, mostHeld);
  const surelyStill = standingStillAgain(rows, ends, leastSlots);
  // Coarse stamps may hide pauses that durations show. If several stalls surely left slots free, all stalls are added.
  const isSurely = still.filter(({ held }) => held.length < leastSlots).length >= SEVERAL_SHOWN;
  const more = isSurely ? still.map(pauseOf).filter(({ length }) => length >= SHORTEST_EXPLAINED) : [];
  const isStill = (from: number, to: number) =>
    surelyStill(from, to) || more.some((pause) => pause.from === from && pause.to === to);
  // Repeated stalls with every slot taken are another finding (pool-stalls).
  const stalls = findStalls(facts);
  const among = (pause: Pause, others: readonly Pick<Pause, 'from' | 'to'>[]) =>
    others.some(({ from, to }) => pause.from <= to && pause.to >= from);
  const seen = pausesOf(ends, rows.uncertainty, isReloaded, surelyStill);
  const pauses = [...seen, ...more.filter((pause) => !among(pause, seen))]
    .filter((pause) => !hadKills(facts, pause) && !among(pause, stalls))
    .sort((a, b) => a.from - b.from);
  const reloads = pauses.filter(({ from, to }) => isReloaded(from, to));
  // If the first requests of new workers last through the pause, the workers are cold; the finding cold-start reports that.
  const isCold = (pause: Pause) => !isIdle(rows, pause) && findColdStarts(facts) !== null;
  const restarts = pauses.filter((pause) => isRestart(facts, rows, pause) && !isCold(pause));
  const others = pauses.filter((pause) => !restarts.includes(pause));
  const slots = knownSlots(summary.server);
  // If the number of slots is not known, the largest number of requests seen in flight in a stall is used.
  const draining = slots ?? (mostHeld || null);
  const held = summary.knows.duration ? withBacklog(rows, ends, draining, others, isStill) : [];
  const told = [...restarts, ...held].sort((a, b) => a.from - b.from);
  if (told.length === 0) return null;
  const total = told.reduce((sum, { length }) => sum + length, 0);
  const longest = told.reduce((most, { length }) => Math.max(most, length), 0);
  // A caller who comes in a pause of length g waits g / 2 on average.
  const callers = told.reduce((sum, { length, low }) => sum + low * length, 0);
  const waited = told.reduce((sum, { length, low }) => sum + (low * length * length) / 2, 0) / 1e6;
  const rate = callers / total;
  const isHeld = held.length > 0;
  const stood = restarts.length === 0 ? held.filter(({ from, to }) => isStill(from, to)) : [];
  const hasStood = stood.length > 0 && stood.length >= held.length / 2;
  const isReload = !isHeld && restarts.length > 0 && restarts.every((pause) => reloads.includes(pause));
  const kind: Kind = { isReload, isHeld, stood: hasStood ? stood : null };
  // No request starts in a pause, so callers who come in it form the queue after it.
  const waiting = waitingIn(
    facts,
    slots ?? Number.POSITIVE_INFINITY,
    told.map(({ from, to, length }) => ({ from, to: to + CATCHES_UP, excessMicros: (slots ?? 0) * length })),
  );
  const share = hasStood ? shareOfWaits(rows, told) : waiting.seconds / waiting.ofAll;
  const isMost = hasStood ? share >= MOST_WAITING : waiting.isMost;
  const period = periodOf(told.map(({ to }) => to));
  const came = `about ${countText(Math.round(callers), 'caller')} came in ${itOrThem(told)}, at the rate around ${itOrThem(told)} (${roundText(rate * 1e6)} requests/s)`;
  const workers = slots === null ? 'the workers' : poolText(summary.server);
  const fullText = isMost
    ? ` The pool was full behind ${itOrThem(told)}: ${percentText(share)} of all waiting falls into the time until its queue was gone.`
    : '';
  return {
    severity: isHeld && callers >= MANY * rows.length ? 'critical' : 'warning',
    title: `Nobody was answered ${timesText(told, longest, hasStood)} ${whyText(isHeld, isReload, restarts.length > 0, hasStood)}`,
    brief: `Nobody was answered ${timesText(told, longest, hasStood)}`,
    detail: `${told.length === 1 ? 'A pause' : `${told.length} pauses`} of all workers at once${everyText(period)} (${listed(told, facts)} UTC): ${came}, so that chance makes no such pause.${whatText(kind, held, workers, leastSlots)}${fullText}`,
    evidence: {
      pauses: told.length,
      restarts: restarts.length,
      seconds: total / 1e6,
      longest_seconds: longest / 1e6,
      callers: Math.round(callers),
      period_seconds: orNull(period / 1e6),
      wait_share: orNull(share),
      // The verdict words the pool and its waits from this.
      saturated_seconds: isMost && !hasStood ? summary.concurrency.saturated_seconds : null,
      ...(hasStood
        ? {
            remedy: `about ${countText(Math.round(callers), 'caller')} came meanwhile; look for what stops whole processes`,
          }
        : {}),
      wait_mean_added_seconds: isHeld ? orNull(waited / rows.length) : null,
    },
    advice: adviceOf(kind, longest),
    from: told[0].from,
    to: told[told.length - 1].to,
    lostSeconds: waited,
    spares: isMost ? [] : findingsOfFullPool,
  };
}

export default defineFinding({
  id: 'no-answers',
  title: 'For seconds nobody was answered',
  needs: ['time'],
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'A pause of 2 s to 2 min between two answers, of all workers at once, between stretches of 30 s whose rates λ differ by less than a',
      'factor of 1.5: t ≥ (14 + ln(n)) × the longer of 1 / λ and the mean lull of the callers (excess of the gaps around it over 0, 1 or 2 mean',
      'gaps, whichever is longest), with the lower of both rates and t less what the stamps blur (chance e^-t/lull).',
      'It is a restart where no worker from before answers after it, or the server says that it began then; of a reload that it tells of, 1 s and five answers',
      'missing are enough, where no request of the log ran in its middle. It is a hold where no request',
      'of the log ran in its middle, those who came in it (λ t) keep 40 % of the slots busy or more right after it, for twice as long as it takes',
      'to drain them (λ t × service / slots; on a server without slots 75 % of them begin within 0.1 s), and in as long a time after it 1.3 times',
      'as many were answered as at the mean rate (all such pauses together, Poisson probability under 0.25 %). Who comes in a pause of t',
      'waits t / 2 on average. The server stood still where fewer requests than it surely has slots ran in the middle, and all of them, two or more, took five times',
      'the median of their routes and ended right behind the pause: then 1 s and five answers missing are enough, and neither rates nor other pauses count.',
      'Where that happened twice, pauses in which it held one request, or as many as it has slots, are the same; and so are the stalls of pool-stalls that did not take all slots, two or more.',
    ].join('\n'),
    guards: [
      'A load that pauses by itself (steps of a test, herds on a schedule) has another rate before and after, or nobody who waited. Users who',
      'load pages and crawlers come in packs: their lulls are as long as the pause, or make up a third of the time around it (15 % where there',
      'are three or more). A load that goes on and off has more such pauses around it (two, and as many as these; a fifth as long or longer).',
      'Requests that last through the pause held the workers themselves, and so did those of workers that were killed in it; other findings tell of them.',
      'Longer pauses may be two runs of a test.',
    ].join('\n'),
    fix: {
      gunicorn:
        'USR2 starts a new master beside the old one, QUIT ends that when the new one answers; HUP ends the old workers while the new ones still import; behind nginx, or -k gthread, where connections idle',
      uvicorn:
        'two instances behind a proxy, restarted one after the other; --fd N with a socket of systemd keeps the port open',
      waitress: 'two instances behind a proxy, restarted one after the other',
      hypercorn: 'two instances behind a proxy, restarted one after the other',
      uWSGI:
        'touch-chain-reload with --lazy-apps replaces worker after worker; --http-timeout ends idle connections of its router',
    },
  },
  fires: [
    'faults/held-workers.log.gz',
    'faults/restart-gap.log.gz',
    'faults/stood-still.log.gz',
    'faults/gc-stops-waitress.log.gz',
    'faults/stopped-now-and-then.log.gz',
  ],
  quiet: [
    'gunicorn-sync-4-twenty-every-ten-seconds.log',
    'gunicorn-sync-4-half-loaded.log',
    'faults/reload.log.gz',
    'faults/backend-away.log.gz',
    'faults/herds-default-format.log.gz',
    'faults/lock-in-each-process.log.gz',
  ],
});
