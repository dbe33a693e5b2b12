// A picture is written whole or not at all, and the status line says which.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Canvas, CellGrid } from '../../../src/tui/canvas.ts';
import { exportTo, freeName } from '../../../src/tui/export.ts';
import type { Exportable } from '../../../src/tui/exporter.ts';
import { endingsText, exporters } from '../../../src/tui/exports/index.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';
import { viewOf } from '../../helpers/views.ts';

const snapshot = handSnapshot({ requests: [] });
const screen: Exportable = {
  picture() {
    const view = viewOf(snapshot);
    const grid = new CellGrid(12, 2);
    new Canvas(grid).text(1, 0, 'a < b', view.theme.critical);
    return { view, grid };
  },
  summary: async () => ({ summary: snapshot.summary, isOfWindow: true }),
};
let isFull = false;
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeFileSync: (path: string, content: string, options: object) => {
      if (!isFull) return fs.writeFileSync(path, content, options);
      // What a full disk does: the file is there, and not all of it fits.
      fs.writeFileSync(path, content.slice(0, 3), options);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  };
});

let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exported = async (name: string): Promise<string> => {
  const path = join(folder, name);
  expect(await exportTo(path, screen)).toBe(`Written to ${path}`);
  return readFileSync(path, 'utf8');
};

describe('an export', () => {
  it('is of the kind that the ending of its name asks for, plain text without one', async () => {
    expect(JSON.parse(await exported('a.json'))).toEqual(snapshot.summary);
    expect(await exported('a.txt')).toBe(' a < b\n\n');
    expect(await exported('a')).toBe(' a < b\n\n');
    expect(await exported('a.ansi')).toMatch(/\x1b\[[\d;]+ma < b/);
    expect(await exported('a.svg')).toMatch(/^<svg .*a &lt; b.*<\/svg>\n$/s);
  });

  it('ends each coloured line without a colour, so that nothing printed below it has one', async () => {
    const view = viewOf(snapshot);
    const grid = new CellGrid(5, 2);
    new Canvas(grid).text(0, 0, 'a < b', view.theme.critical);
    const path = join(folder, 'full-width.ansi');
    await exportTo(path, { ...screen, picture: () => ({ view, grid }) });
    expect(readFileSync(path, 'utf8')).toMatch(/a < b\x1b\[0m\n {5}\n$/);
  });

  it('shows inverted cells with the colours of text and ground exchanged', async () => {
    const view = viewOf(snapshot);
    const pictured = async (name: string, inverse: boolean) => {
      const grid = new CellGrid(12, 1);
      new Canvas(grid).text(1, 0, 'chosen', view.theme.styles.of(0xd08030, 0x102030, { inverse }));
      const path = join(folder, name);
      await exportTo(path, { ...screen, picture: () => ({ view, grid }) });
      const svg = readFileSync(path, 'utf8');
      // The first rectangle is the terminal.
      const ground = [...svg.matchAll(/<rect [^>]*fill="([^"]+)"/g)][1][1];
      return { ground, text: /<text [^>]*fill="([^"]+)"[^>]*>chosen/.exec(svg)?.[1] };
    };
    const plain = await pictured('plain.svg', false);
    expect(plain.ground).not.toBe(plain.text);
    expect(await pictured('inverted.svg', true)).toEqual({ ground: plain.text, text: plain.ground });
  });

  it('is offered with the endings of all exporters', () => {
    expect(endingsText()).toBe('.json numbers; .txt, .ansi or .svg picture');
    for (const { ending } of exporters) expect(endingsText()).toContain(`.${ending}`);
  });

  it('finds a free name where nobody chose one', () => {
    const taken = ['logscope.json', 'logscope-2.json'];
    expect([0, 1, 2].map((many) => freeName((name) => taken.slice(0, many).includes(name)))).toEqual([
      'logscope.json',
      'logscope-2.json',
      'logscope-3.json',
    ]);
  });

  it('is not written under a name that promises another kind', async () => {
    const path = join(folder, 'screen.png');
    const endings = exporters.map(({ ending }) => `.${ending}`).join(', ');
    expect(await exportTo(path, screen)).toBe(`Nothing written: the name must end in ${endings}`);
    expect(existsSync(path)).toBe(false);
  });

  it.each(exporters.map(({ ending }) => ending))('ends with a line: .%s', async (ending) => {
    expect(await exported(`each.${ending}`)).toMatch(/\S[\s\S]*\n$/);
  });

  it('says when the summary is not of the requests on the screen alone', async () => {
    const path = join(folder, 'all.json');
    const said = await exportTo(path, {
      ...screen,
      summary: async () => ({ summary: snapshot.summary, isOfWindow: false }),
    });
    expect(said).toBe(`Written to ${path} (of all that was read: the requests of this picture are not all held)`);
  });

  it('is never written over a file that is there', async () => {
    const before = await exported('summary.json');
    expect(await exportTo(join(folder, 'summary.json'), screen)).toContain('it exists already');
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe(before);
  });

  it('says that the disk is full, and leaves no part of a file', async () => {
    isFull = true;
    const path = join(folder, 'full.json');
    expect(await exportTo(path, screen)).toBe(`Could not write ${path}: the disk is full`);
    expect(existsSync(path)).toBe(false);
    isFull = false;
  });

  it('says that there is no such folder', async () => {
    expect(await exportTo(join(folder, 'no/such.json'), screen)).toContain('there is no such folder');
  });
});
