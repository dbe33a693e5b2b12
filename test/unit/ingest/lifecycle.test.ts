// What servers say of their workers, as they write it: workers, restarts and their causes are counted from these lines.
import { describe, expect, it } from 'vitest';
import type { LifecycleKind } from '../../../src/core/lifecycle.ts';
import { parse } from '../../helpers/ingest.ts';

type Told = readonly [line: string, kind: LifecycleKind, worker: string | null, value?: number];

const gunicorn = (text: string, level = 'INFO') => `[2024-10-29 17:04:15 +0000] [8711] [${level}] ${text}`;
const apache = (text: string) =>
  `[Tue Oct 29 17:04:15.123456 2024] [wsgi:info] [pid 811:tid 1] mod_wsgi (pid=811): ${text}`;
const odoo = (text: string) => `2024-10-29 17:04:15,123 4 INFO ? odoo.service.server: ${text}`;

const told: Readonly<Record<string, readonly Told[]>> = {
  gunicorn: [
    [gunicorn('Booting worker with pid: 8712'), 'boot', '8712'],
    [gunicorn('Worker exiting (pid: 8712)'), 'exit', '8712'],
    [gunicorn('WORKER TIMEOUT (pid:8712)', 'CRITICAL'), 'timeout', '8712'],
    [gunicorn('Worker graceful timeout (pid:8712)', 'ERROR'), 'timeout', '8712'],
    [gunicorn('Autorestarting worker after current request.'), 'recycle', '8711'],
    [gunicorn('Worker (pid:8712) was sent SIGKILL! Perhaps out of memory?', 'ERROR'), 'killed', '8712'],
    [gunicorn('Worker (pid:8712) was sent SIGTERM!', 'ERROR'), 'exit', '8712'],
    [gunicorn('Worker (pid:8712) exited with code 0', 'ERROR'), 'exit', '8712'],
    [gunicorn('Worker (pid:8712) exited with code 3', 'ERROR'), 'killed', '8712'],
    [gunicorn('Worker with pid 8712 was terminated due to signal 9', 'WARNING'), 'killed', '8712'],
    [gunicorn('Worker with pid 8712 was terminated due to signal 15', 'WARNING'), 'exit', '8712'],
    [gunicorn('Handling signal: hup'), 'reload', null],
    [gunicorn('Handling signal: ttou'), 'resize', null],
    [gunicorn('Shutting down: Master'), 'shutdown', null],
    [gunicorn('socket backlog: 17', 'DEBUG'), 'queue-depth', null, 17],
  ],
  uvicorn: [
    ['INFO:     Started server process [811]', 'boot', '811'],
    ['INFO:     Finished server process [811]', 'exit', '811'],
    ['INFO:     Child process [811] died', 'killed', '811'],
    ['INFO:     Terminated child process [811]', 'exit', '811'],
    ['WARNING:  Exceeded concurrency limit.', 'queue-full', null],
    ['INFO:     Shutting down', 'shutdown', null],
  ],
  waitress: [['WARNING:waitress.queue:Task queue depth is 3', 'queued', null, 3]],
  uWSGI: [
    ['spawned uWSGI worker 1 (pid: 811, cores: 2)', 'boot', '811', 2],
    ['spawned uWSGI worker 1 (and the only) (pid: 811, cores: 1)', 'boot', '811', 1],
    ['Respawned uWSGI worker 1 (new pid: 812)', 'boot', '812'],
    ['Tue Oct 29 17:04:18 2024 - *** HARAKIRI ON WORKER 2 (pid: 812, try: 1) ***', 'timeout', '812'],
    ['DAMN ! worker 2 (pid: 812) died, killed by signal 9 :( trying respawn ...', 'killed', '812'],
    ['...The work of process 812 is done. Seeya!', 'recycle', '812'],
    ['worker 1 killed successfully (pid: 812)', 'exit', '812'],
    ['Gracefully killing worker 1 (pid: 812)...', 'exit', '812'],
    [
      'Tue Oct 29 17:04:18 2024 - *** uWSGI listen queue of socket "127.0.0.1:8080" (fd: 3) full !!! (101/100) ***',
      'queue-full',
      null,
      101,
    ],
    ['...gracefully killing workers...', 'reload', null],
  ],
  granian: [['[INFO] Spawning worker-1 with PID: 811', 'boot', '811']],
  Sanic: [
    ['Srv 1 2024-10-29 17:04:15 +0000 INFO: Starting worker [19536]', 'boot', '1'],
    ['Srv 1 2024-10-29 17:04:15 +0000 INFO: Worker complete [19536]', 'exit', '1'],
  ],
  Tornado: [
    ['[W 241029 17:04:15 process:126] child 0 (pid 811) killed by signal 9, restarting', 'killed', '811'],
    ['[I 241029 17:04:15 process:134] child 0 (pid 811) exited normally', 'exit', '811'],
  ],
  Odoo: [
    [odoo('Worker WorkerHTTP (811) alive'), 'boot', '811'],
    [odoo('Worker (811) exiting. request_count: 12, registry count: 1.'), 'exit', '811'],
    [odoo('Worker (811) virtual memory limit (2684354560) reached.'), 'recycle', '811'],
    [odoo('Worker (811) max request (8192) reached.'), 'recycle', '811'],
    [odoo('WorkerHTTP (811) timeout after 120s'), 'timeout', '811'],
  ],
  eventlet: [
    ['(811) wsgi starting up on http://127.0.0.1:8080', 'boot', '811'],
    ['(811) wsgi exited, is_accepting=True', 'exit', '811'],
  ],
  mod_wsgi: [
    [apache("Starting process 'web' with uid=33, gid=33 and threads=15."), 'boot', '811', 15],
    [apache("Exiting process 'web'."), 'exit', '811'],
    [apache("Maximum requests reached, triggering immediate shutdown 'web'."), 'recycle', '811'],
    [apache("Daemon process request time limit exceeded, stopping process 'web'."), 'timeout', '811'],
  ],
};

describe.each(Object.entries(told))('%s', (_, lines) => {
  it.each(lines)('%s', (line, kind, worker, value) => {
    const { events, rows, report } = parse(`${line}\n`);
    expect(rows).toEqual([]);
    expect(report.unparsed).toBe(0);
    expect(events[0]).toMatchObject({ kind, worker, ...(value === undefined ? {} : { value }) });
  });
});
