/** Keys of a replay: its transport. */
import { inReplay, type KeyBinding, opposites } from './binding.ts';

const SECOND = 1_000_000;

export const replayKeys: readonly KeyBinding[] = [
  ...opposites(
    { does: '10 s back, on', group: 'Replay', when: inReplay },
    {
      keys: ['left'],
      action: { type: 'seek-by', micros: -10 * SECOND },
      footer: { word: '±10s', rank: 4, keys: ['left', 'right'] },
    },
    { keys: ['right'], action: { type: 'seek-by', micros: 10 * SECOND } },
  ),
  ...opposites(
    { does: '1 min back, on', group: 'Replay', when: inReplay },
    { keys: ['shift+left'], action: { type: 'seek-by', micros: -60 * SECOND } },
    { keys: ['shift+right'], action: { type: 'seek-by', micros: 60 * SECOND } },
  ),
  ...opposites(
    { does: '1 s back, on', group: 'Replay', when: inReplay },
    { keys: [','], action: { type: 'seek-by', micros: -SECOND } },
    { keys: ['.'], action: { type: 'seek-by', micros: SECOND } },
  ),
  ...opposites(
    { does: '10 % back, on', group: 'Replay', when: inReplay },
    { keys: ['('], action: { type: 'seek-share', by: -0.1 } },
    { keys: [')'], action: { type: 'seek-share', by: 0.1 } },
  ),
  ...opposites(
    { does: 'faster, slower: x0.1 to x1000', group: 'Replay', when: inReplay },
    { keys: ['>', 'f'], action: { type: 'speed', by: 1 }, footer: { word: 'faster', rank: 7 } },
    { keys: ['<', 'd'], action: { type: 'speed', by: -1 }, footer: { word: 'slower', rank: 7 } },
  ),
  ...opposites(
    { does: 'to the start, to the end', group: 'Replay', when: inReplay },
    { keys: ['home', 'g'], action: { type: 'seek-edge', to: 'start' } },
    { keys: ['end', 'G'], action: { type: 'seek-edge', to: 'end' } },
  ),
  ...opposites(
    { does: 'next, previous request', group: 'Replay', when: inReplay },
    { keys: ['r'], action: { type: 'step-request', by: 1 } },
    { keys: ['R'], action: { type: 'step-request', by: -1 } },
  ),
  { keys: ['i'], does: 'skip idle stretches', group: 'Replay', when: inReplay, action: { type: 'skip-idle' } },
  {
    keys: ['l'],
    does: 'loop: mark the start, then the end, then off',
    group: 'Replay',
    when: inReplay,
    action: { type: 'loop' },
  },
];
