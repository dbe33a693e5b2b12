// Figures of the terminal UI: cost of a frame, first frame, key to screen under load, idle, memory.
//   node test/bench/tui.mjs            all but the soak (about a minute)
//   node test/bench/tui.mjs frame      the cost of a frame alone
//   node test/bench/tui.mjs program key   of the program, what begins with "key" (first frame, answer, key, idle)
//   node test/bench/tui.mjs soak 600   memory over so many seconds at 5,000 lines/s; "soak 600 2000": at 2,000
//   node test/bench/tui.mjs soak 600 replay   the same of a replay that loops at x1000
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
const [what = 'all', ...rest] = process.argv.slice(2);

async function run(name, args = []) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(root, `test/bench/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    define: {
      'process.env.NODE_ENV': '"production"',
      'import.meta.dirname': JSON.stringify(join(root, 'test/helpers')),
    },
    external: ['@lydell/node-pty', '@xterm/headless', 'react-devtools-core'],
    nodePaths: [join(root, 'node_modules')],
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
    logLevel: 'error',
  });
  const modules = join(folder, 'node_modules');
  try {
    (await import('node:fs')).symlinkSync(join(root, 'node_modules'), modules);
  } catch {
    // It exists from the previous run.
  }
  const text = execFileSync(process.execPath, ['--expose-gc', outfile, ...args], {
    encoding: 'utf8',
    cwd: root,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(text.trim().split('\n').at(-1));
}

try {
  if (what === 'all' || what === 'frame') console.table(await run('tui-frame', rest));
  if (what === 'all' || what === 'program') console.table(await run('tui-program', rest));
  if (what === 'soak') console.table(await run('tui-program', ['soak', ...rest]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
