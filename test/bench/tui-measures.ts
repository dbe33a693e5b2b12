/** Shared by the measurements of the screen: lines of a log, times, and resource usage of a process. */
import { readFileSync } from 'node:fs';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `count` lines of gunicorn, stamped `at`. */
export function lines(count: number, at = new Date()): string {
  const stamp = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  let text = '';
  for (let i = 0; i < count; i++) {
    text += `127.0.0.1 - - [${stamp}] "GET /resource/${i % 50} HTTP/1.1" ${i % 97 === 0 ? 500 : 200} 512 "-" "bench" pid=<${8700 + (i % 16)}> us=${1000 + ((i * 7919) % 3000)}\n`;
  }
  return text;
}

export const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
export const quantile = (values: number[], share: number) => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] * 10) / 10;
};
export const spread = (wall: number[], own: number[]) => ({
  wall_p50_ms: quantile(wall, 0.5),
  wall_p95_ms: quantile(wall, 0.95),
  own_p50_ms: quantile(own, 0.5),
  own_p95_ms: quantile(own, 0.95),
});
/** Of Linux's clock ticks, of which there are 100 a second. */
const MS_PER_TICK = 10;
const PAGE_MB = 4096e-6;

/** Processor time of a process so far, and its resident memory. */
export function usage(pid: number): { readonly cpuMs: number; readonly residentMB: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK, residentMB: Number(fields[21]) * PAGE_MB };
}

/** How long the main thread of a process has waited for a processor so far, ms. A busy machine adds this to every figure. */
function waited(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
}

/** Time that something takes in a program, ms; and the same without the waits for a processor, of its main thread and of ours. */
export async function timed(pid: number, what: () => Promise<void>): Promise<{ wall: number; own: number }> {
  const begun = performance.now();
  const before = waited(pid) + waited(process.pid);
  await what();
  const wall = performance.now() - begun;
  return { wall, own: Math.max(0, wall - (waited(pid) + waited(process.pid) - before)) };
}
