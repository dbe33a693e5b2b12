/** Finding: failed requests come back at once, and the repeats make up much of the load. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { medianOf, shareScore } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { rowsOf } from './rows.ts';

/** A repeat comes this long after the answer. */
const SOONEST = 0;
const LATEST = 5e6;
const MINIMUM_FAILED = 20;
const SURE_Z = 6;
const MINIMUM_SHARE = 0.4;

const failed = (status: number): boolean => status >= 500 || status === 499 || status === 429 || status === 408;

function examine(facts: Facts): Finding | null {
  const { requests, names } = facts;
  const rows = rowsOf(facts);
  if (rows.length < 100) return null;
  // Next request of the same client for the same route, by its start.
  const lists = new Map<string, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const client = requests.client[rows.row[i]];
    if (client === 0) continue;
    const key = `${client} ${rows.route[i]}`;
    const list = lists.get(key);
    if (list) list.push(i);
    else lists.set(key, [i]);
  }
  let afterFailed = 0;
  let failures = 0;
  let afterGood = 0;
  let goods = 0;
  const delays: number[] = [];
  const times: number[] = [];
  const byRoute = new Map<number, number>();
  for (const list of lists.values()) {
    for (let k = 0; k < list.length; k++) {
      const i = list[k];
      let repeated = false;
      for (let next = k + 1; next < list.length && !repeated; next++) {
        const delay = rows.start[list[next]] - rows.end[i];
        if (delay > LATEST) break;
        if (delay < SOONEST) continue;
        repeated = true;
        if (failed(rows.status[i])) {
          delays.push(delay);
          times.push(rows.start[list[next]]);
        }
      }
      if (failed(rows.status[i])) {
        failures++;
        if (repeated) {
          afterFailed++;
          byRoute.set(rows.route[i], (byRoute.get(rows.route[i]) ?? 0) + 1);
        }
      } else if (rows.status[i] > 0) {
        goods++;
        if (repeated) afterGood++;
      }
    }
  }
  if (failures < MINIMUM_FAILED || goods < MINIMUM_FAILED) return null;
  const share = afterFailed / failures;
  const usual = afterGood / goods;
  if (share < MINIMUM_SHARE || share < 2 * usual || shareScore(afterGood, goods, afterFailed, failures) < SURE_Z)
    return null;
  const route = [...byRoute].sort((a, b) => b[1] - a[1])[0];
  const load = afterFailed / rows.length;
  return {
    severity: load >= 0.1 ? 'critical' : 'warning',
    title: `Retry storm: ${percentText(share)} of the failed requests come back within ${durationText(LATEST)}`,
    detail: `${countText(afterFailed, 'repeat')} of ${countText(failures, 'failed request')} by the same client for the same route, ${durationText(medianOf(delays))} later (median); after a good answer only ${percentText(usual)} come again that soon. Repeats are ${percentText(load)} of the load${route ? `, most of them on ${names.routes.text(route[0])}` : ''}, and fall on a server that was already failing.`,
    evidence: {
      failed: failures,
      repeated: afterFailed,
      repeat_share: share,
      repeat_share_after_success: usual,
      delay_median_seconds: medianOf(delays) / 1e6,
      load_share: load,
    },
    advice:
      'Let clients back off exponentially with full jitter and give up after two or three tries; cap repeats at 10 % of all requests (a retry budget), and answer 503 with Retry-After while overloaded.',
    from: min(times),
    to: max(times),
  };
}

export default defineFinding({
  id: 'retry-storm',
  title: 'Failed requests come back at once and add to the load',
  needs: ['time'],
  examine,
  explain: {
    test: [
      'Share of failed requests (5xx, 408, 429, 499) that the same client repeats on the same route within 5 s of the answer:',
      'at least 40 %, twice the share after good answers, z >= 6 between the two shares; 20 failures or more.',
    ].join('\n'),
    guards:
      'Compared with what the same clients do after good answers: polling, and many users behind one address, repeat anyway.',
    fix: {
      gunicorn: 'answer 503 with Retry-After from a middleware while the queue is long',
      uvicorn: '--limit-concurrency N answers 503 at once',
      waitress: 'answer 503 with Retry-After from a middleware while waitress.queue warns of its depth',
      hypercorn: 'answer 503 with Retry-After from a middleware',
      uWSGI: 'answer 503 with Retry-After from a middleware',
    },
  },
  fires: ['faults/retry-storm.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-timeout-kills.log',
    'gunicorn-sync-2-recycling.log',
    'faults/retry-storm-not.log.gz',
  ],
});
