/** The report of `logscope whatif`: present pool and scenarios in a table, a chart of p95 waits, the recommendation. */

import { countsInTurn, poolLabel, poolName } from '../core/pool-names.ts';
import { isVagueRange } from '../core/wait-range.ts';
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

/** A measured wait has no range. */
const presentRangeText = ({ range: { wait_p95: range } }: WhatIfBaseline): string =>
  range !== null && range[0] === range[1] ? '' : rangeText(range);

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

type Ranged = WhatIfBaseline | WhatIfScenario;

/** The range is so wide that no number within it is meaningful: only its ends are shown. */
const isVague = ({ range: { wait_mean: mean } }: Ranged): boolean => mean !== null && isVagueRange(...mean);

/** The table, the chart and the recommendation of one server. */
function answer(document: WhatIfAnswer, target: number, width: number, paint: Paint): string[] {
  const { baseline, scenarios, repetitions } = document;
  // Instead of a table of question marks; the reason is among the assumptions.
  if (repetitions === 0 || !scenarios.some(isTold)) {
    const isKnown = baseline !== null && (baseline.wait.p95 !== null || baseline.latency.p95 !== null);
    return [
      ...(isKnown ? [...table({ ...document, scenarios: [] }, width, paint), ''] : []),
      paint('warning', 'No other pool can be simulated from this log (see below).'),
      '',
    ];
  }
  const pools: Ranged[] = [...(baseline ? [baseline] : []), ...scenarios];
  const labels = [...(baseline ? [baselineLabel(baseline)] : []), ...scenarios.map(poolLabel)];
  const hasWaits = pools.some(({ wait }) => wait.p95 !== null);
  return [
    ...table(document, width, paint),
    ...presentExplained(document, width, paint),
    ...(pools.some(isVague) ? wrapText(ENDS_ALONE, width).map((line) => paint('dim', line)) : []),
    '',
    ...(hasWaits ? [...chart(pools, labels, target, width, paint), ''] : []),
    ...recommendation(document, width, paint),
    '',
  ];
}

/** "4 sync, now"; for a pool that changed within the log "4, then 8 sync". */
function baselineLabel(baseline: WhatIfBaseline): string {
  const { in_turn: turns, model } = baseline;
  if (!turns) return `${poolLabel(baseline)}, now`;
  return model === 'sync'
    ? `${countsInTurn(turns.map(({ workers }) => workers))} sync`
    : `${countsInTurn(turns.map(({ slots }) => slots))} slots`;
}

/** Explains the two rows of the present pool: one is what the log shows, the other its simulation, to which the other pools compare. */
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

/** Columns that are dropped on a narrow terminal, in this order: p99 of wait and latency, p50 of the wait, answers, queue, busy. */
const DISPENSABLE = [5, 8, 3, 9, 10, 1] as const;
const ENDS_ALONE = 'Where a range reaches so far, no number between its ends is a measure, and none is told.';
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
  const cells = (pool: Ranged, name: string, range: string) => {
    const { wait, latency, peak_queue: queue } = pool;
    const times = [wait.mean, wait.p50, wait.p95, wait.p99, latency.p50, latency.p95, latency.p99];
    const isUntold = isVague(pool);
    return [
      name,
      pool.utilisation === null ? '-' : percentText(pool.utilisation),
      ...times.map((one) => (isUntold ? '?' : time(one))),
      pool.throughput === null ? '?' : roundText(pool.throughput),
      queue === null || isUntold ? '?' : String(queue),
      range,
    ];
  };
  const body = [
    ...(baseline ? [cells(baseline, baselineLabel(baseline), presentRangeText(baseline))] : []),
    ...scenarios.map((scenario) => cells(scenario, poolLabel(scenario), rangeText(scenario.range.wait_p95))),
  ];
  // Columns in which nothing is known are left out.
  const told = head.flatMap((_, column) =>
    column === 0 || body.some((row) => !UNTOLD.has(row[column])) ? [column] : [],
  );
  const rows = [head, ...body].map((row) => told.map((column) => row[column]));
  const dispensable = DISPENSABLE.map((column) => told.indexOf(column)).filter((column) => column >= 0);
  const [first, ...rest] = alignWithin(rows, width, dispensable);
  return [paint('dim', first), ...rest];
}

/** One bar per pool, the upper end of its range in a light shade; the target is a mark. */
function chart(
  pools: readonly Ranged[],
  labels: readonly string[],
  targetSeconds: number,
  width: number,
  paint: Paint,
): string[] {
  const upper = ({ wait, range }: Ranged): number => Math.max(wait.p95 ?? 0, range.wait_p95?.[1] ?? 0);
  const most = Math.max(targetSeconds, ...pools.map(upper));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const said = pools.map((pool) => (isVague(pool) ? rangeText(pool.range.wait_p95) : time(pool.wait.p95)));
  const room = Math.max(10, width - labelWidth - 4 - Math.max(10, ...said.map((text) => text.length)));
  const cell = (seconds: number) => Math.round((seconds / most) * room);
  const target = Math.min(room - 1, cell(targetSeconds));
  const rows = pools.map((pool, i) => {
    if (pool.wait.p95 === null) return `${labels[i].padEnd(labelWidth)}  ?`;
    const wait = isVague(pool) ? (pool.range.wait_p95?.[0] ?? 0) : pool.wait.p95;
    const full = wait > 0 ? Math.max(1, cell(wait)) : 0;
    const light = Math.max(full, cell(upper(pool)));
    const bar = '█'.repeat(full) + '░'.repeat(light - full) + ' '.repeat(room - light);
    const marked = bar[target] === ' ' ? `${bar.slice(0, target)}¦${bar.slice(target + 1)}` : bar;
    const worst = isVague(pool) ? upper(pool) : wait;
    const meaning = worst <= targetSeconds ? 'ok' : worst <= 5 * targetSeconds ? 'warning' : 'critical';
    return `${labels[i].padEnd(labelWidth)}  ${paint(meaning, marked)}  ${said[i]}`;
  });
  return [paint('title', `p95 wait by pool (¦ target ${time(targetSeconds)}, ░ range)`), ...rows];
}

function recommendation({ recommendation: found }: WhatIfAnswer, width: number, paint: Paint): string[] {
  if (!found) return [paint('warning', 'No recommendation (see the assumptions).')];
  return wrapText(`${paint('ok', `Recommended: ${poolName(found)}`)}, ${found.because}.`, width);
}
