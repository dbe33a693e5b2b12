/** What is inferred from the log that gunicorn would have written for a simulated pool. */
import { meanOf } from '../../src/core/statistics.ts';
import { inferLog } from './infer-log.ts';
import { type PoolSpec, simulatePool, writeLog } from './simulate-pool.ts';
import { EPOCH } from './simulated-table.ts';

const view = { stampTick: 1, durationTick: 1e-6, stamp: 'end', pid: true, duration: true } as const;

/** The inference, and the true mean wait in µs. @param addressOf address of the caller of the k-th line */
export function toldOf(spec: PoolSpec, addressOf: (k: number) => string = () => '127.0.0.1') {
  const { requests } = writeLog(simulatePool(spec), view, spec.seed);
  const lines = requests.map(({ start, end, worker, route }, k) => {
    const stamp = new Date((EPOCH / 1e6 + Math.floor(end)) * 1000).toISOString();
    const day = `${stamp.slice(8, 10)}/Nov/${stamp.slice(0, 4)}:${stamp.slice(11, 19)}`;
    return `${addressOf(k)} - - [${day} +0000] "GET /r${route} HTTP/1.1" 200 5 "-" "-" pid=<${100 + worker}> us=${Math.floor(1e6 * (end - start))}\n`;
  });
  const truth = 1e6 * meanOf(Float64Array.from(requests, ({ start, send }) => start - send));
  return { ...inferLog(lines.join('')), truth };
}
