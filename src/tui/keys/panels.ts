/** Keys of the panels and their lists. */
import { panelById, tabs } from '../panels/index.ts';
import { type KeyBinding, opposites } from './binding.ts';

/** A number key for each tab; they share a line of the help. */
const tabKeys = tabs.map(({ id }, at): KeyBinding => {
  const does = at === 0 ? { does: 'the panel with that number' } : {};
  return { keys: [String(at + 1)], ...does, group: 'Panels', action: { type: 'tab', id } };
});

export const panelKeys: readonly KeyBinding[] = [
  ...opposites(
    { does: 'next, previous panel', group: 'Panels' },
    { keys: ['tab'], action: { type: 'next-tab', by: 1 }, footer: { word: 'panels', rank: 3 } },
    { keys: ['shift+tab'], action: { type: 'next-tab', by: -1 } },
  ),
  ...tabKeys,
  { keys: ['w'], does: 'the lanes: arrows choose a worker', group: 'Panels', action: { type: 'focus', id: 'lanes' } },
  ...opposites(
    { does: 'line up, down', group: 'Panels' },
    { keys: ['up', 'k'], action: { type: 'select', by: -1 } },
    { keys: ['down', 'j'], action: { type: 'select', by: 1 } },
  ),
  ...opposites(
    { does: 'ten lines up, down', group: 'Panels' },
    { keys: ['pageup'], action: { type: 'select', by: -10 } },
    { keys: ['pagedown'], action: { type: 'select', by: 10 } },
  ),
  {
    keys: ['return'],
    does: 'go to a finding, filter by route or worker, show a request',
    group: 'Panels',
    when: ({ ui }) => panelById(ui.focus)?.open !== undefined,
    action: { type: 'open' },
    footer: { word: 'open', rank: 6 },
  },
  ...opposites(
    { does: 'sort the routes by the next column; the other way round', group: 'Panels' },
    { keys: ['s'], action: { type: 'sort' } },
    { keys: ['S'], action: { type: 'sort-direction' } },
  ),
];
