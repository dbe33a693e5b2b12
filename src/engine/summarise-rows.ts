/** The summary of some requests of a picture, those that a window and a filter show, as if they were a log of their own. */
import type { Snapshot } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import type { Examiner } from './examiner.ts';
import type { RowStore } from './row-store.ts';

/** null: the store does not hold all of them. `rows`: rows of the picture's table. */
export async function summariseRows(
  { requests, placement, lifecycle, summary }: Snapshot,
  rows: Int32Array,
  store: RowStore,
  examiner: Examiner,
): Promise<Summary | null> {
  const lines = new Map<number, Set<number>>();
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const source = requests.source[row];
    let offsets = lines.get(source);
    if (!offsets) lines.set(source, (offsets = new Set()));
    offsets.add(requests.offset[row]);
    if (placement.start[row] < from) from = placement.start[row];
    if (placement.end[row] > to) to = placement.end[row];
  }
  const window = store.select((source, offset) => lines.get(source)?.has(offset) ?? false);
  if (window.requests.length < rows.length) return null;
  const examined = await examiner.examine({
    ...window,
    facts: store.facts,
    lifecycle: lifecycle.filter(({ time }) => !(time < from) && !(time > to)),
    inputs: summary.inputs,
    isAside: true,
    effort: 'look',
  });
  return examined.summary;
}
