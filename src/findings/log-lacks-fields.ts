/** Finding: the log lacks fields that are needed to judge the server; the advice names the configuration that adds them. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { hasNoSlots } from '../core/summary.ts';
import { durationText, listText } from '../core/words.ts';
import { knownSlots } from './pool-words.ts';

/** Without these fields slots, service time or saturation may stay unknown. A measured wait is useful but not essential. */
const essential: readonly string[] = ['time', 'duration', 'pid'];

const howMany = ({ server: { capacity } }: Facts['summary']): string =>
  capacity.low !== null && capacity.low > 1
    ? `how many requests the server runs at once (at least ${capacity.low})`
    : 'how many requests the server runs at once';

const howLong = ({ service_time: { high } }: Facts['summary']): string =>
  high.mean === null
    ? 'how long requests take'
    : `how long requests take (at most ${durationText(1e6 * high.mean)} on average)`;

function examine({ summary }: Facts): Finding | null {
  if (summary.requests.total === 0) return null;
  const lacking = summary.knows.missing.filter(({ what }) => essential.includes(what));
  if (lacking.length === 0) return null;
  const unknown = [
    summary.server.model === 'unknown' ? 'the kind of server' : null,
    knownSlots(summary.server) === null && !hasNoSlots(summary.server.model) ? howMany(summary) : null,
    summary.service_time.mean === null ? howLong(summary) : null,
    summary.wait.method === 'unknown' && summary.server.model !== 'async' ? 'how long callers wait' : null,
  ].filter((text) => text !== null);
  // If all of this is known without the missing fields, nothing is lacking.
  if (unknown.length === 0) return null;
  // One line of configuration often adds several fields, so it is named only once.
  const whatByHow = new Map<string, string[]>();
  for (const { what, how } of lacking) whatByHow.set(how, [...(whatByHow.get(how) ?? []), what]);
  const names = lacking.map(({ what }) => what).join(', ');
  return {
    severity: 'info',
    title: `The log lacks ${names}`,
    detail: `So it cannot tell ${unknown.join(', ')}. ${lacking.map(({ what, gives }) => `${what} would give ${gives}`).join('; ')}.`,
    evidence: { missing: names, unknown: unknown.join(', ') },
    advice: [...whatByHow].map(([how, whats]) => `${listText(whats)}: ${how}`).join('. '),
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'log-lacks-fields',
  title: 'The log lacks what is needed to judge the server',
  needs: [],
  examine,
  explain: {
    test: 'Time, duration or pid is missing from at least half of the requests, and the kind of server, its slots, the service time or the wait stay unknown because of it.',
    guards: 'Silent where the answers were found without the field (from batches, from lifecycle lines).',
    fix: {
      gunicorn:
        '--access-logfile - --access-logformat \'%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s\'',
      uvicorn:
        'a log config whose access formatter has %(asctime)s and [%(process)d]; durations need a middleware, or a proxy that logs them (UvicornWorker writes the same lines, without)',
      waitress:
        "paste.translogger.TransLogger(app, setup_console_handler=False), with logging.basicConfig(format='%(asctime)s %(process)d %(threadName)s %(message)s'); a middleware can add the duration",
      hypercorn:
        '--access-logfile - --access-logformat \'%(h)s %(l)s %(l)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s\'',
      uWSGI:
        'the default line has pid, start and duration; finer: --log-format \'%(tmicros) %(micros) %(pid) %(core) "%(method) %(uri)" %(status) %(rsize)\'',
    },
  },
  fires: ['uvicorn-default-no-time.log'],
  quiet: ['gunicorn-sync-4-nearly-full.log', 'gunicorn-gthread-2x8-nearly-full.log'],
});
