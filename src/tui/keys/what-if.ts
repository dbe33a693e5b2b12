/** Keys of the what-if panel: the arrows change the pool. */
import type { Action } from '../action.ts';
import { type KeyBinding, type KeyContext, type KeyPlace, opposites } from './binding.ts';

const inWhatIf = ({ ui }: KeyPlace): boolean => ui.focus === 'what-if' && ui.tab === 'what-if';
const whatIf =
  (workers: number, threads: number) =>
  ({ ui }: KeyContext): Action => ({
    type: 'what-if',
    workers: ui.whatIf.workers + workers,
    threads: ui.whatIf.threads + threads,
  });

export const whatIfKeys: readonly KeyBinding[] = [
  ...opposites(
    { does: 'more, fewer workers', group: 'What if', when: inWhatIf },
    { keys: ['up'], action: whatIf(1, 0), footer: { word: 'workers', rank: 2, keys: ['up', 'down'] } },
    { keys: ['down'], action: whatIf(-1, 0) },
  ),
  ...opposites(
    { does: 'more, fewer threads per worker', group: 'What if', when: inWhatIf },
    { keys: ['right'], action: whatIf(0, 1), footer: { word: 'threads', rank: 2, keys: ['left', 'right'] } },
    { keys: ['left'], action: whatIf(0, -1) },
  ),
  {
    keys: ['0'],
    does: 'back to the present pool',
    group: 'What if',
    when: inWhatIf,
    action: { type: 'what-if', workers: 0, threads: 0 },
  },
];
