/** Finding: one log holds the lines of several servers whose processes have the same ids, so they cannot be told apart. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';

function examine({ inference: { mixed } }: Facts): Finding | null {
  if (mixed === undefined) return null;
  return {
    severity: 'warning',
    title: 'This log mixes at least two servers whose processes have the same ids',
    brief: 'This log mixes servers that have the same process ids',
    detail: `${mixed[0].toUpperCase()}${mixed.slice(1)}. Containers count their processes alike; whose request a line tells of is lost where their lines are put together without a name. How many workers there are, how full they were and how long callers queued, is not said of such a mixture.`,
    evidence: { shown_by: mixed },
    advice:
      'Give each container a file of its own (all of them in one call: logscope analyze web-1.log web-2.log), or keep the name that the collector puts in front of each line (docker compose logs, kubectl logs --prefix, the host of syslog).',
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'mixed-servers',
  title: 'One log holds several servers with the same process ids',
  needs: ['pid'],
  examine,
  silences: ['unbalanced-workers', 'recycle-storm', 'overprovisioned'],
  explain: {
    test: [
      'A worker that the server says it started is started again within 2 s and did not end in between; or the server says that its workers',
      'run one request at a time, and requests of one process run at once (confidence 0.8).',
    ].join('\n'),
    guards:
      'Without such a line two sync servers look like one whose workers have two threads each. Names of hosts and containers in front of the lines tell servers apart, and each is judged alone.',
    fix: {
      gunicorn: 'a file for each container, or the name of the container in front of each line',
      uvicorn: 'a file for each container, or the name of the container in front of each line',
      waitress: 'a file for each container, or the name of the container in front of each line',
      hypercorn: 'a file for each container, or the name of the container in front of each line',
      uWSGI: 'a file for each container, or the name of the container in front of each line',
    },
  },
  fires: ['faults/mixed-servers.log.gz'],
  quiet: ['gunicorn-sync-3-timeout-kills.log', 'faults/reload.log.gz', 'gunicorn-gthread-2x8-nearly-full.log'],
});
