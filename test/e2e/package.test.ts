// What `npm pack` makes: a folder that runs by itself, with all that its README links to and the licences of all that is in it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
let folder = '';
let unpacked = '';
let packed: readonly string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-package-'));
  // It is built already, and others run it meanwhile.
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'ignore' });
  execFileSync('tar', ['-xzf', join(folder, readdirSync(folder)[0]), '-C', folder]);
  unpacked = join(folder, 'package');
  packed = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('runs without any other package beside it', () => {
    const log = 'sample-logs/gunicorn-sync-4-burst-of-16.log';
    const said = execFileSync(process.execPath, ['bin/logscope.js', 'analyze', log], {
      cwd: unpacked,
      encoding: 'utf8',
    });
    expect(said).toContain('4 sync workers, all busy 4 of 4 s');
    expect(existsSync(join(unpacked, 'node_modules'))).toBe(false);
  });

  it('has what its README links to', () => {
    const readme = readFileSync(join(unpacked, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#]+)/g)]
      .map((match) => match[1])
      .filter((link) => !/^https?:/.test(link));
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !existsSync(join(unpacked, link)))).toEqual([]);
  });

  it('names the packages whose code it holds', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    const imports = sources.flatMap((name) => [
      ...readFileSync(join(root, 'src', name), 'utf8').matchAll(/^(?!import type).*(?:from |import\()'([^.'][^']*)'/gm),
    ]);
    const packages = new Set(
      imports
        .map((match) => match[1])
        .filter((name) => !isBuiltin(name))
        .map((name) => name.split('/')[0]),
    );
    expect(packages).toContain('ink');
    const licences = readFileSync(join(unpacked, 'dist/licences.txt'), 'utf8');
    const named = new Set([...licences.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map((match) => match[1]));
    expect([...packages].filter((name) => !named.has(name))).toEqual([]);
  });

  it('holds nothing that is made at the first run, or for who develops it', () => {
    expect(packed).toContain('dist/help.txt');
    expect(packed.filter((name) => /^dist\/(.*\.map|cache)$/.test(name))).toEqual([]);
  });
});
