/**
 * What if the pool were different: the arrow keys change workers and threads. The prediction is shown beside the present pool, with its
 * range, and below them the p95 wait of pools with a few workers fewer and more.
 */
import { poolName } from '../../core/pool-names.ts';
import type { PoolPrediction, Range } from '../../core/prediction.ts';
import { isVague, isVagueRange } from '../../core/wait-range.ts';
import type { Canvas } from '../canvas.ts';
import { shortDuration, shortNumber, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { askedPool, type PoolRung, presentPool } from '../what-if.ts';
import { wrap } from '../width.ts';

interface Row {
  readonly label: string;
  /** The observed value, as text. */
  readonly seen: string;
  readonly of: (prediction: PoolPrediction) => number;
  readonly range: (prediction: PoolPrediction) => Range | null;
  readonly text: (value: number) => string;
  /** The value of a full bar. */
  readonly full: number;
  /** true: more is worse. */
  readonly lessIsBetter: boolean;
  /** true: left out if there are few rows. */
  readonly isExtra: boolean;
}

/** Cells: where the columns begin, width of a value, of its range, and of a step of the ladder. */
const FIRST = 24;
const VALUE = 7;
const RANGE = 13;
const RUNG = 12;

const micros = (seconds: number | null): number => (seconds === null ? Number.NaN : seconds * 1e6);
/** The range is so wide that no number within it is meaningful: only its ends are shown, as in the report. */
const isUntold = ({ wide: { waitMean } }: PoolPrediction): boolean =>
  isVagueRange(waitMean[0] / 1e6, waitMean[1] / 1e6);
const perSecond = (value: number): string => `${shortNumber(value)}/s`;

function rowsOf({ snapshot, predictions }: View): Row[] {
  const { wait, concurrency, server, requests } = snapshot.summary;
  const both = [predictions.present, predictions.asked].filter((one) => one !== null && one !== undefined);
  const most = (read: (prediction: PoolPrediction) => number) =>
    Math.max(...both.map(read).filter(Number.isFinite), 1e-9);
  const capacity = server.capacity.value;
  const seen = (seconds: number | null) => (isVague(wait) ? '?' : shortDuration(micros(seconds)));
  const duration = (name: 'waitP95' | 'waitMean' | 'latencyP95') => ({
    of: (p: PoolPrediction) => (isUntold(p) ? Number.NaN : p[name]),
    range: (p: PoolPrediction) => p.wide[name],
    text: shortDuration,
    full: most((p) => p[name]),
    lessIsBetter: true,
  });
  return [
    {
      label: 'wait p95',
      seen: seen(wait.p95),
      ...duration('waitP95'),
      isExtra: false,
    },
    {
      label: 'wait mean',
      seen: seen(wait.mean),
      ...duration('waitMean'),
      isExtra: true,
    },
    { label: 'latency p95', seen: '', ...duration('latencyP95'), isExtra: true },
    {
      label: 'utilisation',
      seen: concurrency.mean === null || capacity === null ? '?' : shortPercent(concurrency.mean / capacity),
      of: (p) => p.utilisation,
      range: () => null,
      text: shortPercent,
      full: 1,
      lessIsBetter: true,
      isExtra: false,
    },
    {
      label: 'throughput',
      seen: requests.rate.mean === null ? '?' : perSecond(requests.rate.mean),
      of: (p) => p.throughputPerSecond,
      range: (p) => p.wide.throughputPerSecond,
      text: perSecond,
      full: most((p) => p.throughputPerSecond),
      lessIsBetter: false,
      isExtra: false,
    },
  ];
}

export default definePanel({
  id: 'what-if',
  title: 'What if',
  place: 'tab',
  draw(view, canvas) {
    const { snapshot, theme, ui, predictions } = view;
    const present = presentPool(snapshot.summary);
    if (!present) {
      const words = 'The log does not say which pool served it, so nobody can say what another would do.';
      drawWords(canvas, 0, words, theme.quiet);
      return;
    }
    const asked = askedPool(present, ui);
    const column = Math.max(VALUE, Math.min(46, Math.floor((canvas.columns - FIRST) / 2)));
    const [first, second] = [FIRST, FIRST + column];
    canvas.text(14, 0, 'seen', theme.quiet, 8);
    canvas.text(first, 0, `now: ${poolName(present)}`, theme.quiet, column - 1);
    canvas.text(second, 0, `if: ${poolName(asked)}`, theme.accent, column);
    if (predictions.present === null || predictions.asked === null) {
      const { servers } = snapshot.summary.server;
      const words = servers
        ? `${servers} servers wrote these logs, each with a queue of its own: "logscope whatif" answers for each of them.`
        : 'This log cannot carry a prediction: its arrivals or its service times are not known.';
      drawWords(canvas, 2, words, theme.quiet);
      return;
    }
    const rows = rowsOf(view).filter(({ isExtra }) => !isExtra || canvas.rows >= 9);
    rows.forEach((row, i) => {
      const y = i + 1;
      canvas.text(1, y, row.label, theme.quiet, 12);
      canvas.text(14, y, row.seen, theme.text, 9);
      drawValue(view, canvas, first, y, column, row, predictions.present, null);
      drawValue(view, canvas, second, y, column, row, predictions.asked, predictions.present);
    });
    const y = rows.length + 1;
    drawLadder(view, canvas, y, poolName(asked));
    const isHidden = predictions.asked?.arrivalsKnown === false;
    const quiet = [
      'up/down: workers, left/right: threads, 0: the present pool',
      'In brackets: nine of ten runs, and every other reading that the log does not exclude.',
      `Simulated from the arrivals and service times of ${ui.filter === '' ? 'this log' : 'all requests, whatever the filter lets through'}.`,
    ];
    const hints: readonly (readonly [text: string, style: StyleId])[] = [
      ...(isHidden ? hiddenHint(canvas.columns - 2).map((line) => [line, theme.warning] as const) : []),
      ...quiet.flatMap((hint) => wrap(hint, canvas.columns - 2)).map((line) => [line, theme.quiet] as const),
    ];
    hints.forEach(([hint, style], i) => {
      canvas.text(1, y + 1 + i, hint, style);
    });
  },
});

function drawWords(canvas: Canvas, y: number, words: string, style: StyleId): void {
  wrap(words, canvas.columns - 2).forEach((line, i) => {
    canvas.text(1, y + i, line, style);
  });
}

const hiddenHint = (columns: number): string[] =>
  wrap('When its callers came, this log hides: waits may be far longer, and no pool is recommended.', columns);

function drawValue(
  view: View,
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  row: Row,
  prediction: PoolPrediction | null | undefined,
  before: PoolPrediction | null | undefined,
): void {
  const { theme, glyphs } = view;
  if (!prediction) {
    canvas.text(x, y, 'working it out…', theme.quiet, width);
    return;
  }
  const value = row.of(prediction);
  const change = before ? value - row.of(before) : 0;
  const isBetter = row.lessIsBetter ? change < 0 : change > 0;
  // Neither better nor worse if one of the two values is unknown.
  const small = !before || !(Math.abs(change) >= 0.02 * Math.max(Math.abs(row.of(before)), 1e-9));
  const looks: StyleId = small ? theme.text : isBetter ? theme.ok : theme.warning;
  canvas.text(x, y, row.text(value).padStart(VALUE), looks, VALUE);
  const range = row.range(prediction);
  const hasRoom = width >= VALUE + RANGE + 4;
  if (range && hasRoom) canvas.text(x + VALUE + 1, y, rangeText(range, row.text), theme.quiet, RANGE);
  const bar = x + VALUE + 1 + (hasRoom ? RANGE + 1 : 0);
  const room = Math.max(0, Math.min(20, x + width - bar - 2));
  const eighths = Math.round(Math.max(0, Math.min(1, value / row.full)) * room * 8);
  const cells = glyphs.left[8].repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? glyphs.left[eighths % 8] : '');
  canvas.text(bar, y, cells, small ? theme.styles.of(theme.colours.busy) : looks, room);
}

/** "(284ms-2.55s)"; "" if both ends read alike. */
function rangeText([low, high]: Range, text: (value: number) => string): string {
  const [from, to] = [text(low), text(high)];
  return from === to ? '' : `(${from.replace('/s', '')}-${to.replace('/s', '')})`;
}

/** "wait p95 by workers   3: 4.06s   4: 1.20s …": the p95 wait of pools next to the requested one. */
function drawLadder(view: View, canvas: Canvas, y: number, asked: string): void {
  const { theme, predictions } = view;
  const text = ({ prediction }: PoolRung) =>
    prediction === undefined
      ? '…'
      : prediction === null || isUntold(prediction)
        ? '?'
        : shortDuration(prediction.waitP95);
  const room = Math.max(0, Math.floor((canvas.columns - FIRST) / RUNG));
  const at = predictions.ladder.findIndex(({ pool }) => poolName(pool) === asked);
  const from = Math.max(0, Math.min(at - 1, predictions.ladder.length - room));
  const noun = predictions.ladder[0]?.pool.model === 'pool' ? 'slots' : 'workers';
  if (predictions.ladder.length > 0 && room > 1) canvas.text(1, y, `wait p95 by ${noun}`, theme.quiet, FIRST - 2);
  predictions.ladder.slice(from, from + room).forEach((rung, i) => {
    const isAsked = from + i === at;
    const x = FIRST + i * RUNG;
    canvas.text(x, y, `${rung.pool.workers}:`.padStart(4), isAsked ? theme.accent : theme.quiet, 4);
    canvas.text(x + 5, y, text(rung).padStart(5), isAsked ? theme.accent : theme.text, RUNG - 5);
  });
}
