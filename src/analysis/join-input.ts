/** Logs of several inputs as one: parts of one server's log, or logs of several servers. */
import { basename } from 'node:path';
import type { InputSummary } from '../core/summary.ts';
import type { Partial } from './partial.ts';

/**
 * Joins the log of the input at `path`, which follows the inputs that `into` holds. Where one process id was at work in both
 * at once they are logs of two servers, and the workers of this one bear the name of its file.
 */
export function joinInput(into: Partial, right: Partial, path: string, before: readonly InputSummary[], shift: number) {
  if (!right.isOfAnotherServer(into)) {
    into.merge(right, shift);
    return;
  }
  const name = basename(path);
  const server = before.some((input) => basename(input.path) === name) ? path : name;
  into.merge(right, shift, (worker) => (worker.includes('/') ? worker : `${server}/${worker}`));
}

/** Servers that names of workers tell apart. */
export const serversOf = (workers: readonly string[]): number =>
  new Set(workers.map((worker) => worker.slice(0, Math.max(0, worker.lastIndexOf('/'))))).size;
