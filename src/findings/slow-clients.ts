/** Finding: clients that read slowly hold workers: the time of a request grows with the size of its answer. */
import { sampleRankCorrelation } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { medianOf, quantileOf } from '../core/statistics.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';

const MINIMUM = 60;
const MINIMUM_CLIENTS = 4;
/** Bytes: smaller answers fit into the socket buffers, so sending them takes the worker no time. */
const BUFFERED = 256 * 1024;
/** Bytes per second: a slower transfer goes to a distant client, not to a disk or the loopback. */
const SLOW = 5e6;
/** Least rank correlation of time and bytes. */
const RANK = 0.5;
/** Least share of the busy time that sending takes. */
const SHARE = 0.2;
/** Least ratio of the 90 % and 10 % quantiles of the clients' speeds: bandwidth differs between clients, while the cost of work does not. */
const CLIENTS_DIFFER = 2.5;

/** The cost of sending the large answers of a route to slow clients. */
interface Held {
  readonly route: number;
  /** Service time beyond the work itself, summed over these requests, µs. */
  readonly held: number;
  /** Median speed, bytes per second. */
  readonly speed: number;
  /** Number of clients that were compared. */
  readonly clients: number;
  /** Number of large answers that were sent slowly. */
  readonly members: number;
}

/** `members`: the requests of the route. null: their time does not grow with their bytes, or all clients are about as quick. */
function heldBy({ requests }: Facts, rows: Rows, route: number, members: readonly number[]): Held | null {
  const bytes = (i: number) => requests.bytes[rows.row[i]];
  const usable = members.filter((i) => rows.service[i] > 0 && bytes(i) > 0);
  const large = usable.filter((i) => bytes(i) > BUFFERED);
  if (large.length < MINIMUM) return null;
  const rank = sampleRankCorrelation(
    large.map(bytes),
    large.map((i) => rows.service[i]),
  );
  if (!(rank >= RANK)) return null;
  const work = workOf(
    rows,
    usable.filter((i) => bytes(i) <= BUFFERED),
    large,
  );
  const speedOf = (i: number) => bytes(i) / Math.max(1e-6, (rows.service[i] - work) / 1e6);
  const byClient = [...groupsOf(Int32Array.from(large, (i) => requests.client[rows.row[i]] | 0))]
    .filter(([client, own]) => client !== 0 && own.length >= 5)
    .map(([, own]) => medianOf(own.map((k) => speedOf(large[k]))));
  if (byClient.length < MINIMUM_CLIENTS) return null;
  if (!(quantileOf(byClient, 0.9) / quantileOf(byClient, 0.1) >= CLIENTS_DIFFER)) return null;
  const slow = large.filter((i) => speedOf(i) < SLOW);
  const held = slow.reduce((sum, i) => sum + Math.max(0, rows.service[i] - work), 0);
  return { route, held, speed: medianOf(slow.map(speedOf)), clients: byClient.length, members: slow.length };
}

/** Time that the work itself takes, µs: that of the small answers of the route; if there are few of them, that of the quickest large ones. */
const workOf = ({ service }: Rows, small: readonly number[], large: readonly number[]): number =>
  small.length >= 10
    ? medianOf(small.map((i) => service[i]))
    : quantileOf(
        large.map((i) => service[i]),
        0.01,
      );

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const { model } = summary.server;
  if (model !== 'sync' && model !== 'threaded') return null;
  const rows = rowsOf(facts);
  let busy = 0;
  for (let i = 0; i < rows.length; i++) if (rows.service[i] > 0) busy += rows.service[i];
  let worst: Held | null = null;
  for (const [route, members] of groupsOf(rows.route)) {
    const found = heldBy(facts, rows, route, members);
    if (found && found.held >= SHARE * busy && (!worst || found.held > worst.held)) worst = found;
  }
  if (!worst) return null;
  const name = facts.names.routes.text(worst.route);
  return {
    severity: 'warning',
    title: `Slow clients hold the workers: ${percentText(worst.held / busy)} of the busy time is sending ${name}`,
    brief: `Slow clients hold the workers: ${percentText(worst.held / busy)} of the busy time`,
    detail: `The time of ${countText(worst.members, 'large answer')} of ${name} grows with their bytes, at a speed that differs from client to client (${worst.clients} compared, median ${roundText(worst.speed / 1e3)} kB/s): ${poolText(summary.server)} spent ${durationText(worst.held)} writing to the network.`,
    evidence: {
      route: name,
      large_answers: worst.members,
      held_seconds: worst.held / 1e6,
      held_share: worst.held / busy,
      speed_median_bytes_per_second: worst.speed,
      clients_compared: worst.clients,
    },
    advice: `Put a buffering proxy in front (nginx proxy_buffering on): it takes the answer at once and feeds the slow client itself; ${durationText(worst.held)} of slots come free. Serve files from the proxy or an object store (X-Accel-Redirect, signed URLs).`,
    from: Number.NaN,
    to: Number.NaN,
    lostSeconds: worst.held / 1e6,
  };
}

export default defineFinding({
  id: 'slow-clients',
  title: 'Slow clients hold sync workers while they read',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'Answers over 256 kB of a route (60 or more): rank correlation of duration and bytes >= 0.5; time beyond that of small',
      'answers, at under 5 MB/s, is at least 20 % of all busy time; the median speed of clients differs by 2.5 times or more.',
    ].join('\n'),
    guards:
      'Work that grows with the answer (a report, a cache miss) is alike for all clients: at least four of them must differ in speed.',
    fix: {
      gunicorn:
        'never without a buffering proxy for sync workers (gunicorn documentation, Deploying); keep-alive is off for sync',
      uvicorn: 'async views are not held by slow readers',
      waitress: 'buffers answers itself, up to --outbuf-high-watermark (16 MB) each: raise that rather than threads',
      hypercorn: 'async views are not held by slow readers',
      uWSGI: '--offload-threads N for files, a buffering proxy for the rest',
    },
  },
  fires: ['faults/slow-clients.log.gz'],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'gunicorn-sync-2-overloaded.log',
    'gunicorn-gthread-2x8-nearly-full.log',
    'faults/slow-clients-not.log.gz',
  ],
});
