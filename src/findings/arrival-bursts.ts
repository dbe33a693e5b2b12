/** Finding: requests come in herds: many at the same moment, again and again, often on a schedule. */

import { max, min } from 'simple-statistics';
import { floatsAt, integersAt } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { ascendingOrder } from '../core/order.ts';
import { groupsOf, orNull, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { countBelow, logPoissonTail, medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';
import { findingsOfFullPool, waitIsLong } from './saturation.ts';

/** A herd: this many at least, by chance less likely than this (ln). */
const SMALLEST = 8;
const SURE = -20;
/** The same of each of many that keep a schedule together. */
const SCHEDULED_SURE = -8;
const SCHEDULED_TIMES = 2;
/** Times as many as at other moments, and windows on either side that are held against it. */
const TIMES = 3;
const BESIDE = 2;
const MINIMUM_HERDS = 3;
/** Share of all waiting that happens in herds, from which they are why the pool is full. */
const MOST_WAITING = 0.75;
/** Times the slots that are there, from which more of them for the sake of herds are no sensible answer. */
const SENSIBLE = 4;
/** Share of what herds on the slots make callers wait that they surely did. */
const WAITED = 0.05;
/** Turns of the slots from which a herd that a full pool shows may as well have come about as fast as it was served. */
const MANY_TURNS = 10;
/** Schedules that cron and its like keep, seconds. */
const PERIODS = [10, 15, 20, 30, 60, 300, 600, 900, 1800, 3600, 86_400] as const;

interface Herd {
  /** µs since 1970 UTC: the median of its arrivals, because a caller who was there before may begin its window. */
  readonly at: number;
  readonly size: number;
  readonly waited: number;
  /** Positions in the rows. */
  readonly members: readonly number[];
}

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const rows = rowsOf(facts);
  if (rows.length < 100) return null;
  const resolution = quantileOf(facts.requests.resolution.subarray(0, facts.requests.length), 0.5);
  const width = Math.max(100_000, 2 * resolution);
  const periodIn = (some: readonly Herd[]) =>
    periodOf(
      some.map((herd) => herd.at),
      resolution,
    );
  const distinct = herdsOf(rows, width, TIMES, SURE);
  const isKept = distinct.length >= MINIMUM_HERDS && periodIn(distinct) !== null;
  const blurred = isKept ? [] : herdsOf(rows, width, SCHEDULED_TIMES, SCHEDULED_SURE);
  const isScheduled = blurred.length >= MINIMUM_KEPT && periodIn(blurred) !== null;
  const herds = isScheduled ? blurred : distinct;
  if (herds.length < MINIMUM_HERDS) return null;
  const size = medianOf(herds.map((herd) => herd.size));
  const slots = knownSlots(summary.server);
  // A herd that the slots take at once harms nobody.
  if (slots !== null && size <= slots) return null;
  const period = periodIn(herds);
  const inHerds = herds.reduce((sum, herd) => sum + herd.size, 0);
  const waited = herds.reduce((sum, herd) => sum + herd.waited, 0);
  // Where the waits are unknown, a pool that empties its queue after a stall looks like a herd.
  if (inference.wait.method === 'unknown' && (period === null || !cameOnTop(rows, herds))) return null;
  const total = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  const service = inference.service.mean;
  const target = 200_000;
  const turns = slots === null ? Number.NaN : Math.ceil(size / slots);
  const mayBeInStep = turns > MANY_TURNS && inference.wait.method === 'inferred';
  const needed = Math.ceil(size / (1 + Math.floor(target / service)));
  const bear =
    Number.isFinite(needed) && (slots === null || needed > slots)
      ? ` ${mayBeInStep ? 'Where they do come at once' : 'To bear them as they are'}, ${needed} slots answer ${Math.round(size)} at once within ${durationText(target)} of waiting${needed > SENSIBLE * (slots ?? needed) ? ', and stand idle between them' : ''}.`
      : '';
  // Nobody waits to speak of but in them: that the pool is full then is their doing.
  const isCause = slots !== null && waited >= MOST_WAITING * total && total > 0;
  const often = period === null ? '' : `, every ${durationText(period * 1e6)}`;
  const route = routeOf(facts, rows, herds);
  // Who comes with so many others waits: where nobody need have, they may as well have come one after the other.
  const least = ((turns - 1) / 2) * service * (inHerds / rows.length);
  if (period === null && inference.wait.lowMean < WAITED * least) return null;
  return {
    severity: isCause && waitIsLong(facts) ? 'critical' : slots !== null && waited > 0.3 * total ? 'warning' : 'info',
    title: `Requests come in herds: ${countText(herds.length, 'time')} about ${Math.round(size)} at once${mayBeInStep ? ' or in quick succession' : ''}${often}${route === null ? '' : ` (${route})`}`,
    detail:
      `${percentText(inHerds / rows.length)} of the requests arrived within ${durationText(width)} of each other in ${herds.length} herds of ${min(herds.map((herd) => herd.size))} to ${max(herds.map((herd) => herd.size))}; at the mean rate chance would make none.` +
      (period === null ? '' : ` They keep a schedule of ${durationText(period * 1e6)}.`) +
      (total > 0 ? ` ${percentText(waited / total)} of all waiting happens in them.` : '') +
      (turns > 1 && Number.isFinite(service)
        ? ` ${countText(slots!, 'slot')} of ${durationText(service)} a request answer ${Math.round(size)} at once in ceil(${Math.round(size)} / ${slots}) = ${turns} turns: the last waits about ${durationText((turns - 1) * service)}, half of them ${durationText(((turns - 1) / 2) * service)} or longer.`
        : '') +
      (mayBeInStep
        ? ' Who comes about as fast as the slots serve keeps them as busy and waits for far less: so long a queue does not tell one from the other, and the range of the wait holds both.'
        : ''),
    evidence: {
      herds: herds.length,
      herd_size_median: size,
      period_seconds: period,
      route,
      requests_share: inHerds / rows.length,
      wait_share: orNull(waited / total),
      slots,
      last_wait_seconds: secondsOf((turns - 1) * service),
      recommended_slots: orNull(needed),
      // The verdict tells of the pool and its waits by these.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice: `Spread them: a random delay of up to the period in the job or client that sends them, or a queue that feeds them one by one.${bear}`,
    from: herds[0].at,
    to: herds.at(-1)!.at,
    lostSeconds: waited / 1e6,
    spares: isCause ? [] : findingsOfFullPool,
  };
}

/** Windows of `width` µs with far more arrivals than the log has between them. */
function herdsOf(rows: Rows, width: number, times: number, sure: number): Herd[] {
  const arrival = rows.start.map((start, i) => start - (rows.wait[i] > 0 ? rows.wait[i] : 0));
  const order = ascendingOrder(arrival);
  const at = floatsAt(arrival, order);
  const span = Math.max(width, at[at.length - 1] - at[0]);
  const crowded = (least: number): { from: number; to: number }[] => {
    const found: { from: number; to: number }[] = [];
    for (let i = 0, j = 0; i < at.length; ) {
      while (j < at.length && at[j] - at[i] <= width) j++;
      if (j - i >= least) {
        found.push({ from: i, to: j });
        i = j;
      } else i++;
    }
    return found;
  };
  // The herds themselves must not count as the rate that they are measured by.
  // The mean holds the herds themselves: where they are not far above it, what most windows hold is the measure.
  const mean = (at.length * width) / span;
  const overall = times < TIMES ? Math.min(mean, medianCount(at, width, span)) : mean;
  const candidates = crowded(Math.max(SMALLEST, times * overall));
  const inside = candidates.reduce((sum, { from, to }) => sum + to - from, 0);
  const between = ((at.length - inside) * width) / Math.max(width, span - candidates.length * width);
  const until = (instant: number) => countBelow(at.length, (i) => at[i], instant);
  /** Arrivals in a window on the busier side: none of its own, and beyond what the stamps blur. */
  const beside = (from: number): number => {
    const before = until(at[from]) - until(at[from] - BESIDE * width);
    const behind = until(at[from] + (2 + BESIDE) * width) - until(at[from] + 2 * width);
    return Math.max(before, behind) / BESIDE;
  };
  return candidates
    .filter(({ from, to }) => {
      // A slice of a peak is as crowded as those beside it.
      const usual = Math.max(0.01, between, beside(from));
      return to - from >= times * usual && logPoissonTail(to - from, usual) < sure;
    })
    .map(({ from, to }) => {
      const members = Array.from(order.subarray(from, to));
      const waited = members.reduce((sum, i) => sum + (rows.wait[i] > 0 ? rows.wait[i] : 0), 0);
      return { at: at[(from + to) >> 1], size: to - from, waited, members };
    });
}

/** Arrivals in the median of consecutive windows. */
function medianCount(at: Float64Array, width: number, span: number): number {
  const windows = new Float64Array(Math.ceil(span / width));
  for (let i = 0; i < at.length; i++) windows[Math.min(windows.length - 1, Math.floor((at[i] - at[0]) / width))]++;
  return medianOf(windows);
}

/** Share of those who come between herds that must have come in the time in which a herd would have gathered. */
const CAME = 0.5;

/** Before a queue that was held back there is a silence as long as it took to gather; before a herd callers come as usual. */
function cameOnTop({ start, length }: Rows, herds: readonly Herd[]): boolean {
  const micros = start[length - 1] - start[0];
  const inHerds = herds.reduce((sum, { size }) => sum + size, 0);
  let [expected, came] = [0, 0];
  for (const { size, members } of herds) {
    const from = start[members[0]];
    // Held back, the herd would be part of the usual rate.
    const span = Math.min((size / length) * micros, from - start[0]);
    expected += ((length - inHerds) / micros) * span;
    came += countBelow(length, (i) => start[i], from) - countBelow(length, (i) => start[i], from - span);
  }
  return came >= CAME * expected;
}

/** A route is that of the herds when it makes so much of them, and has so many times the share that it has elsewhere. */
const MOST_OF_HERD = 0.5;
const TIMES_THE_SHARE = 3;

function routeOf({ names }: Facts, rows: Rows, herds: readonly Herd[]): string | null {
  const inside = herds.flatMap(({ members }) => members);
  const [[route, own]] = [...groupsOf(integersAt(rows.route, inside))].sort((a, b) => b[1].length - a[1].length);
  const ofLog = rows.route.reduce((count, other) => count + (other === route ? 1 : 0), 0);
  const share = own.length / inside.length;
  const elsewhere = (ofLog - own.length) / Math.max(1, rows.length - inside.length);
  return share >= MOST_OF_HERD && share >= TIMES_THE_SHARE * elsewhere ? names.routes.text(route) : null;
}

/** Gaps that keep a schedule, where one does not. */
const MINIMUM_KEPT = 6;

/**
 * Seconds of the longest schedule on which nine of ten herds lie, or all but one, within a twentieth of it and a tick of the stamp; null
 * for none. A tick that is wide beside the period proves less, and takes more herds.
 */
function periodOf(at: readonly number[], resolution: number): number | null {
  for (const seconds of PERIODS.toReversed()) {
    const micros = seconds * 1e6;
    const tolerance = 0.05 + resolution / micros;
    const steps = at.slice(1).map((time, i) => (time - at[i]) / micros);
    if (steps.length < (tolerance > 0.1 ? 5 : 3) || at.at(-1)! - at[0] < 2.5 * micros) continue;
    const kept = steps.filter((step) => Math.round(step) >= 1 && Math.abs(step - Math.round(step)) <= tolerance).length;
    // One may come late, for it found a machine that stood still.
    if (kept >= Math.min(0.9 * steps.length, Math.max(steps.length - 1, MINIMUM_KEPT))) return seconds;
  }
  return null;
}

export default defineFinding({
  id: 'arrival-bursts',
  title: 'Thundering herds and cron bursts: many requests at the same moment',
  needs: ['time'],
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'Three or more windows of max(100 ms, 2 ticks) with at least 8 arrivals, three times the mean, and a Poisson probability',
      'under 2e-9 at the rate between them, and at that of the two windows before or behind, whichever is more (twice the mean, and 3e-4 each, where six or more of them keep a schedule together); more of them at',
      'once than the pool has slots. Of n at once on K slots with service time S the last waits (ceil(n / K) - 1) × S. A schedule is named when nine of ten gaps, or six of seven, are whole multiples of 10 s … 1 day. Slots to bear n at once with a wait of t: ceil(n / (1 + floor(t / S))).',
    ].join('\n'),
    guards: [
      'At least 100 requests; a smooth peak is no herd, however it is cut into windows; arrivals are starts less waits, so that a pool that',
      'emptied its queue does not look like a herd. Where waits are unknown it takes a schedule, and callers who come as usual (half of them)',
      'in the time before each herd in which a queue of its size would have gathered. Without a schedule callers must surely have waited for',
      '5 % of what such herds make them wait: a crawler that asks for one thing after the other makes nobody wait. Findings of a full pool fall',
      'silent where three quarters of all waiting happens in herds.',
    ].join('\n'),
    fix: {
      gunicorn: 'jitter in the callers; --backlog only lengthens the queue',
      uvicorn: 'jitter in the callers; --limit-concurrency N answers 503 beyond N',
      waitress: 'jitter in the callers; --threads for the size of a herd',
      hypercorn: 'jitter in the callers',
      uWSGI: 'jitter in the callers; --cheaper with --cheaper-algo busyness follows slow tides, not herds',
    },
  },
  fires: [
    'gunicorn-sync-4-twenty-every-ten-seconds.log',
    'faults/herds-default-format.log.gz',
    'faults/herds-two-processes.log.gz',
  ],
  quiet: [
    'faults/peak.log.gz',
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-gthread-2x8-nearly-full.log',
    'article-form-sync-4-burst-of-16.log',
  ],
});
