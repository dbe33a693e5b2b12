/** The report of `logscope whatif`: the present and the scenarios in a table, a chart of p95 waits, the recommendation. */

import { countsInTurn, poolLabel, poolName } from '../core/pool-names.ts';
import type { WhatIf, WhatIfAnswer, WhatIfBaseline, WhatIfPool, WhatIfRange, WhatIfScenario } from '../core/what-if.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import { alignWithin, cutTo, wrapText } from './columns.ts';
import type { Paint } from './style.ts';

export interface WhatIfTextInput {
  readonly document: WhatIf;
  readonly path: string;
  readonly width: number;
  readonly paint: Paint;
}

const time = (seconds: number | null): string => (seconds === null ? '?' : durationText(seconds * 1e6));

const rangeText = (range: WhatIfRange): string => (range === null ? '?' : `${time(range[0])} to ${time(range[1])}`);

export function whatIfText({ document, path, width, paint }: WhatIfTextInput): string {
  const { target_p95_wait: target, servers, assumptions } = document;
  const rows = [paint('title', cutTo(`What if: ${path}`, width)), ''];
  const said = (assumption: string) => wrapText(`- ${assumption}`, width, '  ');
  if (!servers) rows.push(...answer(document, target, width, paint));
  for (const server of servers ?? []) {
    rows.push(paint('title', cutTo(`${server.name}: ${countText(server.requests, 'request')}`, width)));
    rows.push(...answer(server, target, width, paint));
    rows.push(...server.assumptions.filter((one) => !assumptions.includes(one)).flatMap(said), '');
  }
  rows.push(paint('title', 'Assumptions'), ...assumptions.flatMap(said));
  return `${rows.join('\n')}\n`;
}

const isTold = ({ wait, latency, throughput }: WhatIfPool): boolean =>
  wait.p95 !== null || latency.p95 !== null || throughput !== null;

/** The table, the chart and the recommendation of one server. */
function answer(document: WhatIfAnswer, target: number, width: number, paint: Paint): string[] {
  const { baseline, scenarios, repetitions } = document;
  // A table of question marks tells less than the reason, which stands among the assumptions.
  if (repetitions === 0 || !scenarios.some(isTold)) {
    const isKnown = baseline !== null && (baseline.wait.p95 !== null || baseline.latency.p95 !== null);
    return [
      ...(isKnown ? [...table({ ...document, scenarios: [] }, width, paint), ''] : []),
      paint('warning', 'No other pool can be simulated from this log (see below).'),
      '',
    ];
  }
  const pools: (WhatIfPool | WhatIfScenario)[] = [...(baseline ? [baseline] : []), ...scenarios];
  const hasWaits = pools.some(({ wait }) => wait.p95 !== null);
  return [
    ...table(document, width, paint),
    ...presentExplained(document, width, paint),
    '',
    ...(hasWaits ? [...chart(pools, target, width, paint), ''] : []),
    ...recommendation(document, width, paint),
    '',
  ];
}

/** "4 sync, now"; of a pool that changed within the log "4, then 8 sync". */
function baselineLabel(baseline: WhatIfBaseline): string {
  const { in_turn: turns, model } = baseline;
  if (!turns) return `${poolLabel(baseline)}, now`;
  return model === 'sync'
    ? `${countsInTurn(turns.map(({ workers }) => workers))} sync`
    : `${countsInTurn(turns.map(({ slots }) => slots))} slots`;
}

/** Two rows of one pool: the one is what the log tells, the other what the simulation makes of it, which the other pools compare with. */
function presentExplained({ baseline, scenarios }: WhatIfAnswer, width: number, paint: Paint): string[] {
  if (!baseline || baseline.in_turn) return [];
  const { model, workers, threads } = baseline;
  const isSimulated = scenarios.some(
    (one) => one.model === model && one.workers === workers && one.threads === threads,
  );
  if (!isSimulated) return [];
  const text = `"${baselineLabel(baseline)}" is what the log tells; "${poolLabel(baseline)}" is the same pool simulated: compare the other rows with that.`;
  return wrapText(text, width).map((line) => paint('dim', line));
}

/** Columns that a narrow terminal goes without, the first of them first: p99 of wait and latency, the p50 of the wait, answers, queue, busy. */
const DISPENSABLE = [5, 8, 3, 9, 10, 1] as const;
const UNTOLD: ReadonlySet<string> = new Set(['?', '-', '']);

function table({ baseline, scenarios }: WhatIfAnswer, width: number, paint: Paint): string[] {
  const head = [
    'pool',
    'busy',
    'wait mean',
    'p50',
    'p95',
    'p99',
    'latency p50',
    'p95',
    'p99',
    'answers/s',
    'queue',
    'p95 wait range',
  ];
  const cells = (pool: WhatIfPool, name: string, range: string) => [
    name,
    pool.utilisation === null ? '-' : percentText(pool.utilisation),
    ...[pool.wait.mean, pool.wait.p50, pool.wait.p95, pool.wait.p99].map(time),
    ...[pool.latency.p50, pool.latency.p95, pool.latency.p99].map(time),
    pool.throughput === null ? '?' : roundText(pool.throughput),
    pool.peak_queue === null ? '?' : String(pool.peak_queue),
    range,
  ];
  const body = [
    ...(baseline ? [cells(baseline, baselineLabel(baseline), '')] : []),
    ...scenarios.map((scenario) => cells(scenario, poolLabel(scenario), rangeText(scenario.range.wait_p95))),
  ];
  // What is not known of any of them needs no column.
  const told = head.flatMap((_, column) =>
    column === 0 || body.some((row) => !UNTOLD.has(row[column])) ? [column] : [],
  );
  const rows = [head, ...body].map((row) => told.map((column) => row[column]));
  const dispensable = DISPENSABLE.map((column) => told.indexOf(column)).filter((column) => column >= 0);
  const [first, ...rest] = alignWithin(rows, width, dispensable);
  return [paint('dim', first), ...rest];
}

/** One bar per pool, the far end of its range in light; the target as a mark. */
function chart(
  pools: readonly (WhatIfPool | WhatIfScenario)[],
  targetSeconds: number,
  width: number,
  paint: Paint,
): string[] {
  const upper = (pool: WhatIfPool | WhatIfScenario): number =>
    Math.max(pool.wait.p95 ?? 0, 'range' in pool ? (pool.range.wait_p95?.[1] ?? 0) : 0);
  const most = Math.max(targetSeconds, ...pools.map(upper));
  const labels = pools.map((pool) => ('range' in pool ? poolLabel(pool) : baselineLabel(pool)));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const room = Math.max(10, width - labelWidth - 14);
  const cell = (seconds: number) => Math.round((seconds / most) * room);
  const target = Math.min(room - 1, cell(targetSeconds));
  const rows = pools.map((pool, i) => {
    const wait = pool.wait.p95;
    if (wait === null) return `${labels[i].padEnd(labelWidth)}  ?`;
    const full = wait > 0 ? Math.max(1, cell(wait)) : 0;
    const light = Math.max(full, cell(upper(pool)));
    const bar = '█'.repeat(full) + '░'.repeat(light - full) + ' '.repeat(room - light);
    const marked = bar[target] === ' ' ? `${bar.slice(0, target)}¦${bar.slice(target + 1)}` : bar;
    const meaning = wait <= targetSeconds ? 'ok' : wait <= 5 * targetSeconds ? 'warning' : 'critical';
    return `${labels[i].padEnd(labelWidth)}  ${paint(meaning, marked)}  ${time(wait)}`;
  });
  return [paint('title', `p95 wait by pool (¦ target ${time(targetSeconds)}, ░ range)`), ...rows];
}

function recommendation({ recommendation: found }: WhatIfAnswer, width: number, paint: Paint): string[] {
  if (!found) return [paint('warning', 'No recommendation (see the assumptions).')];
  return wrapText(`${paint('ok', `Recommended: ${poolName(found)}`)}, ${found.because}.`, width);
}
