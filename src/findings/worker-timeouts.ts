/** Finding: workers were killed because they did not answer in time, and what they were doing was lost. */
import { max, min } from 'simple-statistics';
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { medianOf } from '../core/statistics.ts';
import { countText, durationText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { orNull, rowsOf } from './rows.ts';

interface Kill {
  readonly worker: string;
  /** µs since 1970 UTC, NaN unknown. */
  readonly time: number;
}

function killsOf({ lifecycle, inference, names }: Facts): Kill[] {
  const events = lifecycle.filter(({ kind, worker }) => (kind === 'timeout' || kind === 'killed') && worker !== null);
  const kills = new Map<string, Kill>();
  // A timeout and the kill that follows it are one end of one worker.
  for (const { worker, time } of events) if (!kills.has(worker!)) kills.set(worker!, { worker: worker!, time });
  if (kills.size === 0) {
    for (const life of inference.lives) {
      if (life.fate !== 'timeout' && life.fate !== 'killed') continue;
      const worker = names.workers.text(life.worker);
      kills.set(worker, { worker, time: life.to });
    }
  }
  return [...kills.values()];
}

function examine(facts: Facts): Finding | null {
  const { summary, names, lifecycle } = facts;
  const kills = killsOf(facts);
  if (kills.length === 0) return null;
  const rows = rowsOf(facts);
  const silent: number[] = [];
  const last = new Map<string, number>();
  for (const { worker, time } of kills) {
    const id = names.workers.find(worker);
    let before = -1;
    for (let i = 0; i < rows.length; i++)
      if (rows.worker[i] === id && id >= 0 && !(rows.end[i] > time + 1e6)) before = i;
    if (before < 0) continue;
    const route = names.routes.text(rows.route[before]);
    last.set(route, (last.get(route) ?? 0) + 1);
    if (Number.isFinite(time)) silent.push(time - rows.end[before]);
  }
  const timeouts = lifecycle.filter(({ kind }) => kind === 'timeout').length;
  const silence = silent.length > 0 ? medianOf(silent) : Number.NaN;
  const times = kills.map(({ time }) => time).filter(Number.isFinite);
  const before = [...last].sort((a, b) => b[1] - a[1])[0];
  const perWorker = summary.server.model === 'sync' ? 'one request' : 'all its requests';
  return {
    severity: 'critical',
    title: `${countText(kills.length, 'worker')} killed${timeouts > 0 ? ' for not answering in time' : ''}`,
    detail:
      `${poolText(summary.server)} lost ${countText(kills.length, 'worker')}: each took ${perWorker} in flight with it, and those wrote no line, so this log does not name them.` +
      (Number.isFinite(silence)
        ? ` The workers had written nothing for ${durationText(silence)} (median) when they were killed.`
        : '') +
      (before ? ` Last answered before: ${before[0]} (${before[1]} of ${kills.length}).` : ''),
    evidence: {
      killed: kills.length,
      workers: kills
        .slice(0, 20)
        .map(({ worker }) => worker)
        .join(', '),
      timeout_events: timeouts,
      silent_median_seconds: orNull(silence / 1e6),
      requests_lost_at_least: kills.length,
    },
    advice:
      'Find the request that hangs: log it when it begins (or dump the stack of the worker with py-spy before the timeout), give its outgoing calls timeouts well under that of the server, and move long work to a task queue. A longer server timeout only hides it' +
      (Number.isFinite(silence)
        ? ` (it seems to be about ${durationText(Math.round(silence / 1e6) * 1e6)} now).`
        : '.'),
    from: times.length > 0 ? min(times) : Number.NaN,
    to: times.length > 0 ? max(times) : Number.NaN,
    lostSeconds: Number.isFinite(silence) ? (silence / 1e6) * kills.length : kills.length,
  };
}

export default defineFinding({
  id: 'worker-timeouts',
  title: 'Workers were killed, with the requests they had in flight',
  needs: [],
  examine,
  silences: ['recycle-storm'],
  explain: {
    test: 'The server says so (gunicorn "WORKER TIMEOUT", "was sent SIGKILL", uWSGI "HARAKIRI"), or the lives of the workers end that way.',
    guards:
      'One such line is enough; a timeout and the kill that follows are counted once. Orderly exits and recycling do not count.',
    fix: {
      gunicorn:
        '--timeout above the slowest honest request; gthread and async workers answer the arbiter while requests run',
      uvicorn: '--timeout-graceful-shutdown for shutdowns; uvicorn does not kill slow requests',
      waitress: 'does not kill: --channel-timeout closes idle connections only',
      hypercorn: 'does not kill slow requests; --graceful-timeout for shutdowns',
      uWSGI: '--harakiri above the slowest honest request, --harakiri-verbose to see what it was doing',
    },
  },
  fires: ['gunicorn-sync-3-timeout-kills.error.log'],
  quiet: ['gunicorn-sync-2-recycling.log', 'gunicorn-sync-2-recycling.error.log', 'gunicorn-sync-4-nearly-full.log'],
});
