/** Finding: a part of the pool was gone from some moment on, and callers queued for the rest. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import type { PoolRegime, WorkerLife } from '../core/inference.ts';
import type { LifecycleEvent, LifecycleKind } from '../core/lifecycle.ts';
import { clockText } from '../core/time.ts';
import { countText, durationText, listText, percentText } from '../core/words.ts';

/** Share of the time with fewer slots in which all of them were busy, from which it is told, and from which it is grave. */
const OFTEN_FULL = 0.2;
const MOSTLY_FULL = 0.5;
/** µs: workers that went one after the other went together, and a signal has been sent for one that goes this soon after. */
const TOGETHER = 12_000_000;
const SIGNALLED = 5_000_000;
const MOST_NAMED = 4;

const ends: ReadonlySet<LifecycleKind> = new Set(['exit', 'killed', 'timeout', 'recycle']);

interface Loss {
  readonly before: PoolRegime;
  readonly after: PoolRegime;
  readonly gone: readonly WorkerLife[];
}

/** The change that left the fewest slots of those after which the pool was full often. */
function worstLoss({ inference: { regimes, lives } }: Facts): Loss | null {
  let worst: Loss | null = null;
  for (let k = 1; k < regimes.length; k++) {
    const [before, after] = [regimes[k - 1], regimes[k]];
    if (before.workers === null || after.workers === null || after.workers >= before.workers) continue;
    // After a deploy it is another pool, of as many workers as were asked for.
    const stays = lives.some((life) => life.from < after.from - TOGETHER && life.to > after.from + TOGETHER);
    if (!stays || !(after.saturatedMicros >= OFTEN_FULL * (after.to - after.from))) continue;
    const gone = lives
      .filter((life) => life.to > before.from && life.to <= after.from + 1)
      .sort((a, b) => b.to - a.to)
      .slice(0, before.workers - after.workers);
    if (gone.length > 0 && (!worst || after.saturatedMicros > worst.after.saturatedMicros))
      worst = { before, after, gone };
  }
  return worst;
}

type Fate = 'by hand' | 'ended' | 'unknown' | 'silent';

/** What the server says of the end of a worker; `silent`: it tells of such things, and not of this one. */
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
  unknown: 'none took its place: it hangs with a request that has no line yet, or it died; the error log would tell',
};

function adviceFor(fate: Fate, pids: string, workers: number): string {
  if (fate === 'by hand')
    return `Give it back (TTIN to the master), or start with as many workers as the load needs: the server had ${workers} before.`;
  if (fate === 'ended')
    return 'Find out why it was not replaced: the error log of the master, a limit of memory or processes, a supervisor that gave up.';
  return `See what it is doing (py-spy dump --pid ${pids}) and give its outgoing calls timeouts; let the server replace workers that hang (gunicorn: --timeout above 0; uWSGI: --harakiri).`;
}

function examine(facts: Facts): Finding | null {
  const loss = worstLoss(facts);
  if (!loss) return null;
  const { before, after, gone } = loss;
  const { names, lifecycle } = facts;
  const pids = gone.map(({ worker }) => names.workers.text(worker));
  const fates = gone.map(({ to }, k) => fateOf(pids[k], to, lifecycle));
  const fate = fates[0];
  const share = after.saturatedMicros / (after.to - after.from);
  const named = listText(pids.slice(0, MOST_NAMED));
  const lost = (before.workers ?? 0) - (after.workers ?? 0);
  const who = gone.length === 1 ? `Worker ${named} answered` : `Workers ${named} answered`;
  return {
    severity: share >= MOSTLY_FULL ? 'critical' : 'warning',
    title: `${lost} of ${countText(before.workers ?? 0, 'worker')} gone from ${clockText(after.from)} UTC on: the other ${after.workers} were all busy ${percentText(share)} of the time`,
    detail: `${who} nothing after ${clockText(gone[0].to)} UTC, ${explained[fate]}. From then to ${clockText(after.to)} UTC ${countText(after.workers ?? 0, 'worker')} did all the work, and all of them were busy for ${durationText(after.saturatedMicros)} (${percentText(share)} of that time): callers queued for them.`,
    evidence: {
      workers_before: before.workers,
      workers_after: after.workers,
      gone: pids.slice(0, MOST_NAMED).join(', '),
      fate,
      full_seconds: after.saturatedMicros / 1e6,
      full_share: share,
    },
    advice: adviceFor(fate, pids[0], before.workers ?? 0),
    from: after.from,
    to: after.to,
    lostSeconds: secondsWaited(facts),
  };
}

/** As many as the saturation costs that it made. */
const secondsWaited = ({ summary: { requests, wait } }: Facts): number => (wait.mean ?? 0) * requests.total;

export default defineFinding({
  id: 'capacity-lost',
  title: 'Workers were gone from some moment on, and the others were all busy',
  needs: ['time', 'pid', 'duration'],
  examine,
  silences: ['overprovisioned'],
  explain: {
    test: [
      'The log is of pools one after the other, of which some workers stay (docs/inference-structure.md, regimes), and a later one has fewer',
      'workers than the one before. Fires when all of those were busy for at least a fifth of the time that there were no more of them.',
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
