/**
 * How much address space this process may still reserve if that is limited (`ulimit -v`). V8 ends the whole process if a new thread or a
 * growing heap does not get what it reserves; and each memory for kernels reserves more than everything else together, whatever its size.
 * So both ask here first.
 */
import { readFileSync } from 'node:fs';

const GIB = 2 ** 30;
/** A memory of WebAssembly reserves 8 GiB and 2 GiB around them, so that no access needs a check. */
const KERNEL_BYTES = 10.5 * GIB;
/** What must be left besides, for new threads and growing heaps. */
const BESIDE_KERNEL_BYTES = 6 * GIB;
/** A thread reserves 0.9 GiB, and its heap grows. */
export const THREAD_BYTES = 1.5 * GIB;

let limit: number | null = null;

/** Bytes; Infinity: there is no limit, or the system does not say. */
export function addressSpaceLeft(): number {
  limit ??= numberIn('/proc/self/limits', /^Max address space +(\d+)/m);
  return limit === Number.POSITIVE_INFINITY
    ? limit
    : limit - 1024 * numberIn('/proc/self/status', /^VmSize:\s+(\d+) kB/m);
}

function numberIn(path: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(path, 'latin1'))?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export const isRoomForKernels = (): boolean => addressSpaceLeft() >= KERNEL_BYTES + BESIDE_KERNEL_BYTES;
