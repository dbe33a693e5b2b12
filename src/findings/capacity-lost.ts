/** Finding: from some moment on a part of the pool was gone, and callers queued for the rest. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import type { PoolRegime, WorkerLife } from '../core/inference.ts';
import type { LifecycleEvent, LifecycleKind } from '../core/lifecycle.ts';
import { type Moments, momentsOf } from '../core/moments.ts';
import { countText, durationText, listText, percentText } from '../core/words.ts';
import { someLivedThrough } from './coincidence.ts';

/** Share of the time with fewer slots in which all of them were busy: OFTEN_FULL reports the loss, MOSTLY_FULL makes it critical. */
const OFTEN_FULL = 0.2;
const MOSTLY_FULL = 0.5;
/** µs: workers that end within TOGETHER of each other ended together; one that ends within SIGNALLED of a signal was stopped by it. */
const TOGETHER = 12_000_000;
const SIGNALLED = 5_000_000;
const MOST_NAMED = 4;

const ends: ReadonlySet<LifecycleKind> = new Set(['exit', 'killed', 'timeout', 'recycle']);

interface Loss {
  readonly before: PoolRegime;
  readonly after: PoolRegime;
  /** The workers that ended, last one first; empty if a worker that stayed lost a slot. */
  readonly gone: readonly WorkerLife[];
}

/** Of the losses after which the pool was often full, the one after which it was full for longest; null: none. */
function worstLoss({ inference: { regimes, lives } }: Facts): Loss | null {
  let worst: Loss | null = null;
  for (let k = 1; k < regimes.length; k++) {
    const [before, after] = [regimes[k - 1], regimes[k]];
    if (before.workers === null || after.workers === null || !((after.capacity ?? 0) < (before.capacity ?? 0)))
      continue;
    // After a deploy (no worker lived through the change) it is a different pool, of the size that was configured.
    if (
      !someLivedThrough(lives, after.from, TOGETHER) ||
      !(after.saturatedMicros >= OFTEN_FULL * (after.to - after.from))
    )
      continue;
    const gone = lives
      .filter((life) => life.to > before.from && life.to <= after.from + 1)
      .sort((a, b) => b.to - a.to)
      .slice(0, Math.max(0, before.workers - after.workers));
    if (
      gone.length > 0 === after.workers < before.workers &&
      (!worst || after.saturatedMicros > worst.after.saturatedMicros)
    )
      worst = { before, after, gone };
  }
  return worst;
}

type Fate = 'by hand' | 'ended' | 'unknown' | 'silent';

/** How a worker ended, from the server's own lines. `silent`: the server logs starts and ends of workers, but not this end; `unknown`: neither. */
function fateOf(name: string, at: number, lifecycle: readonly LifecycleEvent[]): Fate {
  const own = lifecycle.filter(({ kind, worker }) => worker === name && ends.has(kind));
  if (own.some(({ time }) => time <= at + TOGETHER)) {
    const asked = lifecycle.some(
      ({ kind, text, time }) => kind === 'resize' && text === 'ttou' && Math.abs(time - at) <= SIGNALLED,
    );
    return asked ? 'by hand' : 'ended';
  }
  return lifecycle.some(({ kind }) => kind === 'boot') ? 'silent' : 'unknown';
}

const explained: Readonly<Record<Fate, string>> = {
  'by hand': 'taken away by hand (TTOU), the server says',
  ended: 'and the server says that it ended; none took its place',
  silent: 'and the server says nothing of its end: it hangs, most likely, with a request that has no line yet',
  unknown:
    'none took its place: it hangs with a request that has no line yet, it died, or the server stopped it for want of work (uWSGI with --cheaper); the error log would tell',
};

function adviceFor(fate: Fate, pid: string, workers: number, isThread: boolean): string {
  if (fate === 'by hand')
    return `Give it back (TTIN to the master), or start with as many workers as the load needs: the server had ${workers} before.`;
  if (fate === 'ended')
    return 'Find out why it was not replaced: uWSGI stops workers that --cheaper finds idle; else the error log of the master, a limit of memory or processes, a supervisor that gave up.';
  if (isThread)
    return 'See what the thread is doing (py-spy dump --pid) and give its outgoing calls timeouts: no server takes a thread back that hangs, and time-outs of workers do not see it; only a restart does.';
  return `See what it is doing (py-spy dump --pid ${pid}) and give its outgoing calls timeouts; let the server replace workers that hang (gunicorn: --timeout above 0; uWSGI: --harakiri).`;
}

function examine(facts: Facts): Finding | null {
  const loss = worstLoss(facts);
  if (!loss) return null;
  const { before, after, gone } = loss;
  const moments = momentsOf(facts.summary.window);
  const pids = gone.map(({ worker }) => facts.names.workers.text(worker)).slice(0, MOST_NAMED);
  const fate = gone.length > 0 ? fateOf(pids[0], gone[0].to, facts.lifecycle) : null;
  const share = after.saturatedMicros / (after.to - after.from);
  const [had, left] = fate ? [before.workers, after.workers] : [before.capacity, after.capacity];
  const what = fate ? 'worker' : 'thread';
  const rest = countText(left ?? 0, what);
  return {
    severity: share >= MOSTLY_FULL ? 'critical' : 'warning',
    title: `${(had ?? 0) - (left ?? 0)} of ${countText(had ?? 0, what)} gone from ${moments.at(after.from)} UTC on: the other ${left} were all busy ${percentText(share)} of the time`,
    brief: `${(had ?? 0) - (left ?? 0)} of ${countText(had ?? 0, what)} gone, the rest all busy ${percentText(share)} of the time`,
    detail: `${fate ? `Worker${pids.length > 1 ? 's' : ''} ${listText(pids)} answered nothing after ${moments.at(gone[0].to)} UTC, ${explained[fate]}` : slotText(loss, moments)}. From then to ${moments.at(after.to)} UTC ${rest} did all the work, and all of them were busy for ${durationText(after.saturatedMicros)} (${percentText(share)} of that time): callers queued for them.`,
    evidence: {
      workers_before: before.workers,
      workers_after: after.workers,
      slots_before: before.capacity,
      slots_after: after.capacity,
      gone: pids.join(', '),
      fate,
      full_seconds: after.saturatedMicros / 1e6,
      full_share: share,
    },
    advice: adviceFor(fate ?? 'unknown', pids[0] ?? '', before.workers ?? 0, fate === null),
    from: after.from,
    to: after.to,
    lostSeconds: secondsWaited(facts),
  };
}

const slotText = ({ before, after }: Loss, moments: Moments): string =>
  `Up to ${before.capacity} requests ran at once until ${moments.at(after.from)} UTC, and never more than ${after.capacity} afterwards although more would have: a request that has no line yet holds a thread`;

/** Seconds that all callers of the log waited together: the whole queue is put down to the loss. */
const secondsWaited = ({ summary: { requests, wait } }: Facts): number => (wait.mean ?? 0) * requests.total;

export default defineFinding({
  id: 'capacity-lost',
  title: 'Workers or threads were gone from some moment on, and the others were all busy',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: ['overprovisioned'],
  explain: {
    test: [
      'The log is of pools one after the other, of which some workers stay (docs/inference-structure.md, regimes), and a later one has fewer',
      'workers than the one before, or the one process has a slot less. Fires when all of those were busy for at least a fifth of the time',
      'that there were no more of them.',
    ].join('\n'),
    guards: [
      'A worker that answers nothing may as well have nothing to do: it counts as gone only where callers waited for the others, where by its',
      'share it would have had ten requests, for ten seconds or more, or where the server says that it ended. Deploys, in which all workers',
      'are replaced, do not count.',
    ].join('\n'),
    fix: {
      gunicorn: '--timeout above 0, so that a sync worker that hangs is replaced; TTIN gives back what TTOU took',
      uvicorn: '--timeout-worker-healthcheck replaces a worker that hangs',
      waitress: 'one process: a thread that hangs is lost until the restart',
      hypercorn: 'does not replace a worker that hangs: bound the calls that it makes',
      uWSGI: '--harakiri N, so that a worker that hangs is replaced',
    },
  },
  fires: ['faults/one-worker-gone.log.gz'],
  quiet: [
    'gunicorn-sync-2-recycling.log',
    'faults/reload.log.gz',
    'gunicorn-sync-4-nearly-full.log',
    'uwsgi-4-default.log',
  ],
});
