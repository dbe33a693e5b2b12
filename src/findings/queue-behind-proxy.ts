/** Finding: a proxy's times grow with the number of requests in flight, so they queue behind it, for a worker or inside the application. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { secondsOf } from '../core/rows.ts';
import { besideText, durationText } from '../core/words.ts';

/** Critical if requests among many others take this many times as long as among few. */
const GRAVE = 3;

function examine({ summary, inference }: Facts): Finding | null {
  const { growth } = inference.service;
  if (!growth?.grows || !growth.behindProxy || inference.wait.method !== 'unknown') return null;
  const { few, many } = growth;
  const isApache = summary.inputs.some(({ format }) => format === 'apache');
  const [where, whose] = isApache ? ['in or behind Apache', "Apache's"] : ['behind the proxy', "the proxy's"];
  const own = isApache ? ' in front of it or behind it (mod_proxy, daemons of mod_wsgi)' : '';
  const added = Math.max(0, many.mean - few.mean);
  return {
    severity: many.mean >= GRAVE * few.mean ? 'critical' : 'warning',
    title: `Requests queue ${where}: ${besideText(few)}, ${besideText(many)}`,
    brief: `Requests queue ${where}`,
    detail: `Of requests to the same route within a short while those that found more of them there took longer, far more than chance and the coarseness of the stamps make: about ${durationText(added)} of it is waiting. These are ${whose} times, from the request to the answer: they hold the queue for a worker${own} as well as what requests wait for inside the application (an event loop, a lock, a connection), and do not tell which it was.`,
    evidence: {
      others_few: few.beside,
      mean_beside_few_seconds: secondsOf(few.mean),
      others_many: many.beside,
      mean_beside_many_seconds: secondsOf(many.mean),
      added_mean_seconds: secondsOf(added),
    },
    advice:
      'Log pid and duration in the server behind the proxy, and give both logs together (logscope analyze server.log proxy.log): what the proxy took longer is the queue in front of the workers, measured, and the number of workers that would end it is computed.',
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: (added / 2e6) * summary.requests.total,
  };
}

export default defineFinding({
  id: 'queue-behind-proxy',
  title: 'Requests queue behind a proxy, by its own times: for a worker, or inside the application',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      "A proxy's log, and no number of slots is known. Its times regressed on the number of requests that each one found, within 32 consecutive",
      'requests of its route: the slope is 6 standard errors above what the same requests give with their times dealt anew within those groups',
      'and told by stamps as coarse, it accounts for 15 % more of the mean time than there, and requests that found more than the median number',
      'took at least 1.2 times as long as the others. Critical from three times on.',
    ].join('\n'),
    guards: [
      'At least 100 requests; comparison within a route and a short while. Times of a proxy hold the queue in front of the server: whether requests',
      'wait there or inside the application is not said. Where the number of slots shows, or the log of the server itself is read as well, the',
      'findings about full pools speak instead.',
    ].join('\n'),
    fix: {
      gunicorn:
        '--access-logformat with pid=%(p)s us=%(D)s, read beside the log of the proxy; more --workers or --threads once the queue is known',
      uvicorn: 'a middleware that logs durations; more --workers where views compute, await where they block',
      waitress: 'keep the waitress.queue logger (it tells the queue), read beside the log of the proxy; --threads',
      hypercorn: '--access-logformat with pid=%(p)s us=%(D)s, read beside the log of the proxy',
      uWSGI:
        'its default line has pid and duration: read it beside the log of the proxy; more --processes or --threads',
    },
  },
  fires: ['faults/two-upstreams-nginx.log.gz', 'faults/apache-proxy-proxy.log.gz'],
  quiet: [
    'faults/full-behind-proxy.log.gz',
    'faults/behind-nginx.log.gz',
    'faults/haproxy-enough-proxy.log.gz',
    'faults/loop-blocked-by-all.log.gz',
    'gunicorn-sync-4-nearly-full.log',
  ],
});
