/** Finding: the queue time that a proxy measured and what the lanes show do not fit together. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { medianOf, quantileOf } from '../core/statistics.ts';
import { durationText, percentText } from '../core/words.ts';
import { clocksDiffer, measuredWaits } from './measured-waits.ts';
import { knownSlots } from './pool-words.ts';
import { orNull } from './rows.ts';

const MINIMUM = 100;
const MATERIAL = 100_000;

function examine(facts: Facts): Finding | null {
  const { summary, inference } = facts;
  const measured = measuredWaits(facts);
  const { known, negative: behind, slack } = measured;
  if (known.length < MINIMUM) return null;
  const negative = behind.length / known.length;
  const p95 = quantileOf(known, 0.95);
  const slots = knownSlots(summary.server);
  const { peak, saturatedRatio } = inference.concurrency;
  const skewed = clocksDiffer(measured);
  // Waiting although a slot was always free: not the queue of this server.
  const free = slots !== null && peak < slots && p95 >= MATERIAL + slack;
  // No waiting although requests start in the footsteps of others in a full pool.
  const none =
    slots !== null && saturatedRatio >= 0.5 && quantileOf(known, 0.99) < 2000 && inference.service.mean > 20_000;
  if (!skewed && !free && !none) return null;
  const what = skewed
    ? `${percentText(negative)} of the measured waits are negative (median of those ${durationText(medianOf(behind))}): the clocks of the proxy and of this server differ.`
    : free
      ? `The proxy measured a p95 wait of ${durationText(p95)}, but no more than ${peak} of ${slots} slots were ever busy: the time is lost before this server (proxy, TLS, network), between accept and the application, or the clocks differ.`
      : `The pool was full for ${percentText(saturatedRatio)} of the time, yet 99 % of the measured waits are under ${durationText(quantileOf(known, 0.99))}: the stamp is set after the queue (by a middleware of the application?), so it does not measure the queue.`;
  return {
    severity: 'warning',
    title: skewed
      ? 'Measured queue times are negative: the clocks differ'
      : free
        ? 'Callers wait, but not for this pool'
        : 'The measured queue time does not see the queue',
    detail: what,
    evidence: {
      measured: known.length,
      measured_p50_seconds: orNull(medianOf(known) / 1e6),
      measured_p95_seconds: orNull(p95 / 1e6),
      negative_share: negative,
      slots,
      peak_concurrency: orNull(peak),
      saturated_ratio: orNull(saturatedRatio),
    },
    advice: skewed
      ? 'Synchronise both clocks (chrony), or let one host write both stamps; until then read waits as differences, not as values.'
      : free
        ? 'Compare the times of the proxy (upstream connect and header time in nginx) with this log; more workers here would not help.'
        : 'Set X-Request-Start in the first proxy that the request meets, not in the application server.',
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'measured-wait-disagrees',
  title: 'The queue measured by a proxy and the one inferred disagree',
  needs: ['time', 'wait'],
  examine,
  explain: {
    test: [
      'Of at least 100 measured waits: 2 % are under -5 ms (clock skew); or the p95 is 100 ms or more although a slot was always',
      'free; or 99 % are under 2 ms although all slots were busy half of the time and requests take 20 ms or more.',
    ].join('\n'),
    guards:
      'Waits of a few ms are accept and parsing, not a queue; the number of slots must be known; a wait taken from a coarse stamp counts with its uncertainty.',
    fix: {
      gunicorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it with %({x-request-start}i)s',
      uvicorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it in a middleware',
      waitress: 'nginx: proxy_set_header X-Request-Start t=$msec; log it in a middleware',
      hypercorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it with %({x-request-start}i)s',
      uWSGI: 'nginx: uwsgi_param HTTP_X_REQUEST_START t=$msec; log it with log-format %(var.HTTP_X_REQUEST_START)',
    },
  },
  fires: ['faults/clock-skew.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'nginx-in-front-of-sync-2.log',
    'gunicorn-sync-2-behind-nginx.log',
    'gunicorn-sync-3-request-start.log',
    'haproxy-in-front-of-sync-3.log',
  ],
});
