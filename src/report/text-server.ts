/** The server as inferred, as a list of labelled facts. */
import { momentsOf } from '../core/moments.ts';
import type { Estimate, Summary } from '../core/summary.ts';
import { longestIsOpen, neverLeftSaturation } from '../core/wait-range.ts';
import {
  atOnceText,
  countText,
  durationText,
  isFullProven,
  peakText,
  percentText,
  roundText,
  serviceWords,
} from '../core/words.ts';
import { wrapText } from './columns.ts';
import type { TextReportInput } from './text.ts';

const seconds = (value: number | null): string => (value === null ? 'unknown' : durationText(value * 1e6));

function estimate({ value, low, high, confidence, method }: Estimate): string {
  if (value === null) {
    const range = low !== null ? `at least ${low}` : 'unknown';
    return method ? `${range} (${method})` : range;
  }
  const range = low !== null && high !== null && low !== high ? ` (${low} to ${high})` : '';
  return `${value}${range}, ${percentText(confidence)} sure (${method})`;
}

type Quantile = 'p50' | 'p95' | 'p99' | 'max';

const quantiles = (
  d: Readonly<Record<'mean' | Quantile, number | null>>,
  told: readonly Quantile[] = ['p50', 'p95', 'p99', 'max'],
) =>
  [
    `mean ${seconds(d.mean)}`,
    ...told.filter((name) => d[name] !== null).map((name) => `${name} ${seconds(d[name])}`),
  ].join(', ');

function waitText(summary: Summary): string {
  const { wait } = summary;
  if (wait.method === 'unknown') return `unknown: ${wait.basis}`;
  if (wait.method === 'bounded')
    return `mean at least ${seconds(wait.low.mean)}, p95 at least ${seconds(wait.low.p95)}; bounded: ${wait.basis}`;
  if (neverLeftSaturation(summary)) {
    const between = (name: 'mean' | 'p95') => `between ${seconds(wait.low[name])} and ${seconds(wait.high[name])}`;
    return `mean ${between('mean')}, p95 ${between('p95')}: a pool that never left saturation hides how many waited; ${wait.method}: ${wait.basis}`;
  }
  const [low, high] = [seconds(wait.low.mean), seconds(wait.high.mean)];
  const known = wait.low.mean !== null && wait.high.mean !== null;
  // A measured wait is exact, so it has no range.
  const range = known && low !== high ? ` (mean between ${low} and ${high})` : '';
  // p99 and maximum have no range of their own, so they are left out if the mean may be longer.
  const told = longestIsOpen(wait) ? (['p50', 'p95'] as const) : undefined;
  const queue = wait.peak_queue !== null ? `, longest queue ${Math.round(wait.peak_queue)}` : '';
  return `${wait.mean === null ? '' : quantiles(wait, told)}${range}${queue}; ${wait.method}: ${wait.basis}`.trim();
}

function serviceText(summary: Summary): string {
  const { service_time: service } = summary;
  const bounds = serviceBoundsText(summary);
  if (service.method === 'unknown') return `${bounds === '' ? '' : `${bounds}; else `}unknown: ${service.basis}`;
  return `${quantiles(service)} (${service.basis}${bounds === '' ? '' : `; ${bounds}`})`;
}

/** "at most 637 ms on average: 4 workers, one request at a time, answered 6.5/s; 95 % within 2 s"; '' if there is no bound. */
function serviceBoundsText({ server, requests, window, service_time: { low, high, busiest } }: Summary): string {
  const parts = [];
  if (low.mean !== null) parts.push(`at least ${seconds(low.mean)}`);
  if (high.mean !== null) parts.push(`at most ${seconds(high.mean)}`);
  if (parts.length === 0) return '';
  const slots =
    server.threads.value === 1 && server.workers.value !== null
      ? `${countText(server.workers.value, 'worker')}, one request at a time,`
      : null;
  const rate = requests.rate.mean;
  const why = high.mean === null || slots === null || rate === null ? '' : `: ${slots} answered ${roundText(rate)}/s`;
  const p95 = high.p95 === null ? '' : `; 95 % within ${seconds(high.p95)}`;
  const part = busiest === null ? '' : `; of ${spanText(window, busiest)} at most ${seconds(busiest.high_mean)}`;
  return `${parts.join(', ')} on average${why}${p95}${part}`;
}

function concurrencyText({ concurrency, server }: Summary): string {
  const parts = [];
  if (concurrency.mean !== null) parts.push(`mean ${roundText(concurrency.mean)}`);
  if (concurrency.p95 !== null) parts.push(`p95 ${roundText(concurrency.p95)}`);
  if (concurrency.peak !== null) {
    parts.push(
      `peak ${server.capacity.value === null ? atOnceText(concurrency.peak, concurrency.peak_at_least) : peakText(concurrency.peak, concurrency.peak_at_least)}`,
    );
  }
  if (concurrency.saturated_ratio !== null && server.capacity.value !== null) {
    parts.push(
      `all slots ${isFullProven({ server, concurrency }) || concurrency.saturated_ratio === 0 ? '' : 'perhaps '}busy ${seconds(concurrency.saturated_seconds)} (${percentText(concurrency.saturated_ratio)} of the time)`,
    );
  }
  return parts.join(', ') || 'unknown';
}

export function serverSection({ summary, width, paint }: TextReportInput): string[] {
  const { server, requests, service_time: service, batches } = summary;
  const rate =
    requests.rate.mean === null
      ? ''
      : `, ${roundText(requests.rate.mean)}/s${requests.rate.peak === null ? '' : ` (peak ${roundText(requests.rate.peak)}/s)`}`;
  const errors = requests.error_ratio === null ? '' : `, ${percentText(requests.error_ratio)} errors`;
  const ceiling = summary.throughput.ceiling_per_second;
  const facts: [string, string][] = [
    ['requests', `${requests.total}${rate}${errors}`],
    [
      'model',
      server.model === 'unknown'
        ? `unknown (${server.model_method})`
        : `${server.model}, ${percentText(server.model_confidence)} sure (${server.model_method})`,
    ],
    ['workers', estimate(server.workers)],
    ['threads', estimate(server.threads)],
    ['capacity', `${estimate(server.capacity)}${ceiling === null ? '' : `; ceiling ${roundText(ceiling)} requests/s`}`],
    ...(server.regimes ? [['pools', poolsText(server.regimes, summary.window)] as [string, string]] : []),
    [
      serviceWords(server, service.grows_with_load) === 'service time' ? 'service time' : 'time in app',
      serviceText(summary),
    ],
    ...(summary.response_time
      ? [
          ['answered in', `${quantiles(summary.response_time)} (as the proxy logs it, any wait included)`] as [
            string,
            string,
          ],
        ]
      : []),
    ['wait', waitText(summary)],
    ['concurrency', concurrencyText(summary)],
  ];
  if (batches.detected) {
    facts.push(['batches', `${batches.count} of ${batches.size} requests, every ${seconds(batches.period_seconds)}`]);
  }
  const indent = 14;
  return facts.flatMap(([label, text]) =>
    wrapText(text, width - indent).map((row, i) => `${paint('dim', (i === 0 ? label : '').padEnd(indent))}${row}`),
  );
}

/** "17:09:39 to 17:10:29 2 slots, all busy 49 s, mean wait 1.4 s; …" */
function poolsText(regimes: NonNullable<Summary['server']['regimes']>, window: Summary['window']): string {
  return regimes
    .map(({ from, to, capacity, saturated_seconds: full, wait_mean: wait }) => {
      const when = spanText(window, { from, to });
      const busy = full === null ? '' : `, all busy ${seconds(full)}`;
      return `${when} ${capacity === null ? 'slots unknown' : countText(capacity, 'slot')}${busy}, mean wait ${wait === null ? 'unknown' : seconds(wait)}`;
    })
    .join('; ');
}

/** "17:09:39 to 17:10:29" */
const spanText = (window: Summary['window'], { from, to }: { from: string | null; to: string | null }): string =>
  momentsOf(window).span(1000 * Date.parse(from ?? ''), 1000 * Date.parse(to ?? ''));
