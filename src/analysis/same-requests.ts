/**
 * Two logs of the same requests: that of the application, and that of the proxy in front of it. Read together they would count everything
 * twice. They are compared with what two servers that share the traffic would write:
 *
 * - Routes. In each second the lines of both logs are pooled. If the requests were different, chance would decide which line stands in
 * which log: of the c lines of a route among T lines, the first log, which has A of the T, would have A c / T, with the hypergeometric
 * variance A B c (T - c) / (T² (T - 1)). If the requests are the same, each log has half of each route's lines, and the squared differences
 * are far below that variance. Requests dealt in turn to two servers agree in number, but not in their routes.
 *
 * - Durations. Requests of one route that end in the same second are paired in line order. A proxy waits at least as long as the
 * application works, so its duration is the shorter one in hardly any pair. If each line is paired with the next one instead, it is in
 * many.
 */
import type { Dictionary } from '../core/dictionary.ts';
import { medianOf } from '../core/statistics.ts';
import { instantOf, type RequestTable } from '../core/table.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';
import { ROUNDING, seenFor, type Twin } from './align-requests.ts';

/** µs: smallest width of the cells in which lines are compared; and how many lines of both logs a cell should hold on average. */
const SECOND = 1_000_000;
const IN_CELL = 8;
/**
 * Factors for the width. If one log stamps the start, its ends are known only to a second, which need not be the same second in the other
 * log.
 */
const WIDER = [1, 4];
/** The squared differences may be at most this share of what chance makes, and must lie this many standard deviations below it. */
const MOST_OF_CHANCE = 0.5;
const DEVIATIONS = 5;
/** Share of the requests of the shorter log that must have a twin in their cell. */
const LEAST_TWINS = 0.5;
/** The two lines of a request lie less than this many cells apart. */
const MOST_CELLS = 3;
/** Fewest pairs with the next line in which the proxy is quicker, and how many true pairs may be so, as a share of these. */
const FEWEST_ODD = 20;
const MOST_ODD = 0.1;

export interface LoggedRequests {
  readonly rows: RequestTable;
  readonly routes: Dictionary;
}

/** As many lines of one route in both logs at about the same moment: they are of the same requests, in unknown order. */
export interface TwinGroup {
  readonly one: readonly number[];
  readonly other: readonly number[];
}

export interface SameRequests {
  /** Share of the requests of the shorter log (within the time of both) that the other one has as well, 0..1. */
  readonly share: number;
  /** Lines that surely are of the same requests: those of one route that ended at about the same time. */
  readonly groups: readonly TwinGroup[];
  /** Median of how much longer the durations of the second log are, µs; NaN: not both have durations. */
  readonly longer: number;
}

/** The rows of one route in one cell, in the order of their lines. */
interface Cell {
  readonly one: number[];
  readonly other: number[];
}

/** null: nothing shows that the requests are the same. */
export function sameRequests(one: LoggedRequests, other: LoggedRequests): SameRequests | null {
  for (const wider of WIDER) {
    const same = sameInCells(one, other, cellsOf(one, other, wider));
    if (same) return same;
  }
  return null;
}

function sameInCells(one: LoggedRequests, other: LoggedRequests, cells: Cells): SameRequests | null {
  const groups = groupsIn(cells);
  const twins = groups.flatMap(inOrder);
  let matched = 0;
  const total = { one: 0, other: 0 };
  for (const routes of cells.values()) {
    for (const cell of routes.values()) {
      total.one += cell.one.length;
      total.other += cell.other.length;
      matched += Math.min(cell.one.length, cell.other.length);
    }
  }
  const share = matched / Math.min(total.one, total.other);
  if (!(share >= LEAST_TWINS)) return null;
  const extra = twins
    .map((twin) => seenFor(other.rows, twin.other) - seenFor(one.rows, twin.one))
    .filter(Number.isFinite);
  const longer = medianOf(extra);
  if (!agreeInRoutes(cells) && !(agreeInNumber(cells) && agreeInDurations(one.rows, other.rows, twins, longer < 0)))
    return null;
  return { share, groups, longer };
}

/** Pairs the lines of both logs in their order. */
const inOrder = ({ one, other }: TwinGroup): Twin[] => one.map((row, k) => ({ one: row, other: other[k] }));

/** Groups the lines of one route until both logs have equally many: the two lines of a request may fall into different cells. */
function groupsIn(cells: Cells): TwinGroup[] {
  const groups: TwinGroup[] = [];
  const waiting = new Map<string, { since: number; one: number[]; other: number[] }>();
  for (const index of [...cells.keys()].sort((a, b) => a - b)) {
    for (const [route, cell] of cells.get(index)!) {
      const before = waiting.get(route);
      const { since, one, other } =
        before && index - before.since < MOST_CELLS ? before : { since: index, one: [], other: [] };
      one.push(...cell.one);
      other.push(...cell.other);
      if (one.length === other.length) {
        if (one.length > 0) groups.push({ one, other });
        waiting.delete(route);
      } else waiting.set(route, { since, one, other });
    }
  }
  return groups;
}

/** Cell of time → route → its rows. Only routes that both logs have, in minutes in which both have lines. */
function cellsOf(one: LoggedRequests, other: LoggedRequests, wider: number): Map<number, Map<string, Cell>> {
  // If the ends in one log are unknown, starts are compared with starts.
  const byStart = [one, other].some(({ rows }) => mostlyWithoutEnd(rows));
  const at = ({ rows }: LoggedRequests, row: number) => (byStart ? rows.start[row] : instantOf(rows, row));
  const minutes = (log: LoggedRequests) => {
    const found = new Set<number>();
    for (let row = 0; row < log.rows.length; row++) found.add(Math.floor(at(log, row) / MICROS_PER_MINUTE));
    return found;
  };
  const [mine, theirs] = [minutes(one), minutes(other)];
  const names = (log: LoggedRequests) =>
    new Set(Array.from(new Set(log.rows.route.subarray(0, log.rows.length)), (id) => nameOf(log, id)));
  const [myRoutes, theirRoutes] = [names(one), names(other)];
  const isKnown = (name: string | null): name is string => name !== null && myRoutes.has(name) && theirRoutes.has(name);
  const taken = (log: LoggedRequests) => {
    const rows: { row: number; name: string; instant: number }[] = [];
    for (let row = 0; row < log.rows.length; row++) {
      const instant = at(log, row);
      const minute = Math.floor(instant / MICROS_PER_MINUTE);
      const name = nameOf(log, log.rows.route[row]);
      // A line without a time cannot be found in the other log.
      if (!Number.isNaN(minute) && mine.has(minute) && theirs.has(minute) && isKnown(name))
        rows.push({ row, name, instant });
    }
    return rows;
  };
  const rows = { one: taken(one), other: taken(other) };
  const count = rows.one.length + rows.other.length;
  // Whole seconds, so that no tick of usual stamps lies across a border.
  const width =
    wider * SECOND * Math.max(1, Math.round((IN_CELL * spanOf([...rows.one, ...rows.other])) / (count * SECOND)));
  const cells = new Map<number, Map<string, Cell>>();
  for (const side of ['one', 'other'] as const) {
    for (const { row, name, instant } of rows[side]) {
      const index = Math.floor(instant / width);
      const routes = cells.get(index) ?? new Map<string, Cell>();
      cells.set(index, routes);
      const cell = routes.get(name) ?? { one: [], other: [] };
      routes.set(name, cell);
      cell[side].push(row);
    }
  }
  return cells;
}

function mostlyWithoutEnd({ length, end }: RequestTable): boolean {
  let without = 0;
  for (let row = 0; row < length; row++) if (Number.isNaN(end[row])) without++;
  return 2 * without > length;
}

function spanOf(rows: readonly { readonly instant: number }[]): number {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { instant } of rows) {
    first = Math.min(first, instant);
    last = Math.max(last, instant);
  }
  return Math.max(0, last - first);
}

const nameOf = ({ routes }: LoggedRequests, id: number): string | null => (id < 0 ? null : routes.text(id));

type Cells = ReadonlyMap<number, ReadonlyMap<string, Cell>>;

const sizeIn = (routes: ReadonlyMap<string, Cell>, side: keyof Cell): number =>
  Array.from(routes.values()).reduce((sum, cell) => sum + cell[side].length, 0);

function agreeInRoutes(cells: Cells): boolean {
  let [squares, chance, variance] = [0, 0, 0];
  for (const routes of cells.values()) {
    const [a, b] = [sizeIn(routes, 'one'), sizeIn(routes, 'other')];
    const all = a + b;
    if (a === 0 || b === 0) continue;
    const drawn = (a * b) / (all - 1);
    let [p2, p3] = [0, 0];
    for (const { one, other } of routes.values()) {
      const p = (one.length + other.length) / all;
      squares += (one.length - a * p) ** 2;
      chance += drawn * p * (1 - p);
      p2 += p * p;
      p3 += p * p * p;
    }
    // Variance of the squares of a draw with covariances drawn · (p (1 - p), -p q): twice the trace of that matrix squared.
    variance += 2 * drawn * drawn * (p2 - 2 * p3 + p2 * p2);
  }
  return isFarBelow(squares, chance, variance);
}

/** Chance: the difference of two independent streams of callers has their sum as its variance. */
function agreeInNumber(cells: Cells): boolean {
  let [squares, chance, variance] = [0, 0, 0];
  for (const routes of cells.values()) {
    const [a, b] = [sizeIn(routes, 'one'), sizeIn(routes, 'other')];
    squares += (a - b) ** 2;
    chance += a + b;
    variance += 2 * (a + b) ** 2;
  }
  return isFarBelow(squares, chance, variance);
}

/**
 * Treats a sum of squares as chi-squared, with the degrees of freedom that its mean and variance give, and converts it to normal deviations
 * (Wilson & Hilferty 1931).
 */
function isFarBelow(squares: number, chance: number, variance: number): boolean {
  if (!(chance > 0 && squares <= MOST_OF_CHANCE * chance)) return false;
  const spread = variance / (9 * chance * chance);
  return (1 - spread - Math.cbrt(squares / chance)) / Math.sqrt(spread) >= DEVIATIONS;
}

/** `firstIsProxy`: the durations of the first log are the longer ones. */
function agreeInDurations(
  one: RequestTable,
  other: RequestTable,
  twins: readonly Twin[],
  firstIsProxy: boolean,
): boolean {
  const sign = firstIsProxy ? -1 : 1;
  const isOdd = (a: number, b: number) => sign * (seenFor(other, b) - seenFor(one, a)) < -ROUNDING;
  const odd = twins.filter((twin) => isOdd(twin.one, twin.other)).length;
  const oddWithNext = twins.filter((twin, k) => k > 0 && isOdd(twins[k - 1].one, twin.other)).length;
  return oddWithNext >= FEWEST_ODD && odd <= MOST_ODD * oddWithNext;
}
