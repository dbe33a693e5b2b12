/** The request that runs on a lane at the cursor, and a line about it. */
import { printable } from '../core/text.ts';
import { selectedLine } from './draw/list.ts';
import { shortDuration } from './numbers.ts';
import type { View } from './panel.ts';
import { trackOfRow } from './scene/tracks.ts';
import { waitText } from './wait-text.ts';
import { clip } from './width.ts';

/** Longest route to show, cells: the times follow it. */
const LONGEST_ROUTE = 48;

/** Its row in the table of the lists; undefined if there is no cursor or the lane is idle there. */
export function rowAtCursor({ ui, scene }: Pick<View, 'ui' | 'scene'>, track: number): number | undefined {
  if (ui.cursor === null) return undefined;
  const { rows, source } = scene.stats();
  const { requests, placement } = source;
  // The lists also contain requests that wait at that moment; their bars begin later.
  const hasBegun = (row: number) => !(placement.start[row] > scene.scope.to);
  return rows.find((row) => hasBegun(row) && trackOfRow(scene.tracks(), requests, row) === track);
}

/**
 * "GET /io 200 took 1.01s after a wait of ~2.1s (inferred); enter: all of it", for the selected lane; "" if nothing runs there or the lanes
 * are not focused.
 */
export function barWords(view: Pick<View, 'ui' | 'scene' | 'snapshot'>): string {
  const { ui, scene, snapshot } = view;
  if (ui.focus !== 'lanes' || ui.request) return '';
  const row = rowAtCursor(view, selectedLine(view, 'lanes', scene.tracks().list.length));
  if (row === undefined) return '';
  const { requests, placement } = scene.stats().source;
  const { wait } = snapshot.inference;
  const status = requests.status[row] > 0 ? ` ${requests.status[row]}` : '';
  const took = placement.end[row] - placement.start[row];
  const times = [
    took >= 0 ? ` took ${shortDuration(took)}` : '',
    placement.wait[row] > 0 ? ` after a wait of ${waitText(wait, placement.wait[row])} (${wait.method})` : '',
  ];
  const route = clip(printable(snapshot.names.routes.text(requests.route[row])), LONGEST_ROUTE);
  return `${route}${status}${times.join('')}; enter: all of it`;
}
