/** What if the pool were another: the arrows change workers and threads, the prediction stands beside the present. */
import type { PoolPrediction } from '../../core/prediction.ts';
import type { Canvas } from '../canvas.ts';
import { shortDuration, shortNumber, shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import type { StyleId } from '../style.ts';
import { askedPool, poolName, presentPool } from '../what-if.ts';

interface Row {
  readonly label: string;
  /** Observed in the log, as text. */
  readonly seen: string;
  readonly of: (prediction: PoolPrediction) => number;
  readonly text: (value: number) => string;
  /** What a full bar is. */
  readonly full: number;
  /** Whether more is worse. */
  readonly lessIsBetter: boolean;
}

const micros = (seconds: number | null): number => (seconds === null ? Number.NaN : seconds * 1e6);

function rowsOf({ snapshot, predictions }: View): Row[] {
  const { wait, concurrency, server, requests } = snapshot.summary;
  const both = [predictions.present, predictions.asked].filter((one) => one !== null && one !== undefined);
  const most = (read: (prediction: PoolPrediction) => number) => Math.max(...both.map(read), 1e-9);
  const capacity = server.capacity.value;
  return [
    {
      label: 'wait p95',
      seen: wait.p95 === null ? '?' : shortDuration(micros(wait.p95)),
      of: (p) => p.waitP95,
      text: shortDuration,
      full: most((p) => p.waitP95),
      lessIsBetter: true,
    },
    {
      label: 'wait mean',
      seen: wait.mean === null ? '?' : shortDuration(micros(wait.mean)),
      of: (p) => p.waitMean,
      text: shortDuration,
      full: most((p) => p.waitMean),
      lessIsBetter: true,
    },
    {
      label: 'latency p95',
      seen: '',
      of: (p) => p.latencyP95,
      text: shortDuration,
      full: most((p) => p.latencyP95),
      lessIsBetter: true,
    },
    {
      label: 'utilisation',
      seen: concurrency.mean === null || capacity === null ? '?' : shortPercent(concurrency.mean / capacity),
      of: (p) => p.utilisation,
      text: shortPercent,
      full: 1,
      lessIsBetter: true,
    },
    {
      label: 'throughput',
      seen: requests.rate.mean === null ? '?' : `${shortNumber(requests.rate.mean)}/s`,
      of: (p) => p.throughputPerSecond,
      text: (value) => `${shortNumber(value)}/s`,
      full: most((p) => p.throughputPerSecond),
      lessIsBetter: false,
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
      canvas.text(
        1,
        0,
        'The log does not say which pool served it, so nobody can say what another would do.',
        theme.quiet,
      );
      return;
    }
    const asked = askedPool(present, ui);
    const column = Math.min(34, Math.floor((canvas.columns - 24) / 2));
    const [first, second] = [24, 24 + column];
    canvas.text(14, 0, 'seen', theme.quiet, 8);
    canvas.text(first, 0, `now: ${poolName(present)}`, theme.quiet, column - 1);
    canvas.text(second, 0, `if: ${poolName(asked)}`, theme.accent, column);
    if (predictions.present === null || predictions.asked === null) {
      canvas.text(
        1,
        2,
        'This log cannot carry a prediction: its arrivals or its service times are not known.',
        theme.quiet,
      );
      return;
    }
    rowsOf(view).forEach((row, i) => {
      const y = i + 1;
      canvas.text(1, y, row.label, theme.quiet, 12);
      canvas.text(14, y, row.seen, theme.text, 9);
      drawValue(view, canvas, first, y, column, row, predictions.present, null);
      drawValue(view, canvas, second, y, column, row, predictions.asked, predictions.present);
    });
    const range = predictions.asked?.waitP95Range;
    const hints = [
      range
        ? `In nine of ten runs the p95 of the wait lies between ${shortDuration(range[0])} and ${shortDuration(range[1])} with ${poolName(asked)}.`
        : '',
      'up/down: workers, left/right: threads, 0: the present pool',
      `Simulated from the arrivals and service times of ${ui.filter === '' ? 'this log' : 'all requests, whatever the filter lets through'}.`,
    ];
    hints.forEach((hint, i) => {
      canvas.text(1, 6 + i, hint, theme.quiet);
    });
  },
});

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
  const small = before ? Math.abs(change) < 0.02 * Math.max(Math.abs(row.of(before)), 1e-9) : true;
  const looks: StyleId = small ? theme.text : isBetter ? theme.ok : theme.warning;
  canvas.text(x, y, row.text(value).padStart(7), looks, 7);
  const room = Math.max(0, Math.min(20, width - 10));
  const eighths = Math.round(Math.max(0, Math.min(1, value / row.full)) * room * 8);
  const bar = glyphs.left[8].repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? glyphs.left[eighths % 8] : '');
  canvas.text(x + 8, y, bar, small ? theme.styles.of(theme.colours.busy) : looks, room);
}
