/** The callers that wait, above the lanes that they wait for: the queue on the same time axis, growing upwards. */
import type { WaitInference } from '../../core/inference.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { gutterOf } from '../draw/gutter.ts';
import { dimmed, drawCursor, drawStrips, greatest, readOut, stripLooks } from '../draw/strip.ts';
import { shortNumber } from '../numbers.ts';
import { definePanel } from '../panel.ts';
import type { PoolSeries } from '../scene/pool-series.ts';
import { queueRange, roughly } from '../wait-text.ts';

/** Columns with answers whose wait is not known: in a live log those of the newest requests, until they are examined. */
export const waitIsUnknown =
  ({ rate, waitP95, queue }: PoolSeries) =>
  (column: number): boolean =>
    rate[column] > 0 && Number.isNaN(waitP95[column]) && !(queue && queue[column] > 0);

/** true: there is a queue to draw. */
export const knowsWaits = ({ inference }: Pick<Snapshot, 'inference'>): boolean => inference.wait.method !== 'unknown';

/** In a log that has ended, everybody who queued has a line, so the queue cannot be longer than the number of requests. */
function heldToLog(wait: WaitInference, { live, total }: Snapshot): WaitInference {
  return live ? wait : { ...wait, mostQueued: Math.min(total, wait.mostQueued ?? total) };
}

export default definePanel({
  id: 'queue',
  title: 'Queue',
  place: 'fixed',
  draw(view, canvas) {
    const { snapshot, scene, theme } = view;
    if (scene.isTimeless || !knowsWaits(snapshot) || canvas.rows === 0) return;
    const pool = scene.pool();
    const { queue, all } = pool;
    if (!queue) return;
    const { capacity, wait } = snapshot.inference;
    const longest = readOut(view, queue);
    const { right } = gutterOf(canvas.columns);
    const looks = stripLooks(view, pool.expected ? dimmed(theme, theme.colours.queue) : undefined);
    drawStrips(view, canvas, [
      {
        label: 'queue',
        note: wait.method,
        values: queue,
        behind: all?.queue ?? null,
        expected: pool.expected && { values: pool.expected.queue, colour: theme.colours.queue },
        isUnknown: waitIsUnknown(pool),
        // The chart's full height is at least as many callers as the pool has slots, so that a single waiting caller does not look like a
        // tower.
        full: Math.max(capacity.value ?? 1, greatest(all?.queue ?? queue) || 0, 1),
        style: (_, isOver) => looks(theme.colours.queue, isOver),
        value: `${roughly(wait, longest)}${shortNumber(longest)}`,
        range: queueRange(heldToLog(wait, snapshot), longest, right - 1),
        weight: 1,
      },
    ]);
    drawCursor(view, canvas, gutterOf(canvas.columns).left);
  },
});
