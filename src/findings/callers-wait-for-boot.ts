/** Finding: callers came while the application was still being imported, and waited for that; the full pool after it is their backlog. */
import { findBootBacklog } from '../core/boot-backlog.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { orNull, rowsOf } from '../core/rows.ts';
import { durationText, percentText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { findingsOfFullPool } from './saturation.ts';

/** Share of the requests from which their waits are the p95 of all. */
const MANY = 0.05;

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const slots = knownSlots(summary.server);
  const found = slots === null ? null : findBootBacklog(facts, slots);
  if (!found) return null;
  const { importMicros, full: first, callers: backlog, waitShare } = found;
  const rows = rowsOf(facts);
  const waited = rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0);
  const longest = durationText(importMicros);
  const full = durationText(first.to - first.from);
  const share = Number.isFinite(waitShare)
    ? ` ${percentText(waitShare)} of all waiting that the log shows falls into that time.`
    : '';
  return {
    severity: backlog >= MANY * rows.length ? 'critical' : 'warning',
    title: `Callers waited up to ${longest} for the application to be imported: they came before the workers could answer`,
    detail: `By the server's own lines its workers (${poolText(summary.server)}) were started ${longest} before the first request began, and from that moment on all ${slots} slots were busy for ${full} with about ${Math.round(backlog)} requests more than come in such a time later: callers who had come meanwhile.${share} The log knows of no caller before its first request: they waited up to ${longest} besides what is told of their waits.`,
    evidence: {
      import_seconds: importMicros / 1e6,
      full_seconds: (first.to - first.from) / 1e6,
      callers_before: Math.round(backlog),
      wait_share: orNull(waitShare),
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
