/** Logs of two containers whose processes have the same ids, and what must be reported about them. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Snapshot } from '../../src/core/snapshot.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { tracksOf } from '../../src/tui/scene/tracks.ts';
import { temporaryFolder } from './terminal.ts';

/** The log of a pool of four sync workers. */
export const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
export const lines = log.trimEnd().split('\n');
export const pids = [...new Set(lines.map((line) => /pid=<(\d+)>/.exec(line)?.[1] as string))].sort();

/** The lanes if web-1.log and web-2.log both contain this log: file, process, slots. */
export const lanesOfBoth = ['web-1.log', 'web-2.log'].flatMap((name) => pids.map((pid) => `${name} ${pid} 1`));

/** Rows whose worker has the name of a server that is not theirs. */
export const misnamed = ({ requests, names }: Snapshot): number[] =>
  Array.from({ length: requests.length }, (_, row) => row).filter(
    (row) => names.workers.text(requests.worker[row]).startsWith('web-2.log/') !== (requests.source[row] === 1),
  );

/** Call once in a test file: a folder for each test, and the engine that reads it, which is stopped after the test. */
export function serversSideBySide() {
  let folder = '';
  let engine: Engine | null = null;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await engine?.stop();
    engine = null;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    at: (name: string): string => join(folder, name),
    /** Stops this engine after the test. */
    running<Kind extends Engine>(one: Kind): Kind {
      engine = one;
      return one;
    },
    /** File, process and slots of each lane, sorted. */
    lanes: (snapshot: Snapshot): string[] =>
      tracksOf(snapshot)
        .list.map(({ group, lives, slots }) => `${group.slice(folder.length + 1)} ${lives[0].label} ${slots}`)
        .sort(),
  };
}
