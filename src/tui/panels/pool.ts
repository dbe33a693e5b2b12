/** The pool below the lanes, on the same time axis: busy slots against capacity, rate with errors, quantiles. */
import { NEARLY_FULL } from '../../core/full-stretches.ts';
import type { Canvas } from '../canvas.ts';
import { gutterOf } from '../draw/gutter.ts';
import {
  cursorColumn,
  dimmed,
  drawCursor,
  drawStrips,
  greatest,
  readOut,
  type Strip,
  stripLooks,
} from '../draw/strip.ts';
import { shortDuration, shortNumber } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import { mostSlots, type PoolSeries, roughlyAtOnce, slotsOfColumns } from '../scene/pool-series.ts';
import type { Colour } from '../style.ts';
import { clockText, columnOf, ticksOf } from '../time-axis.ts';
import { roughly } from '../wait-text.ts';
import { knowsWaits, waitIsUnknown } from './queue.ts';

/** Number of charts for what the log knows, without computing them. */
export const stripsWanted = ({ snapshot }: Pick<View, 'snapshot'>): number =>
  1 + (snapshot.inference.service.method === 'unknown' ? 0 : 2) + (knowsWaits(snapshot) ? 1 : 0);

/** Where the failed part of a column cannot be drawn, the whole column is coloured from this share on. */
const MANY_ERRORS = 0.25;

function stripsOf(view: View): Strip[] {
  const { snapshot, scene, theme } = view;
  const { inference } = snapshot;
  const pool = scene.pool();
  const { colours } = theme;
  const looks = stripLooks(view);
  /** A p95 with its p50, brighter, in front. */
  const quantileLooks = (colour: Colour, p50: Float64Array): Pick<Strip, 'inner' | 'style'> => {
    const behind = dimmed(theme, colour);
    return {
      inner: { values: p50, of: behind, colour },
      style: (_, isOver) => looks(theme.ascii ? colour : behind, isOver),
    };
  };
  const strips: Strip[] = [];
  const capacity = mostSlots(inference);
  if (pool.busy) {
    const full = capacity ?? greatest(pool.all?.busy ?? pool.busy);
    const { busy } = pool;
    const busyLooks = pool.expected ? stripLooks(view, dimmed(theme, colours.busy)) : looks;
    // The same threshold as in the verdict, so that short pauses between requests do not break a full pool into stripes.
    const slots = slotsOfColumns(inference, scene.axis);
    const isFull = (column: number) => slots !== null && busy[column] >= slots[column] * NEARLY_FULL;
    strips.push({
      label: capacity === null ? 'in flight' : `busy of ${capacity}`,
      briefLabel: capacity === null ? 'running' : 'busy',
      note: '',
      values: pool.busy,
      behind: pool.all?.busy ?? null,
      expected: pool.expected && { values: pool.expected.busy, colour: colours.busy },
      full: Math.max(1, full),
      style: (column, isOver) =>
        isFull(column)
          ? busyLooks(colours.saturated, isOver, theme.mono ? { bold: true } : undefined)
          : busyLooks(colours.busy, isOver),
      value: `${roughlyAtOnce(snapshot)}${shortNumber(readOut(view, pool.busy))}`,
      weight: 3,
    });
  }
  strips.push({
    label: 'req/s',
    note: '',
    values: pool.rate,
    behind: pool.all?.rate ?? null,
    // The red part of each column are server errors.
    inner: { values: pool.errors, of: colours.rate, colour: colours.serverError },
    full: greatest(pool.all?.rate ?? pool.rate),
    style: (column, isOver) =>
      theme.ascii && !theme.mono && pool.errors[column] >= MANY_ERRORS * pool.rate[column]
        ? looks(colours.serverError, isOver)
        : looks(colours.rate, isOver, theme.mono && pool.errors[column] > 0 ? { inverse: true } : undefined),
    value: shortNumber(readOut(view, pool.rate)),
    weight: 2,
  });
  if (pool.busy) {
    strips.push({
      label: 'service p95',
      briefLabel: 'service',
      note: inference.service.method === 'inferred' ? 'inferred' : '',
      ...quantileLooks(colours.latency, pool.serviceP50),
      values: pool.serviceP95,
      full: greatest(pool.serviceP95),
      value: durationRead(view, pool.serviceP95, pool.rate),
      weight: 1,
    });
  }
  if (pool.queue && knowsWaits(snapshot)) {
    strips.push({
      label: 'wait p95',
      briefLabel: 'wait',
      note: '',
      ...quantileLooks(colours.queue, pool.waitP50),
      values: pool.waitP95,
      isUnknown: waitIsUnknown(pool),
      full: Math.max(greatest(pool.waitP95) || 0, 1),
      value: waitRead(view, pool),
      weight: 1,
    });
  }
  return strips;
}

/** "-" if nothing was answered at that moment: there is nothing to know, so "?" would be wrong. */
function durationRead(view: View, durations: Float64Array, rate: Float64Array): string {
  const micros = readOut(view, durations);
  return Number.isNaN(micros) && readOut(view, rate) === 0 ? '-' : shortDuration(micros);
}

/** The p95 wait as in the verdict: marked if it may be far off. */
function waitRead(view: View, { waitP95, rate }: PoolSeries): string {
  const text = durationRead(view, waitP95, rate);
  return `${roughly(view.snapshot.inference.wait, readOut(view, waitP95))}${text}`;
}

/**
 * The time of the cursor beside its line, on whichever side there is room, and the columns [from, to) that it takes including a blank on
 * either side; null: no cursor, or no room.
 */
function cursorLabel({ ui, scene, snapshot }: View): { text: string; from: number; to: number } | null {
  const { axis } = scene;
  const at = cursorColumn(ui.cursor, axis);
  if (ui.cursor === null || at < 0) return null;
  const clock = clockText(ui.cursor, snapshot.zoneMinutes, true);
  if (at + clock.length + 1 <= axis.columns) return { text: ` ${clock} `, from: at, to: at + clock.length + 2 };
  return at > clock.length ? { text: ` ${clock} `, from: at - clock.length - 1, to: at + 1 } : null;
}

/** Shown before the axis if the screen begins before the log, or before what is held of it. */
const BEGINS = 'begins ';

/** Column of the first known instant; 0: the screen does not begin before it. */
export function begunColumn({ scene: { axis }, snapshot }: Pick<View, 'scene' | 'snapshot'>): number {
  const column = Math.floor(columnOf(axis, Math.min(snapshot.from, snapshot.past?.from ?? snapshot.from)));
  return column > 0 && column < axis.columns ? column : 0;
}

function drawAxis(view: View, canvas: Canvas, y: number, left: number): void {
  const { scene, snapshot, theme, glyphs, ui } = view;
  const { axis } = scene;
  const begin = begunColumn(view);
  canvas.fill(left + begin, y, axis.columns - begin, glyphs.horizontal, theme.line);
  const edge = ui.edge !== null ? '' : snapshot.live ? 'now' : snapshot.now >= snapshot.to ? 'end' : 'here';
  const cursor = cursorLabel(view);
  const room = axis.columns - edge.length;
  // The word is left out if the cursor's label would cover a part of it.
  const hasOwnRoom = begin > BEGINS.length && begin < room && (!cursor || cursor.from >= begin);
  if (hasOwnRoom) canvas.textRight(left + begin, y, BEGINS, theme.quiet);
  for (const { column, label } of ticksOf(axis, snapshot.zoneMinutes)) {
    if (column < begin) continue;
    canvas.put(left + column, y, glyphs.tick, theme.quiet);
    // If a time label meets that of the cursor, only the cursor's is drawn: part of a time would read as another time.
    const isFree = !cursor || column + label.length + 1 < cursor.from || column + 1 > cursor.to;
    if (isFree && column + label.length + 1 < room) canvas.text(left + column + 1, y, label, theme.quiet);
  }
  if (!cursor || cursor.to < room) canvas.textRight(left + axis.columns, y, edge, theme.quiet);
  if (cursor) canvas.text(left + cursor.from, y, cursor.text, theme.accent);
  // What the numbers at the right are.
  if (canvas.columns > left + axis.columns)
    canvas.textRight(canvas.columns, y, ui.cursor === null ? `${glyphs.up}max` : `${glyphs.up}then`, theme.quiet);
}

export default definePanel({
  id: 'pool',
  title: 'Pool',
  place: 'fixed',
  draw(view, canvas) {
    // Without times there is no axis.
    if (view.scene.isTimeless) return;
    const { left } = gutterOf(canvas.columns);
    drawStrips(view, canvas.region(0, 0, canvas.columns, canvas.rows - 1), stripsOf(view));
    if (canvas.rows > 0) drawAxis(view, canvas, canvas.rows - 1, left);
    drawCursor(view, canvas, left);
  },
});
