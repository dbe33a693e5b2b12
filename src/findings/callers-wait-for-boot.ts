/** Finding: callers came while the application was still being imported, and waited for that; the full pool after it is their backlog. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countBelow, logPoissonTail } from '../core/statistics.ts';
import { durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { orNull, type Rows, rowsOf } from './rows.ts';
import { type Episode, episodesOf, findingsOfFullPool } from './saturation.ts';

/** µs between the last boot and the first request: less is no import to speak of, more is a server that nobody called. */
const SHORTEST = 3e6;
const LONGEST = 120e6;
/** µs, and services, for which the pool is full from the first request on. */
const FULL = 2e6;
const SERVICES = 2;
/** Share of all waiting that falls into that time. */
const MOST_WAITING = 0.5;
/** ln of the chance from which more starts than later are a backlog, and starts later that make a rate. */
const SURE = -9;
const MINIMUM_LATER = 50;
/** Callers in the backlog, of those who come in the time of the import at the later rate. */
const FEWEST = 0.3;
const MOST = 1.5;
/** Share of the requests from which their waits are the p95 of all. */
const MANY = 0.05;

/** µs since 1970 of the last of the boots before the first request, where all workers booted before it; NaN otherwise. */
function bootedAt({ lifecycle, summary }: Facts, { start }: Rows): number {
  const workers = summary.server.workers.value;
  if (workers === null || summary.server.servers) return Number.NaN;
  const boots = lifecycle.filter(({ kind, worker, time }) => kind === 'boot' && worker !== null && time <= start[0]);
  return new Set(boots.map(({ worker }) => worker)).size >= workers
    ? Math.max(...boots.map(({ time }) => time))
    : Number.NaN;
}

/**
 * Callers who were there before the first request began: as many more began while the pool was full than come later in as long a time. A load
 * test that begins with a full pool has none, or far more than could have come during the import.
 */
function backlogOf({ start, length }: Rows, { from, to }: Episode, importMicros: number): number | null {
  const during = countBelow(length, (i) => start[i], to);
  const later = length - during;
  const span = start[length - 1] - to;
  if (later < MINIMUM_LATER || span < to - from) return null;
  const rate = later / span;
  const usual = rate * (to - from);
  const backlog = during - usual;
  const came = rate * importMicros;
  const fits = backlog >= FEWEST * came && backlog <= MOST * came;
  return fits && logPoissonTail(during, usual) < SURE ? backlog : null;
}

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const slots = knownSlots(summary.server);
  const rows = rowsOf(facts);
  if (slots === null || rows.length === 0) return null;
  const importMicros = rows.start[0] - bootedAt(facts, rows);
  if (!(importMicros >= SHORTEST && importMicros <= LONGEST)) return null;
  const [first] = episodesOf(facts, slots);
  if (!first || first.from > rows.start[0]) return null;
  if (first.fullMicros < Math.max(FULL, SERVICES * inference.service.mean)) return null;
  const waited = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  // Where the wait is not known, the backlog alone tells.
  if (waited > 0 && first.totalWaitMicros < MOST_WAITING * waited) return null;
  const backlog = backlogOf(rows, first, importMicros);
  if (backlog === null) return null;
  const longest = durationText(importMicros);
  const full = durationText(first.to - first.from);
  const share =
    waited > 0
      ? ` ${percentText(first.totalWaitMicros / waited)} of all waiting that the log shows falls into that time.`
      : '';
  return {
    severity: backlog >= MANY * rows.length ? 'critical' : 'warning',
    title: `Callers waited up to ${longest} for the application to be imported: they came before the workers could answer`,
    detail: `By the server's own lines its workers (${poolText(summary.server)}) were started ${longest} before the first request began, and from that moment on all ${slots} slots were busy for ${full} with about ${Math.round(backlog)} requests more than come in such a time later: callers who had come meanwhile.${share} The log knows of no caller before its first request: they waited up to ${longest} besides what is told of their waits.`,
    evidence: {
      import_seconds: importMicros / 1e6,
      full_seconds: (first.to - first.from) / 1e6,
      callers_before: Math.round(backlog),
      wait_share: orNull(first.totalWaitMicros / waited),
      saturated_seconds: summary.concurrency.saturated_seconds,
    },
    advice: `Send callers to a worker only when it can answer: a readiness probe, or the old server running until then; load the application before the port opens (preload), and import less of it. More workers would all be importing, too; once its backlog was gone, this pool kept up.`,
    from: rows.start[0] - importMicros,
    to: first.to,
    lostSeconds: (waited + (backlog * importMicros) / 2) / 1e6,
  };
}

export default defineFinding({
  id: 'callers-wait-for-boot',
  title: 'Callers came before the application was imported, and waited for it',
  needs: ['time', 'duration'],
  examine,
  silences: findingsOfFullPool,
  explain: {
    test: [
      'The server says that all its workers booted 3 s to 2 min before the first request began; from its first request on all slots are busy',
      'for two seconds and two services or longer, and at least half of all waiting falls into that time. In it n requests began, where λ t',
      'would have at the rate λ afterwards: Poisson probability under 1e-4, and n - λ t between 0.3 and 1.5 times those who come during the import.',
    ].join('\n'),
    guards: [
      'At least 50 requests afterwards, over as long a time: a load test that fills the pool from its first request to its last has no later',
      'rate. A server that nobody called until then does not begin with a backlog that fits.',
    ].join('\n'),
    fix: {
      gunicorn: '--preload imports before the port opens; a readiness probe on a real route',
      uvicorn: 'one process listens when it has imported, with --workers the port opens before: probe for readiness',
      waitress: 'import before serve(), and probe for readiness',
      hypercorn: 'do slow work in the lifespan startup, and probe for readiness',
      uWSGI: 'no --lazy-apps: the master loads the application once before it forks; probe for readiness',
    },
  },
  fires: ['faults/callers-wait-for-boot.log.gz'],
  quiet: [
    'faults/reload.log.gz',
    'faults/peak.log.gz',
    'faults/cold-start.log.gz',
    'gunicorn-sync-2-recycling.log',
    'uwsgi-4-default.log',
  ],
});
