/** Keys of a replay: its transport. */
import { inReplay, type KeyBinding } from './binding.ts';

const SECOND = 1_000_000;

export const replayKeys: readonly KeyBinding[] = [
  {
    keys: ['left'],
    does: '10 s back, on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -10 * SECOND },
    footer: { word: '±10s', rank: 4 },
  },
  {
    keys: ['right'],
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 10 * SECOND },
  },
  {
    keys: ['shift+left'],
    does: '1 min back, on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -60 * SECOND },
  },
  {
    keys: ['shift+right'],
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 60 * SECOND },
  },
  { keys: [','], does: '1 s back, on', group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: -SECOND } },
  { keys: ['.'], group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: SECOND } },
  { keys: ['('], does: '10 % back, on', group: 'Replay', when: inReplay, action: { type: 'seek-share', by: -0.1 } },
  { keys: [')'], group: 'Replay', when: inReplay, action: { type: 'seek-share', by: 0.1 } },
  {
    keys: ['>', 'f'],
    does: 'faster, slower: x0.1 to x1000',
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: 1 },
    footer: { word: 'faster', rank: 7 },
  },
  {
    keys: ['<', 'd'],
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: -1 },
    footer: { word: 'slower', rank: 7 },
  },
  {
    keys: ['home', 'g'],
    does: 'to the start, to the end',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-edge', to: 'start' },
  },
  { keys: ['end', 'G'], group: 'Replay', when: inReplay, action: { type: 'seek-edge', to: 'end' } },
  {
    keys: ['r'],
    does: 'next, previous request',
    group: 'Replay',
    when: inReplay,
    action: { type: 'step-request', by: 1 },
  },
  { keys: ['R'], group: 'Replay', when: inReplay, action: { type: 'step-request', by: -1 } },
  { keys: ['i'], does: 'skip idle stretches', group: 'Replay', when: inReplay, action: { type: 'skip-idle' } },
  {
    keys: ['l'],
    does: 'loop: mark the start, then the end, then off',
    group: 'Replay',
    when: inReplay,
    action: { type: 'loop' },
  },
];
