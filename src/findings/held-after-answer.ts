/** Finding: after the answers of a route its worker takes nobody for a while, although callers come: something holds it that no line shows. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { countUpTo, logBinomialTail, medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { poolText } from './pool-words.ts';

/** Answers of a route that show something. */
const MINIMUM = 20;
/** µs: shorter pauses are those of a worker between two requests on a busy host. */
const SHORTEST = 300_000;
/** Nine of ten pauses are as long, where after other routes half of them are at most a quarter of that. */
const NEARLY_ALL = 0.1;
const OTHERS_SHORTER = 0.25;
/** ln of the chance from which a pattern is taken for real. */
const SURE = -18;
/** Others were taken meanwhile at half of the usual rate at least: no lull of the callers. */
const KEPT_COMING = 0.5;
/** Share of the time of all workers from which it is told, and from which it is a catastrophe. */
const MATERIAL = 0.05;
const MUCH = 0.2;

interface Held {
  readonly route: number;
  /** Its answers that another request of the same worker follows. */
  readonly answers: number;
  /** µs: nine of ten pauses are as long or longer, and the median of them. */
  readonly least: number;
  readonly median: number;
  /** Share of the pauses after other routes that are as long. */
  readonly usual: number;
  /** µs in all. */
  readonly micros: number;
}

interface Pause {
  /** Position in the rows. */
  readonly after: number;
  readonly micros: number;
}

/**
 * Pauses of workers that run one request at a time, from line to line as the stamps have them: where in its tick a request is put rests on
 * workers that are taken again at once.
 */
function pausesOf({ requests }: Facts, rows: Rows): Pause[] {
  const { end } = requests;
  const pauses: Pause[] = [];
  for (const [worker, own] of groupsOf(rows.worker)) {
    if (worker < 0) continue;
    const lines = own.filter((i) => rows.service[i] >= 0).sort((a, b) => rows.row[a] - rows.row[b]);
    for (let k = 1; k < lines.length; k++) {
      const [before, next] = [lines[k - 1], lines[k]];
      pauses.push({ after: before, micros: end[rows.row[next]] - rows.service[next] - end[rows.row[before]] });
    }
  }
  return pauses;
}

function heldBy(facts: Facts, rows: Rows, workers: number): Held | null {
  const pauses = pausesOf(facts, rows);
  const byRoute = groupsOf(Int32Array.from(pauses, ({ after }) => rows.route[after]));
  const rate = rows.length / (rows.end[rows.length - 1] - rows.start[0]);
  let worst: Held | null = null;
  for (const [route, own] of byRoute) {
    if (own.length < MINIMUM) continue;
    const micros = own.map((k) => pauses[k].micros);
    const least = quantileOf(micros, NEARLY_ALL);
    if (!(least >= SHORTEST)) continue;
    const others = pauses.filter(({ after }) => rows.route[after] !== route).map((pause) => pause.micros);
    if (others.length < MINIMUM || !(medianOf(others) <= OTHERS_SHORTER * least)) continue;
    const as = (long: readonly number[]) => long.filter((one) => one >= least).length;
    const usual = (as(others) + 1) / (others.length + 1);
    // The route was chosen among the routes, the length among its pauses.
    const score = logBinomialTail(as(micros), own.length, usual) + Math.log(byRoute.size * own.length);
    if (score > SURE) continue;
    const came = own.reduce((sum, k) => {
      const from = rows.end[pauses[k].after];
      return sum + countUpTo(rows.start, from + least) - countUpTo(rows.start, from);
    }, 0);
    // The other workers take what comes, this one takes nothing.
    if (came < KEPT_COMING * own.length * rate * least * (1 - 1 / workers)) continue;
    const found = {
      route,
      answers: own.length,
      least,
      median: medianOf(micros),
      usual,
      micros: own.length * medianOf(micros),
    };
    if (!worst || found.micros > worst.micros) worst = found;
  }
  return worst;
}

function examine(facts: Facts): Finding | null {
  const { summary, names } = facts;
  const workers = summary.server.workers.value;
  if (summary.server.model !== 'sync' || workers === null || summary.server.servers) return null;
  const rows = rowsOf(facts);
  if (rows.length < 2 * MINIMUM) return null;
  const held = heldBy(facts, rows, workers);
  const span = rows.end[rows.length - 1] - rows.start[0];
  const share = held ? held.micros / (workers * span) : 0;
  if (!held || share < MATERIAL) return null;
  const name = names.routes.text(held.route);
  const pool = poolText(summary.server);
  return {
    severity: share >= MUCH ? 'critical' : 'warning',
    title: `After each answer of ${name} its worker stays taken for ${durationText(held.median)}, which no line shows`,
    detail: `After nine of ten of ${countText(held.answers, 'answer')} of ${name} the worker began nothing for ${durationText(held.least)} or longer, although callers kept coming; after other routes ${percentText(held.usual)} of the pauses are as long. That is ${percentText(share)} of the time of ${pool}. The logged times leave it out, and so do the load and the waits that are told of this log: callers wait longer than that.`,
    evidence: {
      route: name,
      answers: held.answers,
      held_least_seconds: held.least / 1e6,
      held_median_seconds: held.median / 1e6,
      as_long_after_others: held.usual,
      held_share: share,
    },
    advice: `If clients read its answers slowly, or do not close their connection, let a proxy that buffers stand in front (nginx: proxy_buffering on): it takes the answer at once, and ${percentText(share)} of the pool comes free. If the view works on after its answer (close hooks, teardown, post_request), hand that to a task queue.`,
    from: rows.start[0],
    to: rows.end[rows.length - 1],
    lostSeconds: held.micros / 1e6,
  };
}

export default defineFinding({
  id: 'held-after-answer',
  title: 'Workers stay taken after the answers of a route',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: ['measured-wait-disagrees', 'overprovisioned'],
  explain: {
    test: [
      'Sync workers: of at least 20 answers of a route nine of ten are followed by a pause of the worker of g >= 0.3 s before its next',
      'request, where after other routes half of the pauses are g / 4 at most (binomial test against the share of theirs that is as long,',
      'p < 1.5e-8 after correction); together 5 % of the time of all workers.',
    ].join('\n'),
    guards: [
      'Other workers took requests meanwhile at half of the usual rate or more: callers who pause after a route make no such finding. A pool that',
      'is mostly idle has long pauses after every route.',
    ].join('\n'),
    fix: {
      gunicorn:
        'a buffering proxy in front; sync workers of recent versions wait up to 2 s for the client to close, gthread and async workers hold no slot meanwhile',
      uvicorn: 'does not apply: an event loop goes on',
      waitress: 'does not apply: its main thread sends the answers',
      hypercorn: 'does not apply: an event loop goes on',
      uWSGI:
        'a buffering proxy in front, or --offload-threads N; uwsgi.after_req_hook and @mule for work after the answer',
    },
  },
  fires: ['faults/held-after-answer.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-slow-route-starves-fast.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-sync-4-half-loaded.log',
    'gunicorn-sync-2-recycling.log',
    'faults/slow-clients.log.gz',
  ],
});
