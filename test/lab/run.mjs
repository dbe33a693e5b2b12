/** One run of the lab: starts a server, plays a load against it, stops it, and writes the recording with its truth. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, stop } from './processes.mjs';
import { proxies } from './proxies.mjs';
import { servers } from './servers.mjs';
import { joinRows, truthOf } from './truth.mjs';
import { programs } from './venv.mjs';

const here = new URL('.', import.meta.url).pathname;
const BOOT_LIMIT_MILLIS = 20_000;
// Sanic writes the whole address.
const REQUEST_LINE = /GET (http:\/)?\//;

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const linesOf = (path) => read(path).split('\n').filter(Boolean);
const notesOf = (path) => linesOf(path).map((line) => JSON.parse(line));

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function until(what, child, condition) {
  const deadline = Date.now() + BOOT_LIMIT_MILLIS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${what} ended at once (exit code ${child.exitCode})`);
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error(`${what} did not start in ${BOOT_LIMIT_MILLIS / 1000} s`);
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function playLoad(bin, spec) {
  const load = spawn(join(bin, 'python'), [join(here, 'load.py')], { stdio: ['pipe', 'inherit', 'inherit'] });
  load.stdin.end(JSON.stringify(spec));
  const [code] = await once(load, 'exit');
  if (code !== 0) throw new Error(`the load generator failed (exit code ${code})`);
}

/** Starts the server of a configuration and, where it has one, the proxy in front; the load goes to `port`. */
async function start(config, folder) {
  const at = (name) => join(folder, name);
  const bin = programs(config.options.gunicorn);
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    TZ: 'UTC',
    // gunicorn 25 and later put a control socket there.
    HOME: folder,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: folder,
    LAB_RECORD: at('notes.ndjson'),
    ...(config.options.cold ? { LAB_COLD: String(config.options.cold) } : {}),
    ...(config.options.article ? { LAB_ARTICLE: at('article.log') } : {}),
  };
  const upstream = await freePort();
  const server = servers[config.server]({ ...config, port: upstream });
  const writeFiles = (files = {}) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  };
  copyFileSync(join(here, 'app.py'), at('app.py'));
  writeFiles(server.files);
  const children = [
    launch([join(bin, server.command[0]), ...server.command.slice(1)], { folder, output: 'server.out', env }),
  ];
  let port = upstream;
  try {
    // The workers have loaded the application when each of them has noted its boot.
    const booted = () => notesOf(at('notes.ndjson')).filter((note) => note.boot).length >= config.workers;
    await until('the server', children[0], booted);
    if (config.options.front) {
      port = await freePort();
      const slots = config.workers * Math.max(1, config.threads);
      const proxy = proxies[config.options.front]({ port, upstream, slots, folder });
      writeFiles(proxy.files);
      const output = proxy.output ?? 'proxy.out';
      children.push(launch(proxy.command, { folder, output, env: { ...env, PATH: process.env.PATH } }));
      await until(config.options.front, children[1], () => accepts(port));
    }
    await sleep(700);
  } catch (error) {
    await Promise.all(children.map(stop));
    throw new Error(`${error.message}\n${read(at('server.out')).slice(-2000)}${read(at('proxy.out'))}`);
  }
  return { children, port, ...server };
}

/** Signals that a configuration has the server get under load: [seconds, 'reload' | 'kill' | 'grow'], kill: of all workers at once. */
function disturb({ options }, notesPath) {
  const send = (what) => {
    const workers = notesOf(notesPath).flatMap((note) => note.boot ?? []);
    const alive = workers.filter((pid) => existsSync(`/proc/${pid}`));
    const master = Number(read(`/proc/${alive[0]}/stat`).split(') ')[1]?.split(' ')[1]);
    if (what === 'kill') for (const pid of alive) process.kill(pid, 'SIGKILL');
    else if (master > 1 && what === 'reload') process.kill(master, 'SIGHUP');
    // One signal, one worker more: as many as there are.
    else if (master > 1) for (const i of alive.keys()) setTimeout(process.kill, 200 * i, master, 'SIGTTIN');
  };
  const timers = (options.disturbances ?? []).map(([seconds, what]) => setTimeout(send, 1000 * seconds, what));
  return () => timers.forEach(clearTimeout);
}

/**
 * Records one configuration {name, note, server, workers, threads, options, load, seed, patience, retries, skew, clients} into the
 * folder `out`/name: access.log or server.out, error.log, article.log and the proxy's log where asked for,
 * requests.ndjson, truth.json. Returns the truth.
 */
export async function record(config, out) {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-run-'));
  const at = (name) => join(folder, name);
  const { children, port, model, logsTo } = await start(config, folder);
  const calm = disturb(config, at('notes.ndjson'));
  try {
    const { seed, patience, retries, skew, clients, load: phases } = config;
    await playLoad(programs(), { port, seed, patience, retries, skew, clients, phases, out: at('callers.ndjson') });
    await sleep(300);
  } finally {
    calm();
    await Promise.all(children.map(stop));
  }

  const rows = joinRows(notesOf(at('callers.ndjson')), notesOf(at('notes.ndjson')));
  const logged = linesOf(at(logsTo)).filter((line) => REQUEST_LINE.test(line)).length;
  const { name, note, server, workers, threads, seed, load, options } = config;
  const truth = { name, note, server, model, workers, threads, ...truthOf(rows), logged, load, seed, options };
  const target = join(out, name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
  writeFileSync(join(target, 'requests.ndjson'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const log of ['access.log', 'error.log', 'article.log', 'server.out', 'nginx-access.log', 'haproxy.log'])
    if (existsSync(at(log)) && statSync(at(log)).size > 0) copyFileSync(at(log), join(target, log));
  rmSync(folder, { recursive: true, force: true });
  return truth;
}
