/** Finding: while callers queued, one address of many took far more of the workers' time than any other, and more than it usually takes. */
import { indicesBelow } from '../core/columns.ts';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { WAITED } from '../core/full-stretches.ts';
import { groupsOf, type Rows, rowsOf, secondsOf } from '../core/rows.ts';
import { countUpTo, shareScore } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { DEFAULT_TARGET_WAIT, knownSlots, poolText, presentPool } from './pool-words.ts';
import { findingsOfQueue, materialWait, waitIsLong, waitingSpan } from './saturation.ts';

/** While callers queue, the address must take this share of the slots' time, and this many times that of any other address. */
const MOST_OF_QUEUE = 0.4;
const TIMES_THE_NEXT = 4;
/** Its share must also be this many times its share at other times: many users behind one address (a proxy, an office) come at all times. */
const TIMES_ITS_USUAL = 2;
/** Least number of addresses in the log, and of requests of the noisy one while callers queue. */
const FEWEST_CLIENTS = 20;
const FEWEST_REQUESTS = 30;
/** At least this share of the slots' time must lie outside the queue, to know what is usual. */
const LEAST_OUTSIDE = 0.1;
/** At most this share of the lines may lack an address. */
const MOST_UNKNOWN = 0.1;
const SURE_Z = 6;

/** What one address took; `client` is its number in the table. */
interface Taken {
  readonly client: number;
  requests: number;
  /** Slot time while callers queued, and at other times, µs. */
  inside: number;
  outside: number;
  /** Requests that ran mostly while callers queued. */
  requestsInside: number;
}

function examine(facts: Facts): Finding | null {
  const { summary, predictor, inference, names } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null || inference.wait.method === 'unknown' || !materialWait(facts)) return null;
  const rows = rowsOf(facts);
  const clients = Int32Array.from(rows.row, (row) => facts.requests.client[row] | 0);
  const taken = takenByClient(rows, clients);
  const noisy = noisyOf(taken, rows.length);
  if (!noisy) return null;
  const { inside, outside } = totalOf(taken);
  const present = inference.wait.p95;
  const without = predictor.predict(presentPool(summary.server, slots), { withoutClient: noisy.client >>> 0 });
  if (!without || without.waitP95 > present / 2) return null;
  const isCause = without.waitP95 <= DEFAULT_TARGET_WAIT;
  const own = Array.from(clients.keys()).filter((i) => clients[i] === noisy.client);
  const [route, ofRoute] = [...groupsOf(Int32Array.from(own, (i) => rows.route[i]))].reduce((a, b) =>
    b[1].length > a[1].length ? b : a,
  );
  const share = noisy.inside / inside;
  const usual = noisy.outside / outside;
  const most = ofRoute.length === own.length ? 'all' : percentText(ofRoute.length / own.length);
  return {
    severity: isCause && waitIsLong(facts) ? 'critical' : 'warning',
    title: `One address takes ${percentText(share)} of the workers' time while callers queue, at other times ${percentText(usual)}`,
    brief: `One address takes ${percentText(share)} of the workers' time`,
    detail: `${countText(noisy.requestsInside, 'request')} of one address among ${countText(taken.length, 'address', 'addresses')} ran on ${poolText(summary.server)} while callers queued, ${most} of its requests for ${names.routes.text(route)}. The p95 wait of the log is ${durationText(present)} (${inference.wait.method}); with the requests of that address taken out, the simulation puts it at ${durationText(without.waitP95)}.`,
    evidence: {
      busy_share_while_queued: share,
      busy_share_otherwise: usual,
      requests: noisy.requests,
      requests_while_queued: noisy.requestsInside,
      addresses: taken.length,
      route: names.routes.text(route),
      without_it_wait_p95_seconds: secondsOf(without.waitP95),
      // The verdict words the pool and its waits from this.
      saturated_seconds: isCause ? summary.concurrency.saturated_seconds : null,
    },
    advice:
      'Bound what one address may have in flight, in the proxy in front: in nginx limit_conn_zone $binary_remote_addr zone=one:10m; limit_conn one 4; and limit_req for its rate, answered with 429. Who it is tells "cut -d\' \' -f1 access.log | sort | uniq -c | sort -rn | head"; a larger pool it may fill as well.',
    ...waitingSpan(facts),
    lostSeconds: rows.wait.reduce((sum, micros) => sum + (micros > 0 ? micros : 0), 0) / 1e6,
    spares: isCause ? [] : symptoms,
  };
}

/** Slot time that each address took while callers queued, and at other times. Requests without an address are left out. */
function takenByClient(rows: Rows, clients: Int32Array): Taken[] {
  const queuedUntil = timeQueued(rows);
  const taken = new Map<number, Taken>();
  for (let i = 0; i < rows.length; i++) {
    const client = clients[i];
    if (client === 0 || !(rows.service[i] >= 0)) continue;
    const one = taken.get(client) ?? { client, requests: 0, inside: 0, outside: 0, requestsInside: 0 };
    taken.set(client, one);
    const inside = queuedUntil(rows.end[i]) - queuedUntil(rows.start[i]);
    one.requests++;
    one.inside += inside;
    one.outside += rows.service[i] - inside;
    if (2 * inside > rows.service[i]) one.requestsInside++;
  }
  return [...taken.values()];
}

/** A function from an instant (µs since 1970 UTC) to the time before it during which somebody queued, µs. */
function timeQueued({ length, start, wait }: Rows): (instant: number) => number {
  const spans: { from: number; to: number; before: number }[] = [];
  let before = 0;
  const came = Array.from(indicesBelow(length)).filter((i) => wait[i] >= WAITED);
  came.sort((a, b) => start[a] - wait[a] - (start[b] - wait[b]));
  for (const i of came) {
    const from = start[i] - wait[i];
    const last = spans.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, start[i]);
    else {
      if (last) before += last.to - last.from;
      spans.push({ from, to: start[i], before });
    }
  }
  const begins = Float64Array.from(spans, ({ from }) => from);
  return (instant) => {
    const begun = countUpTo(begins, instant);
    if (begun === 0) return 0;
    const { from, to, before } = spans[begun - 1];
    return before + Math.min(instant, to) - from;
  };
}

function totalOf(taken: readonly Taken[]) {
  const total = { inside: 0, outside: 0, requests: 0, requestsInside: 0 };
  for (const one of taken) {
    total.inside += one.inside;
    total.outside += one.outside;
    total.requests += one.requests;
    total.requestsInside += one.requestsInside;
  }
  return total;
}

/** The address that takes much of the slot time while callers queue, and far less at other times; null: none does. */
function noisyOf(taken: readonly Taken[], requests: number): Taken | null {
  if (taken.length < FEWEST_CLIENTS) return null;
  const total = totalOf(taken);
  if (total.requests < (1 - MOST_UNKNOWN) * requests) return null;
  if (total.outside < LEAST_OUTSIDE * (total.inside + total.outside)) return null;
  const [most, next] = taken.toSorted((a, b) => b.inside - a.inside);
  const share = most.inside / total.inside;
  if (!(share >= MOST_OF_QUEUE) || most.inside < TIMES_THE_NEXT * next.inside) return null;
  if (most.requestsInside < FEWEST_REQUESTS || share < (TIMES_ITS_USUAL * most.outside) / total.outside) return null;
  const others = total.requests - total.requestsInside;
  const z = shareScore(most.requests - most.requestsInside, others, most.requestsInside, total.requestsInside);
  return z >= SURE_Z ? most : null;
}

/** Findings that only describe symptoms if one address fills the pool: it may do so with one slow route, and the pool is not too small. */
const symptoms = [...findingsOfQueue, 'unbalanced-workers'];

export default defineFinding({
  id: 'one-noisy-client',
  title: 'One client fills the pool, and all others queue behind it',
  needs: ['time', 'duration'],
  examine,
  silences: symptoms,
  explain: {
    test: [
      "Share of the slots' time by address while somebody queued (from the arrival to the start of whoever waited 10 ms or more) and at other times:",
      'one takes at least 40 % of it and four times as much as the next, twice its share at other times, z >= 6 between its shares of the',
      'requests; and a simulation of the same arrivals without its requests at least halves the p95 wait.',
    ].join('\n'),
    guards: [
      'At least 20 addresses, 30 of its requests while callers queued, and a tenth of all service at moments without a queue: a proxy, a balancer',
      'or an office behind one address comes at all times. Findings of a full pool fall silent where nobody would wait longer than 200 ms without it.',
    ].join('\n'),
    fix: {
      gunicorn: 'nginx in front: limit_conn_zone $binary_remote_addr zone=one:10m; limit_conn one 4;',
      uvicorn: 'nginx in front: limit_conn one 4; or a middleware that counts what each address has in flight',
      waitress: 'nginx in front: limit_conn one 4; trusted_proxy so that the log names the caller and not nginx',
      hypercorn: 'nginx in front: limit_conn one 4; or a middleware that counts what each address has in flight',
      uWSGI: 'nginx in front: limit_conn one 4;',
    },
  },
  fires: ['faults/noisy-client.log.gz'],
  quiet: ['faults/noisy-client-not.log.gz', 'faults/retry-storm-not.log.gz', 'gunicorn-sync-2-overloaded.log'],
});
