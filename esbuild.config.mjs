// Bundles src/ into dist/, split by command, so that a command loads only what it needs:
// importing Ink from node_modules costs about 0.6 s of start-up, from a bundle 0.03 s.
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Built beside the old bundle and put in its place at the end, so that a running logscope never sees half a bundle.
const fresh = `dist.${process.pid}.tmp`;
await build({
  absWorkingDir: new URL('.', import.meta.url).pathname,
  entryPoints: {
    main: 'src/cli/main.ts',
    'examine-worker': 'src/engine/examine-worker.ts',
    'range-worker': 'src/cli/range-worker.ts',
  },
  outdir: fresh,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  keepNames: true,
  sourcemap: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', __LOGSCOPE_VERSION__: JSON.stringify(version) },
  // Ink asks for this development tool only when DEV=true is set.
  external: ['react-devtools-core'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
renameSync(new URL(fresh, import.meta.url), new URL('dist', import.meta.url));
