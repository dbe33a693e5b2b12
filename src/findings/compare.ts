/** What changed between two logs, with tests that a knotted sample cannot fool: noise is not reported as progress. */
import { permutationTest, sampleCorrelation } from 'simple-statistics';
import { type Change, DIFF_SCHEMA, type Diff, type DiffMeasure, type DiffRoute } from '../core/diff.ts';
import type { Analysis } from '../core/finding.ts';
import { createRandom } from '../core/random.ts';
import { meanOf, quantileOf, shareScore, twoSided } from '../core/statistics.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { durationText, percentText } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { groupsOf, orNull, type Rows, rowsOf } from './rows.ts';

/** A log, examined: its analysis and its findings. */
export interface Side {
  readonly path: string;
  readonly analysis: Analysis;
  readonly findings: readonly FindingSummary[];
}

/** Chance up to which a difference counts, over all tests of a comparison together (Bonferroni). */
const LEVEL = 0.01;
/** Smaller changes are real at most, not worth a word. */
const WORTH = 0.05;
const WORTH_WAIT_SECONDS = 0.005;
const MOST_ROUTES = 50;
/** Numbers of blocks to try, most first; fewer than the last say nothing. */
const BLOCKS = [24, 16, 12, 8, 6] as const;
const LEAST_PER_BLOCK = 3;
const PERMUTATIONS = 20_000;

export function compare(before: Side, after: Side): Diff {
  const a = rowsOf(before.analysis);
  const b = rowsOf(after.analysis);
  const shared = sharedRoutes(before, after, a, b);
  // Every route brings three tests, the whole log four.
  const level = LEVEL / (4 + 3 * shared.length);
  const waits = waitRanges(before.analysis.summary, after.analysis.summary);
  const routes = shared.map(({ route, left, right }): DiffRoute => {
    const of = (members: readonly number[], column: Float64Array) =>
      members.map((i) => column[i]).filter(Number.isFinite);
    const serviceLeft = of(left, a.service);
    const serviceRight = of(right, b.service);
    return {
      route,
      requests: { before: left.length, after: right.length },
      service_time_mean: timeMeasure(serviceLeft, serviceRight, level),
      service_time_p95: {
        before: orNull(quantileOf(serviceLeft, 0.95) / 1e6),
        after: orNull(quantileOf(serviceRight, 0.95) / 1e6),
      },
      wait_mean: timeMeasure(of(left, a.wait), of(right, b.wait), level, waits),
      error_ratio: errorMeasure(errorsOf(a, left), left.length, errorsOf(b, right), right.length, level),
    };
  });
  const everything = (rows: Rows) => Array.from({ length: rows.length }, (_, i) => i);
  const finite = (column: Float64Array) => Array.from(column).filter(Number.isFinite);
  const latency = (rows: Rows) => finite(rows.service.map((micros, i) => micros + rows.wait[i]));
  const wait = timeMeasure(finite(a.wait), finite(b.wait), level, waits);
  const diff = {
    schema: DIFF_SCHEMA,
    inputs: { before: inputOf(before), after: inputOf(after) },
    server: serverOf(before.analysis.summary, after.analysis.summary),
    service_time_mean: timeMeasure(finite(a.service), finite(b.service), level),
    wait_mean: wait,
    latency_mean: timeMeasure(latency(a), latency(b), level, waits),
    error_ratio: errorMeasure(errorsOf(a, everything(a)), a.length, errorsOf(b, everything(b)), b.length, level),
    routes,
    findings: findingsOf(before.findings, after.findings),
  } as const;
  return { ...diff, verdict: verdictOf(diff, before.analysis.summary, after.analysis.summary) };
}

/** Routes of both logs, busiest first. */
function sharedRoutes(before: Side, after: Side, a: Rows, b: Rows) {
  const names = after.analysis.names.routes;
  const right = groupsOf(b.route);
  return [...groupsOf(a.route)]
    .map(([id, left]) => {
      const route = before.analysis.names.routes.text(id);
      return { route, left, right: right.get(names.find(route)) ?? [] };
    })
    .filter((pair) => pair.right.length > 0)
    .sort((x, y) => y.left.length + y.right.length - x.left.length - x.right.length)
    .slice(0, MOST_ROUTES);
}

interface WaitRanges {
  /** false: the wait is unknown in one of the logs. */
  readonly known: boolean;
  /** true: what the inference leaves open is larger than the difference. */
  readonly overlap: boolean;
  /** Both are inferred: their ranges are as wide as the errors on recorded servers. */
  readonly inferred: boolean;
}

function waitRanges(
  before: Summary | Omit<Summary, 'findings'>,
  after: Summary | Omit<Summary, 'findings'>,
): WaitRanges {
  const range = ({ wait }: Pick<Summary, 'wait'>) => [wait.low.mean ?? wait.mean, wait.high.mean ?? wait.mean] as const;
  const [low1, high1] = range(before);
  const [low2, high2] = range(after);
  const known = before.wait.method !== 'unknown' && after.wait.method !== 'unknown';
  const overlap = low1 !== null && high1 !== null && low2 !== null && high2 !== null && low1 <= high2 && low2 <= high1;
  const inferred = before.wait.method === 'inferred' && after.wait.method === 'inferred';
  return { known, overlap, inferred };
}

/** Values in µs, in the order of time; less is better. */
function timeMeasure(
  before: readonly number[],
  after: readonly number[],
  level: number,
  waits?: WaitRanges,
): DiffMeasure {
  const left = before.length > 0 ? meanOf(before) / 1e6 : null;
  const right = after.length > 0 ? meanOf(after) / 1e6 : null;
  const measure = {
    before: left,
    after: right,
    ratio: left !== null && right !== null && left > 0 ? right / left : null,
  };
  if (left === null || right === null || waits?.known === false) {
    return { ...measure, p: null, test: 'a log without these times', change: 'unknown' };
  }
  const small = Math.abs(right - left) < Math.max(WORTH * Math.max(left, right), waits ? WORTH_WAIT_SECONDS : 0);
  if (small) return { ...measure, p: null, test: 'none: a difference this small is no change', change: 'same' };
  const { p, test } = blockTest(before, after);
  if (waits?.overlap)
    return { ...measure, p, test: `${test}; the ranges of the inferred waits overlap`, change: 'unclear' };
  const direction = right < left ? 'better' : 'worse';
  // A queue that grows all along is too knotted for the test; ranges that lie apart speak for themselves.
  if (p === null && waits?.inferred) {
    return { ...measure, p, test: `${test}; the ranges of the inferred waits lie apart`, change: direction };
  }
  if (p === null || p > level) return { ...measure, p, test, change: 'unclear' };
  return { ...measure, p, test, change: direction };
}

/**
 * Permutation test of block means: neighbours are alike (a queue remembers), blocks of the log are nearly not. Blocks
 * grow until those that follow each other are no longer alike (lag-1 correlation under 0.3); without such a size, null.
 */
function blockTest(before: readonly number[], after: readonly number[]): { p: number | null; test: string } {
  for (const count of BLOCKS) {
    if (Math.min(before.length, after.length) < LEAST_PER_BLOCK * count) continue;
    const left = blockMeans(before, count);
    const right = blockMeans(after, count);
    if (Math.max(lagOne(left), lagOne(right)) > 0.3) continue;
    return { p: permuted(left, right), test: `permutation test of the means of ${count} and ${count} blocks` };
  }
  return { p: null, test: 'too few requests, or too knotted, for a test' };
}

function blockMeans(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, k) =>
    meanOf(values.slice(Math.floor((k * values.length) / count), Math.floor(((k + 1) * values.length) / count))),
  );
}

function lagOne(means: readonly number[]): number {
  if (means.every((value) => value === means[0])) return 0;
  return sampleCorrelation(means.slice(0, -1), means.slice(1)) || 0;
}

function permuted(left: number[], right: number[]): number {
  if ([...left, ...right].every((value) => value === left[0])) return 1;
  // Seeded alike for all: the same logs give the same p.
  const test = (count: number) => Math.max(1 / count, permutationTest(left, right, 'two_side', count, createRandom(1)));
  // A first look settles most: only what it cannot explain by chance is worth many permutations.
  const first = test(PERMUTATIONS / 20);
  return first > 0.05 ? first : test(PERMUTATIONS);
}

const errorsOf = (rows: Rows, members: readonly number[]): number =>
  members.filter((i) => rows.status[i] >= 500).length;

function errorMeasure(k1: number, n1: number, k2: number, n2: number, level: number): DiffMeasure {
  if (n1 === 0 || n2 === 0)
    return { before: null, after: null, ratio: null, p: null, test: 'no requests', change: 'unknown' };
  const before = k1 / n1;
  const after = k2 / n2;
  const p = twoSided(shareScore(k1, n1, k2, n2));
  const change: Change =
    k1 === 0 && k2 === 0 ? 'same' : p > level || k1 + k2 < 5 ? 'unclear' : after < before ? 'better' : 'worse';
  return { before, after, ratio: before > 0 ? after / before : null, p, test: 'z test of two shares', change };
}

const inputOf = ({ path, analysis: { summary } }: Side): Diff['inputs']['before'] => ({
  path,
  requests: summary.requests.total,
  seconds: summary.window.seconds,
  rate: summary.requests.rate.mean,
});

function serverOf(before: Omit<Summary, 'findings'>, after: Omit<Summary, 'findings'>): Diff['server'] {
  const pair = <T>(read: (summary: Omit<Summary, 'findings'>) => T) => ({ before: read(before), after: read(after) });
  const model = pair(({ server }) => server.model);
  const workers = pair(({ server }) => server.workers.value);
  const threads = pair(({ server }) => server.threads.value);
  const capacity = pair(({ server }) => server.capacity.value);
  const differs = ({ before: x, after: y }: { before: unknown; after: unknown }) =>
    x !== null && y !== null && x !== 'unknown' && y !== 'unknown' && x !== y;
  return { model, workers, threads, capacity, changed: [model, workers, threads, capacity].some(differs) };
}

function findingsOf(before: readonly FindingSummary[], after: readonly FindingSummary[]): Diff['findings'] {
  const left = new Set(before.map(({ id }) => id));
  const right = new Set(after.map(({ id }) => id));
  return {
    gone: [...left].filter((id) => !right.has(id)),
    new: [...right].filter((id) => !left.has(id)),
    still: [...right].filter((id) => left.has(id)),
  };
}

function verdictOf(
  diff: Omit<Diff, 'verdict'>,
  before: Omit<Summary, 'findings'>,
  after: Omit<Summary, 'findings'>,
): string {
  const said: string[] = [];
  if (diff.server.changed) said.push(`${poolText(before.server)} became ${poolText(after.server)}`);
  const tell = (name: string, measure: DiffMeasure, text: (value: number) => string) => {
    if (measure.change === 'better' || measure.change === 'worse') {
      said.push(`${name} went from ${text(measure.before!)} to ${text(measure.after!)} (${measure.change})`);
    }
  };
  const time = (seconds: number) => durationText(seconds * 1e6);
  tell('the mean wait', diff.wait_mean, time);
  tell('the mean service time', diff.service_time_mean, time);
  tell('errors', diff.error_ratio, percentText);
  const slower = diff.routes
    .filter(({ service_time_mean: { change } }) => change === 'worse')
    .map(({ route }) => route);
  const faster = diff.routes
    .filter(({ service_time_mean: { change } }) => change === 'better')
    .map(({ route }) => route);
  if (slower.length > 0) said.push(`slower: ${slower.slice(0, 5).join(', ')}`);
  if (faster.length > 0) said.push(`faster: ${faster.slice(0, 5).join(', ')}`);
  const rates = [before.requests.rate.mean, after.requests.rate.mean];
  const load =
    rates[0] !== null && rates[1] !== null && Math.abs(rates[1] / rates[0] - 1) > 0.1
      ? ` The load differs: ${rates[0].toFixed(1)} and ${rates[1].toFixed(1)} requests/s, so waits are not alike for that reason alone.`
      : '';
  const text = said.length > 0 ? said.join('; ') : 'Nothing changed that chance would not change as well';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.${load}`;
}
