/** Keys of the panels and their lists. */
import { type KeyBinding, opposites } from './binding.ts';

export const panelKeys: readonly KeyBinding[] = [
  ...opposites(
    { does: 'next, previous panel', group: 'Panels' },
    { keys: ['tab'], action: { type: 'next-tab', by: 1 }, footer: { word: 'panels', rank: 3 } },
    { keys: ['shift+tab'], action: { type: 'next-tab', by: -1 } },
  ),
  {
    keys: ['1'],
    does: 'findings, routes, workers, requests, heat map, what if, log',
    group: 'Panels',
    action: { type: 'tab', id: 'findings' },
  },
  { keys: ['2'], group: 'Panels', action: { type: 'tab', id: 'routes' } },
  { keys: ['3'], group: 'Panels', action: { type: 'tab', id: 'workers' } },
  { keys: ['4'], group: 'Panels', action: { type: 'tab', id: 'requests' } },
  { keys: ['5'], group: 'Panels', action: { type: 'tab', id: 'heat-map' } },
  {
    keys: ['6'],
    group: 'Panels',
    action: { type: 'tab', id: 'what-if' },
  },
  { keys: ['7'], group: 'Panels', action: { type: 'tab', id: 'log' } },
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
    action: { type: 'open' },
    footer: { word: 'open', rank: 6 },
  },
  ...opposites(
    { does: 'sort the routes by the next column; the other way round', group: 'Panels' },
    { keys: ['s'], action: { type: 'sort' } },
    { keys: ['S'], action: { type: 'sort-direction' } },
  ),
];
