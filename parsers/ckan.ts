/** CKAN: the open data portal itself logs each request, with the time that it took. */
import { loggingRecord, percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

// The formatter of ckan.ini pads the level, and the message begins with a blank.
const record = '%(asctime)s %(levelname)s  [%(name)s] ';

export default defineFormat({
  id: 'ckan',
  title: 'CKAN',
  language: {
    pattern: percentParen,
    // ckan/config/middleware/flask_app.py, ckan_after_request; before CKAN 2.9 ckan/lib/base.py
    directives: {
      ...loggingRecord,
      status: { kind: 'status' },
      path: { kind: 'target' },
      r_time: { kind: 'duration', unit: 's', covers: 'service' },
    },
  },
  layouts: [
    { name: 'default', directives: `${record} %(status)s %(path)s render time %(r_time)s seconds` },
    { name: 'without a status', directives: `${record} %(path)s render time %(r_time)s seconds` },
  ],
  stamp: 'end',
  written: 'end',
  lifecycle: [],
  samples: [
    {
      line: '2024-10-29 17:04:15,123 INFO  [ckan.config.middleware.flask_app]  200 /dataset/air render time 0.123 seconds',
      row: {
        time: '2024-10-29T17:04:15.123+00:00',
        meaning: 'end',
        durationMicros: 123_000,
        route: '/dataset/air',
        status: 200,
      },
    },
    {
      line: '2024-10-29 17:04:15,123 INFO  [ckan.lib.base]  /dataset/air render time 0.123 seconds',
      row: { durationMicros: 123_000, route: '/dataset/air', status: 0 },
    },
  ],
  refuses: [
    '2024-10-29 17:04:15,123 INFO  [ckan.lib.search]  200 /dataset/air indexed',
    '2024-10-29 17:04:15,123 INFO  [app] GET /dataset/air render time 0.123 seconds',
  ],
  enable: [
    {
      gives: ['time', 'duration'],
      how: 'level = INFO for the logger ckan in ckan.ini (the default)',
    },
    {
      gives: ['pid', 'thread'],
      how: "read the log of the server in front of it (uWSGI's own lines have the pid, the method and the duration)",
    },
    { gives: ['wait'], how: 'let nginx in front log $msec $request_time $upstream_response_time' },
  ],
  notes: [
    'The time is that of the view and its hooks, rounded to a millisecond. The line names no method: a route is a path.',
    'Where uWSGI logs the same requests they are counted once.',
  ],
});
