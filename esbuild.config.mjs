// Bundles src/ into dist/: one script for commands that end, one for commands with a screen, one for help, one for each kind of thread, and
// Ink. Importing Ink from node_modules takes about 0.6 s of the start, and from a bundle 0.03 s.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { isScreen } from './bin/run-script.js';

const root = new URL('.', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Built beside the old bundle, and moved into its place at the end, so that a running logscope never sees half a bundle.
const fresh = `dist.${process.pid}.tmp`;

/** The outlines of all layouts, which src/ingest/detect/candidates.ts would otherwise compute at each start. */
async function outlinesOfLayouts() {
  const contents = `
    import { formats } from './parsers/index.ts';
    import { parseLayout } from './src/ingest/compile/layout.ts';
    import { outlineOf } from './src/ingest/detect/outline.ts';
    const of = ({ language, layouts }) => layouts.map(({ directives }) => outlineOf(parseLayout(language, directives)));
    export default Object.fromEntries(formats.map((format) => [format.id, of(format)]));`;
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'esm', write: false });
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  return JSON.stringify(module.default);
}

const common = {
  absWorkingDir: root,
  outdir: fresh,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Identifiers are kept, so that stacks in crash reports are readable, and names need not be kept for Ink and commander at run time.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  // The sources are in the repository; including them would double the size of dist/.
  sourcesContent: false,
  // Licences have a file of their own (see licencesOf).
  legalComments: 'none',
  metafile: true,
  define: {
    'process.env.NODE_ENV': '"production"',
    __LOGSCOPE_VERSION__: JSON.stringify(version),
    __LOGSCOPE_OUTLINES__: JSON.stringify(await outlinesOfLayouts()),
  },
  // Ink only asks for this development tool if DEV=true is set.
  external: ['react-devtools-core'],
  logLevel: 'warning',
};

/** Ink awaits its layout engine when it is loaded, which only a module can do. So it remains a module beside the script. */
const inkStaysModule = {
  name: 'ink-stays-module',
  setup: ({ onResolve }) => onResolve({ filter: /\/chrome\.tsx$/ }, () => ({ path: './chrome.mjs', external: true })),
};

/**
 * simple-statistics fills a table of the normal distribution when it is loaded, which takes 1.5 ms of every start. Here the table is filled
 * on first use.
 */
const normalTableIsLate = {
  name: 'normal-table-is-late',
  setup: ({ onLoad }) =>
    onLoad({ filter: /simple-statistics\.mjs$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const filling = /^for \(var z = 0; z <= 3\.09; z \+= 0\.01\) \{\n.*\n\}$/m;
      const reading = 'function cumulativeStdNormalProbability(z) {';
      if (!filling.test(source) || !source.includes(reading))
        throw new Error('simple-statistics fills its table elsewhere');
      const contents = source
        .replace(filling, 'function fillNormalTable() {\n$&\n}')
        .replace(reading, `${reading} if (standardNormalTable.length === 0) fillNormalTable();`);
      return { contents };
    }),
};

/**
 * Leaves out of a script the code that only commands of other scripts need, so that it is not read at each start. bin/logscope.js chooses
 * the script that has the command.
 * @param {(command: string) => boolean} has whether the script has the command
 */
const programOf = (has) => ({
  name: 'commands-of-a-script',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, importer }) => {
      const command = kind === 'dynamic-import' && /\/src\/cli\/commands\/(\w+)\.ts$/.exec(importer)?.[1];
      return command && !has(command) ? { path: command, namespace: 'elsewhere' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'elsewhere' }, ({ path }) => ({
      contents: `throw new Error('${path} is in another script of dist/')`,
    }));
  },
});

/** Built as a function, which bin/run-script.js calls. */
const script = {
  ...common,
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { ...common.define, 'import.meta': '__importMeta' },
  banner: { js: '(function(require,module,__importModule,__importMeta){' },
  footer: { js: '})' },
};
const programs = { help: () => false, report: (command) => !isScreen(command), screen: isScreen };

/** The licences of all packages in the bundle, which must be passed on with it. */
function licencesOf(bundles) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.flatMap((file) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const licences = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e\b/i.test(entry));
    const text = file ? `\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n` : '';
    return `${name} ${version} (${license})\n${text}`;
  });
  return `dist/ holds code of these packages.\n\n${licences.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

const bundles = await Promise.all([
  ...Object.entries(programs).map(([name, has]) =>
    build({
      ...script,
      entryPoints: { [name]: 'src/cli/main.ts' },
      plugins: [programOf(has), inkStaysModule, normalTableIsLate],
    }),
  ),
  build({
    ...script,
    entryPoints: {
      'examine-worker': 'src/engine/examine-worker.ts',
      'range-worker': 'src/cli/range-worker.ts',
      'runs-worker': 'src/engine/runs-worker.ts',
      'truncation-worker': 'src/engine/follow/truncation-worker.ts',
    },
    plugins: [normalTableIsLate],
  }),
  build({
    ...common,
    entryPoints: { chrome: 'src/tui/chrome.tsx' },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    // What Ink imports only for its developers stays in a separate file.
    splitting: true,
    // Without a cache (in Node 20), every byte of it is read at each start.
    minifyIdentifiers: true,
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  }),
]);
for (const name of readdirSync(join(root, fresh)).filter((name) => name.endsWith('.cjs'))) {
  const path = join(root, fresh, name);
  // bin/run-script.js imports for the script, and reads it as bytes. All that esbuild leaves beyond ASCII is in regular expressions.
  const text = readFileSync(path, 'utf8')
    // Each module is an object literal with its name as the key, and V8 keeps the shapes of all of them in one list. Blanks keep the
    // columns of the source map right.
    .replace(/(?<=__esm\(\{)"[^"\\]+"(?=\(\)\{)/g, (key) => 'f'.padEnd(key.length))
    .replaceAll('import("./chrome.mjs")', '__importModule("./chrome.mjs")')
    .replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  writeFileSync(path, `${text}//${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n`);
}
writeFileSync(join(root, fresh, 'version.txt'), `${version}\n`);
writeFileSync(join(root, fresh, 'licences.txt'), licencesOf(bundles));
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(join(root, fresh), join(root, 'dist'));
// These runs make the code caches (bin/run-script.js), so that even the first start is fast.
const run = (...args) =>
  spawnSync(process.execPath, ['bin/logscope.js', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
const help = run('--help');
run('analyze', 'sample-logs/gunicorn-sync-4-burst-of-16.log');
// What bin/logscope.js prints without running the program.
if (help.status === 0) {
  writeFileSync(join(root, 'dist/help.tmp'), help.stdout);
  renameSync(join(root, 'dist/help.tmp'), join(root, 'dist/help.txt'));
}
