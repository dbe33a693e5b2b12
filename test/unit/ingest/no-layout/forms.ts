// Forms in which people write requests of their own.
import {
  clfTime,
  dateAndTime,
  goDuration,
  identifier,
  isoTime,
  type Line,
  loggingTime,
  micros,
  millis,
  seconds,
  timedelta,
} from './requests.ts';

/** The columns that must be found in every line, what its stamp means, and whether a format declares it: then nothing is assumed. */
export type Told = 'duration' | 'pid' | 'start' | 'end' | 'declared';

export const forms: readonly (readonly [name: string, line: Line, told: readonly Told[]])[] = [
  [
    'pipes',
    (r) => `${loggingTime(r.end)} | ${r.method} | ${r.path} | ${r.status} | ${millis(r)}ms | pid=${r.pid}`,
    ['duration', 'pid', 'end'],
  ],
  [
    'a status with its phrase in JSON',
    (r) =>
      JSON.stringify({
        timestamp: loggingTime(r.end),
        request_line: `${r.method} ${r.path} HTTP/1.1`,
        status_code: `${r.status} OK`,
        pid: r.pid,
      }),
    ['pid', 'end', 'declared'],
  ],
  [
    'a status with its phrase in nested JSON',
    (r) =>
      JSON.stringify({
        ts: isoTime(r.end),
        msg: { method: r.method, uri: r.path, status: `${r.status} OK`, elapsed: micros(r) / 1e6 },
      }),
    ['duration', 'end'],
  ],
  [
    'web.py',
    (r) =>
      `203.0.113.7:52134 - - [${clfTime(r.end).slice(0, 11)} ${clfTime(r.end).slice(12, 20)}] "HTTP/1.1 ${r.method} ${r.path}" - ${r.status} OK`,
    [],
  ],
  [
    'a level and a stamp in one pair of brackets, with the name of an application',
    (r) =>
      `[I ${loggingTime(r.end).replace(',', '.')} ServerApp] ${r.status} ${r.method} ${r.path} (ab@203.0.113.7) ${millis(r)}.2ms referer=http://x/`,
    ['duration', 'end'],
  ],
  [
    'a record under "message", where the name of the key holds "age"',
    (r) =>
      JSON.stringify({
        message: { method: r.method, path: r.path, statusCode: r.status, durationMs: millis(r) + 0.5 },
        timestamp: isoTime(r.end),
        function_memory_size: '128',
      }),
    ['duration', 'end'],
  ],
  [
    'words in front of the pairs of logfmt, on AWS Lambda',
    (r) =>
      `[INFO]\t${isoTime(r.end)}\t8601b555-6a83\trequest done method=${r.method} path=${r.path} status=${r.status} duration_ms=${millis(r)}`,
    ['duration', 'end', 'declared'],
  ],
  [
    'Kibana\u2019s dates',
    (r) => {
      const at = new Date(r.end);
      return `Oct ${at.getUTCDate()}, 2024 @ ${isoTime(r.end).slice(11, 23)} ${r.method} ${r.path} ${r.status} ${millis(r)}ms`;
    },
    ['duration', 'end'],
  ],
  [
    'seconds and microseconds between signs',
    (r) =>
      `203.0.113.7 - - [${clfTime(r.end)}] "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.bytes} "-" "curl/8.5.0" **0/${micros(r)}**`,
    ['duration', 'declared'],
  ],
  [
    'tabs',
    (r) => `${isoTime(r.end)}\t203.0.113.7\t${r.method}\t${r.path}\t${r.status}\t${r.bytes}\t${seconds(r, 3)}`,
    ['duration', 'end'],
  ],
  [
    'commas',
    (r) => `${isoTime(r.end)},${r.pid},${r.method},${r.path},${r.status},${r.bytes},${millis(r)}`,
    ['duration', 'pid', 'end'],
  ],
  [
    'quoted commas',
    (r) => `"${isoTime(r.end)}","${r.pid}","${r.method}","${r.path}","${r.status}","${millis(r)}ms"`,
    ['duration', 'pid', 'end'],
  ],
  [
    'semicolons',
    (r) => `${isoTime(r.end)};203.0.113.7;${r.method};${r.path};${r.status};${r.bytes};${micros(r)}`,
    ['duration', 'end'],
  ],
  [
    'stamps of starts',
    (r) => `${isoTime(r.start)},${r.method},${r.path},${r.status},${seconds(r, 6)}`,
    ['duration', 'start'],
  ],
  [
    'names and colons',
    (r) => `time: ${loggingTime(r.end)} method: ${r.method} path: ${r.path} status: ${r.status} took: ${millis(r)}ms`,
    ['duration', 'end'],
  ],
  [
    'brackets',
    (r) => `[${dateAndTime(r.end)}] [${r.pid}] [${r.method}] [${r.path}] [${r.status}] [${millis(r)} ms] [curl/8.5.0]`,
    ['duration', 'pid'],
  ],
  [
    'an arrow',
    (r) => `${loggingTime(r.end)} INFO [web] ${r.method} ${r.path} -> ${r.status} in ${millis(r)}ms`,
    ['duration', 'end'],
  ],
  [
    'words',
    (r) =>
      `${loggingTime(r.end)} ${r.pid} INFO handled (${r.method} ${r.path} HTTP/1.1) status ${r.status} after ${seconds(r, 4)} seconds`,
    ['duration', 'pid', 'end'],
  ],
  [
    'loguru',
    (r) =>
      `${dateAndTime(r.end)}.${isoTime(r.end).slice(20, 23)} | INFO     | app.main:log:31 - ${r.method} ${r.path} - ${r.status} - ${seconds(r, 4)}s`,
    ['duration', 'end'],
  ],
  [
    'an epoch first',
    (r) => `${(r.end / 1000).toFixed(3)} ${r.pid} ${r.method} ${r.path} ${r.status} ${r.bytes} ${seconds(r, 6)}`,
    ['duration', 'pid', 'end'],
  ],
  [
    'month first',
    (r) => `10/29/2024 ${dateAndTime(r.end).slice(11)} ${r.method} ${r.path} ${r.status} ${millis(r)}ms`,
    ['duration'],
  ],
  [
    'gunicorn, piped',
    (r) =>
      `203.0.113.7 | [${clfTime(r.end)}] | ${r.method} ${r.path} HTTP/1.1 | ${r.status} | ${r.bytes} | ${micros(r)} | <${r.pid}>`,
    ['duration', 'pid'],
  ],
  [
    'LTSV',
    (r) =>
      `time:${isoTime(r.end)}\thost:203.0.113.7\tmethod:${r.method}\turi:${r.path}\tstatus:${r.status}\tsize:${r.bytes}\treqtime:${seconds(r, 3)}\tpid:${r.pid}`,
    ['duration', 'pid', 'end'],
  ],
  ['no time', (r) => `${r.method} ${r.path} ${r.status} ${seconds(r, 4)} s`, ['duration']],
  [
    "Python's timedelta",
    (r) => `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} ${timedelta(r)}`,
    ['duration', 'end'],
  ],
  [
    "Go's durations",
    (r) => `${loggingTime(r.end)} "${r.method} http://h${r.path} HTTP/1.1" - ${r.status} 90B in ${goDuration(r)}`,
    ['duration', 'end'],
  ],
  [
    'minutes and seconds',
    (r) => `${loggingTime(r.end)} ${r.method} ${r.path} ${r.status} took 0m${seconds(r, 3)}s`,
    ['duration', 'end'],
  ],
  [
    'a sentence',
    (r) =>
      `[${isoTime(r.end)}] Request ${identifier(r)} ${r.method} ${r.path} done. Status code: ${r.status}. Time elapsed: ${seconds(r, 4)}`,
    ['duration', 'end'],
  ],
  [
    'identifiers',
    (r) =>
      `${loggingTime(r.end)} | INFO | ${identifier(r)} | 203.0.113.7:52134 - "${r.method} ${r.path} HTTP/1.1" ${r.status} ${r.status === 404 ? 'Not Found' : 'OK'} ${millis(r)}ms`,
    ['duration', 'end', 'declared'],
  ],
  [
    'identifiers in a dict',
    (r) =>
      `${loggingTime(r.end)} INFO root {'id': '${identifier(r)}', 'method': '${r.method}', 'url': 'http://h${r.path}', 'status': ${r.status}, 'elapsed_ms': ${(micros(r) / 1000).toFixed(2)}}`,
    ['duration', 'end'],
  ],
  [
    'an epoch and a pid',
    (r) => `${(r.end / 1000).toFixed(6)} ${r.pid} "${r.method} ${r.path}" ${r.status} ${seconds(r, 6)}`,
    ['duration', 'pid', 'end', 'declared'],
  ],
  [
    'a timedelta in JSON',
    (r) =>
      JSON.stringify({
        timestamp: isoTime(r.end),
        method: r.method,
        path: r.path,
        status_code: r.status,
        duration: timedelta(r),
      }),
    ['duration', 'end', 'declared'],
  ],
  [
    'a blank in front of the unit in JSON',
    (r) =>
      JSON.stringify({
        at: isoTime(r.end),
        httpMethod: r.method,
        path: r.path,
        code: r.status,
        elapsed: `${millis(r)} ms`,
      }),
    ['duration', 'end'],
  ],
  [
    'exponents',
    (r) =>
      `${loggingTime(r.end)} INFO ${r.method} ${r.path} ${r.status} took ${micros(r) < 3000 ? `${micros(r) / 100}e-04` : seconds(r, 6)} seconds`,
    ['duration', 'end'],
  ],
  [
    "structlog's KeyValueRenderer (logfmt)",
    (r) =>
      `timestamp='${isoTime(r.end)}' level='info' event='request done' method='${r.method}' path='${r.path}' status=${r.status} duration=${seconds(r, 6)} pid=${r.pid}`,
    ['duration', 'pid', 'end', 'declared'],
  ],
  [
    'a size by its name',
    (r) =>
      `${isoTime(r.end)} INFO http: ${r.method} ${r.path} status=${r.status} bytes=${r.bytes} latency=${millis(r)}ms worker=${r.pid}`,
    ['duration', 'pid', 'end'],
  ],
  [
    'identifiers that look like epochs',
    (r) =>
      `${loggingTime(r.end)} INFO [web] [trace_id=${1_730_221_455_000_000 + (micros(r) % 1000)}] ${(1e18 + r.end * 123_457_891).toFixed(0)} - ${r.method} ${r.path} ${r.status} ${millis(r)}ms`,
    ['duration', 'end'],
  ],
  [
    'the start by its name',
    (r) => JSON.stringify({ started_at: isoTime(r.start), method: r.method, path: r.path, status: r.status }),
    ['start', 'declared'],
  ],
  [
    'keys of its own',
    (r) =>
      JSON.stringify({
        '@t': isoTime(r.end),
        httpMethod: r.method,
        requestPath: r.path,
        statusCode: r.status,
        elapsedMs: millis(r),
        proc: `<${r.pid}>`,
      }),
    ['duration', 'pid', 'end'],
  ],
  [
    'Elastic Common Schema',
    (r) =>
      JSON.stringify({
        '@timestamp': isoTime(r.end),
        http: { request: { method: r.method }, response: { status_code: r.status } },
        url: { path: r.path },
        event: { duration: micros(r) * 1000 },
        process: { pid: r.pid },
      }),
    ['duration', 'pid', 'end'],
  ],
  [
    'Cloud Logging',
    (r) =>
      JSON.stringify({
        httpRequest: {
          requestMethod: r.method,
          requestUrl: `https://h${r.path}`,
          status: r.status,
          latency: `${seconds(r, 6)}s`,
        },
        timestamp: isoTime(r.end),
      }),
    ['duration', 'end'],
  ],
  [
    'pino',
    (r) =>
      JSON.stringify({
        time: Math.floor(r.end),
        pid: r.pid,
        req: { method: r.method, url: r.path },
        res: { statusCode: r.status },
        responseTime: millis(r),
        msg: 'request completed',
      }),
    ['duration', 'pid', 'end'],
  ],
  [
    'logfmt with a name of its own',
    (r) =>
      `ts=${isoTime(r.end)} method=${r.method} path=${r.path} status=${r.status} dur_us=${micros(r)} proc=${r.pid}`,
    ['duration', 'pid', 'end', 'declared'],
  ],
  [
    'logfmt with commas',
    (r) => `time=${isoTime(r.end)}, method=${r.method}, uri=${r.path}, status=${r.status}, took=${millis(r)}ms`,
    ['duration', 'end', 'declared'],
  ],
];
