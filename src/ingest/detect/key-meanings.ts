/** What people call the fields of a request: "pid=", "dur_us=", "elapsedMs", "http.response.status_code", "took". */
import type { StampMeaning } from '../../core/batch.ts';
import type { Field, StampShape, TimeUnit } from '../../core/format.ts';

export type KeyMeaning =
  | { readonly kind: 'pid' | 'worker' | 'thread' | 'arrival' | 'status' | 'bytes' | 'client' }
  | { readonly kind: 'duration'; readonly unit: TimeUnit | 'by-value' };

/** Single letters are the atoms of gunicorn's and Apache's formats: their case matters. */
const letters: Readonly<Record<string, KeyMeaning>> = {
  p: { kind: 'pid' },
  P: { kind: 'pid' },
  D: { kind: 'duration', unit: 'us' },
  M: { kind: 'duration', unit: 'ms' },
  T: { kind: 'duration', unit: 's' },
  L: { kind: 'duration', unit: 's' },
  s: { kind: 'status' },
  b: { kind: 'bytes' },
  B: { kind: 'bytes' },
  h: { kind: 'client' },
};

const named: readonly (readonly [RegExp, KeyMeaning])[] = [
  // "haproxy.pid" is the proxy's: it says nothing about the workers behind it.
  [
    /^(?!(?:.*_)?(?:haproxy|nginx|traefik|caddy|envoy|varnish|squid|proxy|ingress|lb)_)(?:.*_)?(?:pid|process|proc|process_id|proc_id|worker_pid)$/,
    { kind: 'pid' },
  ],
  [/(^|_)(worker|worker_id|worker_name|wid)$/, { kind: 'worker' }],
  [/(^|_)(tid|thread|thread_id|thread_name)$/, { kind: 'thread' }],
  [/^(xrs|x_request_start|request_start|queue_start|req_start)$/, { kind: 'arrival' }],
  [/(^|_)(status|status_?code|http_?status|http_code|response_code|resp_code|code|rc)$/, { kind: 'status' }],
  [
    /^(?!(?:.*_)?(?:request|req)_headers?_)(?!.*(?:request|req|received|recv|rx|cs|memory|mem|batch|pool|page|queue|cache|chunk|buffer|max|min|limit|file|header|query)_(?:(?:body|content|payload)_)?(?:size|length|bytes|len)$).*(?:^|_)(bytes|bytes_sent|bytes_out|size|length|len|content_length|body_bytes_sent)$/,
    { kind: 'bytes' },
  ],
  [
    /(^|_)(remote_?(addr|ip|address|host)?|client(_?(ip|addr|address|host))?|ip|peer|src_?ip|x_forwarded_for)$|^host$|^cip$/,
    { kind: 'client' },
  ],
];

const units: readonly (readonly [RegExp, TimeUnit])[] = [
  [/(?:^|_)(?:in_)?(?:ns|nsec|nanos|nanoseconds)$/, 'ns'],
  [/(?:^|_)(?:in_)?(?:us|usec|usecs|micros|microsec|microseconds)$/, 'us'],
  [/(?:^|_)(?:in_)?(?:ms|msec|msecs|millis|millisec|milliseconds)$/, 'ms'],
  [/(?:^|_)(?:in_)?(?:s|sec|secs|seconds)$/, 's'],
];

/** Parts of the time of a request, or times of something else. */
const others =
  /(?:^|_)(?:db|gc|cpu)|(?:^|_)(?:age|ttl)(?:_|$)|queue|wait|integration|backend|sql|query|view|render|connect|upstream|header|ttfb|timeout|expires|offset|interval|since|until|retry|cache|template|stamp|date|start|begin|finish|end_/;
const spent =
  /(^|_)(d|dt|dur|duration|took|taken|elapsed|latency|time_?taken|time_?to_?serve|(?:time|latency|duration)_?total|total_?duration|request_timetaken|cost|spent|rt|rtt|runtime|rtime|(req|request|resp|response|process|processing|exec|execution|handler|handling|total|service|serve|run|wall|app|rsp|api|http|cost)_?time)$/;
/** "time_us", "response_ms": names that mean a duration only together with a unit. */
const timed = /(^|_)(time|request|response|req|resp|total|app|processing)$/;

/** "elapsedMs", "http.response.statusCode" → "elapsed_ms", "http_response_status_code" */
const snake = (key: string): string =>
  key
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[.\-@ ]+/g, '_')
    .toLowerCase();

/** Whether the name means another time than the request's: in a queue, of the database, until something expires. */
export const isOtherTime = (key: string): boolean => others.test(snake(key));

/** Of HAProxy and API Gateway: integers are milliseconds. */
const inMillis = /^T[adt]$|^t[adt]$|(^|\.)responseLatency$/;
/** Of IIS, Azure and CloudFront: integers are milliseconds, numbers with decimals are seconds. */
const taken = /(^|\.)(TimeTaken|time-taken)$/;

/** OpenTelemetry's conventions: seconds now, milliseconds in older ones. */
const ofConventions: readonly (readonly [RegExp, TimeUnit])[] = [
  [/(^|\.)http\.server\.request\.duration$/, 's'],
  [/(^|\.)http\.server\.duration$/, 'ms'],
];

/** null: the name means nothing that logscope reads. */
export function keyMeaning(key: string, hasDecimals = false): KeyMeaning | null {
  if (inMillis.test(key)) return { kind: 'duration', unit: hasDecimals ? 'by-value' : 'ms' };
  if (taken.test(key)) return { kind: 'duration', unit: hasDecimals ? 's' : 'ms' };
  const convention = ofConventions.find(([pattern]) => pattern.test(key));
  if (convention) return { kind: 'duration', unit: convention[1] };
  if (key.length === 1) return letters[key] ?? (key === 'd' ? { kind: 'duration', unit: 'by-value' } : null);
  const name = snake(key);
  // loguru's serialized records: the time since the program started.
  if (name.startsWith('record_elapsed')) return null;
  const plain = named.find(([pattern]) => pattern.test(name))?.[1];
  if (plain) return plain;
  if (others.test(name)) return null;
  // Elastic Common Schema: always nanoseconds.
  if (name === 'event_duration') return { kind: 'duration', unit: 'ns' };
  const unit = units.find(([pattern]) => pattern.test(name));
  if (unit) {
    const base = name.replace(unit[0], '');
    const isTime = base === '' || spent.test(base) || timed.test(base);
    return isTime ? { kind: 'duration', unit: unit[1] } : null;
  }
  return spent.test(name) ? { kind: 'duration', unit: 'by-value' } : null;
}

/** This name may mean the process, or how long processing took. */
export const isProcess = (key: string): boolean => /(^|[._])process$/i.test(key);

const starts = /(^|_)(start|started|begin|began|received|arrived|arrival|request_time)(_|$)/;
const ends = /(^|_)(end|ended|finish|finished|done|complete|completed)(_|$)/;

/** A stamp with this name. The name may say what it means: "started_at", "end_time". */
export function stampField(
  key: string,
  shape: StampShape,
  means: StampMeaning | 'written',
): Extract<Field, { kind: 'time' }> {
  const name = snake(key);
  const named = starts.test(name) ? 'start' : ends.test(name) ? 'end' : null;
  return named === null ? { kind: 'time', shape, means } : { kind: 'time', shape, means: named, named: true };
}

const methods =
  /^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|QUERY)$/;
export const isMethod = (text: string): boolean => methods.test(text);

/** Registered statuses, and those that nginx, IIS and load balancers add. */
export const isStatus = (text: string): boolean =>
  /^(10[0-3]|20[0-8]|226|299|30[0-8]|4[0-2]\d|431|44[049]|451|46[0134]|49[4-9]|50\d|51[01]|52\d|530|561|59[89])$/.test(
    text,
  );

/** "200", "200 OK" */
export const isStatusLine = (text: string): boolean =>
  /^\d{3}(?: [A-Z][A-Za-z' -]*)?$/.test(text) && isStatus(text.slice(0, 3));

/** Lines of HTTP clients: requests that the server itself made. Matches the name of a logger; "python-httpx/0.27" is a user agent. */
const clientLibraries =
  /\bHTTP Request: [A-Z]+ https?:|(?:^|[\s:[|"'])(?:httpx|httpcore|urllib3|requests|botocore|aiohttp\.client)(?:\.\w+)*(?=[\s:\]|,"'])/;
export const isOutgoing = (text: string): boolean => clientLibraries.test(text);
