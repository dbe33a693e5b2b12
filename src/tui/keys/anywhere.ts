/** Keys that work everywhere. The space bar pauses in both modes, in the way that is usual in each. */
import { exporters } from '../exports/index.ts';
import { inReplay, inTail, type KeyBinding, type KeyPlace, opposites } from './binding.ts';

const inHelp = ({ ui }: KeyPlace): boolean => ui.help;

export const anywhereKeys: readonly KeyBinding[] = [
  {
    keys: ['q'],
    does: 'quit',
    group: 'Anywhere',
    action: { type: 'quit' },
    footer: { word: 'quit', rank: 0 },
  },
  { keys: ['ctrl+c'], does: 'quit', group: 'Anywhere', action: { type: 'quit', interrupted: true } },
  {
    keys: ['?', 'f1'],
    does: 'this help, and back',
    group: 'Anywhere',
    action: { type: 'help' },
    footer: { word: 'help', rank: 1 },
  },
  ...opposites(
    { does: 'scroll the help', group: 'Anywhere', when: inHelp },
    { keys: ['down', 'j'], action: { type: 'scroll-help', by: 1 } },
    { keys: ['up', 'k'], action: { type: 'scroll-help', by: -1 } },
  ),
  ...opposites(
    { does: 'a page of the help on, back', group: 'Anywhere', when: inHelp },
    { keys: ['pagedown'], action: { type: 'scroll-help', by: 20 } },
    { keys: ['pageup'], action: { type: 'scroll-help', by: -20 } },
  ),
  {
    keys: ['escape'],
    does: 'back: closes, clears the cursor, then the filter',
    group: 'Anywhere',
    action: { type: 'escape' },
  },
  {
    keys: ['space'],
    does: 'freeze the picture and go on (reading never stops)',
    group: 'Anywhere',
    when: inTail,
    action: { type: 'pause' },
    footer: { word: 'pause', rank: 2 },
  },
  {
    keys: ['space', 'p'],
    does: 'play and pause',
    group: 'Replay',
    when: inReplay,
    action: { type: 'pause' },
    footer: { word: 'play', rank: 2 },
  },
  {
    keys: ['/'],
    does: 'filter: route:/io status:5xx worker:8712 slower:500ms wait>1s',
    group: 'Anywhere',
    action: { type: 'prompt', kind: 'filter' },
    footer: { word: 'filter', rank: 5 },
  },
  {
    keys: ['e'],
    does: `export what is on the screen: ${exporters.map(({ ending }) => `.${ending}`).join(' ')}`,
    group: 'Anywhere',
    action: { type: 'prompt', kind: 'export' },
    footer: { word: 'export', rank: 9 },
  },
  {
    keys: ['t'],
    does: 'next theme: dark, light, high contrast, colour-blind',
    group: 'Anywhere',
    action: { type: 'theme' },
  },
  {
    keys: ['m'],
    does: 'mouse on or off (off leaves selecting text to the terminal)',
    group: 'Anywhere',
    action: { type: 'mouse' },
  },
  { keys: ['ctrl+l'], does: 'draw the whole screen again', group: 'Anywhere', action: { type: 'redraw' } },
  { keys: ['ctrl+z'], does: 'suspend; fg comes back', group: 'Anywhere', action: { type: 'suspend' } },
];
