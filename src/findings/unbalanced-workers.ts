/** Finding: some workers get far more requests than others, so callers may queue at the busy ones. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { rowsOf, secondsOf } from '../core/rows.ts';
import { meanOf, twoSided } from '../core/statistics.ts';
import { durationText, percentText, roundText } from '../core/words.ts';
import { knownSlots, poolText, waitP95Text } from './pool-words.ts';

const MINIMUM_REQUESTS = 200;
const SURE = 1e-6;
/**
 * A worker is compared if it lived for WHOLE of the log, or for HALF of it if it was there within the first FROM_BEGINNING: such a worker may
 * have run out of requests before the others did.
 */
const WHOLE = 0.8;
const FROM_BEGINNING = 0.05;
const HALF = 0.5;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const { model, workers } = summary.server;
  // Workers that share one accept queue may take uneven shares without making anybody wait.
  const queues = model === 'async' || (model === 'threaded' && inference.queue === 'per-worker');
  const count = workers.value;
  if (!queues || count === null || count < 2 || workers.confidence < 0.8 || summary.requests.total < MINIMUM_REQUESTS)
    return null;
  const shares = sharesOf(facts);
  if (shares.length !== count) return null;
  const total = shares.reduce((sum, share) => sum + share.requests, 0);
  const even = total / count;
  const chi = shares.reduce((sum, share) => sum + (share.requests - even) ** 2 / even, 0);
  const most = shares.reduce((a, b) => (b.requests > a.requests ? b : a));
  const least = shares.reduce((a, b) => (b.requests < a.requests ? b : a));
  if (chiSquareP(chi, count - 1) > SURE) return null;
  const ratio = most.requests / Math.max(1, least.requests);
  const { wait, service } = inference;
  // If the number of slots is not known, perhaps nobody waited.
  const harmed = knownSlots(summary.server) !== null && wait.p95 >= Math.max(50_000, 0.2 * service.mean);
  if (!(ratio >= 3) && !(harmed && ratio >= 1.2)) return null;
  return {
    severity: harmed ? 'warning' : 'info',
    title:
      least.requests === 0
        ? `Unbalanced workers: ${most.worker} took ${percentText(most.requests / total)} of the requests, ${least.worker} none`
        : `Unbalanced workers: ${most.worker} took ${roundText(ratio)} times the requests of ${least.worker}`,
    brief: 'Unbalanced workers: one took far more requests than another',
    detail:
      `Each process of ${poolText(summary.server)} queues for itself, so an uneven share makes callers wait at one while another has room: ${most.requests} requests (${percentText(most.requests / total)}) against ${least.requests}; even would be ${roundText(even)}.` +
      (harmed ? ` The p95 wait is ${waitP95Text(facts)}${apart(facts, most, least)}.` : ''),
    evidence: {
      workers: count,
      most_requests: most.requests,
      least_requests: least.requests,
      ratio,
      chi_square: chi,
      wait_p95_seconds: secondsOf(wait.p95),
    },
    advice:
      'Let the kernel spread connections (one listening socket per worker: reuse_port), let clients reconnect now and then (keep-alive pins them), or put a balancer with least connections in front; fewer processes with more threads each queue together.',
    from: Number.NaN,
    to: Number.NaN,
  };
}

/** "; callers of 16360 waited 8.8 s on average, those of 16361 140 ms" */
function apart(facts: Facts, ...shares: readonly Share[]): string {
  const { length, worker, wait } = rowsOf(facts);
  const means = shares.map(({ worker: name }) => {
    const own = Array.from({ length }, (_, i) => i).filter(
      (i) => wait[i] >= 0 && facts.names.workers.text(worker[i]) === name,
    );
    return own.length > 0 ? meanOf(own.map((i) => wait[i])) : Number.NaN;
  });
  if (!means.every(Number.isFinite)) return '';
  const [busy, idle] = shares.map(({ worker: name }) => name);
  return `; callers of ${busy} waited ${durationText(means[0])} on average, those of ${idle} ${durationText(means[1])}`;
}

interface Share {
  readonly worker: string;
  readonly requests: number;
}

/** Requests of each worker that was there nearly all the time. Workers without any request are known from the lines of their start. */
function sharesOf({ inference, lifecycle, names }: Facts): Share[] {
  const { lives } = inference;
  if (lives.length === 0) return [];
  const from = min(lives.map((life) => life.from));
  const to = max(lives.map((life) => life.to));
  const whole = lives
    .filter((life) => {
      const lived = (life.to - life.from) / (to - from);
      return lived >= WHOLE || (lived >= HALF && life.from - from <= FROM_BEGINNING * (to - from));
    })
    .map((life) => ({ worker: names.workers.text(life.worker), requests: life.requests }));
  const seen = new Set(lives.map((life) => names.workers.text(life.worker)));
  const timesOf = (kind: string, worker: string) =>
    lifecycle.filter((event) => event.kind === kind && event.worker === worker).map(({ time }) => time);
  const silent = [...new Set(lifecycle.filter(({ kind }) => kind === 'boot').map(({ worker }) => worker))]
    .filter((worker) => worker !== null && !seen.has(worker))
    .filter((worker) => {
      const until = Math.min(to, ...timesOf('exit', worker!));
      return until - Math.max(from, ...timesOf('boot', worker!)) >= WHOLE * (to - from);
    })
    .map((worker) => ({ worker: worker!, requests: 0 }));
  return [...whole, ...silent];
}

/** P(χ² >= x) by Wilson & Hilferty (1931): the cube root is nearly normal. */
function chiSquareP(x: number, freedom: number): number {
  const scale = 2 / (9 * freedom);
  const z = ((x / freedom) ** (1 / 3) - (1 - scale)) / Math.sqrt(scale);
  return z > 0 ? twoSided(z) / 2 : 1;
}

export default defineFinding({
  id: 'unbalanced-workers',
  title: 'Some workers get far more requests than others',
  needs: ['time', 'pid'],
  examine,
  silences: ['pool-too-small'],
  explain: {
    test: [
      'Requests per worker against an even share: χ² with p < 1e-6, and the busiest took three times the requests of the',
      'laziest, or 1.2 times while the p95 wait is at least 50 ms and a fifth of the service time.',
    ].join('\n'),
    guards: [
      'Only where every process queues for itself (async, or threads with a queue per process): workers that share one accept',
      'queue may share unevenly without harm. Only workers alive for 80 % of the log are compared, or for half of it from its beginning on (those that took',
      'no request are known by their boot line); at least 200 requests.',
    ].join('\n'),
    fix: {
      gunicorn: '--reuse-port; gthread: --keep-alive small, or fewer --workers with more --threads',
      uvicorn: 'several single-worker uvicorns behind a least-connections balancer',
      waitress: 'one process: does not apply',
      hypercorn: 'several hypercorns behind a least-connections balancer',
      uWSGI: '--thunder-lock (--reuse-port does not: all workers share one socket all the same)',
    },
  },
  fires: ['faults/unbalanced.log.gz', 'faults/unbalanced-one-takes-all.log.gz', 'faults/unbalanced-done-early.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-gevent-2.log',
    'hypercorn-4-default.log',
    'faults/unbalanced-not.log.gz',
  ],
});
