// What a start does beside its work: code caches that may be missing, refused or impossible to write; and how it ends.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, TerminalProgram, temporaryFolder } from '../helpers/terminal.ts';

let folder = '';
/** A logscope of our own, whose caches nobody else writes. */
let program = '';
let cache = '';
let home = '';
const sample = join(root, 'sample-logs/gunicorn-sync-4-burst-of-16.log');

const run = (args: readonly string[], env: Record<string, string> = {}, flags: readonly string[] = []) =>
  spawnSync(process.execPath, [...flags, program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '', HOME: home, XDG_CACHE_HOME: '', ...env },
  });
const report = (env: Record<string, string> = {}, flags: readonly string[] = []): string => {
  const { status, stdout, stderr } = run(['analyze', '--json', sample], env, flags);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};
const caches = (place = cache): string[] => (existsSync(place) ? readdirSync(place) : []);

beforeAll(() => {
  if (!existsSync(join(root, 'dist/report.cjs'))) execFileSync('npm', ['run', 'build'], { cwd: root });
  folder = temporaryFolder();
  for (const part of ['bin', 'dist']) cpSync(join(root, part), join(folder, part), { recursive: true });
  program = join(folder, 'bin/logscope.js');
  cache = join(folder, 'dist/cache');
  home = join(folder, 'home');
  rmSync(cache, { recursive: true, force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the code cache', () => {
  it('is made by the first run of a command, and gives the same output', () => {
    const without = report({ NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(caches()).toEqual([]);
    expect(report()).toBe(without);
    expect(caches()).toHaveLength(1);
    expect(caches()[0]).toMatch(/^report-analyze-/);
    const made = statSync(join(cache, caches()[0]));
    expect(report()).toBe(without);
    // It was taken: a refused one is written anew.
    expect(statSync(join(cache, caches()[0])).ino).toBe(made.ino);
  });

  it('of a long log, for which V8 is set otherwise meanwhile, is taken too', () => {
    const log = join(root, 'sample-logs/waitress-16-threads-ramp.log');
    rmSync(cache, { recursive: true, force: true });
    const { stdout } = run(['analyze', '--json', log]);
    const made = statSync(join(cache, caches()[0]));
    expect(run(['analyze', '--json', log]).stdout).toBe(stdout);
    expect(statSync(join(cache, caches()[0])).ino).toBe(made.ino);
  });

  it('that is cut off is refused and made anew', () => {
    const whole = report();
    const path = join(cache, caches()[0]);
    const { size } = statSync(path);
    for (const rest of [0, 10, 100, Math.floor(size / 2)]) {
      truncateSync(path, rest);
      expect(report()).toBe(whole);
      expect(statSync(path).size).toBeGreaterThan(size / 2);
    }
  });

  it('of other flags of V8 is refused', () => expect(report({}, ['--no-opt'])).toBe(report()));

  it('of another build is not taken, and goes when there is a new one', () => {
    const whole = report();
    const [old] = caches();
    const script = join(folder, 'dist/report.cjs');
    const text = readFileSync(script, 'utf8');
    // Another script of the same length: V8 itself would take the cache for it.
    const changed = text.replace('name:"logscope"', 'name:"LOGSCOPE"').replace(/[0-9a-f]{16}\n$/, '0123456789abcdef\n');
    expect(changed).not.toBe(text);
    writeFileSync(script, changed);
    try {
      expect(report()).toBe(whole.replace('"name":"logscope"', '"name":"LOGSCOPE"'));
      expect(caches()).toHaveLength(1);
      expect(caches()[0]).not.toBe(old);
    } finally {
      writeFileSync(script, text);
    }
    expect(report()).toBe(whole);
  });

  it('is kept in the folder of the user where ours cannot be written, and nowhere where that cannot either', () => {
    const whole = report();
    rmSync(cache, { recursive: true });
    // A file where the folder should be: root may write into folders that say no.
    writeFileSync(cache, '');
    try {
      expect(report()).toBe(whole);
      expect(caches(join(home, '.cache/logscope'))).toHaveLength(1);
      const elsewhere = join(folder, 'elsewhere');
      expect(report({ XDG_CACHE_HOME: elsewhere })).toBe(whole);
      expect(caches(join(elsewhere, 'logscope'))).toHaveLength(1);
      expect(report({ XDG_CACHE_HOME: cache })).toBe(whole);
      expect(report({ HOME: '' })).toBe(whole);
    } finally {
      rmSync(cache);
    }
  });

  it('is not made of wrong usage', () => {
    rmSync(cache, { recursive: true, force: true });
    expect(run(['analyse', sample]).status).toBe(2);
    expect(run(['../../x']).status).toBe(2);
    expect(caches()).toEqual([]);
    expect(run(['help', 'tail']).status).toBe(0);
    expect(caches().map((name) => name.split('-')[1])).toEqual(['help']);
  });

  it('serves the threads, too', () => {
    const log = join(folder, 'large.log');
    writeFileSync(log, '');
    const block = readFileSync(sample, 'utf8').repeat(2000);
    // So much that the other thread is there before this one has read all.
    while (statSync(log).size < 160 << 20) appendFileSync(log, block);
    const of = (threads: number) => run(['analyze', '--json', '--threads', String(threads), log]).stdout;
    const one = of(1);
    expect(JSON.parse(one).requests.total).toBeGreaterThan(100_000);
    const isThere = () => caches().some((name) => name.startsWith('range-worker-thread-'));
    // On a busy machine one thread may have read all before the other one is there.
    for (let tries = 0; tries < 8 && !isThere(); tries++) expect(of(2)).toBe(one);
    expect(isThere()).toBe(true);
    expect(of(2)).toBe(one);
  });
});

describe('the program', () => {
  it('holds little memory outside V8 for a small log, plain or packed', () => {
    // With a few MB more V8 wants to collect garbage while the process ends, and Node 20 then waited for ever in one run of fifty.
    const watch = join(folder, 'watch.cjs');
    writeFileSync(watch, "process.on('exit', () => console.error(process.memoryUsage().external));");
    const text = readFileSync(sample);
    const packed = join(folder, 'small.log.gz');
    writeFileSync(packed, gzipSync(text));
    for (const log of [sample, packed, join(root, 'sample-logs/waitress-16-threads-ramp.log')]) {
      // The second run has its code cache, as all but the first do.
      run(['analyze', '--json', log]);
      const { stderr } = run(['analyze', '--json', log], {}, ['-r', watch]);
      expect([log, Number(stderr) / 1e6 < 7]).toEqual([log, true]);
      expect(Number(stderr)).toBeGreaterThan(0);
    }
  });

  it('finds a command behind whatever stands in front of it', () => {
    const { stdout } = run(['formats']);
    expect(stdout).toContain('gunicorn');
    expect(run(['--', 'formats']).stdout).toBe(stdout);
    expect(run(['help', 'tail']).stdout).toBe(run(['tail', '--help']).stdout);
    expect(run(['help']).stdout).toBe(run(['--help']).stdout);
    expect(run(['-V']).stdout).toBe(run(['--version']).stdout);
    const unknown = run(['--no-such-option', 'replay', 'x']);
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('--no-such-option')]);
  });

  it('says without the texts that the build wrote down what it says with them', () => {
    const questions = [['--help'], ['-h'], ['help'], ['--version'], ['-V']];
    const said = () => questions.map((args) => run(args)).map(({ status, stdout, stderr }) => [status, stdout, stderr]);
    const before = said();
    const texts = ['help.txt', 'version.txt'].map((name) => join(folder, 'dist', name));
    for (const text of texts) rmSync(text);
    try {
      expect(said()).toEqual(before);
    } finally {
      for (const text of texts) cpSync(join(root, 'dist', basename(text)), text);
    }
    expect(before[0]).toEqual([0, expect.stringContaining('Exit codes'), '']);
    expect(run(['--help', '--no-such-option']).stdout).toBe(before[0][1]);
  });

  it('knows signs beyond ASCII in what it is asked', () => {
    const { status, stdout } = run(['check', '--max-mean-wait', '7000µs', sample]);
    expect(stdout).toContain('limit is 7 ms');
    expect(status).toBe(1);
  });

  it('runs through a link, from another folder, and says when it is not built', () => {
    const link = join(folder, 'logscope');
    symlinkSync(program, link);
    chmodSync(program, 0o755);
    expect(execFileSync(process.execPath, [link, '--version'], { encoding: 'utf8', cwd: '/' })).toMatch(/^\d+\.\d+/);
    const unbuilt = join(folder, 'unbuilt');
    mkdirSync(unbuilt);
    cpSync(join(root, 'bin'), join(unbuilt, 'bin'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [join(unbuilt, 'bin/logscope.js'), '--help'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('not built yet')]);
  });

  it('writes all of a long report to a pipe that is read slowly and must not be waited for', async () => {
    // A pipe that its reader has made non-blocking: a write to it that finds no room fails instead of waiting.
    const script = `
      import fcntl, os, subprocess, sys, time
      r, w = os.pipe()
      fcntl.fcntl(w, 1031, 4096) # F_SETPIPE_SZ
      fcntl.fcntl(w, fcntl.F_SETFL, fcntl.fcntl(w, fcntl.F_GETFL) | os.O_NONBLOCK)
      p = subprocess.Popen(sys.argv[1:], stdout=w)
      os.close(w)
      n = 0
      while True:
        time.sleep(0.02)
        piece = os.read(r, 1000)
        if not piece: break
        n += len(piece)
      print(n, p.wait())
    `.replace(/^ {6}/gm, '');
    const log = join(root, 'sample-logs/gunicorn-sync-2-recycling.log');
    const args = [process.execPath, program, 'analyze', '--partial', log];
    const python = spawnSync('python3', ['-c', script, ...args], { encoding: 'utf8' });
    if (python.error) return;
    const whole = run(['analyze', '--partial', log]).stdout;
    expect(whole.length).toBeGreaterThan(8192);
    expect(python.stdout.trim()).toBe(`${whole.length} 0`);
  });
});

describe('a screen over a large log', () => {
  let large = '';
  beforeAll(() => {
    large = join(folder, 'hundreds-of-megabytes.log');
    writeFileSync(large, '');
    const block = readFileSync(join(root, 'sample-logs/gunicorn-sync-4-nearly-full.log'), 'utf8').repeat(300);
    while (statSync(large).size < 300e6) appendFileSync(large, block);
  });

  /** What Node alone takes on this machine now, ms. */
  function bareNode(): number {
    const began = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    return performance.now() - began;
  }

  /** Time from the key to the end of the program, ms, beside what Node alone takes: the slower of just before and just after. */
  async function leaving(command: string, key: string, shown: string): Promise<{ took: number; bare: number }> {
    const before = bareNode();
    const one = new TerminalProgram([command, large], { columns: 100, rows: 30 });
    try {
      while (!one.output.includes(shown)) await new Promise((resume) => setTimeout(resume, 5));
      const pressed = performance.now();
      one.press(key);
      const { code } = await one.waitForExit();
      const took = performance.now() - pressed;
      expect(code).toBe(key === 'q' || command === 'tail' ? 0 : 130);
      expect([one.isAlternate, one.modes.cursorHidden, one.modes.mouse]).toEqual([false, false, 'none']);
      return { took, bare: Math.max(before, bareNode()) };
    } finally {
      await one.close();
    }
  }

  for (const command of ['replay', 'tail']) {
    for (const [key, name] of [
      ['q', 'q'],
      ['\x03', 'Ctrl-C'],
    ]) {
      // The end of the first frame; the keys that Ink has drawn.
      for (const [shown, when] of [
        ['\x1b[?2026l', 'at once'],
        ['quit', 'while it is read'],
      ]) {
        it(`of ${command} is left by ${name} ${when}`, async () => {
          // Of some tries the best: the machine may be busy. What was read under way took seconds.
          let best = Number.POSITIVE_INFINITY;
          for (let tries = 0; tries < 8; tries++) {
            const { took, bare } = await leaving(command, key, shown);
            best = Math.min(best, took / Math.max(45, bare));
            if (best < 4) break;
          }
          expect(best).toBeLessThan(4);
        });
      }
    }
  }
});
