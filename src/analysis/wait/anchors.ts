/**
 * Corrects the histories by the few lines that log the arrival or the wait (for example by a header that only some of the proxies set).
 * They are too few to stand for the rest. But the ratio of their true waits to the waits that the histories give them shows by how much the
 * histories are off: a ratio estimate (Cochran, Sampling Techniques, 3rd ed., 1977, chapter 6), with the histories as the auxiliary
 * variable that is known for every request.
 */
import { meanOf } from '../../core/statistics.ts';
import type { RequestTable } from '../../core/table.ts';
import type { Trace } from '../structure/trace.ts';
import type { FilteredWaits } from './filtered-waits.ts';
import { scaledWaits } from './scaled-waits.ts';

export interface Anchors {
  /** Indices of the requests in the trace; the other columns have one value for each of these. */
  readonly index: readonly number[];
  /** µs: the logged wait; NaN: the line has the arrival instead. */
  readonly wait: readonly number[];
  /** µs since 1970: the logged arrival; NaN: the line has none. */
  readonly arrival: readonly number[];
}

/** Fewer give no reliable error. */
const FEWEST = 10;
/** µs: a wait further below zero means that two clocks disagree; and the share of lines for which this may be so. */
const CLOCKS = 5_000;
const MOST_IMPOSSIBLE = 0.05;
/** µs: with a shorter mean wait in the histories a factor makes no sense. */
const NOTHING = 2_000;
const MOST_FACTOR = 30;
/** Half-width of the range in standard errors (Student with 9 degrees of freedom for ten batches, 97 %). */
const ERRORS = 2.6;
const BATCHES = 10;
/** Mean error, in ticks, of starts that follow from stamps; on top of the error of the histories. */
const START_BLUR = 0.03;
/** Factor for the 95th percentile, because the shape of the histories' waits may differ from that of the true ones. */
const P95_STRAYS = 1.4;

/** The lines that log an arrival or a wait; null: they are fewer than ten, or their clock is not the server's. */
export function anchorsOf(table: RequestTable, trace: Trace): Anchors | null {
  const index: number[] = [];
  let impossible = 0;
  for (let i = 0; i < trace.length; i++) {
    const row = trace.row[i];
    const came = table.arrival[row];
    if (came > trace.high[i] - trace.duration[i] + CLOCKS) impossible++;
    else if (table.measuredWait[row] >= 0 || Number.isFinite(came)) index.push(i);
  }
  if (index.length < FEWEST || impossible > MOST_IMPOSSIBLE * index.length) return null;
  return {
    index,
    wait: index.map((i) => table.measuredWait[trace.row[i]]),
    arrival: index.map((i) => table.arrival[trace.row[i]]),
  };
}

/** Scales the histories to the known waits; returns `found` unchanged where these say too little. */
export function heldToAnchors(found: FilteredWaits, { index, wait, arrival }: Anchors, trace: Trace): FilteredWaits {
  const { summary } = found;
  // A single wait may come out below zero, because the start is known only to a part of a tick. It is kept, so as not to bias the mean.
  const waited = index.map((i, k) => {
    const start = found.times?.start[i] ?? trace.end[i] - trace.duration[i];
    return wait[k] >= 0 ? wait[k] : start - arrival[k];
  });
  const told = index.flatMap((i, k) =>
    Number.isFinite(found.wait[i]) ? [{ is: waited[k], said: found.wait[i] }] : [],
  );
  if (told.length < FEWEST) return found;
  const is = meanOf(told.map((one) => one.is));
  const said = meanOf(told.map((one) => one.said));
  if (said < NOTHING || is < -CLOCKS) return found;
  const factor = Math.min(MOST_FACTOR, Math.max(1 / MOST_FACTOR, is / said));
  const error = errorOfMean(told.map((one) => one.is - factor * one.said));
  const blur = wait.some((one) => one >= 0) ? 0 : START_BLUR * trace.resolution;
  // The histories give the ratio of the mean wait of all requests to that of these few.
  const everybody = meanOf(found.wait.filter(Number.isFinite));
  const half = (ERRORS * error + CLOCKS + blur) * (everybody / said);
  const scaled = everybody * factor;
  const low = Math.max(0, scaled - half);
  const high = scaled + half;
  if (high - low >= summary.highMean - summary.lowMean) return found;
  const quantiles = scaled / summary.mean;
  const p95 = summary.p95 * quantiles;
  const part = (end: number) => (scaled > 0 ? p95 * (end / scaled) : end);
  const held = scaledWaits(found, factor, quantiles);
  return {
    ...held,
    summary: {
      ...held.summary,
      lowMean: low,
      highMean: high,
      lowP95: Math.min(p95, Math.max(summary.lowP95, part(low) / P95_STRAYS)),
      highP95: Math.max(p95, Math.min(summary.highP95, part(high) * P95_STRAYS + 2 * CLOCKS)),
      basis: `${summary.basis}, held to the waits that ${told.length} lines tell`,
    },
  };
}

/**
 * Standard error of the mean. Neighbours wait in the same queue, so their errors are correlated; hence batch means (Schmeiser, Operations
 * Research 30, 1982).
 */
function errorOfMean(values: readonly number[]): number {
  const batches = Math.min(BATCHES, values.length);
  const means = Array.from({ length: batches }, (_, b) => {
    const part = values.slice(
      Math.floor((b * values.length) / batches),
      Math.floor(((b + 1) * values.length) / batches),
    );
    return meanOf(part);
  });
  const middle = meanOf(means);
  const squares = means.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (batches - 1) / batches);
}
