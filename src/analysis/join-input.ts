/** Logs of several inputs as one: parts of one server's log, or logs of several servers. */
import { basename } from 'node:path';
import type { InputSummary } from '../core/summary.ts';
import type { Partial } from './partial.ts';

/** When a worker was seen, µs since 1970 UTC. */
export interface WorkerSpan {
  readonly first: number;
  readonly last: number;
}

/** Parts of one server's log follow each other; one long request may reach this far into the next part, µs. */
const LONG_OVERLAP = 5_000_000;

/**
 * Were at work at once, for longer than one request reaches into the next part of a log. A worker of one name that was so in two logs
 * is two, of servers that count their processes alike (containers); and logs that have no worker in common are of two servers.
 */
export function wereAtOnce(one: WorkerSpan, other: WorkerSpan): boolean {
  const both = Math.min(one.last, other.last) - Math.max(one.first, other.first);
  const shorter = Math.min(one.last - one.first, other.last - other.first);
  return both > LONG_OVERLAP && both > shorter / 2;
}

/** What the server of a log is called that is not the one of the logs before: the name of its file, or its path. */
export const serverOfInput = (path: string, before: readonly string[]): string =>
  before.some((other) => basename(other) === basename(path)) ? path : basename(path);

/** The name of a worker among those of several servers; where the log names its host it bears that already. */
export const workerOn = (server: string, worker: string): string =>
  worker.includes('/') ? worker : `${server}/${worker}`;

/**
 * Joins the log of the input at `path`, which follows the inputs that `into` holds. Where one process id was at work in both
 * at once they are logs of two servers, and the workers of this one bear the name of its file, or of the first part of its log,
 * which is returned then.
 */
export function joinInput(
  into: Partial,
  right: Partial,
  path: string,
  before: readonly Pick<InputSummary, 'path'>[],
  shift: number,
): string | null {
  if (!right.isOfAnotherServer(into)) {
    into.merge(right, shift);
    return null;
  }
  const paths = before.map((input) => input.path);
  const server = right.serverContinued(into) ?? serverOfInput(path, paths);
  into.merge(right, shift, (worker) => workerOn(server, worker));
  return server;
}

/** The server that the name of a worker tells; '' where it tells none. */
export const serverOfWorker = (worker: string): string => worker.slice(0, Math.max(0, worker.lastIndexOf('/')));
