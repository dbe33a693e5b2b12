/** Python environments for the lab, made once under the temporary folder, never in the repository. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(tmpdir(), 'logscope-lab');
const SERVERS = [
  'gunicorn',
  'uvicorn',
  'waitress',
  'paste',
  'hypercorn',
  'uwsgi',
  'granian',
  'daphne',
  'gevent',
  'flask',
  'cherrypy',
  'aiohttp',
  'tornado',
  'sanic',
];

/** Folder of the programs of an environment with all servers, or with one older gunicorn. Installs it where missing. */
export function programs(gunicornVersion = null) {
  const home = join(ROOT, gunicornVersion ? `gunicorn-${gunicornVersion}` : 'current');
  const bin = join(home, 'bin');
  if (!existsSync(join(bin, 'gunicorn'))) {
    process.stderr.write(`lab: installing servers into ${home}\n`);
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'inherit' });
    // gunicorn 20 still imports pkg_resources, which newer setuptools no longer brings.
    const wanted = gunicornVersion ? [`gunicorn==${gunicornVersion}`, 'setuptools<81', 'gevent'] : SERVERS;
    execFileSync(join(bin, 'pip'), ['install', '--quiet', ...wanted], { stdio: 'inherit' });
  }
  return bin;
}
