// Imports go one way, as docs/architecture.md draws it; and nothing stands at the top level that does not belong there.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Room → rooms it may import from, besides itself. */
const allowed: Record<string, readonly string[]> = {
  'src/core': [],
  parsers: ['src/core'],
  'src/ingest': ['src/core'],
  'src/analysis': ['src/core'],
  'src/findings': ['src/core'],
  'src/simulate': ['src/core'],
  'src/engine': ['src/core', 'src/ingest', 'src/analysis', 'src/findings', 'src/simulate'],
  'src/report': ['src/core', 'src/engine'],
  'src/tui': ['src/core', 'src/engine'],
  'src/cli': [
    'src/core',
    'src/ingest',
    'src/analysis',
    'src/findings',
    'src/simulate',
    'src/engine',
    'src/report',
    'src/tui',
    'parsers',
  ],
};

const roomOf = (path: string): string | null => {
  const parts = path.split('/');
  return parts[0] === 'parsers' ? 'parsers' : parts[0] === 'src' && parts.length > 2 ? `src/${parts[1]}` : null;
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    relative(root, resolve(root, dirname(file), match[1])),
  );

describe('imports', () => {
  const files = [...sources('src'), ...sources('parsers')];

  it('go down the street only', () => {
    const against = files.flatMap((file) => {
      const room = roomOf(file);
      if (room === null) return [`${file} stands in no room`];
      return importsOf(file)
        .filter((target) => roomOf(target) !== room && !allowed[room]?.includes(roomOf(target) ?? ''))
        .map((target) => `${file} imports ${target}`);
    });
    expect(against).toEqual([]);
  });

  it('never run in a circle between files', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file)]));
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === 'done' || !graph.has(file)) return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    // Types are erased, so a circle of types alone is harmless: only value imports count.
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8');
      const typeOnly = [...text.matchAll(/import type [^;]*from '(\.[^']+)'/g)].map((match) =>
        relative(root, resolve(root, dirname(file), match[1])),
      );
      graph.set(
        file,
        (graph.get(file) ?? []).filter((target) => !typeOnly.includes(target)),
      );
    }
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe('the top level', () => {
  it('holds what the layout names and tool configuration, nothing else', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    const top = new Set(tracked.map((path) => path.split('/')[0]));
    const known = ['package.json', 'tsconfig.json', 'src', 'parsers', 'sample-logs', 'test', 'bin', 'docs', '.ci'];
    const documents = ['README.md', 'LICENSE', 'CHANGELOG.md'];
    const tools = [
      'package-lock.json',
      '.npmrc',
      '.gitignore',
      '.gitattributes',
      'biome.json',
      'vitest.config.ts',
      'esbuild.config.mjs',
    ];
    expect([...top].filter((name) => ![...known, ...documents, ...tools].includes(name))).toEqual([]);
  });
});
