/**
 * What the log of a proxy adds to that of the server behind it: how long requests waited, and the errors that callers got without the
 * server.
 */
import type { StreamFacts } from '../core/batch.ts';
import { GATEWAY_ERRORS } from '../core/status.ts';
import { countText, durationText, listText, percentText } from '../core/words.ts';
import { serverOfWorker } from './join-input.ts';
import { hasLeft, type PairedRequest, pairRequests } from './left-callers.ts';
import type { Partial } from './partial.ts';
import type { LoggedRequests, SameRequests, TwinGroup } from './same-requests.ts';
import { slowSenders } from './slow-senders.ts';

/** Logs whose lines are of one kind, joined. */
export interface Kind {
  /** Facts of most of its lines; null: none of its lines is a request. */
  facts: StreamFacts | null;
  readonly partial: Partial;
  /** Its lines are a proxy's, logged beside those of its server in one input: no requests of their own. */
  readonly isRetold: boolean;
  readonly inputs: { readonly path: string; readonly source: number; readonly requests: number }[];
}

/** Share of the server's requests whose wait the proxy's lines must give; larger if callers left, because those waited longest. */
const ENOUGH_TWINS = 0.5;
const ENOUGH_OF_LEFT = 0.9;
/** Share of the pairs whose lines may be of different servers. */
const HARDLY_MIXED = 0.05;
/** If the proxy has this share more lines of the same routes, a good deal of its requests went to other servers. */
const ELSEWHERE = 0.1;
/** µs: the two durations of a request that did not wait differ by the cost of the way between, in either direction. */
const NOTHING = 2_000;
/** µs: a smaller difference between two clocks is not mentioned. */
const SAME_CLOCK = 250_000;

/** The requests of a log by another clock: `ahead` µs are subtracted from its instants. */
export function requestsOf({ partial }: Kind, ahead: number): LoggedRequests {
  const rows = partial.retained.table();
  const routes = partial.names.routes;
  if (ahead === 0) return { rows, routes };
  const set = (column: Float64Array) => column.map((micros) => micros - ahead);
  return { rows: { ...rows, start: set(rows.start), end: set(rows.end) }, routes };
}

/**
 * Adds to `teller` what the lines of `proxy` show about the same requests; the proxy's clock is `ahead` µs ahead. Returns that in words.
 */
export function tellByProxy(teller: Kind, proxy: Kind, same: SameRequests, ahead: number): string {
  const [server, seen] = [requestsOf(teller, 0), requestsOf(proxy, ahead)];
  const haveDurations = teller.facts?.fields.duration === true && proxy.facts?.fields.duration === true;
  const pairs = haveDurations ? pairRequests(server, seen) : [];
  const slow = slowSenders(server.rows, pairs);
  const queued = pairs.filter(({ one }) => !slow.has(server.rows.route[one]));
  const ofAll = shareMixed(teller, same) > HARDLY_MIXED;
  const elsewhere = wentElsewhere(server, seen);
  const isTold = !elsewhere && tellWaits(teller, proxy, queued, ofAll);
  const left = tellAnswers(teller, proxy, pairs);
  const refused = tellErrors(teller, seen, pairs);
  const ofProxy = new Set(proxy.inputs.filter(({ requests }) => requests > 0).map(({ source }) => source));
  for (const event of proxy.partial.lifecycle)
    teller.partial.event(ofProxy.has(event.source) ? { ...event, time: event.time - ahead } : event);
  const more = proxy.partial.requests - teller.partial.requests;
  const logs = listText(teller.inputs.filter(({ requests }) => requests > 0).map(({ path }) => path));
  return [
    `these are the requests of ${logs}, as another server on their way logged them (time and route of ${percentText(same.share)} agree): they are counted once`,
    more > 0 ? ` (${countText(more, 'line')} more than there, which are left out)` : '',
    Math.abs(ahead) < SAME_CLOCK
      ? ''
      : `; its clock is ${durationText(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}, which was taken off`,
    isTold ? '; what the proxy took longer is the wait' : '',
    isTold && ofAll ? ', of all servers together: which of them a request waited for its lines do not say' : '',
    elsewhere && haveDurations
      ? '; requests to the same routes went to other servers as well, so which of its times are those of this one is not known'
      : '',
    left > 0
      ? `; ${countText(left, 'caller')} had left when the server answered: the status is the one that the proxy wrote`
      : '',
    refused > 0
      ? `; ${countText(refused, 'caller')} got an error from the proxy, and the server has no line of them`
      : '',
  ].join('');
}

/** Share of the pairs for which it is unknown which of several servers they belong to. */
function shareMixed({ partial }: Kind, { groups }: SameRequests): number {
  const { worker } = partial.retained.table();
  const servers = partial.workers.map((_, id) => serverOfWorker(partial.names.workers.text(id)));
  const isMixed = ({ one }: TwinGroup) => new Set(one.map((row) => servers[worker[row]])).size > 1;
  const size = (some: readonly TwinGroup[]) => some.reduce((sum, { one }) => sum + one.length, 0);
  return size(groups.filter(isMixed)) / Math.max(1, size(groups));
}

/**
 * Whether the proxy answered many more requests to the server's routes than the server did, not counting those that it answered by itself.
 */
function wentElsewhere(server: LoggedRequests, seen: LoggedRequests): boolean {
  const known = routesOf(server);
  const { end, status, route, length } = seen.rows;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const instant of server.rows.end.subarray(0, server.rows.length)) {
    if (instant < first) first = instant;
    if (instant > last) last = instant;
  }
  let count = 0;
  for (let row = 0; row < length; row++) {
    const isOwn = hasLeft(status[row]) || GATEWAY_ERRORS.has(status[row]);
    if (isOwn || !(end[row] >= first && end[row] <= last) || route[row] < 0) continue;
    if (known.has(seen.routes.text(route[row]))) count++;
  }
  return count > (1 + ELSEWHERE) * server.rows.length;
}

const routesOf = ({ rows, routes }: LoggedRequests): Set<string> =>
  new Set(Array.from(new Set(rows.route.subarray(0, rows.length)), (id) => (id < 0 ? '' : routes.text(id))));

/** The proxy's duration less the server's is the wait in front of the application. Returns whether waits were added to the log. */
function tellWaits(teller: Kind, proxy: Kind, pairs: readonly PairedRequest[], ofAll: boolean): boolean {
  const { partial, facts } = teller;
  if (!facts?.fields.duration || !proxy.facts?.fields.duration || facts.fields.wait || facts.fields.arrival)
    return false;
  const rows = partial.retained.table();
  const waits = pairs.filter(({ wait }) => wait >= -NOTHING);
  const withLeft = pairs.some((pair) => pair.hasLeft);
  // With several servers, no order of lines shows whose request was left waiting.
  if (withLeft && ofAll) return false;
  if (waits.length < (withLeft ? ENOUGH_OF_LEFT : ENOUGH_TWINS) * rows.length) return false;
  for (const { one, wait } of waits) rows.measuredWait[one] = Math.max(0, wait);
  partial.retained.tell(rows);
  for (const [k, stream] of partial.streams.entries()) {
    const before = stream.facts;
    const told = {
      ...before,
      ...(ofAll ? { waitsOfAll: true as const } : {}),
      fields: { ...before.fields, wait: true },
    };
    partial.streams[k] = { ...stream, facts: told };
  }
  return true;
}

/** Callers who left did not see what the server answered, so the proxy's status counts. Returns how many they are. */
function tellAnswers(teller: Kind, proxy: Kind, pairs: readonly PairedRequest[]): number {
  const late = pairs.filter((pair) => pair.hasLeft);
  if (late.length === 0) return 0;
  const rows = teller.partial.retained.table();
  const { status } = proxy.partial.retained.table();
  teller.partial.answeredAs(
    rows,
    late.map(({ one, other }) => ({ row: one, status: status[other] })),
  );
  teller.partial.retained.tell(rows);
  return late.length;
}

/** Adds an event for each caller who got an error from the proxy without the server. Returns how many they are. */
function tellErrors(teller: Kind, seen: LoggedRequests, pairs: readonly PairedRequest[]): number {
  const known = routesOf(requestsOf(teller, 0));
  const paired = new Set(pairs.map(({ other }) => other));
  const { status, route, end, start, offset, source, length } = seen.rows;
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (!GATEWAY_ERRORS.has(status[row]) || paired.has(row) || route[row] < 0) continue;
    const name = seen.routes.text(route[row]);
    if (!known.has(name)) continue;
    const time = Number.isNaN(end[row]) ? start[row] : end[row];
    const at = { time, offset: offset[row], source: source[row] };
    teller.partial.event({ kind: 'gateway-error', ...at, worker: null, value: status[row], text: name });
    count++;
  }
  return count;
}
