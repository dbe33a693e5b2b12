/** A strip per worker over the whole log, and below them the pool: busy slots and the queue. */
import { isKeptWhole } from '../core/finding.ts';
import type { Summary } from '../core/summary.ts';
import { neverLeftSaturation } from '../core/wait-range.ts';
import { atOnceText, countText, durationText } from '../core/words.ts';
import { endOf } from './columns.ts';
import { busyOfTimeline, busyPerCell, strip } from './lane-strip.ts';
import type { TextReportInput } from './text.ts';
import { type StripRow, workerRows } from './worker-rows.ts';

const MAX_LANES = 16;
const LABEL = 12;
const TAIL = 14;

export function lanesSection({ summary, facts, width, paint }: TextReportInput): string[] {
  const from = Date.parse(summary.window.from ?? '') * 1000;
  const to = Date.parse(summary.window.to ?? '') * 1000;
  const cells = width - LABEL - TAIL;
  if (!(to > from) || cells < 10) return [];
  const rows = workerRows(facts, { from, to, cells }, MAX_LANES);
  const pool = poolRows({ summary, facts, from, to, cells });
  if (rows.length + pool.length === 0) return [];
  const shown = rows.slice(0, MAX_LANES);
  const hidden = rows.length - shown.length;
  const scale = rows.concat(pool).some(({ cells: text }) => text.trim() !== '')
    ? `a column is ${durationText((to - from) / cells)}; height is the busy share${isKeptWhole(facts) || rows.length < 2 ? '' : ', of a worker its part of all that were busy'}`
    : 'empty: when a worker was busy is not known';
  return [
    `${paint('title', 'Lanes')}  ${paint('dim', scale)}`,
    ...shown.map(
      ({ label, cells: text, tail }) => `${endOf(label, LABEL - 1).padEnd(LABEL)}${text} ${paint('dim', tail)}`,
    ),
    ...(hidden > 0 ? [paint('dim', `… and ${countText(hidden, 'more worker')}`)] : []),
    ...pool.map(
      ({ label, cells: text, tail }) =>
        `${paint('info', label.padEnd(LABEL))}${paint('info', text)} ${paint('dim', tail)}`,
    ),
  ];
}

function poolRows(
  input: Pick<TextReportInput, 'summary' | 'facts'> & { from: number; to: number; cells: number },
): StripRow[] {
  const { summary, facts, from, to, cells } = input;
  const { start, end, wait } = facts.inference.requests;
  const busy = isKeptWhole(facts)
    ? busyPerCell(
        pairs(facts.requests.length, (row) => [start[row], end[row]]),
        from,
        to,
        cells,
      )
    : busyOfTimeline(summary.timeline, { from, to, cells });
  const queue = busyPerCell(
    pairs(facts.requests.length, (row) => [start[row] - wait[row], start[row]]),
    from,
    to,
    cells,
  );
  const perCell = (to - from) / cells;
  const capacity = mostSlots(summary.server);
  const { peak, peak_at_least: proven } = summary.concurrency;
  const most = busy.reduce((high, value) => Math.max(high, value), 0);
  const longest = queue.reduce((high, value) => Math.max(high, value), 0);
  const rows: StripRow[] = [];
  if (most > 0) {
    const full = capacity === null ? most : Math.max(most, capacity * perCell);
    rows.push({
      label: 'busy',
      cells: strip(busy, full),
      // With coarse stamps the strip may be higher in places than the log proves.
      tail: capacity === null ? (peak === null ? '' : atOnceText(peak, proven)) : `of ${capacity}`,
    });
  }
  // The strip shows one possible history of the queue, as means per column, so the peak is taken from the summary.
  const queued = summary.wait.peak_queue ?? longest / perCell;
  // If the pool never left saturation, each history has a different queue, so none is shown.
  if (longest > 0 && !neverLeftSaturation(summary))
    rows.push({ label: 'queue', cells: strip(queue, longest), tail: `peak ${Math.round(queued)}` });
  return rows;
}

function* pairs(
  length: number,
  interval: (row: number) => readonly [number, number],
): Generator<readonly [number, number]> {
  for (let row = 0; row < length; row++) yield interval(row);
}

/** The largest of the pools that followed each other. */
function mostSlots({ capacity, regimes = [] }: Summary['server']): number | null {
  const known = regimes.flatMap((regime) => regime.capacity ?? []);
  return capacity.value === null ? null : Math.max(capacity.value, ...known);
}
