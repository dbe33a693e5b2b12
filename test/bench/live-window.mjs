/** What an examination of a live window costs, ms; of the pools whose name contains the argument, or of all. */
import { runBundled } from './run-bundled.mjs';

await runBundled('live-window-program.ts', process.argv.slice(2));
