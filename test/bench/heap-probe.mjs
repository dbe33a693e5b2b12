// Preloaded into the program under test: every ten seconds the memory that is left after a full collection, to $HEAP_FILE.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const file = process.env.HEAP_FILE;
if (isMainThread && file) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(() => {
    collect();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    appendFileSync(file, `${JSON.stringify({ second: process.uptime(), heapUsed, arrayBuffers, rss })}\n`);
  }, 10_000).unref();
}
