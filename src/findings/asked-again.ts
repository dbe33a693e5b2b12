/** Finding: callers who queue ask again before they are answered, so the server works for callers who have left. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { type Episode, episodesOf } from '../core/full-stretches.ts';
import { groupsOf, type Rows, rowsOf } from '../core/rows.ts';
import { countUpTo, medianOf, shareScore, sumOf } from '../core/statistics.ts';
import { countText, durationText, percentText } from '../core/words.ts';
import { allSlotsText, knownSlots } from './pool-words.ts';

/** A request may be a repeat if the same caller asked for the same route at most this long (µs) before. */
const AGAIN = 10e6;
/** Fewest requests while the pool was full, and at other times. */
const FEWEST_FULL = 100;
const FEWEST_OTHERWISE = 50;
/**
 * While the pool is full the share of repeats must be at least LEAST_SHARE, exceed the share by chance (for callers at the same rate) by
 * BEYOND_CHANCE and be TIMES_CHANCE times it, and be TIMES_OTHERWISE times the share at other times, by SURE_Z standard errors.
 */
const LEAST_SHARE = 0.3;
const BEYOND_CHANCE = 0.2;
const TIMES_CHANCE = 1.5;
const TIMES_OTHERWISE = 2;
const SURE_Z = 6;
/** Fewest addresses, and the largest share of the repeats from one of them: a single client that keeps asking is another finding. */
const FEWEST_CLIENTS = 20;
const MOST_OF_ONE = 0.2;

interface Tally {
  requests: number;
  repeats: number;
}

interface Repeats {
  readonly full: Tally;
  readonly otherwise: Tally;
  /** Expected share of repeats while the pool is full if the same callers came at random at the same rate. */
  readonly byChance: number;
  /** Of the repeats while the pool was full: time since the request before, µs, and the start of the repeat, µs since 1970 UTC. */
  readonly delays: readonly number[];
  readonly times: readonly number[];
  readonly clients: number;
  /** Share of these repeats from the address with the most of them; NaN: there are none. */
  readonly ofOne: number;
}

function countRepeats({ requests }: Facts, rows: Rows, episodes: readonly Episode[]): Repeats {
  const clientOf = Int32Array.from(rows.row, (row) => requests.client[row] | 0);
  const begins = Float64Array.from(episodes, ({ from }) => from);
  const isFull = (at: number): boolean => {
    const begun = countUpTo(begins, at);
    return begun > 0 && at <= episodes[begun - 1].to;
  };
  const full: Tally = { requests: 0, repeats: 0 };
  const otherwise: Tally = { requests: 0, repeats: 0 };
  const [delays, times, repeaters]: [number[], number[], number[]] = [[], [], []];
  // One list per caller and route, of positions in the rows; requests without an address are left out.
  const lists: number[][] = [];
  for (const [client, own] of groupsOf(clientOf)) {
    if (client === 0) continue;
    for (const places of groupsOf(Int32Array.from(own, (i) => rows.route[i])).values()) {
      const list = places.map((k) => own[k]);
      lists.push(list);
      list.forEach((i, k) => {
        const delay = k === 0 ? Number.POSITIVE_INFINITY : rows.start[i] - rows.start[list[k - 1]];
        const tally = isFull(rows.start[i]) ? full : otherwise;
        tally.requests++;
        if (delay > AGAIN) return;
        tally.repeats++;
        if (tally === otherwise) return;
        delays.push(delay);
        times.push(rows.start[i]);
        repeaters.push(client);
      });
    }
  }
  const all = full.requests + otherwise.requests;
  const lasted = sumOf(episodes.map(({ from, to }) => to - from));
  const meanIn = (full.requests * AGAIN) / lasted;
  const expected = lists.map((list) => (list.length / all) * (1 - Math.exp((-meanIn * list.length) / all)));
  const ofEach = [...groupsOf(Int32Array.from(repeaters)).values()].map(({ length }) => length);
  return {
    full,
    otherwise,
    byChance: sumOf(expected),
    delays,
    times,
    clients: new Set(clientOf).size,
    ofOne: ofEach.reduce((most, count) => Math.max(most, count), 0) / repeaters.length,
  };
}

function isClear({ full, otherwise, byChance, clients, ofOne }: Repeats): boolean {
  if (full.requests < FEWEST_FULL || otherwise.requests < FEWEST_OTHERWISE) return false;
  if (clients < FEWEST_CLIENTS || !(ofOne <= MOST_OF_ONE)) return false;
  const share = full.repeats / full.requests;
  const usual = otherwise.repeats / otherwise.requests;
  const z = shareScore(otherwise.repeats, otherwise.requests, full.repeats, full.requests);
  return (
    share >= Math.max(LEAST_SHARE, byChance + BEYOND_CHANCE, TIMES_CHANCE * byChance, TIMES_OTHERWISE * usual) &&
    z >= SURE_Z
  );
}

function examine(facts: Facts): Finding | null {
  const { summary } = facts;
  const slots = knownSlots(summary.server);
  if (slots === null) return null;
  const episodes = episodesOf(facts, slots);
  if (episodes.length === 0) return null;
  const repeats = countRepeats(facts, rowsOf(facts), episodes);
  if (!isClear(repeats)) return null;
  const { full, otherwise, byChance, delays, times } = repeats;
  const share = full.repeats / full.requests;
  const usual = otherwise.repeats / otherwise.requests;
  const beyond = share - Math.max(byChance, usual);
  return {
    severity: 'warning',
    title: `Callers ask again before they are answered: ${percentText(share)} of the requests while the pool was full had been asked within ${durationText(AGAIN)} before`,
    brief: `Callers ask again before they are answered (${percentText(share)})`,
    detail: `${allSlotsText(summary.server, slots)} busy, and ${full.repeats} of ${countText(full.requests, 'request')} came from an address that had asked for the same route shortly before (${durationText(medianOf(delays))}, median); at other times ${percentText(usual)} do, and of callers at random who come as often ${percentText(byChance)} would. Whoever gives up and asks again leaves a request behind that is worked on for nobody: ${percentText(beyond)} of the load then, or more. So a queue feeds itself, and outlasts what began it.`,
    evidence: {
      requests_while_full: full.requests,
      repeats_while_full: full.repeats,
      repeat_share: share,
      repeat_share_otherwise: usual,
      repeat_share_by_chance: byChance,
      delay_median_seconds: medianOf(delays) / 1e6,
      load_share: beyond,
    },
    advice:
      'Let clients wait for longer than the queue lasts, back off exponentially with jitter and give up after two tries. Let the server drop what is too old before it works on it (a middleware that compares X-Request-Start with now), and answer 503 at once to those whom the queue would keep waiting for longer than they do (limit_conn in nginx, --limit-concurrency of uvicorn). What is said of a pool that would be large enough counts these repeats, which end with the queue: a smaller one may do.',
    from: min(times),
    to: max(times),
  };
}

export default defineFinding({
  id: 'asked-again',
  title: 'Callers ask again before they are answered, and the server works for those who have left',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'A request is a repeat where the same address asked for the same route 10 s before or less. Of those that begin while the pool is full at least',
      '30 % are: twice the share at other times (z >= 6), and both 20 % of the requests and half as many again beyond chance, which is 1 - e^(-λ p t) for a',
      'caller with the share p of all requests at the rate λ of the full pool, t = 10 s.',
    ].join('\n'),
    guards: [
      'At least 100 requests while the pool is full, 50 at other times and 20 addresses, none of which makes more than a fifth of the repeats. Polling,',
      'pages that load a route twice and offices behind one address repeat at other times as well. Whether a caller had left the log does not say; behind',
      'a proxy all callers have one address, and this is silent: log the one that X-Forwarded-For names.',
    ].join('\n'),
    fix: {
      gunicorn:
        'in nginx in front: limit_conn for the whole server answers the surplus at once, and proxy_next_upstream off, which else asks again by itself',
      uvicorn: '--limit-concurrency N answers 503 at once; await request.is_disconnected() before long work',
      waitress: 'channel_request_lookahead=1, and environ["waitress.client_disconnected"]() before long work',
      hypercorn:
        'the http.disconnect event tells an ASGI view that its caller has left; limit_conn in nginx in front answers the surplus at once',
      uWSGI:
        'uwsgi.is_connected(uwsgi.connection_fd()) before long work; limit_conn in nginx in front answers the surplus at once',
    },
  },
  fires: ['faults/asked-again.log.gz'],
  quiet: [
    'gunicorn-sync-2-overloaded.log',
    'faults/full-live.log.gz',
    'faults/noisy-client.log.gz',
    'faults/turn-takers.log.gz',
    'faults/retry-storm-not.log.gz',
  ],
});
