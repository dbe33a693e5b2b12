/** How many requests per second the simulation of `whatif` replays. */
import { runBundled } from './run-bundled.mjs';

await runBundled('simulate-program.ts');
