// A log cut into shards, each read on its own and joined: by pipes, by hosts, and by a real Spark cluster on this machine.
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { program, root, temporaryFolder } from '../helpers/terminal.ts';

/** A Python with pyspark, and Java: null where one of them is missing. */
const python = ((): string | null => {
  const candidate = process.env.LOGSCOPE_SPARK_PYTHON ?? 'python3';
  try {
    execFileSync(candidate, ['-c', 'import pyspark'], { stdio: 'ignore' });
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return candidate;
  } catch {
    return null;
  }
})();

let folder = '';
let shards: string[] = [];
beforeAll(() => {
  folder = temporaryFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'shards'));
  const log = join(folder, 'whole.log');
  execFileSync(process.execPath, [join(root, 'test/bench/generate.mjs'), '--mb', '1', '--seed', '11', '--out', log]);
  const lines = readFileSync(log, 'latin1').split('\n').slice(0, -1);
  const cuts = [0, 1500, 1600, 3500, lines.length];
  for (let k = 0; k + 1 < cuts.length; k++) {
    writeFileSync(join(folder, 'shards', `${k}.log`), `${lines.slice(cuts[k], cuts[k + 1]).join('\n')}\n`, 'latin1');
  }
  shards = readdirSync(join(folder, 'shards'))
    .sort()
    .map((name) => join(folder, 'shards', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zone = ['--timezone', 'UTC'];
const partialOf = async (shard: string, ...options: string[]): Promise<string> =>
  (await run(['analyze', '--partial', ...zone, ...options, '-'], { input: readFileSync(shard) })).stdout;
const joined = async (partials: readonly string[]): Promise<string> =>
  (await run(['merge', '--json', '-'], { input: partials.join('') })).stdout;

describe('shards', () => {
  it('from standard input to standard output join to what one run over all of them says', async () => {
    const partials = await Promise.all(shards.map((shard) => partialOf(shard)));
    const merged = JSON.parse(await joined(partials));
    const whole = JSON.parse((await run(['analyze', '--json', ...zone, ...shards])).stdout);
    for (const [k, input] of whole.inputs.entries()) merged.inputs[k].path = input.path;
    expect(JSON.stringify(merged)).toBe(JSON.stringify(whole));
  });

  it('may be joined in two steps', async () => {
    const partials = await Promise.all(shards.map((shard) => partialOf(shard)));
    const left = (await run(['merge', '--partial', '-'], { input: partials.slice(0, 2).join('') })).stdout;
    expect(await joined([left, ...partials.slice(2)])).toBe(await joined(partials));
  });

  it('of named hosts keep their workers apart, and name their inputs', async () => {
    const [log] = shards;
    const partials = [
      await partialOf(log, '--host', 'web-1'),
      await partialOf(log, '--host', 'web-2'),
      await partialOf(log),
    ];
    const summary = JSON.parse(await joined(partials));
    const alone = JSON.parse((await run(['analyze', '--json', ...zone, log])).stdout);
    expect(summary.inputs.map((input: { host?: string }) => input.host)).toEqual(['web-1', 'web-2', undefined]);
    expect(summary.workers.length).toBe(3 * alone.workers.length);
    const ids: string[] = summary.workers.map((worker: { id: string }) => worker.id);
    expect(ids).toContain(`web-1/${alone.workers[0].id}`);
    expect(ids).toContain(alone.workers[0].id);
    expect(summary.requests.total).toBe(3 * alone.requests.total);
  });

  it('that are no partials are refused in a sentence, exit code 3', async () => {
    const partial = await partialOf(shards[0]);
    for (const input of ['', 'nonsense\n', readFileSync(shards[0]), partial.slice(0, 500), `${partial}x\n`]) {
      const ended = await run(['merge', '--json', '-'], { input });
      expect(ended).toMatchObject({ code: 3, stdout: '' });
      expect(ended.stderr).toMatch(/^logscope: standard input .*\n$/);
    }
  });

  it('that cannot be read are told as logs that cannot be', async () => {
    for (const [path, said] of [
      ['nosuch.partial', 'there is no file nosuch.partial: check the name'],
      [folder, `${folder} is a directory: name the log files in it`],
    ]) {
      expect(await run(['merge', path])).toMatchObject({ code: 3, stdout: '', stderr: `logscope: ${said}\n` });
    }
  });

  it('of another version say which, and what to do; what is no partial at all is told what it is', async () => {
    const partial = await partialOf(shards[0]);
    const ofVersion = (version: number): string => {
      const text = gunzipSync(Buffer.from(partial, 'base64'))
        .toString('latin1')
        .replace(/\/v\d+\n/, `/v${version}\n`);
      return `${gzipSync(Buffer.from(text, 'latin1')).toString('base64')}\n`;
    };
    const said = async (input: string): Promise<string> => {
      const ended = await run(['merge', '--json', '-'], { input });
      expect(ended).toMatchObject({ code: 3, stdout: '' });
      return ended.stderr;
    };
    expect(await said(ofVersion(1))).toMatch(/a partial of version 1, of an older logscope: .* write it anew/);
    expect(await said(partial + ofVersion(9))).toMatch(
      /a partial of version 9, of a newer logscope .* update this one/,
    );
    expect(await said(partial.slice(0, 500))).toMatch(/its end is missing/);
    const summary = (await run(['analyze', '--json', ...zone, shards[0]])).stdout;
    expect(await said(summary)).toMatch(/it is a summary/);
    const ended = await run(['analyze', '-'], { input: partial });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toBe(
      'logscope: standard input is a partial, which "analyze --partial" wrote: join it with "logscope merge"\n',
    );
  });

  it('with a line without end are refused before they fill the memory', async () => {
    const path = join(folder, 'endless');
    const fd = openSync(path, 'w');
    ftruncateSync(fd, 700_000_000);
    closeSync(fd);
    const ended = await run(['merge', '--json', path]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toMatch(/^logscope: .* holds no partial: it has a line of more than 256 MB\n$/);
  });

  it.skipIf(python === null)('through a real Spark cluster give the same bytes', async () => {
    const script = join(import.meta.dirname, 'spark_shards.py');
    const { stdout } = await promisify(execFile)(
      python as string,
      [script, join(folder, 'shards'), process.execPath, program],
      { env: { ...process.env, PYSPARK_PYTHON: python as string, NODE_ENV: '' }, maxBuffer: 1 << 28 },
    );
    const partials = await Promise.all(shards.map((shard) => partialOf(shard)));
    expect(stdout).toBe(await joined(partials));
  });
  if (python === null) {
    process.stderr.write('shards through Spark: skipped, no Python with pyspark (LOGSCOPE_SPARK_PYTHON) or no Java\n');
  }
});
