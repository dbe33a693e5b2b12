/** Keys of the lanes, and of the time that the screen shows. */
import { inTail, type KeyBinding, opposites } from './binding.ts';

export const laneKeys: readonly KeyBinding[] = [
  ...opposites(
    { does: 'zoom in, out: 1 s to 1 h on the screen', group: 'Lanes and time' },
    { keys: ['+', '='], action: { type: 'zoom', by: -1 }, footer: { word: 'zoom', rank: 8 } },
    { keys: ['-', '_'], action: { type: 'zoom', by: 1 } },
  ),
  ...opposites(
    { does: 'cursor one cell back, on; panels speak of that moment', group: 'Lanes and time', when: inTail },
    { keys: ['left'], action: { type: 'move-cursor', cells: -1 } },
    { keys: ['right'], action: { type: 'move-cursor', cells: 1 } },
  ),
  ...opposites(
    { does: 'cursor ten cells back, on', group: 'Lanes and time', when: inTail },
    { keys: ['shift+left'], action: { type: 'move-cursor', cells: -10 } },
    { keys: ['shift+right'], action: { type: 'move-cursor', cells: 10 } },
  ),
  ...opposites(
    { does: 'cursor one cell back, on; panels speak of that moment', group: 'Lanes and time' },
    { keys: ['['], action: { type: 'move-cursor', cells: -1 } },
    { keys: [']'], action: { type: 'move-cursor', cells: 1 } },
  ),
  ...opposites(
    { does: 'cursor ten cells back, on', group: 'Lanes and time' },
    { keys: ['{'], action: { type: 'move-cursor', cells: -10 } },
    { keys: ['}'], action: { type: 'move-cursor', cells: 10 } },
  ),
  ...opposites(
    { does: 'to the first request held, back to now', group: 'Lanes and time', when: inTail },
    { keys: ['home', 'g'], action: { type: 'seek-edge', to: 'start' } },
    { keys: ['end', 'G'], action: { type: 'seek-edge', to: 'end' } },
  ),
  ...opposites(
    { does: 'next, previous finding', group: 'Lanes and time' },
    { keys: ['n'], action: { type: 'step-finding', by: 1 }, footer: { word: 'finding', rank: 5 } },
    { keys: ['N'], action: { type: 'step-finding', by: -1 } },
  ),
  {
    keys: [':'],
    does: 'go to a time: 13:02:10, 03-01 13:02, +30s, -5m, 50%',
    group: 'Lanes and time',
    action: { type: 'prompt', kind: 'goto' },
  },
  {
    keys: ['c'],
    does: 'colour by status, route, duration',
    group: 'Lanes and time',
    action: { type: 'colour' },
    footer: { word: 'colour', rank: 8 },
  },
  {
    keys: ['v'],
    does: 'lanes as rows per slot, as height, as it fits',
    group: 'Lanes and time',
    action: { type: 'lane-form' },
  },
  {
    keys: ['z'],
    does: 'calm workers, and those without room, share a lane',
    group: 'Lanes and time',
    action: { type: 'fold' },
  },
];
