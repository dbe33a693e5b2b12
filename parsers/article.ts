/** The form in which articles and hand-written middleware show requests: stamp, worker, method and path. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'article',
  title: 'stamp, worker, method, path: [2024-10-29 17:04:15] [pid-worker0] GET /io',
  language: {
    pattern: percentParen,
    directives: {
      asctime: { kind: 'time', shape: 'iso', means: 'end' },
      worker: { kind: 'worker', never: ['INFO', 'DEBUG', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'NOTICE', 'TRACE'] },
      method: { kind: 'method' },
      path: { kind: 'target', plain: true },
      status: { kind: 'status' },
    },
  },
  layouts: [
    { name: 'worker with pid-', directives: '[%(asctime)s] [pid-%(worker)s] %(method)s %(path)s' },
    { name: 'worker', directives: '[%(asctime)s] [%(worker)s] %(method)s %(path)s' },
  ],
  stamp: 'end',
  written: 'end',
  ambiguousStamp: true,
  lifecycle: [],
  samples: [
    {
      line: '[2024-10-29 17:04:15] [pid-worker0] GET /io',
      row: { time: '2024-10-29T17:04:15+00:00', worker: 'worker0', route: 'GET /io' },
    },
    {
      line: '[2024-10-29 17:04:15] [pid-8712] GET /users/42?full=1',
      row: { time: '2024-10-29T17:04:15+00:00', worker: '8712', route: 'GET /users/{id}' },
    },
  ],
  refuses: [
    '[2024-10-29 17:04:15 +0000] [8712] [INFO] Booting worker with pid: 8713',
    '[2024-10-29 17:04:15] "GET /io HTTP/1.1" 200 12',
    '[2024-10-29 17:04:15] [INFO] GET /io',
  ],
  enable: [
    {
      gives: ['pid', 'duration'],
      how: 'log through the server instead, e.g. gunicorn --access-logfile - --access-logformat \'%(t)s %(p)s %(D)s "%(r)s" %(s)s %(b)s\'',
    },
  ],
  notes: ['The stamp is taken as the end of the request unless the data say otherwise.'],
});
