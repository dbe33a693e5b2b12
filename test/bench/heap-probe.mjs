// Preloaded into the program under test. Every ten seconds it appends to $HEAP_FILE the memory that is left after a full collection, the
// number of handles that keep the loop alive, and the processor time.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const file = process.env.HEAP_FILE;
if (isMainThread && file) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    const handles = process.getActiveResourcesInfo().length;
    const coreShare = Math.round((user + system) / 1e5) / 100;
    collect();
    before = process.cpuUsage();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    appendFileSync(
      file,
      `${JSON.stringify({ second: process.uptime(), heapUsed, arrayBuffers, rss, handles, coreShare })}\n`,
    );
  }, 10_000).unref();
}
