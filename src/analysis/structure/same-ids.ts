/**
 * Lines of several servers in one stream whose processes have the same ids: containers number theirs alike, and no line names the
 * container. Taken for one server, they would have too few workers, which seem to run more at once than they can.
 */
import type { LifecycleEvent } from '../../core/lifecycle.ts';
import { listText } from '../../core/words.ts';
import type { Declared } from './declared.ts';
import type { Structure } from './structure.ts';

/** µs: if a worker is started again this soon without having ended, it is another one. */
const AT_ONCE = 2_000_000;
const ENDS: ReadonlySet<LifecycleEvent['kind']> = new Set(['exit', 'recycle', 'timeout', 'killed', 'shutdown']);
/** Most ids named in the sentence. */
const NAMED = 4;
/** Confidence from which requests of one worker are believed to overlap. */
const SURE = 0.8;

/** What shows that servers share ids, in words; null: nothing does. `seen`: the structure from the requests alone. */
export function sameIds(lifecycle: readonly LifecycleEvent[], seen: Structure, declared: Declared): string | null {
  const twice = startedTwice(lifecycle);
  if (twice.length > 0) {
    const ids = listText(twice.slice(0, NAMED));
    return `${twice.length === 1 ? `process ${ids} was` : `processes ${ids} were`} started twice within 2 s, and did not end in between`;
  }
  const overlaps = seen.model === 'threaded' && seen.confidence >= SURE;
  return declared.model === 'sync' && overlaps
    ? `${declared.method}, whose workers run one request at a time, yet ${seen.method}`
    : null;
}

function startedTwice(lifecycle: readonly LifecycleEvent[]): string[] {
  const started = new Map<string, number>();
  const twice = new Set<string>();
  for (const { kind, worker, time } of lifecycle) {
    if (ENDS.has(kind)) {
      if (worker === null) started.clear();
      else started.delete(worker);
    }
    if (kind !== 'boot' || worker === null) continue;
    if (time - (started.get(worker) ?? Number.NaN) <= AT_ONCE) twice.add(worker);
    started.set(worker, time);
  }
  return [...twice];
}
