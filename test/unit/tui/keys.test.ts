import { describe, expect, it } from 'vitest';
import { footerItems, helpLines, helpPage } from '../../../src/tui/help.ts';
import { actionOf, keyBindings } from '../../../src/tui/keys/index.ts';
import { type InkKey, keyLabel, keyName } from '../../../src/tui/keys/names.ts';
import { tabs } from '../../../src/tui/panels/index.ts';
import { initialUi } from '../../../src/tui/ui-state.ts';

const none: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
  shift: false,
};

describe('keyName', () => {
  it.each([
    ['q', {}, 'q'],
    [' ', {}, 'space'],
    ['', { leftArrow: true }, 'left'],
    ['', { leftArrow: true, shift: true }, 'shift+left'],
    ['', { tab: true, shift: true }, 'shift+tab'],
    ['c', { ctrl: true }, 'ctrl+c'],
    ['', { escape: true }, 'escape'],
    ['', { delete: true }, 'backspace'],
    ['', { backspace: true }, 'backspace'],
    ['G', { shift: true }, 'G'],
  ])('of %j %j is %s', (input, key, name) => {
    expect(keyName(input, { ...none, ...key })).toBe(name);
  });
});

describe('the key table', () => {
  const contexts = [
    { ui: initialUi(), mode: 'tail' as const },
    { ui: initialUi(), mode: 'replay' as const },
    { ui: initialUi({ tab: 'what-if', focus: 'what-if' }), mode: 'tail' as const },
    { ui: initialUi({ help: true }), mode: 'tail' as const },
  ];

  it('reaches every binding with each of its keys somewhere', () => {
    for (const binding of keyBindings) {
      for (const key of binding.keys) {
        const reached = contexts.some((context) => {
          const expected = typeof binding.action === 'function' ? binding.action(context) : binding.action;
          return (
            (binding.when?.(context) ?? true) && JSON.stringify(actionOf(key, context)) === JSON.stringify(expected)
          );
        });
        expect(reached, `${key}: ${binding.does}`).toBe(true);
      }
    }
  });

  it('has a number for every tab', () => {
    tabs.forEach(({ id }, i) => {
      expect(actionOf(String(i + 1), contexts[0])).toEqual({ type: 'tab', id });
    });
  });

  it('means time in a replay and the cursor in a tail', () => {
    expect(actionOf('left', contexts[0])).toEqual({ type: 'move-cursor', cells: -1 });
    expect(actionOf('left', contexts[1])).toEqual({ type: 'seek-by', micros: -10_000_000 });
    expect(actionOf('left', contexts[2])).toEqual({ type: 'what-if', workers: 0, threads: -1 });
    expect(actionOf('nothing', contexts[0])).toBeNull();
  });
});

/** Among the keys of a line of the help, or within the run from its first to its last: "1-7". */
function isTold(keys: string, label: string): boolean {
  const run = /^(\d)-(\d)$/.exec(keys);
  return run ? label >= run[1] && label <= run[2] : keys.includes(label);
}

describe('help', () => {
  it.each(['tail', 'replay'] as const)('of %s explains every key that holds there', (mode) => {
    const lines = helpLines({ mode, ascii: false });
    const texts = lines.map(({ text }) => text);
    for (const binding of keyBindings) {
      const foreign = binding.group === 'Replay' && mode === 'tail';
      const here = !binding.when || binding.when({ ui: initialUi(), mode }) || binding.group === 'What if';
      if (!here || foreign) continue;
      if (binding.does !== undefined) expect(texts).toContain(binding.does);
      expect(
        lines.some(({ keys }) => isTold(keys, keyLabel(binding.keys[0], false))),
        binding.keys[0],
      ).toBe(true);
    }
    if (mode === 'tail') expect(texts.some((text) => text.includes('10 s back'))).toBe(false);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
  });

  it('fits into 80 columns without being cut, and stops scrolling at its last page', () => {
    const screen = { mode: 'replay' as const, ascii: false, columns: 80, rows: 24 };
    const { lines, lastFirst } = helpPage({ ...screen, helpScroll: 0 });
    for (const { keys, text, isHeading } of lines) {
      if (!isHeading) expect(keys.length, keys).toBeLessThan(14);
      expect(text.length, text).toBeLessThanOrEqual(80 - 2 - 14 - 1);
    }
    expect(lastFirst).toBe(lines.length - 22);
    expect(helpPage({ ...screen, helpScroll: 500 }).first).toBe(lastFirst);
    expect(helpPage({ ...screen, columns: 200, rows: 50, helpScroll: 500 })).toMatchObject({ columns: 2, first: 0 });
  });

  it('says it in ASCII where it must', () => {
    for (const { keys, text } of helpLines({ mode: 'replay', ascii: true }))
      expect(`${keys}${text}`).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe('the footer', () => {
  const footer = {
    mode: 'replay' as const,
    ascii: false,
    columns: 100,
    pauseWord: 'pause',
    isTimeless: false,
    tab: 'findings',
    focus: 'findings',
  };

  it.each([30, 80, 200])('fits into %i columns, quit and help first', (columns) => {
    const items = footerItems({ ...footer, columns });
    expect(items.reduce((sum, { keys, word }) => sum + keys.length + word.length + 3, 0)).toBeLessThanOrEqual(columns);
    expect(items.map(({ word }) => word)).toEqual(expect.arrayContaining(['quit', 'help']));
  });

  it('says what space would do now', () => {
    const words = footerItems({ ...footer, mode: 'tail', pauseWord: 'go on' }).map(({ word }) => word);
    expect(words).toContain('go on');
  });

  it('has no keys that move in time where no line has one', () => {
    const words = footerItems({ ...footer, columns: 200, isTimeless: true }).map(({ word }) => word);
    expect(words).toEqual(['quit', 'help', 'filter', 'export', 'panels', 'open']);
  });

  it('says that enter opens something where it does', () => {
    const words = (id: string) => footerItems({ ...footer, columns: 200, tab: id, focus: id }).map(({ word }) => word);
    for (const id of ['findings', 'routes', 'workers', 'requests', 'log']) expect(words(id)).toContain('open');
    for (const id of ['what-if', 'heat-map']) expect(words(id)).not.toContain('open');
  });

  it('says what the arrows do where they change the pool', () => {
    const items = footerItems({ ...footer, columns: 80, tab: 'what-if', focus: 'what-if' });
    expect(items).toEqual(
      expect.arrayContaining([
        { keys: '↑↓', word: 'workers' },
        { keys: '←→', word: 'threads' },
      ]),
    );
    expect(items.map(({ word }) => word)).not.toContain('±10s');
    expect(footerItems(footer)).toEqual(expect.arrayContaining([{ keys: '←→', word: '±10s' }]));
  });
});
