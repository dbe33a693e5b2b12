/** Finding: requests arrive in herds: many at the same moment, repeatedly, often on a schedule. */
import { max, min } from 'simple-statistics';
import { integersAt } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { groupsOf, orNull, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { countBelow, meanOf, medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { findHerds, type Herd, type Herds, MINIMUM_HERDS } from './herds.ts';
import { knownSlots } from './pool-words.ts';
import { findingsOfFullPool, waitIsLong } from './saturation.ts';

/** The herds are why the pool is full if at least this share of all waiting happens in them. */
const MOST_WAITING = 0.75;
/** A pool more than this many times the present one would mostly idle: adding slots is then no sensible answer to herds. */
const SENSIBLE = 4;
/** The lower bound of the mean wait must reach this share of the mean wait that such herds would cause on these slots. */
const WAITED = 0.05;
/** Above this many turns of the slots, callers who arrive about as fast as they are served look the same as a herd. */
const MANY_TURNS = 10;
/** A herd of the median size on the present slots. */
interface Load {
  readonly size: number;
  readonly slots: number | null;
  /** Mean service time, µs; NaN: unknown. */
  readonly service: number;
  /** How often the slots are refilled to serve the herd: ceil(size / slots); NaN: the number of slots is unknown. */
  readonly turns: number;
  /** Slots with which nobody in the herd waits longer than TARGET; NaN: unknown. */
  readonly needed: number;
  /** Its callers may also have arrived about as fast as they were served (see MANY_TURNS). */
  readonly mayBeInStep: boolean;
}

/** Longest acceptable wait within a herd, µs. */
const TARGET = 200_000;

function loadOf(size: number, slots: number | null, { inference }: Facts, rows: Rows, herds: readonly Herd[]): Load {
  // Use the service times of the herd's own requests: those of a job are longer than those of a page.
  const own = herds.flatMap(({ members }) => members.map((i) => rows.service[i])).filter((micros) => micros > 0);
  const service = own.length > 0 && inference.service.mean > 0 ? meanOf(own) : inference.service.mean;
  const turns = slots === null ? Number.NaN : Math.ceil(size / slots);
  const needed = Math.ceil(size / (1 + Math.floor(TARGET / service)));
  const mayBeInStep = turns > MANY_TURNS && inference.wait.method === 'inferred';
  return { size, slots, service, turns, needed, mayBeInStep };
}

/** Do the waits confirm that the callers came at once? */
function isBorneOut({ inference }: Facts, rows: Rows, found: Herds, { turns, service }: Load, width: number): boolean {
  const { herds, period } = found;
  // A pool that drains its queue after a stall looks like a herd. Where the waits are unknown, only a schedule shows that it is one.
  if (!cameOnTop(rows, herds, width)) return false;
  if (inference.wait.method === 'unknown') return period !== null;
  if (period !== null) return true;
  // Callers who come at once must wait. If possibly nobody waited, they may have come one after the other instead.
  const least = ((turns - 1) / 2) * service * (countIn(herds) / rows.length);
  return !(inference.wait.lowMean < WAITED * least);
}

const countIn = (herds: readonly Herd[]): number => herds.reduce((sum, herd) => sum + herd.size, 0);

function bearText({ size, slots, needed, mayBeInStep }: Load): string {
  if (!Number.isFinite(needed) || (slots !== null && needed <= slots)) return '';
  const when = mayBeInStep ? 'Where they do come at once' : 'To bear them as they are';
  const idle = needed > SENSIBLE * (slots ?? needed) ? ', and stand idle between them' : '';
  return ` ${when}, ${needed} slots answer ${Math.round(size)} at once within ${durationText(TARGET)} of waiting${idle}.`;
}

function turnsText({ size, slots, service, turns }: Load): string {
  if (slots === null || !(turns > 1) || !Number.isFinite(service)) return '';
  const many = Math.round(size);
  return ` ${countText(slots, 'slot')} of ${durationText(service)} a request answer ${many} at once in ceil(${many} / ${slots}) = ${turns} turns: the last waits about ${durationText((turns - 1) * service)}, half of them ${durationText(((turns - 1) / 2) * service)} or longer.`;
}

/** For an unknown number of slots: the most requests seen at once may be the pool's limit or its callers' own. */
function leastTurnsText({ size, service }: Load, least: number): string {
  const turns = Math.ceil(size / least);
  if (!(turns > 1) || !Number.isFinite(service)) return '';
  const many = Math.round(size);
  return ` Served as they were, by ${countText(least, 'slot')}, ${many} at once take ceil(${many} / ${least}) = ${turns} turns, and the last waits about ${durationText((turns - 1) * service)}; whether the pool has no more slots or their caller asks for no more at once, the log does not show.`;
}

function titleOf({ herds, period }: Herds, { size, mayBeInStep }: Load, route: string | null): string {
  const often = period === null ? '' : `, every ${durationText(period * 1e6)}`;
  return `Requests come in herds: ${countText(herds.length, 'time')} about ${Math.round(size)} at once${mayBeInStep ? ' or in quick succession' : ''}${often}${route === null ? '' : ` (${route})`}`;
}

function herdsText({ length }: Rows, width: number, { herds, period }: Herds): string {
  const sizes = herds.map(({ size }) => size);
  const schedule = period === null ? '' : ` They keep a schedule of ${durationText(period * 1e6)}.`;
  return `${percentText(countIn(herds) / length)} of the requests arrived within ${durationText(width)} of each other in ${herds.length} herds of ${min(sizes)} to ${max(sizes)}; at the mean rate chance would make none.${schedule}`;
}

const IN_STEP =
  ' Who comes about as fast as the slots serve keeps them as busy and waits for far less: so long a queue does not tell one from the other, and the range of the wait holds both.';

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const rows = rowsOf(facts);
  if (rows.length < 100) return null;
  const resolution = quantileOf(facts.requests.resolution.subarray(0, facts.requests.length), 0.5);
  const width = Math.max(100_000, 2 * resolution);
  const slots = knownSlots(summary.server);
  const least = summary.server.capacity.low ?? 1;
  const found = findHerds(rows, width, resolution, slots ?? least);
  const { herds, period } = found;
  if (herds.length < MINIMUM_HERDS) return null;
  const size = medianOf(herds.map((herd) => herd.size));
  // A herd that fits into the slots makes nobody wait.
  if (size <= (slots ?? least)) return null;
  const waited = herds.reduce((sum, herd) => sum + herd.waited, 0);
  const total = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  const load = loadOf(size, slots, facts, rows, herds);
  const { service, turns, needed, mayBeInStep } = load;
  if (!isBorneOut(facts, rows, found, load, width)) return null;
  // Hardly anybody waits outside the herds, so the herds are why the pool is full.
  const isCause = slots !== null && waited >= MOST_WAITING * total && total > 0;
  const isMuch = slots !== null && waited > 0.3 * total;
  const route = routeOf(facts, rows, herds);
  return {
    severity: isCause && waitIsLong(facts) ? 'critical' : isMuch ? 'warning' : 'info',
    title: titleOf(found, load, route),
    brief: `Requests come in herds: ${countText(found.herds.length, 'time')} about ${Math.round(load.size)} at once`,
    detail:
      herdsText(rows, width, found) +
      (total > 0 ? ` ${percentText(waited / total)} of all waiting happens in them.` : '') +
      (slots === null ? leastTurnsText(load, least) : turnsText(load)) +
      (mayBeInStep ? IN_STEP : ''),
    evidence: {
      herds: herds.length,
      herd_size_median: size,
      period_seconds: period,
      route,
      requests_share: countIn(herds) / rows.length,
      wait_share: orNull(waited / total),
      slots,
      last_wait_seconds: secondsOf((turns - 1) * service),
      recommended_slots: orNull(needed),
      // The verdict reads this to describe the pool and its waits.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice: `Spread them: a random delay of up to the period in the job or client that sends them, or a queue that feeds them one by one.${bearText(load)}`,
    from: herds[0].at,
    to: herds.at(-1)!.at,
    lostSeconds: waited / 1e6,
    spares: isCause ? [] : symptoms,
  };
}

/** Before the herds, at least this share of the usual arrivals must have come. */
const CAME = 0.5;

/**
 * Did callers arrive as usual before the herds? If a stalled process had merely held its queue back, there would be a gap as long as the
 * queue took to gather.
 */
function cameOnTop({ start, length }: Rows, herds: readonly Herd[], width: number): boolean {
  const micros = start[length - 1] - start[0];
  const inHerds = countIn(herds);
  let [expected, came] = [0, 0];
  for (const { size, members } of herds) {
    const from = start[members[0]];
    // Time in which a held-back queue of this size would have gathered at the rate of the whole log, which then includes the herds.
    // Those who came while it drained (`width`) are part of that queue.
    const span = Math.min(Math.max(0, (size / length) * micros - width), from - start[0]);
    const usual = ((length - inHerds) / micros) * span;
    expected += usual;
    // Capped at the usual number: a crowd before one herd must not make up for a gap before another.
    came += Math.min(
      usual,
      countBelow(length, (i) => start[i], from) - countBelow(length, (i) => start[i], from - span),
    );
  }
  return came >= CAME * expected;
}

/** The herds belong to a route if it makes at least this share of their requests, and this many times its share outside them. */
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

/** Includes one-noisy-client: a job that sends a herd may have a single address. */
const symptoms = [...findingsOfFullPool, 'one-noisy-client'];

export default defineFinding({
  id: 'arrival-bursts',
  title: 'Thundering herds and cron bursts: many requests at the same moment',
  needs: ['time'],
  examine,
  silences: symptoms,
  explain: {
    test: [
      'Three or more windows of max(100 ms, 2 ticks) with at least 8 arrivals, three times the mean, and a Poisson probability',
      'under 2e-9 at the rate between them, and at that of the two windows before or behind, whichever is more (twice the mean, and 3e-4 each, where six or more of them keep a schedule together); more of them at',
      'once than the pool has slots (than it surely has, where their number is not known). Or a route of which nine of ten requests come in three or more herds of at least 8 on a schedule, each begun within 1.25 n S / K and of at most 10 K. Of n at once on K slots with service time S the last waits (ceil(n / K) - 1) × S. A schedule is named when nine of ten gaps, or six of seven, are whole multiples of 10 s … 1 day. Slots to bear n at once with a wait of t: ceil(n / (1 + floor(t / S))).',
    ].join('\n'),
    guards: [
      'At least 100 requests; a smooth peak is no herd, however it is cut into windows; arrivals are starts less waits, so that a pool that',
      'emptied its queue does not look like a herd; and callers come as usual (half of them) in the time before each herd in which a queue of its',
      'size would have gathered: a process that stood still leaves a gap there. Where waits are unknown it takes a schedule. Without one callers must surely have waited for',
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
    'faults/stood-still.log.gz',
  ],
});
