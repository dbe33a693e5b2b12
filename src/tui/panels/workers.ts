/** The workers: requests, busy share, balance, age and fate; enter filters by one. */
import type { WorkerLife } from '../../core/inference.ts';
import { filterTerm } from '../../engine/filter.ts';
import type { WorkerStats } from '../../engine/scope-stats.ts';
import { type Column, drawList } from '../draw/list.ts';
import { shortCount, shortDuration, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';

interface WorkerLine {
  readonly name: string;
  readonly stats: WorkerStats | undefined;
  readonly life: WorkerLife | undefined;
  /** Share of the time range for which its slots were busy, 0..1; NaN unknown. */
  readonly busyShare: number;
  /** Requests relative to the mean of all workers; 1 is an even share. */
  readonly balance: number;
}

/** Workers that served in the time range or are alive, sorted by birth. */
function workerLines({ scene, snapshot }: View): WorkerLine[] {
  const stats = scene.stats();
  const lives = new Map(snapshot.inference.lives.map((life) => [life.worker, life]));
  const served = new Map(stats.workers.map((worker) => [worker.worker, worker]));
  const ids = [...new Set([...lives.keys(), ...served.keys()])].filter((id) => {
    const life = lives.get(id);
    if (served.has(id)) return true;
    // Idle workers are listed too, unless a filter selects some requests.
    return scene.filter === null && life !== undefined && life.fate === 'running' && life.from <= scene.scope.to;
  });
  const mean = stats.requests / Math.max(1, ids.length);
  const threads = snapshot.inference.threads.value;
  const slots = snapshot.inference.unbounded ? Number.NaN : (threads ?? Number.NaN);
  const span = scene.scope.to - scene.scope.from;
  return ids
    .map((id) => {
      const one = served.get(id);
      return {
        name: snapshot.names.workers.text(id),
        stats: one,
        life: lives.get(id),
        busyShare: one ? Math.min(1, one.busyMicros / (span * slots)) : 0,
        balance: mean > 0 ? (one?.requests ?? 0) / mean : Number.NaN,
      };
    })
    .sort((a, b) => bornAt(a) - bornAt(b) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
}

/** Workers that have not been examined yet are the youngest. */
const bornAt = ({ life }: WorkerLine): number => life?.from ?? Number.MAX_SAFE_INTEGER;

const fateWords = {
  running: 'running',
  exited: 'exited',
  recycled: 'recycled',
  timeout: 'timed out',
  killed: 'killed',
} as const;

export default definePanel({
  id: 'workers',
  title: 'Workers',
  place: 'tab',
  count: (view) => workerLines(view).length,
  open(view, line) {
    const worker = workerLines(view)[line];
    const term = worker ? filterTerm('worker', worker.name) : null;
    return term === null ? null : { type: 'filter', text: term };
  },
  draw(view, canvas) {
    const { snapshot, theme, glyphs } = view;
    const bar = (share: number) => {
      const eighths = Math.round(Math.max(0, Math.min(1, share)) * 80);
      return Number.isFinite(share)
        ? glyphs.left[8].repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? glyphs.left[eighths % 8] : '')
        : '';
    };
    const busyLook = (share: number) =>
      theme.styles.of(
        share >= 0.95 ? theme.colours.saturated : theme.colours.busy,
        theme.mono ? -1 : theme.colours.track,
      );
    const columns: Column<WorkerLine>[] = [
      { title: 'worker', width: 0, align: 'left', text: ({ name }) => name },
      { title: 'requests', width: 8, align: 'right', text: ({ stats }) => shortCount(stats?.requests ?? 0) },
      {
        title: 'balance',
        width: 7,
        align: 'right',
        from: 90,
        text: ({ balance }) => (Number.isFinite(balance) ? `x${balance.toFixed(2)}` : '?'),
      },
      { title: 'busy', width: 5, align: 'right', text: ({ busyShare }) => shortPercent(busyShare) },
      {
        title: '',
        width: 10,
        align: 'left',
        from: 76,
        text: ({ busyShare }) => bar(busyShare).padEnd(10),
        style: ({ busyShare }) => busyLook(busyShare),
      },
      { title: 'p95', width: 6, align: 'right', text: ({ stats }) => (stats ? shortDuration(stats.service.p95) : '') },
      {
        title: 'in flight',
        width: 9,
        align: 'right',
        from: 100,
        text: ({ life }) => (life && Number.isFinite(life.peakConcurrency) ? `max ${life.peakConcurrency}` : ''),
      },
      {
        title: 'errors',
        width: 6,
        align: 'right',
        text: ({ stats }) => shortCount(stats?.errors ?? 0),
        style: ({ stats }) => (stats && stats.errors > 0 ? theme.critical : theme.quiet),
      },
      {
        title: 'age',
        width: 6,
        align: 'right',
        text: ({ life }) => (life ? shortDuration((life.fate === 'running' ? snapshot.now : life.to) - life.from) : ''),
      },
      {
        title: 'fate',
        width: 9,
        align: 'left',
        text: ({ life }) => (life ? fateWords[life.fate] : ''),
        style: ({ life }) => (life?.fate === 'timeout' || life?.fate === 'killed' ? theme.critical : theme.quiet),
      },
    ];
    const empty = snapshot.summary.knows.pid
      ? 'No worker served in this stretch of time.'
      : 'The log does not name its workers; add the pid to its format.';
    const lines = workerLines(view);
    drawList(view, canvas, { panel: 'workers', count: lines.length, line: (index) => lines[index], columns, empty });
  },
});
