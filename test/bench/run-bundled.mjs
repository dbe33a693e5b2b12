/** Bundles a program of this folder and runs it, so that it measures the sources without the cost of starting. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} program file name in this folder @param {string[]} args of the program */
export async function runBundled(program, args = []) {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
  try {
    const outfile = join(folder, 'program.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    process.stdout.write(execFileSync(process.execPath, [outfile, ...args], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
