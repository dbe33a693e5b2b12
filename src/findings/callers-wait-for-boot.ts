/** Finding: callers came while the application was still being imported and waited for it. The full pool afterwards is their backlog. */
import { findBootBacklog } from '../core/boot-backlog.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { orNull, rowsOf } from '../core/rows.ts';
import { durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfFullPool } from './saturation.ts';

/** If at least this share of the requests waited for the import, they determine the p95 wait. */
const MANY = 0.05;
/** The import is why the pool is full if at least this share of all waiting falls into the backlog after it. */
const MOST_WAITING = 0.7;

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const slots = knownSlots(summary.server);
  const found = slots === null ? null : findBootBacklog(facts, slots);
  if (!found) return null;
  const { importMicros, gone, callers: backlog, waitShare } = found;
  const rows = rowsOf(facts);
  // `waitShare` is NaN where the wait is unknown: then the backlog alone is the evidence.
  const isCause = !(waitShare < MOST_WAITING);
  const longest = durationText(importMicros);
  const crowd = durationText(gone - rows.start[0]);
  const share = Number.isFinite(waitShare)
    ? ` ${percentText(waitShare)} of all waiting that the log shows falls into that time.`
    : '';
  const waited = rows.wait.reduce((sum, micros, i) => sum + (micros > 0 && rows.start[i] <= gone ? micros : 0), 0);
  return {
    severity: isCause && backlog >= MANY * rows.length ? 'critical' : 'warning',
    title: `Callers waited up to ${longest} for the application to be imported: they came before the workers could answer`,
    brief: `Callers waited up to ${longest} for the application to start`,
    detail: `By the server's own lines its workers (${poolText(summary.server)}) were started ${longest} before the first request began, and in the ${crowd} after that about ${Math.round(backlog)} requests more began than come in such a time later: callers who had come meanwhile.${share} The log knows of no caller before its first request: they waited up to ${longest} besides what is told of their waits.`,
    evidence: {
      import_seconds: importMicros / 1e6,
      crowd_seconds: (gone - rows.start[0]) / 1e6,
      callers_before: Math.round(backlog),
      wait_share: orNull(waitShare),
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice: `Send callers to a worker only when it can answer: a readiness probe, or the old server running until then; load the application before the port opens (preload), and import less of it. More workers would all be importing, too${isCause ? '; once its backlog was gone, this pool kept up' : ''}.`,
    from: rows.start[0] - importMicros,
    to: gone,
    lostSeconds: (waited + (backlog * importMicros) / 2) / 1e6,
    spares: isCause ? [] : findingsOfFullPool,
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
      'The server says that all its workers booted 3 s to 2 min before the first request began. From its first request until t (the end of the',
      'seconds in which most are too many) n requests began, where λ t would have at the rate λ later on: Poisson probability under 1e-4,',
      'n - λ t between 0.3 and 1.5 times those who come during the import, and the slots nine tenths busy in one of these seconds.',
    ].join('\n'),
    guards: [
      'At least 50 requests later on (after three times the import, or half of the log): a load test that fills the pool from its first',
      'request to its last has no calmer rate. A server that nobody called until then does not begin with a backlog that fits. Findings of a full',
      'pool fall silent where seven tenths of all waiting falls into that time.',
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
