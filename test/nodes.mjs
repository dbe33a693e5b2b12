/**
 * Runs the end-to-end tests on other versions of Node, which the npm package `node` brings into a temporary folder.
 *   node test/nodes.mjs [--versions 20.19.0,22,24] [--tests test/e2e]
 * The bundle must be built (npm run build). Exit code 1 when a version fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { versions: { type: 'string', default: '22,24' }, tests: { type: 'string', default: 'test/e2e' } },
});
const root = fileURLToPath(new URL('..', import.meta.url));

/** Folder with the program `node` of a version, installed where it is missing. */
function folderOf(version) {
  const home = join(tmpdir(), `logscope-node-${version}`);
  const bin = join(home, 'node_modules', 'node', 'bin');
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(home, { recursive: true });
    // Its install script fetches the binary of this platform, so scripts must be allowed here.
    const args = ['install', '--no-save', '--ignore-scripts=false', '--prefix', home, `node@${version}`];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: home });
  }
  return bin;
}

const failed = [];
for (const version of values.versions.split(',')) {
  const bin = folderOf(version);
  const node = join(bin, 'node');
  console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const run = spawnSync(node, [vitest, 'run', values.tests], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (run.status !== 0) failed.push(version);
}
if (failed.length > 0) console.error(`failed on Node ${failed.join(' and ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
