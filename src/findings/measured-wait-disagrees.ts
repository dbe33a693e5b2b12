/** Finding: the queue time that a proxy measured does not fit what the lanes of the server show. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { orNull, rowsOf } from '../core/rows.ts';
import { meanOf, medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { clocksDiffer, measuredWaits } from './measured-waits.ts';
import { knownSlots } from './pool-words.ts';

const MINIMUM = 100;
const MATERIAL = 100_000;

/** A mean wait is not explained by the logged requests if it is TIMES the simulated one, and LONGER (µs) above it. */
const TIMES = 3;
const LONGER = 50_000;

/** µs: a request that waited less found a free slot. */
const NO_WAIT = 5_000;

/** Waits (µs) of the first request that found a free slot and of all later ones, in the order of their starts. */
function afterFirstQueue(facts: Facts): Float64Array {
  const { wait } = rowsOf(facts);
  const first = wait.findIndex((micros) => micros < NO_WAIT);
  return first < 0 ? new Float64Array(0) : wait.subarray(first).filter((micros) => micros >= 0);
}

/** The finding that measured waits are longer than the logged requests explain: something that writes no line holds slots. */
function held(facts: Facts): Finding | null {
  const { summary, inference, predictor } = facts;
  const { wait, queue } = inference;
  const slots = knownSlots(summary.server);
  if (slots === null || wait.method !== 'measured' || queue === 'per-worker' || !(wait.p95 >= MATERIAL)) return null;
  const threaded = summary.server.model === 'threaded';
  const alone = predictor.predict({
    model: threaded ? 'threaded' : 'sync',
    workers: threaded ? (summary.server.workers.value ?? 1) : slots,
    threads: threaded ? (summary.server.threads.value ?? slots) : 1,
  });
  if (!alone || wait.mean < TIMES * alone.waitMean || wait.mean - alone.waitMean < LONGER) return null;
  if (wait.p95 < 2 * alone.waitP95Range[1]) return null;
  // A queue from before the first request is left out: the workers were not up yet.
  const later = afterFirstQueue(facts);
  if (later.length < MINIMUM || meanOf(later) < TIMES * alone.waitMean) return null;
  return {
    severity: 'warning',
    title: `Callers wait ${durationText(wait.mean)} on average; the requests of this log alone would make it ${durationText(alone.waitMean)}`,
    brief: `Callers wait longer than these requests explain`,
    detail: `Replayed on the same ${countText(slots, 'slot')} with their measured arrivals, these requests would wait ${durationText(alone.waitP95)} (p95), and not ${durationText(wait.p95)}. Something that writes no line holds slots: connections that send their request late or not at all, slow uploads, TLS, requests that were killed, or another application on the same workers.`,
    evidence: {
      wait_mean_seconds: orNull(wait.mean / 1e6),
      wait_p95_seconds: orNull(wait.p95 / 1e6),
      simulated_wait_mean_seconds: orNull(alone.waitMean / 1e6),
      simulated_wait_p95_seconds: orNull(alone.waitP95 / 1e6),
      slots,
    },
    advice:
      'Let a proxy that buffers requests (nginx) stand in front, so that a worker only meets requests that are complete, and close idle connections early; without one, use workers with threads, which wait for slow senders beside their work.',
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: ((wait.mean - alone.waitMean) / 1e6) * summary.requests.total,
  };
}

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
  // Callers waited although a slot was always free, so the wait is not in the queue of this server.
  const free = slots !== null && peak < slots && p95 >= MATERIAL + slack;
  // The pool was full for at least half of the time, yet almost no request waited by the proxy's measure.
  const none =
    slots !== null &&
    inference.service.method === 'logged' &&
    saturatedRatio >= 0.5 &&
    quantileOf(known, 0.99) < 2000 &&
    inference.service.mean > 20_000;
  if (!skewed && !free && !none) return held(facts);
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
      'free; or 99 % are under 2 ms although all slots were busy half of the time and requests take 20 ms or more; or the mean wait',
      'is three times, and 50 ms more than, the one that a simulation of the same pool under the measured arrivals makes, and its',
      'p95 is 100 ms or more and twice the upper end of the simulated range: something that writes no line holds slots.',
    ].join('\n'),
    guards:
      'A queue with which the log begins, and which no request of it made (workers that were not up yet), does not count. Waits of a few ms are accept and parsing, not a queue; the number of slots must be known; a wait taken from a coarse stamp counts with its uncertainty.',
    fix: {
      gunicorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it with %({x-request-start}i)s',
      uvicorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it in a middleware',
      waitress: 'nginx: proxy_set_header X-Request-Start t=$msec; log it in a middleware',
      hypercorn: 'nginx: proxy_set_header X-Request-Start t=$msec; log it with %({x-request-start}i)s',
      uWSGI: 'nginx: uwsgi_param HTTP_X_REQUEST_START t=$msec; log it with log-format xrs=%(var.HTTP_X_REQUEST_START)',
    },
  },
  fires: ['faults/clock-skew.log.gz', 'faults/idle-connections.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'nginx-in-front-of-sync-2.log',
    'gunicorn-sync-2-behind-nginx.log',
    'gunicorn-sync-3-request-start.log',
    'haproxy-in-front-of-sync-3.log',
    'faults/haproxy-maxconn-above-proxy.log.gz',
  ],
});
