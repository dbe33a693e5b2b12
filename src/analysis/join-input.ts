/** Logs of several inputs as one: parts of one server's log, or logs of several servers. */
import { basename } from 'node:path';
import type { InputSummary } from '../core/summary.ts';
import type { Partial } from './partial.ts';

/** When a worker was seen, µs since 1970 UTC. */
export interface WorkerSpan {
  readonly first: number;
  readonly last: number;
}

/** µs: parts of one server's log follow each other, but one long request may reach this far into the next part. */
const LONG_OVERLAP = 5_000_000;

/**
 * Whether both were at work at once, for longer than one request reaches into the next part of a log. If a worker name was so in two logs,
 * it stands for two workers of servers that number their processes alike (containers).
 */
export function wereAtOnce(one: WorkerSpan, other: WorkerSpan): boolean {
  const both = Math.min(one.last, other.last) - Math.max(one.first, other.first);
  const shorter = Math.min(one.last - one.first, other.last - other.first);
  return both > LONG_OVERLAP && both > shorter / 2;
}

/** Name of a log's server that differs from those of the logs before: the name of its file, or its path. */
export const serverOfInput = (path: string, before: readonly string[]): string =>
  before.some((other) => basename(other) === basename(path)) ? path : basename(path);

/** Name of a worker among those of several servers; unchanged if the log names its host, as that is already in it. */
export const workerOn = (server: string, worker: string): string =>
  worker.includes('/') ? worker : `${server}/${worker}`;

/**
 * Joins the log of the input at `path`, which follows the inputs that `into` holds. If it is of another server, its workers are named after
 * its file, or as in an earlier part of its log. Returns that name; null: both are of one server.
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

/** The server in the name of a worker; '': there is none. */
export const serverOfWorker = (worker: string): string => worker.slice(0, Math.max(0, worker.lastIndexOf('/')));
