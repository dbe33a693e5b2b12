/** Keys of a replay: its transport. */
import { inReplay, type KeyBinding } from './binding.ts';

const SECOND = 1_000_000;

export const replayKeys: readonly KeyBinding[] = [
  {
    keys: ['left'],
    does: '10 s back',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -10 * SECOND },
    footer: { word: '±10s', rank: 4 },
  },
  {
    keys: ['right'],
    does: '10 s on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 10 * SECOND },
  },
  {
    keys: ['shift+left'],
    does: '1 min back',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: -60 * SECOND },
  },
  {
    keys: ['shift+right'],
    does: '1 min on',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-by', micros: 60 * SECOND },
  },
  { keys: [','], does: '1 s back', group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: -SECOND } },
  { keys: ['.'], does: '1 s on', group: 'Replay', when: inReplay, action: { type: 'seek-by', micros: SECOND } },
  { keys: ['('], does: '10 % back', group: 'Replay', when: inReplay, action: { type: 'seek-share', by: -0.1 } },
  { keys: [')'], does: '10 % on', group: 'Replay', when: inReplay, action: { type: 'seek-share', by: 0.1 } },
  {
    keys: ['>', 'f'],
    does: 'faster, up to x1000',
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: 1 },
    footer: { word: 'faster', rank: 7 },
  },
  {
    keys: ['<', 'd'],
    does: 'slower, down to x0.1',
    group: 'Replay',
    when: inReplay,
    action: { type: 'speed', by: -1 },
    footer: { word: 'slower', rank: 7 },
  },
  {
    keys: ['home', 'g'],
    does: 'to the start',
    group: 'Replay',
    when: inReplay,
    action: { type: 'seek-edge', to: 'start' },
  },
  { keys: ['end', 'G'], does: 'to the end', group: 'Replay', when: inReplay, action: { type: 'seek-edge', to: 'end' } },
  { keys: ['r'], does: 'next request', group: 'Replay', when: inReplay, action: { type: 'step-request', by: 1 } },
  { keys: ['R'], does: 'previous request', group: 'Replay', when: inReplay, action: { type: 'step-request', by: -1 } },
  { keys: ['i'], does: 'skip idle stretches', group: 'Replay', when: inReplay, action: { type: 'skip-idle' } },
  {
    keys: ['l'],
    does: 'loop: mark the start, then the end, then off',
    group: 'Replay',
    when: inReplay,
    action: { type: 'loop' },
  },
];
