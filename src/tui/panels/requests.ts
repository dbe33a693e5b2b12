/** The requests in the time range, the newest first, or those under the cursor; enter opens one. */
import { type Column, drawList } from '../draw/list.ts';
import { byteText, shortDuration } from '../numbers.ts';
import { definePanel } from '../panel.ts';
import { knownClockText } from '../time-axis.ts';
import { waitText } from '../wait-text.ts';

export default definePanel({
  id: 'requests',
  title: 'Requests',
  place: 'tab',
  count: (view) => view.scene.stats().requests,
  open(view, line) {
    const { rows, source } = view.scene.stats();
    const row = rows[rows.length - 1 - line];
    if (row === undefined) return null;
    const { requests } = source;
    return { type: 'request', source: requests.source[row], offset: requests.offset[row] };
  },
  draw(view, canvas) {
    const { snapshot, theme, scene } = view;
    const { names, zoneMinutes } = snapshot;
    const { rows, source } = scene.stats();
    const { requests, placement } = source;
    /** The end, or the start if the log only shows when requests began. */
    const instantAt = (row: number) =>
      Number.isFinite(placement.end[row]) ? placement.end[row] : placement.start[row];
    const isEnded = rows.length === 0 || Number.isFinite(placement.end[rows[rows.length - 1]]);
    const family = (row: number) => Math.floor(requests.status[row] / 100);
    const statusLook = (row: number) =>
      family(row) === 5 ? theme.critical : family(row) === 4 ? theme.warning : theme.quiet;
    const columns: Column<number>[] = [
      {
        title: isEnded ? 'ended' : 'at',
        width: 12,
        align: 'left',
        text: (row) =>
          knownClockText(isEnded ? placement.end[row] : instantAt(row), zoneMinutes, placement.uncertainty[row]),
      },
      { title: 'route', width: 0, align: 'left', text: (row) => names.routes.text(requests.route[row]) },
      {
        title: 'status',
        width: 6,
        align: 'right',
        text: (row) => (requests.status[row] > 0 ? String(requests.status[row]) : '?'),
        style: statusLook,
      },
      {
        title: 'worker',
        width: 8,
        align: 'right',
        text: (row) => (requests.worker[row] < 0 ? '?' : names.workers.text(requests.worker[row])),
      },
      {
        title: 'response',
        width: 8,
        align: 'right',
        from: 96,
        text: (row) => (Number.isFinite(requests.bytes[row]) ? byteText(requests.bytes[row]) : '?'),
        style: () => theme.quiet,
      },
      {
        title: 'service',
        width: 7,
        align: 'right',
        text: (row) => shortDuration(placement.end[row] - placement.start[row]),
      },
      {
        title: 'wait',
        width: 6,
        align: 'right',
        text: (row) => waitText(snapshot.inference.wait, placement.wait[row]),
        style: (row) => (placement.wait[row] > 1e6 ? theme.warning : theme.text),
      },
    ];
    drawList(view, canvas, {
      panel: 'requests',
      count: rows.length,
      line: (index) => rows[rows.length - 1 - index],
      columns,
      empty: scene.scope.isMoment ? 'No request ran or waited at this moment.' : 'No requests in this stretch of time.',
    });
  },
});
