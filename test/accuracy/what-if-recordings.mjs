/** Recordings of the lab as the what-if page reads them, and what `logscope whatif` says of their logs. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

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

const asOptions = ({ model, workers, threads }) =>
  model === 'threaded'
    ? ['--model', 'threaded', '--workers', String(workers), '--threads', String(threads)]
    : ['--model', model === 'sync' ? 'sync' : 'async', '--workers', String(Math.max(1, workers))];

/** (log, pools) => the scenario of each pool {model, workers, threads}. */
export function predictor(command) {
  const [program, ...prefix] = command.split(' ');
  return (log, pools) =>
    pools.map((pool) => {
      const args = [...prefix, 'whatif', log, ...asOptions(pool), '--json'];
      const text = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return JSON.parse(text).scenarios[0];
    });
}

export const shown = (seconds) =>
  seconds === null ? '?' : seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;

/** Rows of cells as a Markdown table; the first row is its head. */
export const table = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
