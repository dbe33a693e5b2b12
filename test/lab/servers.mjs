/**
 * How the lab starts each server: one entry a server, its command line, where its lines go, and what is true of it.
 *
 * An entry takes {port, workers, threads, options} and returns
 *   command  the program and its arguments; files are relative to the folder of the run
 *   model    "sync" | "threaded" | "async" | "thread-per-request"
 *   logsTo   "access.log", or "server.out" where the server writes its access log to standard output
 */

/** gunicorn's default line with the pid and the duration in µs added. */
const PID_AND_DURATION = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" pid=%(p)s us=%(D)s';

/** The same with the header that says when a proxy received the request: the line then carries its own wait. */
export const WITH_REQUEST_START = `${PID_AND_DURATION} "%({x-request-start}i)s"`;

const gunicorn = (workerClass, application, { port, workers, threads, options }) => [
  'gunicorn',
  ...['--bind', `127.0.0.1:${port}`, '--workers', workers, '--worker-class', workerClass],
  ...(workerClass === 'gthread' ? ['--threads', threads] : []),
  ...['--access-logfile', 'access.log', '--error-logfile', 'error.log', '--keep-alive', options.keepAlive ?? 2],
  ...(options.format === 'default' ? [] : ['--access-logformat', options.format ?? PID_AND_DURATION]),
  ...(options.logConfig ? ['--log-config', 'logging.ini'] : []),
  ...(options.timeout ? ['--timeout', options.timeout] : []),
  ...(options.logLevel ? ['--log-level', options.logLevel] : []),
  ...(options.maxRequests ? ['--max-requests', options.maxRequests, '--max-requests-jitter', options.jitter ?? 0] : []),
  `app:${application}`,
];

/** A log config that puts a stamp of milliseconds in front of gunicorn's access line. */
const gunicornLogConfig = `[loggers]
keys=root,gunicorn.access
[handlers]
keys=access
[formatters]
keys=access
[logger_root]
level=WARNING
handlers=
[logger_gunicorn.access]
level=INFO
handlers=access
propagate=0
qualname=gunicorn.access
[handler_access]
class=FileHandler
formatter=access
args=('access.log',)
[formatter_access]
format=%(asctime)s [%(process)d] %(message)s
`;

/** uvicorn's access line with the time and the pid in front of it. */
const uvicornLogConfig = {
  version: 1,
  disable_existing_loggers: false,
  formatters: {
    access: {
      '()': 'uvicorn.logging.AccessFormatter',
      fmt: '%(asctime)s [%(process)d] %(levelprefix)s %(client_addr)s - "%(request_line)s" %(status_code)s',
      use_colors: false,
    },
  },
  handlers: { access: { class: 'logging.FileHandler', filename: 'access.log', formatter: 'access' } },
  loggers: { 'uvicorn.access': { handlers: ['access'], level: 'INFO', propagate: false } },
};

const uwsgi = (port, workers, how) => [
  ...['uwsgi', '--http-socket', `127.0.0.1:${port}`, '--wsgi', 'app:wsgi', '--master', '--lazy-apps', '--die-on-term'],
  ...['--processes', workers, ...how, '--listen', '1024', '--logto', 'access.log'],
];

/** Servers that the application itself starts. */
const byApp = (server, port, threads) => ['python', 'app.py', server, port, threads];

export const servers = {
  'gunicorn-sync': (run) => ({ command: gunicorn('sync', 'wsgi', run), model: 'sync', logsTo: 'access.log' }),
  'gunicorn-gthread': (run) => ({
    command: gunicorn('gthread', 'wsgi', run),
    files: run.options.logConfig ? { 'logging.ini': gunicornLogConfig } : {},
    model: 'threaded',
    logsTo: 'access.log',
  }),
  'gunicorn-gevent': (run) => ({ command: gunicorn('gevent', 'wsgi', run), model: 'async', logsTo: 'access.log' }),
  'gunicorn-asgi': (run) => ({ command: gunicorn('asgi', 'asgi', run), model: 'async', logsTo: 'access.log' }),
  // This worker class ignores gunicorn's format: the lines are uvicorn's own.
  'gunicorn-uvicorn-worker': (run) => ({
    command: gunicorn('uvicorn.workers.UvicornWorker', 'asgi', run),
    model: 'async',
    logsTo: 'access.log',
  }),
  uvicorn: ({ port, workers, options }) => ({
    command: [
      ...['uvicorn', 'app:asgi', '--port', port, '--workers', workers],
      ...(options.format === 'default' ? ['--no-use-colors'] : ['--log-config', 'log-config.json']),
    ],
    files: options.format === 'default' ? {} : { 'log-config.json': JSON.stringify(uvicornLogConfig) },
    model: 'async',
    logsTo: options.format === 'default' ? 'server.out' : 'access.log',
  }),
  waitress: ({ port, threads }) => ({
    command: byApp('waitress', port, threads),
    model: 'threaded',
    logsTo: 'access.log',
  }),
  cherrypy: ({ port, threads }) => ({
    command: byApp('cherrypy', port, threads),
    model: 'threaded',
    logsTo: 'access.log',
  }),
  aiohttp: ({ port }) => ({ command: byApp('aiohttp', port, 1), model: 'async', logsTo: 'access.log' }),
  tornado: ({ port }) => ({ command: byApp('tornado', port, 1), model: 'async', logsTo: 'access.log' }),
  sanic: ({ port, workers }) => ({
    command: [
      'sanic',
      'app:sanic_app',
      '--factory',
      '--port',
      port,
      '--workers',
      workers,
      '--access-logs',
      '--no-motd',
    ],
    model: 'async',
    logsTo: 'server.out',
  }),
  hypercorn: ({ port, workers, options }) => ({
    command: [
      ...[
        'hypercorn',
        'app:asgi',
        '--bind',
        `127.0.0.1:${port}`,
        '--workers',
        workers,
        '--access-logfile',
        'access.log',
      ],
      ...(options.format === 'default' ? [] : ['--access-logformat', PID_AND_DURATION]),
    ],
    model: 'async',
    logsTo: 'access.log',
  }),
  // WSGI on the threads of asyncio's own executor.
  'hypercorn-wsgi': ({ port, workers }) => ({
    command: [
      ...['hypercorn', 'wsgi:app:wsgi', '--bind', `127.0.0.1:${port}`, '--workers', workers],
      ...['--access-logfile', 'access.log', '--access-logformat', PID_AND_DURATION],
    ],
    model: 'threaded',
    logsTo: 'access.log',
  }),
  'gevent-pywsgi': ({ port }) => ({ command: byApp('gevent', port, 1), model: 'async', logsTo: 'access.log' }),
  uwsgi: ({ port, workers, threads }) => ({
    command: uwsgi(port, workers, threads > 1 ? ['--threads', threads] : []),
    model: threads > 1 ? 'threaded' : 'sync',
    logsTo: 'access.log',
  }),
  // Greenlets in place of threads: each process answers up to a hundred requests at once.
  'uwsgi-gevent': ({ port, workers }) => ({
    command: uwsgi(port, workers, ['--gevent', 100, '--gevent-monkey-patch']),
    model: 'async',
    logsTo: 'access.log',
  }),
  'granian-wsgi': ({ port, workers, threads }) => ({
    command: [
      ...['granian', '--interface', 'wsgi', '--port', port, '--workers', workers, '--blocking-threads', threads],
      ...['--backlog', '1024', '--access-log', 'app:wsgi'],
    ],
    model: threads > 1 ? 'threaded' : 'sync',
    logsTo: 'server.out',
  }),
  'granian-asgi': ({ port, workers }) => ({
    command: ['granian', '--interface', 'asgi', '--port', port, '--workers', workers, '--access-log', 'app:asgi'],
    model: 'async',
    logsTo: 'server.out',
  }),
  daphne: ({ port }) => ({
    command: ['daphne', '--port', port, '--access-log', 'access.log', 'app:asgi'],
    model: 'async',
    logsTo: 'access.log',
  }),
  flask: ({ port }) => ({
    command: byApp('flask', port, 1),
    model: 'thread-per-request',
    logsTo: 'server.out',
  }),
};
