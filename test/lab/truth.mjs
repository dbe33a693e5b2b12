/** The truth of a run, computed from what the callers and the application noted about each request. */

/** Value at share `p` of an ascending list. */
const quantile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
const round4 = (x) => Math.round(x * 1e4) / 1e4;

/** Mean, median, 95th percentile and maximum of a list of seconds. */
export function spread(seconds) {
  if (seconds.length === 0) return { mean: null, p50: null, p95: null, max: null };
  const sorted = Float64Array.from(seconds).sort();
  const mean = sorted.reduce((a, b) => a + b, 0) / sorted.length;
  return {
    mean: round4(mean),
    p50: round4(quantile(sorted, 0.5)),
    p95: round4(quantile(sorted, 0.95)),
    max: round4(sorted.at(-1)),
  };
}

/** The largest number of half-open intervals [from, to) that overlap. */
function peakOverlap(intervals) {
  const edges = intervals.flatMap(([from, to]) => [
    [from, 1],
    [to, -1],
  ]);
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let inside = 0;
  let peak = 0;
  for (const [, step] of edges) {
    inside += step;
    peak = Math.max(peak, inside);
  }
  return peak;
}

/**
 * Joins the callers' rows {id, path, send, done, status} with the application's notes {id, start, pid, thread} and
 * {id, end}. A request whose worker was killed ends when its caller saw the connection close.
 */
export function joinRows(callers, notes) {
  const byId = new Map();
  for (const { id, ...rest } of notes) if (id !== undefined) byId.set(id, { ...byId.get(id), ...rest });
  return callers
    .map(({ id, ...row }) => {
      const note = byId.get(id);
      return note?.start === undefined ? row : { ...row, ...note, end: note.end ?? row.done };
    })
    .sort((a, b) => a.send - b.send);
}

/**
 * What happened in a run. The wait is the time from the caller's connect to the moment the application started; the
 * service time is the time in the application. Requests that never reached the application count in `requests` alone.
 */
export function truthOf(rows) {
  const served = rows.filter((row) => row.start !== undefined);
  const seconds = Math.max(...rows.map((row) => row.done)) - Math.min(...rows.map((row) => row.send));
  return {
    requests: rows.length,
    answered: served.length,
    pids: new Set(served.map((row) => row.pid)).size,
    seconds: Math.round(seconds * 1e3) / 1e3,
    throughput_rps: Math.round((served.length / seconds) * 1e3) / 1e3,
    peak_concurrency: peakOverlap(served.map((row) => [row.start, row.end])),
    peak_queue: peakOverlap(served.map((row) => [row.send, row.start])),
    wait_seconds: spread(served.map((row) => row.start - row.send)),
    service_seconds: spread(served.map((row) => row.end - row.start)),
  };
}
