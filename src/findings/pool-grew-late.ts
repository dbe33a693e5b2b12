/** Finding: a pool that grows on demand (uWSGI's cheaper, gunicorn's TTIN) grew too late: the workers that ran were all busy. */
import { withTimes } from '../core/event-times.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { levelsOf, NEARLY_FULL, spanOf } from '../core/full-stretches.ts';
import { type LifecycleEvent, type LifecycleKind, MOST_LIFECYCLE_EVENTS } from '../core/lifecycle.ts';
import { momentsOf } from '../core/moments.ts';
import { rowsOf } from '../core/rows.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { findingsOfFullPool } from './saturation.ts';

/** µs */
const BIN = 1e6;
const MOST_BINS = 100_000;
/** A number of workers counts only if it lasts this many bins: reloads double it, and recycling lowers it, for a moment. */
const LASTING = 10;
/** At least this many full bins in a row; and the least number and share of full bins in all. */
const IN_A_ROW = 3;
const FEWEST_FULL = 5;
const LEAST_SHARE = 0.03;

const gone: ReadonlySet<LifecycleKind> = new Set(['exit', 'killed', 'timeout']);

function examine(facts: Facts): Finding | null {
  const { summary, lifecycle } = facts;
  const rows = rowsOf(facts);
  const threads = summary.server.threads.value;
  if (rows.length === 0 || threads === null || lifecycle.length >= MOST_LIFECYCLE_EVENTS) return null;
  const { origin, last } = spanOf(rows);
  const count = Math.ceil((last - origin) / BIN);
  if (count < 2 * LASTING || count > MOST_BINS) return null;
  const running = runningWorkers(facts, origin, count);
  if (!running) return null;
  const most = mostLasting(running);
  const busy = levelsOf(rows, BIN, count);
  const full = fullWhileFewer(running, busy, most, threads);
  const seconds = full.length * (BIN / 1e6);
  if (full.length < Math.max(FEWEST_FULL, LEAST_SHARE * count) || !someInARow(full)) return null;
  // A pool that is full at its largest is too small, whenever it grew.
  if ((summary.concurrency.saturated_seconds ?? 0) > 2 * seconds) return null;
  const ran = full.map((bin) => running[bin]).sort((a, b) => a - b);
  const [least, upTo] = [ran[0], ran[ran.length - 1]];
  // The pool must have grown after it was full.
  if (!running.subarray(full[0]).some((workers) => workers > running[full[0]])) return null;
  const those = least === upTo ? String(least) : `${least} to ${upTo}`;
  return {
    severity: seconds >= LASTING ? 'critical' : 'warning',
    title: `The pool grew too late: for ${durationText(seconds * 1e6)} the ${those} workers that ran were all busy, before there were ${most}`,
    brief: `The pool grew too late: all busy for ${durationText(seconds * 1e6)} before`,
    detail: `${grownText(facts, running[0], most)} ${percentText(full.length / count)} of the time all of those that ran were busy while it had fewer than ${most}: callers queued for want of workers that it was allowed to have. ${waitsText(facts, most)}`,
    evidence: {
      workers_most: most,
      workers_at_first: running[0],
      workers_while_full_least: least,
      workers_while_full_most: upTo,
      full_with_fewer_seconds: seconds,
      full_with_fewer_share: full.length / count,
      // The verdict words the pool and its waits from this.
      saturated_seconds: summary.concurrency.saturated_seconds,
    },
    advice: adviceOf(facts, most),
    from: origin + full[0] * BIN,
    to: origin + (full[full.length - 1] + 1) * BIN,
    lostSeconds: seconds * most,
  };
}

const resizes = ({ lifecycle }: Facts): LifecycleEvent[] => lifecycle.filter(({ kind }) => kind === 'resize');

function grownText(facts: Facts, first: number, most: number): string {
  const added = resizes(facts).filter(({ text }) => text === 'ttin');
  if (added.length > 0)
    return `By its own lines the server ran ${first} of ${most} workers at first; ${countText(added.length, 'worker')} were added by hand (TTIN), the first at ${momentsOf(facts.summary.window).at(added[0].time)} UTC.`;
  return `By its own lines the server started with ${first} of ${most} workers and stopped and started others as the load went.`;
}

const waitsText = ({ summary: { server, wait } }: Facts, most: number): string =>
  server.regimes
    ? wait.mean === null
      ? 'How long, this log does not tell.'
      : 'Waits are told of each number of workers as of a pool of its own.'
    : `How long, this log does not tell well: waits are told as if ${most} workers had run all the time, so they were longer than that.`;

function adviceOf(facts: Facts, most: number): string {
  if (resizes(facts).length > 0)
    return `Start with ${most} workers (gunicorn --workers ${most}): what TTIN adds is forgotten at the next restart, and comes after callers have queued.`;
  return `Keep ${most} workers running (uWSGI: no --cheaper, or --cheaper ${most} as the least; gunicorn: --workers ${most}), or let the pool grow sooner (uWSGI: a larger --cheaper-step and --cheaper-initial, --cheaper-algo spare or backlog instead of busyness, which looks only every --cheaper-overload seconds).`;
}

/** Number of running workers per bin, from the server's own lines; null: too few of these report starts and ends of workers. */
function runningWorkers(facts: Facts, origin: number, count: number): Int32Array | null {
  const spans = new Map<string, { from: number; to: number }>();
  let boots = 0;
  let ends = 0;
  for (const { worker, kind, time } of withTimes(facts.lifecycle, facts.requests)) {
    if (worker === null || !(kind === 'boot' || gone.has(kind))) continue;
    const span = spans.get(worker) ?? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    spans.set(worker, span);
    if (kind === 'boot') {
      span.from = time;
      boots++;
    } else {
      span.to = Math.min(span.to, time);
      ends++;
    }
  }
  endWithServer(facts, spans);
  if (boots === 0 || boots + ends < 3) return null;
  // Steps up and down are summed up once, instead of a loop over bins per worker: there may be thousands of workers.
  const steps = new Int32Array(count + 1);
  const binOf = (time: number) => Math.max(0, Math.min(count, Math.round((time - origin) / BIN)));
  for (const { from, to } of spans.values()) {
    steps[binOf(from)]++;
    steps[Math.max(binOf(from), binOf(to))]--;
  }
  let sum = 0;
  return steps.subarray(0, count).map((step) => {
    sum += step;
    return sum;
  });
}

/** A worker without a reported end that answered nothing after the next start of a server is taken to have ended at that start. */
function endWithServer(facts: Facts, spans: ReadonlyMap<string, { readonly from: number; to: number }>): void {
  const starts = facts.lifecycle.filter(({ kind }) => kind === 'listen').map(({ time }) => time);
  if (starts.length === 0) return;
  const rows = rowsOf(facts);
  const lastEnd = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const name = facts.names.workers.text(rows.worker[i]);
    lastEnd.set(name, Math.max(lastEnd.get(name) ?? Number.NEGATIVE_INFINITY, rows.end[i]));
  }
  for (const [worker, span] of spans) {
    const next = starts.find((time) => time > span.from + BIN);
    if (next !== undefined && span.to > next && (lastEnd.get(worker) ?? next) <= next + BIN) span.to = next;
  }
}

/** The largest number of workers that at least LASTING bins reach. */
function mostLasting(running: Int32Array): number {
  let most = running.reduce((a, b) => Math.max(a, b), 0);
  while (most > 0 && running.filter((workers) => workers >= most).length < LASTING) most--;
  return most;
}

/** Bins in which all running slots were busy, within stretches of at least LASTING bins with fewer than `most` workers. */
function fullWhileFewer(running: Int32Array, busy: Float64Array, most: number, threads: number): number[] {
  const full: number[] = [];
  for (let bin = 0; bin < running.length; ) {
    if (running[bin] >= most) {
      bin++;
      continue;
    }
    const from = bin;
    while (bin < running.length && running[bin] < most) bin++;
    if (bin - from < LASTING) continue;
    for (let k = from; k < bin; k++) if (running[k] > 0 && busy[k] >= NEARLY_FULL * running[k] * threads) full.push(k);
  }
  return full;
}

const someInARow = (bins: readonly number[]): boolean =>
  bins.some((bin, k) => k + IN_A_ROW <= bins.length && bins[k + IN_A_ROW - 1] === bin + IN_A_ROW - 1);

export default defineFinding({
  id: 'pool-grew-late',
  title: 'The pool started workers too late: those that ran were all busy',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: ['capacity-lost', 'overprovisioned', ...findingsOfFullPool],
  explain: {
    test: [
      'The number of running workers over time is counted from the lines in which the server says that it started or ended one. M is the',
      'largest number that lasted ten seconds. Fires when for at least five seconds and 3 % of the time, three of them in a row, nine tenths',
      'of the running slots were busy in stretches of ten seconds or more with fewer than M workers, and more were started afterwards.',
    ].join('\n'),
    guards: [
      'Reloads and recycled workers change the number for moments, which do not count. Silent where the pool was full with all M workers',
      'for more than twice as long: then it is too small, whenever it grew.',
    ].join('\n'),
    fix: {
      gunicorn: 'does not grow by itself; TTIN adds a worker: start with --workers N',
      uvicorn: 'does not grow by itself: start with --workers N',
      waitress: 'does not grow: --threads N',
      hypercorn: 'does not grow by itself: start with --workers N',
      uWSGI: 'no --cheaper, or --cheaper-initial N, --cheaper-step N, --cheaper-algo backlog',
    },
  },
  fires: ['faults/uwsgi-cheaper.log.gz'],
  quiet: [
    'uwsgi-4-default.log',
    'faults/reload.log.gz',
    'gunicorn-sync-2-recycling.log',
    'gunicorn-sync-3-timeout-kills.log',
  ],
});
