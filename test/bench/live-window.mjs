/** Cost of examining a live window in ms, for the pools whose names contain the argument, or for all. */
import { runBundled } from './run-bundled.mjs';

await runBundled('live-window-program.ts', process.argv.slice(2));
