/** Starts and ends the servers of the lab. Each gets a process group of its own, and none outlives the lab. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that nobody stops any more ends after this time, even when the lab was killed. */
const LIMIT_SECONDS = 720;
const running = new Set();

process.on('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(130));

/** Signals the process group of a server; false when it is gone. */
function signal(child, name) {
  try {
    return process.kill(-child.pid, name);
  } catch {
    return false;
  }
}

/** Starts a program in `folder`; what it prints goes to the file `output` there. */
export function launch(command, { folder, output, env }) {
  const file = openSync(join(folder, output), 'a');
  const child = spawn('timeout', ['--kill-after=10', String(LIMIT_SECONDS), ...command.map(String)], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', file, file],
    env,
  });
  closeSync(file);
  running.add(child);
  return child;
}

/** Ends a server and all its processes: politely, then for good. */
export async function stop(child) {
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  for (const [name, patience] of [
    ['SIGTERM', 6000],
    ['SIGKILL', 2000],
  ]) {
    if (!signal(child, name)) break;
    await Promise.race([ended, sleep(patience)]);
  }
  running.delete(child);
}
