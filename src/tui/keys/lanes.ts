/** Keys of the lanes, and of the time that the screen shows. */
import { inTail, type KeyBinding } from './binding.ts';

export const laneKeys: readonly KeyBinding[] = [
  {
    keys: ['+', '='],
    does: 'zoom in, out: 1 s to 1 h on the screen',
    group: 'Lanes and time',
    action: { type: 'zoom', by: -1 },
    footer: { word: 'zoom', rank: 8 },
  },
  {
    keys: ['-', '_'],
    group: 'Lanes and time',
    action: { type: 'zoom', by: 1 },
  },
  {
    keys: ['left'],
    does: 'cursor one cell back, on; panels speak of that moment',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: -1 },
  },
  {
    keys: ['right'],
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: 1 },
  },
  {
    keys: ['shift+left'],
    does: 'cursor ten cells back, on',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: -10 },
  },
  {
    keys: ['shift+right'],
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'move-cursor', cells: 10 },
  },
  {
    keys: ['['],
    does: 'cursor one cell back, on; panels speak of that moment',
    group: 'Lanes and time',
    action: { type: 'move-cursor', cells: -1 },
  },
  { keys: [']'], group: 'Lanes and time', action: { type: 'move-cursor', cells: 1 } },
  {
    keys: ['{'],
    does: 'cursor ten cells back, on',
    group: 'Lanes and time',
    action: { type: 'move-cursor', cells: -10 },
  },
  { keys: ['}'], group: 'Lanes and time', action: { type: 'move-cursor', cells: 10 } },
  {
    keys: ['home', 'g'],
    does: 'to the first request held, back to now',
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'seek-edge', to: 'start' },
  },
  {
    keys: ['end', 'G'],
    group: 'Lanes and time',
    when: inTail,
    action: { type: 'seek-edge', to: 'end' },
  },
  {
    keys: ['n'],
    does: 'next, previous finding',
    group: 'Lanes and time',
    action: { type: 'step-finding', by: 1 },
    footer: { word: 'finding', rank: 5 },
  },
  { keys: ['N'], group: 'Lanes and time', action: { type: 'step-finding', by: -1 } },
  {
    keys: [':'],
    does: 'go to a time: 13:02:10, +30s, -5m, 50%',
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
  { keys: ['z'], does: 'fold calm workers', group: 'Lanes and time', action: { type: 'fold' } },
];
