/** What process managers say besides the servers that they run: supervisord, honcho, circus. They write no requests. */
import { percentParen } from '../src/core/directives.ts';
import { defineFormat } from '../src/core/format.ts';

export default defineFormat({
  id: 'supervisor',
  title: 'process managers (supervisord, honcho, circus): lines of their own, no requests',
  language: { pattern: percentParen, directives: {} },
  layouts: [],
  stamp: 'end',
  written: 'end',
  lifecycle: [
    // supervisor/process.py, supervisord.py, options.py
    { starts: 'spawned: ', pattern: /^spawned: '.*' with pid \d+$/, kind: null },
    { starts: 'success: ', pattern: /^success: \S+ entered RUNNING state/, kind: null },
    { starts: 'stopped: ', pattern: /^(?<text>stopped: .*)$/, kind: 'shutdown' },
    { starts: 'exited: ', pattern: /^(?<text>exited: .*\(.*; not expected\))$/, kind: 'error' },
    { starts: 'exited: ', pattern: /^exited: .*; expected\)$/, kind: null },
    { starts: 'gave up: ', pattern: /^(?<text>gave up: .*)$/, kind: 'error' },
    { starts: "killing '", pattern: /^(?<text>killing '.*' \(\d+\) with SIGKILL)$/, kind: 'error' },
    { starts: 'waiting for ', pattern: /^waiting for \S.* to (?:stop|die)$/, kind: null },
    { starts: 'supervisord started with pid ', kind: null },
    { starts: 'daemonizing the supervisord process', kind: null },
    { starts: 'received SIG', pattern: /^received (?<text>SIG\w+) indicating exit request$/, kind: 'shutdown' },
    { starts: 'received SIG', pattern: /^received (?<text>SIG\w+) indicating restart request$/, kind: 'reload' },
    { starts: 'RPC interface ', pattern: /^RPC interface '.*' initialized$/, kind: null },
    { starts: "Server '", pattern: /^Server '.*' running without any HTTP authentication/, kind: null },
    { starts: 'Supervisor is running as root', kind: null },
    { starts: 'Included extra file ', kind: null },
    { starts: 'reaped unknown pid ', kind: null },
    // honcho/manager.py
    { starts: '', holds: ' started (pid=', pattern: /^\S+ started \(pid=\d+\)$/, kind: null },
    { starts: '', holds: ' stopped (rc=', pattern: /^(?<text>\S+ stopped \(rc=-?\d+\))$/, kind: 'shutdown' },
    { starts: 'sending SIG', pattern: /^(?<text>sending SIG\w+ to \S+ \(pid \d+\))$/, kind: 'shutdown' },
    // circus/arbiter.py, watcher.py, sighandler.py
    { starts: 'Installing handle_callback_exception', kind: null },
    { starts: 'Registering signals...', kind: null },
    { starts: 'Starting master on pid ', kind: null },
    { starts: 'sockets started', kind: null },
    { starts: 'Arbiter now waiting for commands', kind: null },
    { starts: 'Arbiter exiting', kind: 'shutdown' },
    { starts: 'Got signal SIG_', pattern: /^Got signal (?<text>SIG_\w+)$/, kind: 'shutdown' },
    { starts: "error in '", pattern: /^(?<text>error in '\S+': .*)$/, kind: 'error' },
    { starts: 'circus[', pattern: /^circus\[\d+\] \[[A-Z]+\] \S+ (?:started|stopped)$/, kind: null },
  ],
  samples: [
    { line: "2024-10-29 17:04:15,123 INFO spawned: 'web' with pid 123", row: null },
    { line: '2024-10-29 17:04:15,123 WARN exited: web (exit status 1; not expected)', row: null },
    { line: 'web.1 started (pid=13808)', row: null },
    { line: '2024-10-29 17:04:15 circus[14018] [INFO] Starting master on pid 14018', row: null },
  ],
  refuses: ['203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512', 'web.1 is slow'],
  enable: [
    {
      gives: ['time', 'pid', 'thread', 'duration', 'wait'],
      how: "nothing: the server's own access log tells of requests",
    },
  ],
  notes: ['A process that they start is the master of a server, and no worker.'],
});
