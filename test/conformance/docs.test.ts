// What the pages name is there: the pages and headings they link to, files of the project, commands with their options.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replace(/ /g, '-');

function isThere(page: string, link: string): boolean {
  const [path, anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return [...textOf(target).matchAll(/^#+ (.*)$/gm)].some((match) => anchorOf(match[1]) === anchor);
}

interface Call {
  readonly call: string;
  readonly command: string;
  readonly options: readonly string[];
}

/** "logscope analyze --json access.log", wherever it stands in code. */
function callsIn(text: string): Call[] {
  const code = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```|^ {4}(.*)$|`([^`\n]+)`/gm)];
  return code.flatMap(([, block, indented, span]) =>
    [
      ...(block ?? indented ?? span).replace(/\\\n/g, ' ').matchAll(/\blogscope ([a-z]+)((?: (?![|>#&])[^\s|>)]+)*)/g),
    ].map(([call, command, rest]) => ({ call, command, options: rest.match(/(?<= )--[a-z][\w-]*/g) ?? [] })),
  );
}

const known = new Map(
  commands.map((command) => {
    const sub = new Command(command.name);
    command.configure(sub, () => {});
    return [command.name, new Set(sub.options.map(({ long }) => long))];
  }),
);

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1])
      .filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => !isThere(page, link))).toEqual([]);
  });

  it('names files that are there', () => {
    const named = [...text.matchAll(/`((?:src|test|parsers|bin|docs|sample-logs)\/[\w./-]+\.\w+)`/g)].map(
      (match) => match[1],
    );
    // The format that the guide walks through.
    const missing = named.filter((path) => path !== 'parsers/fleet.ts' && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('calls commands by their names and options', () => {
    const wrong = callsIn(text).filter(
      ({ command, options }) => !known.has(command) || options.some((option) => !known.get(command)?.has(option)),
    );
    expect(wrong.map(({ call }) => call)).toEqual([]);
  });
});

it('every command is called in README or a page: the pattern above finds such calls', () => {
  const called = new Set(pages.flatMap((page) => callsIn(textOf(page)).map(({ command }) => command)));
  expect([...known.keys()].filter((name) => !called.has(name))).toEqual([]);
});
