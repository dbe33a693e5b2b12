/** The report of `logscope diff`: server, times, routes and findings, before and after. */
import { type Diff, type DiffDoubt, type DiffMeasure, type DiffRouteAlone, isOtherModel } from '../core/diff.ts';
import { countText, durationText, percentText, roundText, type ServiceWords } from '../core/words.ts';
import { alignColumns, alignWithin, cutTo, wrapText } from './columns.ts';
import type { Paint } from './style.ts';

const time = (seconds: number | null): string => (seconds === null ? '?' : durationText(seconds * 1e6));
const share = (ratio: number | null): string => (ratio === null ? '?' : percentText(ratio));
const rateText = (rate: number | null): string => (rate === null ? '?' : roundText(rate));
const chance = (p: number): string => `p ${p < 0.0001 ? '< 0.0001' : roundText(p)}`;

const MOST_ROUTES = 20;
/** Width of the names of the figures, including the gaps between columns. */
const NAMES = 26;
const MOST_ALONE = 5;

const doubts: Readonly<Record<DiffDoubt, string>> = {
  chance: 'may be chance',
  'ranges-overlap': 'the ranges of the waits overlap',
  'few-requests': 'too few requests for a test',
  'few-errors': 'too few errors for a test',
  knotted: 'requests hang together too much for a test',
  'parts-differ': 'the parts that were followed differ the other way',
};

/** "better (p 0.0001)", "unclear: may be chance (p 0.2)", "unclear: the ranges of the waits overlap", "same". */
function changeText({ change, doubt, p }: DiffMeasure): string {
  if (doubt !== null) return `${change}: ${doubts[doubt]}${doubt === 'chance' && p !== null ? ` (${chance(p)})` : ''}`;
  return p === null ? change : `${change} (${chance(p)})`;
}

export function diffText(diff: Diff, width: number, paint: Paint): string {
  const { inputs, server, findings, routes_alone: alone } = diff;
  const rows = wrapText(diff.verdict, width).map((line) => paint('title', line));
  const known = (value: number | string | null): string => (value === null ? 'unknown' : String(value));
  const measures = measuresOf(diff);
  const remarks = [
    ...['', '', '', ''],
    ...(['model', 'workers', 'threads', 'capacity'] as const).map((name) => (isChanged(server, name) ? 'changed' : '')),
    ...measures.map(({ measure }) => changeText(measure)),
  ];
  // A remark is beside its figures, so the paths above them are shortened to make room.
  const beside = Math.max(...remarks.map((remark) => remark.length));
  const path = Math.min(30, Math.max(8, Math.floor((width - NAMES - beside) / 2)));
  const cells = [
    ['', 'before', 'after'],
    ['log', cutFront(inputs.before.path, path), cutFront(inputs.after.path, path)],
    ['requests', known(inputs.before.requests), known(inputs.after.requests)],
    ['requests/s', rateText(inputs.before.rate), rateText(inputs.after.rate)],
    ...(['model', 'workers', 'threads', 'capacity'] as const).map((name) => [
      name,
      known(server[name].before),
      known(server[name].after),
    ]),
    ...measures.map(({ name, measure, text }) => [name, text(measure.before), text(measure.after)]),
  ];
  rows.push('', ...alignColumns(cells).map((row, i) => `${row}  ${remarks[i]}`.trimEnd()));
  if (diff.routes.length > 0) rows.push('', ...routeTable(diff, width));
  rows.push('');
  const list = (name: string, ids: readonly string[]) => {
    if (ids.length > 0) rows.push(...wrapText(`${name}: ${ids.join(', ')}`, width, '  '));
  };
  list('Routes only before', aloneText(alone.before));
  list('Routes only after', aloneText(alone.after));
  list('Findings gone', findings.gone);
  list('Findings new', findings.new);
  list('Findings still there', findings.still);
  for (const note of notesOf(diff)) rows.push(...wrapText(note, width).map((line) => paint('dim', line)));
  return `${rows.join('\n').trimEnd()}\n`;
}

const measuresOf = (diff: Diff) => [
  { name: 'wait, mean', measure: diff.wait_mean, text: time },
  { name: `${diff.service_time_is}, mean`, measure: diff.service_time_mean, text: time },
  { name: 'latency, mean', measure: diff.latency_mean, text: time },
  { name: 'errors', measure: diff.error_ratio, text: share },
];

function isChanged(server: Diff['server'], name: 'model' | 'workers' | 'threads' | 'capacity'): boolean {
  if (name === 'model') return isOtherModel(server.model.before, server.model.after);
  const { before, after } = server[name];
  return before !== after && before !== null && after !== null;
}

/** Keeps the end of a path, which says more than its beginning. */
const cutFront = (path: string, width: number): string =>
  path.length <= width ? path : `…${path.slice(path.length - width + 1)}`;

/** Columns that are dropped on a narrow terminal, in this order: requests, then the p95 of the service time. */
const DISPENSABLE = [1, 5, 6] as const;

const SHORT_WORDS: Readonly<Record<ServiceWords, string>> = {
  'service time': 'service',
  'time in the application': 'in app',
  'response time': 'answered in',
};

const routeTable = ({ routes, service_time_is: service }: Diff, width: number): string[] => {
  const rows = [
    [
      'Routes',
      'requests',
      `${SHORT_WORDS[service]} before`,
      'after',
      '',
      'p95 before',
      'after',
      'wait before',
      'after',
      '',
    ],
    ...routes
      .slice(0, MOST_ROUTES)
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
  ];
  return alignWithin(rows, width, DISPENSABLE);
};

function aloneText(routes: readonly DiffRouteAlone[]): string[] {
  const told = routes
    .slice(0, MOST_ALONE)
    .map(({ route, requests }) => `${cutTo(route, 40)} (${countText(requests, 'request')})`);
  return routes.length > MOST_ALONE ? [...told, `${routes.length - MOST_ALONE} more`] : told;
}

/** What the doubts in these tables mean, if there are any. */
function notesOf(diff: Diff): string[] {
  const ofRoutes = diff.routes.slice(0, MOST_ROUTES).flatMap((route) => [route.service_time_mean, route.wait_mean]);
  const found = new Set([...measuresOf(diff).map(({ measure }) => measure), ...ofRoutes].map(({ doubt }) => doubt));
  const notes: Readonly<Record<DiffDoubt, string>> = {
    chance: `chance makes such a difference too often (p over ${roundText(diff.level)}, so that all comparisons here together are wrong in 1 % at most)`,
    'ranges-overlap': 'the estimates differ by no more than what the logs leave open of both',
    'few-requests': 'there are too few requests for a test',
    'few-errors': 'there are too few errors for a test',
    knotted: 'each request resembles those before it (the queue remembers), so that no test can tell',
    'parts-differ':
      'of all requests the mean is known, but those of the parts of a long log that are kept for tests differ the other way',
  };
  const said = (Object.keys(notes) as DiffDoubt[]).filter((doubt) => found.has(doubt)).map((doubt) => notes[doubt]);
  return said.length > 0 ? [`"unclear": ${said.join('; or ')}.`] : [];
}
