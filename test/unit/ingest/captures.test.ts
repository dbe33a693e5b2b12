// Logs of real servers (captures/: loopback, synthetic requests, many of them odd on purpose): what each line is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

/** File, format, and how many of its lines are what: lines, requests, lifecycle, continuation, unparsed. */
const captures: readonly (readonly [string, string, number, number, number, number, number])[] = [
  ['aiohttp-3.8-basicconfig.log', 'aiohttp', 136, 57, 9, 69, 1],
  ['aiohttp-behind-asctime.log', 'aiohttp', 45, 22, 2, 21, 0],
  ['aiohttp-default.log', 'aiohttp', 45, 22, 2, 21, 0],
  ['aiohttp-seconds-and-pid.log', 'aiohttp', 51, 37, 3, 11, 0],
  ['apache-common-and-micros.log', 'combined', 120, 120, 0, 0, 0],
  ['apache-iso-and-ms.log', 'custom', 58, 58, 0, 0, 0],
  ['apache-mod-wsgi-error.log', 'apache', 113, 0, 89, 22, 2],
  ['apache-seconds-slash-micros.log', 'combined', 58, 58, 0, 0, 0],
  ['bottle.log', 'wsgiref', 84, 63, 9, 12, 0],
  ['caddy-console.log', 'caddy', 64, 51, 13, 0, 0],
  ['caddy-milliseconds.log', 'caddy', 35, 25, 10, 0, 0],
  ['caddy-nanoseconds.log', 'caddy', 64, 51, 13, 0, 0],
  ['cherrypy-access.log', 'cherrypy', 20, 20, 0, 0, 0],
  ['cherrypy-error.log', 'cherrypy', 38, 0, 18, 20, 0],
  ['daphne-access.log', 'daphne', 19, 19, 0, 0, 0],
  ['daphne-runserver.log', 'daphne', 58, 19, 9, 30, 0],
  ['daphne-server.log', 'daphne', 11, 0, 6, 5, 0],
  ['daphne-verbose.log', 'daphne', 354, 49, 236, 67, 2],
  ['django-noreload.log', 'django', 105, 53, 19, 32, 1],
  ['django-runserver.log', 'django', 41, 18, 12, 11, 0],
  ['django-startup.log', 'django', 10, 0, 8, 2, 0],
  ['django-verbose-logging.log', 'django', 94, 60, 21, 13, 0],
  ['envoy-1.39-default.log', 'envoy', 51, 49, 2, 0, 0],
  ['eventlet-wsgi.log', 'eventlet', 183, 66, 74, 41, 2],
  ['fastapi-dev.log', 'uvicorn', 155, 50, 26, 79, 0],
  ['fastapi-run-labels.log', 'uvicorn', 142, 53, 10, 79, 0],
  ['fastapi-run-terminal.log', 'uvicorn', 140, 53, 6, 80, 1],
  ['flask-beside-after-request.log', 'werkzeug', 154, 68, 12, 73, 1],
  ['flask-run.log', 'werkzeug', 44, 22, 5, 17, 0],
  ['gevent-pywsgi-logging.log', 'gevent', 115, 68, 10, 35, 2],
  ['gevent-pywsgi.log', 'gevent', 115, 68, 10, 35, 2],
  ['granian-1.6.log', 'granian', 90, 52, 15, 21, 2],
  ['granian-asgi.log', 'granian', 44, 20, 14, 10, 0],
  ['granian-own-format.log', 'granian', 56, 37, 9, 10, 0],
  ['granian-split-request.log', 'granian', 92, 52, 15, 21, 4],
  ['granian-with-pipes.log', 'granian', 90, 52, 14, 20, 4],
  ['granian-without-time.log', 'granian', 76, 53, 13, 10, 0],
  ['granian-wsgi.log', 'granian', 52, 20, 13, 19, 0],
  ['gunicorn-19-reload.log', 'gunicorn', 174, 76, 21, 72, 5],
  ['gunicorn-access-in-brackets.log', 'gunicorn', 109, 49, 21, 37, 2],
  ['gunicorn-access-names-and-brackets.log', 'gunicorn', 109, 48, 21, 36, 4],
  ['gunicorn-access-with-pipes.log', 'gunicorn', 108, 48, 21, 37, 2],
  ['gunicorn-access-with-tabs.log', 'gunicorn', 109, 49, 21, 37, 2],
  ['gunicorn-app-structlog-console.log', 'logfmt', 69, 43, 13, 13, 0],
  ['gunicorn-asgi-default.log', 'combined', 20, 20, 0, 0, 0],
  ['gunicorn-asgi-odd-requests.log', 'gunicorn', 48, 14, 16, 16, 2],
  ['gunicorn-asgi-websocket.log', 'gunicorn', 90, 49, 17, 22, 2],
  ['gunicorn-bare-pid-and-micros.log', 'gunicorn', 22, 22, 0, 0, 0],
  ['gunicorn-behind-honcho.log', 'combined', 116, 50, 38, 26, 2],
  ['gunicorn-beside-requestlogs.log', 'gunicorn', 74, 58, 16, 0, 0],
  ['gunicorn-debug-without-user.log', 'gunicorn', 247, 43, 74, 130, 0],
  ['gunicorn-flask-after-request.log', 'gunicorn', 94, 49, 27, 18, 0],
  ['gunicorn-flask-timedelta.log', 'gunicorn', 84, 54, 13, 17, 0],
  ['gunicorn-formatter-day-first.log', 'gunicorn', 113, 51, 21, 39, 2],
  ['gunicorn-formatter-month-and-day.log', 'gunicorn', 113, 51, 21, 39, 2],
  ['gunicorn-formatter-with-pipes.log', 'gunicorn', 113, 50, 21, 40, 2],
  ['gunicorn-gevent-all-durations-first.log', 'gunicorn', 21, 21, 0, 0, 0],
  ['gunicorn-gevent-pywsgi.log', 'gunicorn', 269, 57, 28, 179, 5],
  ['gunicorn-gthread-error.log', 'gunicorn', 26, 0, 10, 16, 0],
  ['gunicorn-gthread-formatter.log', 'gunicorn', 66, 43, 12, 11, 0],
  ['gunicorn-gthread-json-logger.log', 'gunicorn', 56, 43, 13, 0, 0],
  ['gunicorn-gthread-one-stream.log', 'gunicorn', 61, 20, 14, 27, 0],
  ['gunicorn-gthread-thread-in-front.log', 'gunicorn', 70, 64, 6, 0, 0],
  ['gunicorn-json-logger-micros.log', 'gunicorn', 74, 50, 21, 1, 2],
  ['gunicorn-json-named-keys.log', 'json', 66, 43, 13, 10, 0],
  ['gunicorn-key-value.log', 'logfmt', 66, 43, 12, 11, 0],
  ['gunicorn-logconfig-unix-socket.log', 'gunicorn', 10, 2, 8, 0, 0],
  ['gunicorn-pid-and-micros-first.log', 'gunicorn', 66, 43, 13, 10, 0],
  ['gunicorn-request-time-and-worker.log', 'gunicorn', 66, 43, 13, 10, 0],
  ['gunicorn-seconds-slash-micros.log', 'gunicorn', 108, 49, 21, 36, 2],
  ['gunicorn-stamp-behind-status.log', 'gunicorn', 82, 49, 17, 14, 2],
  ['gunicorn-structlog-console.log', 'gunicorn', 72, 60, 12, 0, 0],
  ['gunicorn-structlog-logfmt.log', 'gunicorn', 70, 60, 10, 0, 0],
  ['gunicorn-sync-odd-requests.log', 'gunicorn', 61, 21, 22, 18, 0],
  ['gunicorn-sync-one-stream.log', 'gunicorn', 78, 21, 20, 37, 0],
  ['gunicorn-syslog-datagrams.log', 'gunicorn', 11, 3, 8, 0, 0],
  ['gunicorn-timeout-recycle-reload.log', 'gunicorn', 48, 5, 32, 11, 0],
  ['haproxy-clf.log', 'haproxy', 61, 59, 2, 0, 0],
  ['haproxy-httplog.log', 'haproxy', 61, 59, 2, 0, 0],
  ['haproxy-timed.log', 'haproxy', 50, 50, 0, 0, 0],
  ['http-server.log', 'werkzeug', 217, 64, 62, 91, 0],
  ['hypercorn-client-left.log', 'hypercorn', 21, 20, 0, 1, 0],
  ['hypercorn-http2.log', 'hypercorn', 24, 23, 1, 0, 0],
  ['hypercorn-odd-requests.log', 'hypercorn', 60, 19, 20, 21, 0],
  ['hypercorn-own-order.log', 'hypercorn', 169, 52, 7, 106, 4],
  ['hypercorn-pid-and-micros.log', 'hypercorn', 49, 37, 3, 9, 0],
  ['hypercorn-reasons.log', 'hypercorn', 122, 120, 2, 0, 0],
  ['hypercorn-scheme-and-micros.log', 'hypercorn', 113, 53, 5, 53, 2],
  ['hypercorn-split-request.log', 'hypercorn', 139, 56, 4, 77, 2],
  ['hypercorn-unix-socket.log', 'hypercorn', 4, 2, 2, 0, 0],
  ['lighttpd-micros.log', 'lighttpd', 60, 60, 0, 0, 0],
  ['nginx-combined.log', 'combined', 29, 29, 0, 0, 0],
  ['nginx-error.log', 'nginx', 30, 0, 30, 0, 0],
  ['nginx-escape-none.log', 'nginx', 29, 29, 0, 0, 0],
  ['nginx-ingress.log', 'nginx', 58, 58, 0, 0, 0],
  ['nginx-json-empty-values.log', 'json', 58, 58, 0, 0, 0],
  ['nginx-ltsv.log', 'custom', 58, 56, 0, 0, 2],
  ['nginx-upstream-times.log', 'nginx', 29, 29, 0, 0, 0],
  ['quart-run.log', 'hypercorn', 8, 3, 3, 2, 0],
  ['sanic-debug.log', 'sanic', 58, 22, 31, 5, 0],
  ['sanic-error.log', 'sanic', 9, 0, 1, 8, 0],
  ['sanic-json.log', 'sanic', 58, 40, 18, 0, 0],
  ['sanic-production.log', 'sanic', 41, 22, 19, 0, 0],
  ['sanic-with-pid.log', 'sanic', 58, 40, 18, 0, 0],
  ['tornado-debug.log', 'tornado', 78, 54, 15, 9, 0],
  ['tornado-default.log', 'tornado', 32, 21, 2, 9, 0],
  ['traefik-clf-beside-its-own-lines.log', 'traefik', 63, 44, 2, 1, 16],
  ['traefik-json-few-fields.log', 'traefik', 22, 22, 0, 0, 0],
  ['twisted-wsgi.log', 'twisted', 84, 49, 12, 22, 1],
  ['uvicorn-0.15-workers.log', 'uvicorn', 235, 50, 29, 154, 2],
  ['uvicorn-all-with-pipes.log', 'uvicorn', 116, 50, 42, 22, 2],
  ['uvicorn-beside-ecs.log', 'uvicorn', 190, 55, 26, 109, 0],
  ['uvicorn-beside-litestar.log', 'uvicorn', 124, 53, 9, 0, 62],
  ['uvicorn-beside-logging.log', 'uvicorn', 190, 55, 26, 109, 0],
  ['uvicorn-beside-loguru.log', 'uvicorn', 189, 55, 26, 108, 0],
  ['uvicorn-beside-print.log', 'uvicorn', 190, 55, 26, 109, 0],
  ['uvicorn-beside-rich.log', 'uvicorn', 116, 54, 9, 53, 0],
  ['uvicorn-beside-structlog-json.log', 'uvicorn', 190, 55, 26, 109, 0],
  ['uvicorn-beside-time-of-day.log', 'uvicorn', 190, 55, 26, 109, 0],
  ['uvicorn-colour-access.log', 'uvicorn', 19, 19, 0, 0, 0],
  ['uvicorn-colour-server.log', 'uvicorn', 34, 0, 23, 11, 0],
  ['uvicorn-debug-websockets.log', 'uvicorn', 130, 50, 48, 30, 2],
  ['uvicorn-formatter-with-pipes.log', 'uvicorn', 115, 50, 33, 30, 2],
  ['uvicorn-json-logger.log', 'uvicorn', 46, 37, 9, 0, 0],
  ['uvicorn-json-template.log', 'uvicorn', 60, 52, 8, 0, 0],
  ['uvicorn-loguru-alone.log', 'uvicorn', 156, 52, 40, 64, 0],
  ['uvicorn-loguru-json.log', 'uvicorn', 48, 32, 14, 0, 2],
  ['uvicorn-odd-requests.log', 'uvicorn', 61, 19, 20, 22, 0],
  ['uvicorn-rich-alone.log', 'uvicorn', 63, 54, 9, 0, 0],
  ['uvicorn-rich-broken-lines.log', 'uvicorn', 140, 45, 4, 91, 0],
  ['uvicorn-rich-without-source.log', 'uvicorn', 111, 40, 4, 67, 0],
  ['uvicorn-time-pid-phrase.log', 'uvicorn', 57, 37, 9, 11, 0],
  ['uvicorn-unix-socket-pid-thread.log', 'uvicorn', 13, 4, 9, 0, 0],
  ['uvicorn-worker-access.log', 'uvicorn-worker', 19, 19, 0, 0, 0],
  ['uvicorn-worker-beside-logging.log', 'custom', 208, 55, 44, 109, 0],
  ['uvicorn-worker-error.log', 'gunicorn', 40, 0, 29, 11, 0],
  ['uwsgi-combined-format.log', 'uwsgi', 97, 43, 45, 9, 0],
  ['uwsgi-json-template.log', 'uwsgi', 129, 54, 47, 26, 2],
  ['uwsgi-keys-with-colons.log', 'uwsgi', 167, 61, 86, 17, 3],
  ['uwsgi-log-format.log', 'uwsgi', 84, 22, 45, 17, 0],
  ['uwsgi-log-micros.log', 'uwsgi', 82, 22, 43, 17, 0],
  ['uwsgi-log-prefix-and-memory.log', 'uwsgi', 119, 61, 39, 16, 3],
  ['uwsgi-memory-report-harakiri.log', 'uwsgi', 90, 23, 50, 17, 0],
  ['uwsgi-odd-requests-harakiri.log', 'uwsgi', 108, 30, 54, 24, 0],
  ['uwsgi-own-default-line.log', 'uwsgi', 129, 52, 47, 26, 4],
  ['uwsgi-seconds-with-unit.log', 'uwsgi', 145, 54, 80, 10, 1],
  ['uwsgi-two-epochs.log', 'uwsgi', 145, 55, 80, 10, 0],
  ['varnish-7.1.log', 'varnish', 14, 14, 0, 0, 0],
  ['waitress-basicconfig.log', 'waitress', 67, 19, 10, 38, 0],
  ['waitress-formatter.log', 'waitress', 67, 19, 10, 38, 0],
  ['waitress-own-format.log', 'waitress', 120, 50, 14, 54, 2],
  ['waitress-pyramid-levels.log', 'waitress', 101, 52, 7, 40, 2],
  ['waitress-time-pid-thread.log', 'waitress', 48, 14, 7, 27, 0],
  ['werkzeug-odd-requests.log', 'werkzeug', 48, 20, 11, 17, 0],
  ['wsgiref-beside-loguru-colour.log', 'werkzeug', 138, 66, 6, 65, 1],
  ['wsgiref.log', 'wsgiref', 94, 60, 6, 26, 2],
];

const folder = join(import.meta.dirname, 'captures');

describe('captures', () => {
  it('are all in the table', () => {
    expect(captures.map(([name]) => name)).toEqual(readdirSync(folder).sort());
  });

  for (const [name, format, lines, requests, lifecycle, continuation, unparsed] of captures) {
    it(name, () => {
      const { report, rows } = parse(readFileSync(join(folder, name)));
      expect(report).toMatchObject({ format, lines, requests, lifecycle, continuation, unparsed });
      expect(requests + lifecycle + continuation + unparsed).toBe(lines);
      expect(rows).toHaveLength(requests);
      for (const { route } of rows) expect(route ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    });
  }
});

describe('captures of formats of their own', () => {
  const first = (name: string) => parse(readFileSync(join(folder, name))).rows[0];

  it('are of the server that speaks beside them, with its meaning of the stamp', () => {
    expect(first('uwsgi-combined-format.log')).toMatchObject({ format: 'uwsgi', meaning: 'start', worker: '25421' });
    expect(first('uvicorn-time-pid-phrase.log')).toMatchObject({ meaning: 'response-start', worker: '24150' });
    expect(first('granian-own-format.log')).toMatchObject({ meaning: 'start', duration: 501 });
  });

  it('have no pid for a duration, and no other name for gunicorn', () => {
    expect(first('hypercorn-pid-and-micros.log')).toMatchObject({ duration: 569, worker: '25053' });
    expect(first('gunicorn-request-time-and-worker.log')).toMatchObject({ duration: 676, worker: '20695' });
    expect(first('gunicorn-debug-without-user.log')).toMatchObject({ duration: 13_755, worker: '13813' });
    expect(first('gunicorn-gthread-json-logger.log')).toMatchObject({ meaning: 'end', thread: expect.any(String) });
    for (const name of ['gunicorn-gthread-formatter.log', 'gunicorn-gthread-thread-in-front.log']) {
      expect(first(name)).toMatchObject({ meaning: 'end', thread: expect.any(String) });
    }
    expect(first('gunicorn-pid-and-micros-first.log')).toMatchObject({ duration: 3731, worker: '20631' });
  });

  it('have the fields that rich has broken into several lines, and the times of lines without a stamp', () => {
    for (const name of ['uvicorn-rich-broken-lines.log', 'uvicorn-rich-without-source.log']) {
      const { rows } = parse(readFileSync(join(folder, name)));
      expect(rows.every(({ time, status }) => time !== null && status >= 200)).toBe(true);
      expect(new Set(rows.map(({ route }) => route))).toContain('GET /api/v1/users/{id}/posts');
      expect(new Set(rows.map(({ route }) => route)).size).toBeLessThan(12);
    }
  });

  it('have the fields behind a reason of several words', () => {
    const { rows } = parse(readFileSync(join(folder, 'hypercorn-reasons.log')));
    expect(new Set(rows.map(({ worker }) => worker))).toEqual(new Set(['14056', '14057']));
    expect(rows.find(({ status }) => status === 500)).toMatchObject({ duration: 3933, bytes: 294 });
  });

  it('have their fields, whatever stands between them', () => {
    for (const name of ['pipes', 'tabs', 'names-and-brackets'].map(
      (one) => `gunicorn-access-${one === 'names-and-brackets' ? one : `with-${one}`}.log`,
    )) {
      const { rows } = parse(readFileSync(join(folder, name)));
      const slow = rows.filter(({ route }) => route === 'GET /slow/0.3');
      expect(slow.length).toBeGreaterThan(2);
      for (const row of slow) {
        expect(Math.abs((row.duration ?? 0) - 300_000)).toBeLessThan(60_000);
        expect(row).toMatchObject({ meaning: 'end', worker: expect.any(String), time: expect.any(String) });
      }
    }
    expect(first('uvicorn-formatter-with-pipes.log')).toMatchObject({ meaning: 'response-start' });
    expect(first('waitress-own-format.log')).toMatchObject({ meaning: 'response-start', thread: 'waitress-0' });
    expect(first('granian-with-pipes.log')).toMatchObject({ meaning: 'start', duration: 99 });
    expect(first('apache-iso-and-ms.log')).toMatchObject({ meaning: 'start', duration: 4000, bytes: 3 });
    expect(first('nginx-ingress.log').duration).toBeLessThan(50_000);
    expect(first('sanic-with-pid.log')).toMatchObject({ meaning: 'response-start', worker: '8758' });
  });

  it('are of uvicorn where fastapi run has put a label in front, and a colour gives no pid', () => {
    for (const name of ['fastapi-run-labels.log', 'fastapi-run-terminal.log']) {
      const { rows, events } = parse(readFileSync(join(folder, name)));
      expect(rows.every(({ format, worker }) => format === 'uvicorn' && worker === null)).toBe(true);
      expect(events.some(({ kind }) => kind === 'boot')).toBe(true);
    }
  });

  it('have no requests where a line says only what was asked for', () => {
    const { rows, report } = parse(readFileSync(join(folder, 'uvicorn-beside-litestar.log')));
    expect(rows.every(({ format, status }) => format === 'uvicorn' && status > 0)).toBe(true);
    expect(report.unparsed_examples.map(({ reason }) => reason)).toContain(
      'tells of a request, not how it was answered',
    );
  });

  it('have durations as Python writes a timedelta, with a unit behind, and none that may be of two units', () => {
    for (const name of ['gunicorn-flask-timedelta.log', 'uwsgi-seconds-with-unit.log', 'uwsgi-two-epochs.log']) {
      const { rows, report } = parse(readFileSync(join(folder, name)));
      const slow = rows.filter(({ route }) => route === 'GET /slow');
      expect(slow.length).toBeGreaterThan(4);
      for (const { duration } of slow) expect(Math.abs((duration ?? 0) - 250_000)).toBeLessThan(20_000);
      expect(report.assumptions.join()).not.toMatch(/clock was put back/);
    }
    expect(first('granian-without-time.log').duration).toBeNull();
  });

  it('have stamps with the day first, or without a year, and no pid or duration made of them', () => {
    for (const name of ['gunicorn-formatter-day-first.log', 'gunicorn-formatter-month-and-day.log']) {
      expect(first(name)).toMatchObject({ time: expect.stringMatching(/^2026-11-28T00:34:/), worker: null });
      expect(first(name).duration).toBeLessThan(5000);
    }
  });

  it('have durations in the unit that their values prove', () => {
    expect(first('gunicorn-json-logger-micros.log').duration).toBe(443);
    expect(first('caddy-nanoseconds.log').duration).toBeLessThan(50_000);
    expect(first('gunicorn-seconds-slash-micros.log').duration).toBeLessThan(5000);
    expect(first('haproxy-clf.log').duration ?? 0).toBeLessThan(50_000);
  });

  it('are pairs behind a stamp and a level, too', () => {
    expect(first('gunicorn-app-structlog-console.log')).toMatchObject({
      time: '2026-11-21T04:53:40.513817+00:00',
      duration: 50,
      worker: '24926',
      route: 'GET /plain',
    });
    expect(first('gunicorn-key-value.log')).toMatchObject({ duration: 0, worker: '20291' });
    const python = '2026-11-21 04:53:40,513 INFO app request method=GET path=/a status=200 dur=31ms\n';
    expect(parse(python.repeat(3)).rows[0]).toMatchObject({
      time: '2026-11-21T04:53:40.513+00:00',
      duration: 31_000,
      status: 200,
    });
  });
});
