/** The report of `logscope diff`: server, times, routes and findings, before beside after. */
import type { Diff, DiffMeasure } from '../core/diff.ts';
import { durationText, percentText, roundText } from '../core/words.ts';
import { alignColumns, cutTo, wrapText } from './columns.ts';
import type { Paint } from './style.ts';

const time = (seconds: number | null): string => (seconds === null ? '?' : durationText(seconds * 1e6));
const share = (ratio: number | null): string => (ratio === null ? '?' : percentText(ratio));

/** "better (p 0.0001)", "unclear (p 0.2)", "same". */
function changeText({ change, p }: DiffMeasure): string {
  return p === null || change === 'same' || change === 'unknown'
    ? change
    : `${change} (p ${p < 0.0001 ? '< 0.0001' : roundText(p)})`;
}

export function diffText(diff: Diff, width: number, paint: Paint): string {
  const { inputs, server, findings } = diff;
  const rows = wrapText(diff.verdict, width).map((line) => paint('title', line));
  const known = (value: number | string | null): string => (value === null ? 'unknown' : String(value));
  const measures: [string, DiffMeasure, (value: number | null) => string][] = [
    ['wait, mean', diff.wait_mean, time],
    ['service time, mean', diff.service_time_mean, time],
    ['latency, mean', diff.latency_mean, time],
    ['errors', diff.error_ratio, share],
  ];
  const cells = [
    ['', 'before', 'after', ''],
    ['log', cutTo(inputs.before.path, 30), cutTo(inputs.after.path, 30), ''],
    ['requests', known(inputs.before.requests), known(inputs.after.requests), ''],
    ['requests/s', rateText(inputs.before.rate), rateText(inputs.after.rate), ''],
    ...(['model', 'workers', 'threads', 'capacity'] as const).map((name) => {
      const { before, after } = server[name];
      return [
        name,
        known(before),
        known(after),
        before === after || before === null || after === null ? '' : 'changed',
      ];
    }),
    ...measures.map(([name, measure, text]) => [name, text(measure.before), text(measure.after), changeText(measure)]),
  ];
  rows.push('', ...alignColumns(cells));
  if (diff.routes.length > 0) {
    rows.push(
      '',
      ...alignColumns([
        ['Routes', 'requests', 'service before', 'after', '', 'p95 before', 'after', 'wait before', 'after', ''],
        ...diff.routes
          .slice(0, 20)
          .map((route) => [
            cutTo(route.route, 30),
            `${route.requests.before}/${route.requests.after}`,
            time(route.service_time_mean.before),
            time(route.service_time_mean.after),
            route.service_time_mean.change,
            time(route.service_time_p95.before),
            time(route.service_time_p95.after),
            time(route.wait_mean.before),
            time(route.wait_mean.after),
            route.wait_mean.change,
          ]),
      ]),
    );
  }
  rows.push('');
  const list = (name: string, ids: readonly string[]) => {
    if (ids.length > 0) rows.push(...wrapText(`${name}: ${ids.join(', ')}`, width, '  '));
  };
  list('Findings gone', findings.gone);
  list('Findings new', findings.new);
  list('Findings still there', findings.still);
  rows.push(
    ...wrapText(
      '"unclear" is a difference that chance might make: too small for its scatter, for the memory of the queue, or for the range of an inferred wait.',
      width,
    ).map((line) => paint('dim', line)),
  );
  return `${rows.join('\n')}\n`;
}

const rateText = (rate: number | null): string => (rate === null ? '?' : roundText(rate));
