/** One run of the lab: starts a server, plays a load against it, stops it, and writes the recording with its truth. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { servers } from './servers.mjs';
import { joinRows, truthOf } from './truth.mjs';
import { programs } from './venv.mjs';

const here = new URL('.', import.meta.url).pathname;
/** A server that nobody stops any more ends after this time, even when the lab was killed. */
const SERVER_LIMIT_SECONDS = 720;
const BOOT_LIMIT_MILLIS = 20_000;
const REQUEST_LINE = /GET \//;

const readJsonLines = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The workers have loaded the application when each of them has noted its boot. */
async function untilBooted(record, workers, child) {
  const deadline = Date.now() + BOOT_LIMIT_MILLIS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended at once (exit code ${child.exitCode})`);
    const boots = existsSync(record) ? readJsonLines(record).filter((note) => note.boot) : [];
    if (boots.length >= workers) return sleep(700);
    await sleep(100);
  }
  throw new Error(`the server did not start its ${workers} workers in ${BOOT_LIMIT_MILLIS / 1000} s`);
}

const running = new Set();
/** Interrupted or not: no server outlives the lab. */
process.on('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(130));

/** Signals the process group of a server; false when it is gone. */
function signal(child, name) {
  try {
    return process.kill(-child.pid, name);
  } catch {
    return false;
  }
}

/** Ends the process group of the server: politely, then for good. */
async function stop(child) {
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  for (const [name, patience] of [
    ['SIGTERM', 6000],
    ['SIGKILL', 2000],
  ]) {
    if (!signal(child, name)) break;
    await Promise.race([ended, sleep(patience)]);
  }
  running.delete(child);
}

async function playLoad(bin, spec) {
  const load = spawn(join(bin, 'python'), [join(here, 'load.py')], { stdio: ['pipe', 'inherit', 'inherit'] });
  load.stdin.end(JSON.stringify(spec));
  const [code] = await once(load, 'exit');
  if (code !== 0) throw new Error(`the load generator failed (exit code ${code})`);
}

/**
 * Records one configuration {name, note, server, workers, threads, options, load, seed, patience, clients} into the
 * folder `out`/name: access.log or server.out, error.log, article.log where asked for, requests.ndjson, truth.json.
 */
export async function record(config, out) {
  const bin = programs(config.options.gunicorn);
  const clientBin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'logscope-run-'));
  const at = (name) => join(folder, name);
  const port = await freePort();
  const { command, files = {}, model, logsTo } = servers[config.server]({ ...config, port });
  copyFileSync(join(here, 'app.py'), at('app.py'));
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const output = openSync(at('server.out'), 'w');
  const [program, ...args] = command.map(String);
  const child = spawn('timeout', ['--kill-after=10', String(SERVER_LIMIT_SECONDS), join(bin, program), ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      TZ: 'UTC',
      // gunicorn 25 and later put a control socket there.
      HOME: folder,
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPATH: folder,
      LAB_RECORD: at('notes.ndjson'),
      ...(config.options.article ? { LAB_ARTICLE: at('article.log') } : {}),
    },
  });
  running.add(child);
  try {
    await untilBooted(at('notes.ndjson'), config.workers, child);
    const { seed, patience, clients, load: phases } = config;
    await playLoad(clientBin, { port, seed, patience, clients, phases, out: at('callers.ndjson') });
    await sleep(300);
  } catch (error) {
    process.stderr.write(`${readFileSync(at('server.out'), 'utf8').slice(-2000)}\n`);
    throw error;
  } finally {
    await stop(child);
    closeSync(output);
  }

  const rows = joinRows(readJsonLines(at('callers.ndjson')), readJsonLines(at('notes.ndjson')));
  const measured = truthOf(rows);
  const logged = readFileSync(at(logsTo), 'utf8')
    .split('\n')
    .filter((line) => REQUEST_LINE.test(line)).length;
  const { name, note, server, workers, threads, seed, load, options } = config;
  const truth = { name, note, server, model, workers, threads, ...measured, logged, load, seed, options };
  const target = join(out, name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
  writeFileSync(join(target, 'requests.ndjson'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const log of ['access.log', 'error.log', 'article.log', 'server.out'])
    if (existsSync(at(log)) && statSync(at(log)).size > 0) copyFileSync(at(log), join(target, log));
  rmSync(folder, { recursive: true, force: true });
  return truth;
}
