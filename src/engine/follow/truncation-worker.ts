/** The thread that reads files along and reports what was lost by truncation; only `ThreadTruncations` talks to it. */
import { type FSWatcher, watch } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { LastBytes } from './last-bytes.ts';
import { OpenFile } from './open-file.ts';
import type { Truncation } from './truncation.ts';

export type WatchRequest =
  | { readonly follow: string; readonly key: string }
  | { readonly leave: string }
  | { readonly take: number; readonly key: string };

/** `take`: number of the request that this answers; missing: an announcement. */
export interface WatchMessage {
  readonly key: string;
  readonly truncations: readonly Truncation[];
  readonly take?: number;
}

/** Limit on the files read along: more are not copied and truncated at the same moment. */
const MOST_FILES = 64;
/** Interval where the system cannot announce changes. */
const POLL_MS = 20;

interface Watched {
  readonly last: LastBytes;
  readonly stop: () => void;
}
const files = new Map<string, Watched>();

/** Tasks run one after the other, so that two looks never overlap. */
let work: Promise<void> = Promise.resolve();
function inTurn(task: () => Promise<void>): void {
  // Unreadable files are reported by those who show them.
  work = work.then(task).catch(() => {});
}

async function look(key: string, take?: number): Promise<void> {
  let truncations: readonly Truncation[] = [];
  try {
    truncations = (await files.get(key)?.last.look()) ?? [];
  } finally {
    if (truncations.length > 0 || take !== undefined) {
      const message: WatchMessage = { key, truncations, ...(take === undefined ? {} : { take }) };
      parentPort?.postMessage(message);
    }
  }
}

async function follow(path: string, key: string): Promise<void> {
  if (files.has(key) || files.size >= MOST_FILES) return;
  const file = await OpenFile.open(path, 0);
  if (!file) return;
  if (file.key !== key) return file.handle.close();
  files.set(key, { last: new LastBytes(file), stop: announce(path, () => inTurn(() => look(key))) });
  await look(key);
}

/** Calls `changed` when something happens to the file at a path. Returns a function that stops it. */
function announce(path: string, changed: () => void): () => void {
  let poll: NodeJS.Timeout | undefined;
  const startPolling = () => {
    poll ??= setInterval(changed, POLL_MS);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(path, changed);
    watcher.on('error', startPolling);
  } catch {
    startPolling();
  }
  return () => {
    watcher?.close();
    clearInterval(poll);
  };
}

async function leave(key: string): Promise<void> {
  const watched = files.get(key);
  if (!watched) return;
  files.delete(key);
  watched.stop();
  await watched.last.file.handle.close();
}

parentPort?.on('message', (request: WatchRequest) => {
  inTurn(() => {
    if ('follow' in request) return follow(request.follow, request.key);
    if ('leave' in request) return leave(request.leave);
    return look(request.key, request.take);
  });
});
