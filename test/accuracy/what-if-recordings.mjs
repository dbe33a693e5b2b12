/** Recordings of the lab as the what-if page reads them, and the answers of `logscope whatif` for their logs. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const recordingsIn = (folders) =>
  folders
    .flatMap((folder) => readdirSync(folder).map((name) => ({ name, folder: join(folder, name) })))
    .filter(({ folder }) => existsSync(join(folder, 'truth.json')))
    .map(({ name, folder }) => ({
      name,
      truth: JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')),
      log: ['access.log', 'server.out']
        .map((file) => join(folder, file))
        .find((file) => existsSync(file) && statSync(file).size > 0),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** A server of the lab, as a pool to ask for. */
const poolOf = ({ model, workers, threads }) => ({
  model: model === 'thread-per-request' ? 'async' : model,
  workers: Math.max(1, workers),
  threads: model === 'threaded' ? threads : 1,
});

/** (log, pools) => the scenario of each pool {model, workers, threads}; the sources are bundled for it. */
export async function predictor() {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-what-if-'));
  try {
    const outfile = join(folder, 'predict.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('what-if-predict.ts', import.meta.url))],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    const { predict } = await import(outfile);
    return (log, pools) => predict(log, pools.map(poolOf));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const shown = (seconds) =>
  seconds === null ? '?' : seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;

/** Rows of cells as a Markdown table; the first row is the header. */
export const table = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
