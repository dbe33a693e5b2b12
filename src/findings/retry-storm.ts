/** Finding: clients repeat failed requests at once, and the repeats add to the load. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { type Rows, rowsOf } from '../core/rows.ts';
import { medianOf, shareScore } from '../core/statistics.ts';
import type { Severity } from '../core/summary.ts';
import { countText, durationText, percentText } from '../core/words.ts';

/** A repeat starts this long after the answer, µs. */
const SOONEST = 0;
const LATEST = 5e6;
const MINIMUM_FAILED = 20;
const SURE_Z = 6;
const MINIMUM_SHARE = 0.4;

const failed = (status: number): boolean => status >= 500 || status === 499 || status === 429 || status === 408;

/** For each client and route, the positions of its rows, in the order of their starts. Requests of unknown clients are left out. */
function rowsOfCallers(facts: Facts, rows: Rows): Iterable<readonly number[]> {
  const { client } = facts.requests;
  const lists = new Map<string, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const caller = client[rows.row[i]];
    if (caller === 0) continue;
    const key = `${caller} ${rows.route[i]}`;
    const list = lists.get(key);
    if (list) list.push(i);
    else lists.set(key, [i]);
  }
  return lists.values();
}

/** The row in which the caller of the k-th row in `list` asks again soon after its answer; -1: none. */
function repeatOf(list: readonly number[], k: number, rows: Rows): number {
  for (let next = k + 1; next < list.length; next++) {
    const delay = rows.start[list[next]] - rows.end[list[k]];
    if (delay > LATEST) return -1;
    if (delay >= SOONEST) return list[next];
  }
  return -1;
}

/** How often callers ask again soon after failed and after good answers. */
interface Repeats {
  readonly failures: number;
  readonly afterFailed: number;
  readonly goods: number;
  readonly afterGood: number;
  /** For each repeat of a failed request: µs since the failed answer, and when it started, µs since 1970 UTC. */
  readonly delays: readonly number[];
  readonly times: readonly number[];
  /** Number of repeats after failed answers, by route. */
  readonly byRoute: ReadonlyMap<number, number>;
}

function countRepeats(facts: Facts, rows: Rows): Repeats {
  const count = { failures: 0, afterFailed: 0, goods: 0, afterGood: 0 };
  const delays: number[] = [];
  const times: number[] = [];
  const byRoute = new Map<number, number>();
  for (const list of rowsOfCallers(facts, rows)) {
    for (let k = 0; k < list.length; k++) {
      const row = list[k];
      const repeat = repeatOf(list, k, rows);
      if (failed(rows.status[row])) {
        count.failures++;
        if (repeat < 0) continue;
        count.afterFailed++;
        delays.push(rows.start[repeat] - rows.end[row]);
        times.push(rows.start[repeat]);
        byRoute.set(rows.route[row], (byRoute.get(rows.route[row]) ?? 0) + 1);
      } else if (rows.status[row] > 0) {
        count.goods++;
        if (repeat >= 0) count.afterGood++;
      }
    }
  }
  return { ...count, delays, times, byRoute };
}

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  if (rows.length < 100) return null;
  const { failures, afterFailed, goods, afterGood, delays, times, byRoute } = countRepeats(facts, rows);
  if (failures < MINIMUM_FAILED || goods < MINIMUM_FAILED) return null;
  const share = afterFailed / failures;
  const usual = afterGood / goods;
  const z = shareScore(afterGood, goods, afterFailed, failures);
  if (share < MINIMUM_SHARE || share < 2 * usual || z < SURE_Z) return null;
  const route = [...byRoute].sort((a, b) => b[1] - a[1])[0];
  const load = afterFailed / rows.length;
  const { count: refusals, time } = refusalsOf(rows);
  const isLimited = refusals >= MOSTLY * failures;
  const where = route ? `, most of them on ${facts.names.routes.text(route[0])}` : '';
  const whatItDoes = isLimited
    ? `, and are refused again (429)${time === null ? '' : `, which takes ${percentText(time)} of the busy time`}.`
    : ', and fall on a server that was already failing.';
  return {
    severity: severityOf(load, isLimited, time),
    title: isLimited
      ? `Refused clients (429) ask again at once: ${percentText(share)} come back within ${durationText(LATEST)}`
      : `Retry storm: ${percentText(share)} of the failed requests come back within ${durationText(LATEST)}`,
    brief: `${isLimited ? 'Refused clients (429) ask again at once' : 'Retry storm'}: ${percentText(share)}`,
    detail: `${countText(afterFailed, 'repeat')} of ${countText(failures, isLimited ? 'refused or failed request' : 'failed request')} by the same client for the same route, ${durationText(medianOf(delays))} later (median); after a good answer only ${percentText(usual)} come again that soon. Repeats are ${percentText(load)} of the requests${where}${whatItDoes}`,
    evidence: {
      failed: failures,
      repeated: afterFailed,
      repeat_share: share,
      repeat_share_after_success: usual,
      delay_median_seconds: medianOf(delays) / 1e6,
      load_share: load,
      refused: refusals,
    },
    advice: isLimited
      ? 'Answer 429 with Retry-After, and let clients keep to it; refuse those who do not at the proxy (nginx: limit_req), which costs the server nothing.'
      : 'Let clients back off exponentially with full jitter and give up after two or three tries; cap repeats at 10 % of all requests (a retry budget), and answer 503 with Retry-After while overloaded.',
    from: min(times),
    to: max(times),
  };
}

const TOO_MANY = 429;
/** If at least MOSTLY of the failures are 429, a rate limit refuses clients. Refusals are a burden from BURDEN of the busy time on. */
const MOSTLY = 0.9;
const BURDEN = 0.1;

/** A rate limit that refuses callers at little cost is not a failing server. `refusing`: share of the busy time, null unknown. */
function severityOf(load: number, isLimited: boolean, refusing: number | null): Severity {
  if (isLimited) return refusing !== null && refusing < BURDEN ? 'info' : 'warning';
  return load >= 0.1 ? 'critical' : 'warning';
}

/** Number of answers with 429, and their share of the busy time; null: the log has no durations. */
function refusalsOf({ status, service }: Rows): { readonly count: number; readonly time: number | null } {
  let [count, own, all] = [0, 0, 0];
  for (let i = 0; i < status.length; i++) {
    const micros = service[i] > 0 ? service[i] : 0;
    all += micros;
    if (status[i] !== TOO_MANY) continue;
    count++;
    own += micros;
  }
  return { count, time: all > 0 ? own / all : null };
}

export default defineFinding({
  id: 'retry-storm',
  title: 'Failed requests come back at once and add to the load',
  needs: ['time'],
  examine,
  silences: ['one-noisy-client'],
  explain: {
    test: [
      'Share of failed requests (5xx, 408, 429, 499) that the same client repeats on the same route within 5 s of the answer:',
      'at least 40 %, twice the share after good answers, z >= 6 between the two shares; 20 failures or more. Where nine of ten are 429 a limit',
      'refuses the callers: a remark while that takes less than a tenth of the busy time.',
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
  fires: ['faults/retry-storm.log.gz', 'faults/refused-clients.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-3-timeout-kills.log',
    'gunicorn-sync-2-recycling.log',
    'faults/retry-storm-not.log.gz',
  ],
});
