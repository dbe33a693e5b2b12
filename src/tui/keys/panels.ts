/** Keys of the panels and their lists. */
import type { KeyBinding } from './binding.ts';

export const panelKeys: readonly KeyBinding[] = [
  {
    keys: ['tab'],
    does: 'next panel',
    group: 'Panels',
    action: { type: 'next-tab', by: 1 },
    footer: { word: 'panels', rank: 3 },
  },
  { keys: ['shift+tab'], does: 'previous panel', group: 'Panels', action: { type: 'next-tab', by: -1 } },
  { keys: ['1'], does: 'findings', group: 'Panels', action: { type: 'tab', id: 'findings' } },
  { keys: ['2'], does: 'routes', group: 'Panels', action: { type: 'tab', id: 'routes' } },
  { keys: ['3'], does: 'workers', group: 'Panels', action: { type: 'tab', id: 'workers' } },
  { keys: ['4'], does: 'requests', group: 'Panels', action: { type: 'tab', id: 'requests' } },
  { keys: ['5'], does: 'heat map of the latency', group: 'Panels', action: { type: 'tab', id: 'heat-map' } },
  {
    keys: ['6'],
    does: 'what if the pool were larger or smaller',
    group: 'Panels',
    action: { type: 'tab', id: 'what-if' },
  },
  { keys: ['7'], does: 'log', group: 'Panels', action: { type: 'tab', id: 'log' } },
  { keys: ['w'], does: 'the lanes: arrows choose a worker', group: 'Panels', action: { type: 'focus', id: 'lanes' } },
  { keys: ['up', 'k'], does: 'line up', group: 'Panels', action: { type: 'select', by: -1 } },
  { keys: ['down', 'j'], does: 'line down', group: 'Panels', action: { type: 'select', by: 1 } },
  { keys: ['pageup'], does: 'ten lines up', group: 'Panels', action: { type: 'select', by: -10 } },
  { keys: ['pagedown'], does: 'ten lines down', group: 'Panels', action: { type: 'select', by: 10 } },
  {
    keys: ['return'],
    does: 'open: jump to a finding, filter by a route or worker, show a request',
    group: 'Panels',
    action: { type: 'open' },
    footer: { word: 'open', rank: 6 },
  },
  { keys: ['s'], does: 'sort the routes by the next column', group: 'Panels', action: { type: 'sort' } },
  { keys: ['S'], does: 'sort the other way round', group: 'Panels', action: { type: 'sort-direction' } },
];
