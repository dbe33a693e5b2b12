/** All keys. If a key has several bindings, the first one whose `when` holds wins; those of a panel come before those of the lanes. */
import type { Action } from '../action.ts';
import { anywhereKeys } from './anywhere.ts';
import type { KeyBinding, KeyContext, KeyPlace } from './binding.ts';
import { laneKeys } from './lanes.ts';
import { panelKeys } from './panels.ts';
import { replayKeys } from './replay.ts';
import { whatIfKeys } from './what-if.ts';

export const keyBindings: readonly KeyBinding[] = [
  ...anywhereKeys,
  ...whatIfKeys,
  ...panelKeys,
  ...replayKeys,
  ...laneKeys,
];

export const bindingOf = (name: string, place: KeyPlace): KeyBinding | undefined =>
  keyBindings.find(({ keys, when }) => keys.includes(name) && (when?.(place) ?? true));

export function actionOf(name: string, context: KeyContext): Action | null {
  const binding = bindingOf(name, context);
  if (!binding) return null;
  return typeof binding.action === 'function' ? binding.action(context) : binding.action;
}
