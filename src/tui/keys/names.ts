/** Names of keys, in the key tables and in the help. */

/** The parts of Ink's key object that are used here. */
export interface InkKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

/** A name per key: "left", "shift+left", "ctrl+c", "space", or the character itself. */
export function keyName(input: string, key: InkKey): string {
  const shift = key.shift ? 'shift+' : '';
  if (key.upArrow) return `${shift}up`;
  if (key.downArrow) return `${shift}down`;
  if (key.leftArrow) return `${shift}left`;
  if (key.rightArrow) return `${shift}right`;
  if (key.pageUp) return 'pageup';
  if (key.pageDown) return 'pagedown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'return';
  if (key.tab) return `${shift}tab`;
  // Ink 6 reports the backspace key (0x7F) as "delete".
  if (key.backspace || key.delete) return 'backspace';
  if (key.escape) return 'escape';
  if (key.ctrl && input !== '') return `ctrl+${input}`;
  return input === ' ' ? 'space' : input;
}

/** How the help shows a key: "←", "⇧→", "ctrl-c". */
export function keyLabel(name: string, ascii: boolean): string {
  if (ascii) return name.replace('ctrl+', 'ctrl-').replace('return', 'enter').replace('escape', 'esc');
  const arrows: Readonly<Record<string, string>> = { left: '←', right: '→', up: '↑', down: '↓' };
  return name
    .replace('shift+', '⇧')
    .replace('ctrl+', 'ctrl-')
    .replace('return', 'enter')
    .replace('escape', 'esc')
    .replace('pageup', 'PgUp')
    .replace('pagedown', 'PgDn')
    .replace(/left|right|up$|down$/, (arrow) => arrows[arrow]);
}
