/** Bundles live-window-program.ts and runs it: how many requests a second the simulation of `whatif` replays. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
try {
  const outfile = join(folder, 'live-window.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('live-window-program.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  process.stdout.write(execFileSync(process.execPath, [outfile], { encoding: 'utf8' }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
