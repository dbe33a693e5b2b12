/** How the screen looks: colours, form of the lanes, order of routes, theme, mouse and help. */
import type { LookAction } from '../action.ts';
import type { View } from '../panel.ts';
import { routeSortCount } from '../panels/routes.ts';
import { colourings } from '../scene/hues.ts';
import { themeNames } from '../theme.ts';
import type { UiState } from '../ui-state.ts';
import { changed, type Outcome } from './outcome.ts';

const next = <T>(list: readonly T[], present: T): T => list[(list.indexOf(present) + 1) % list.length];

/** Shown even if no worker is calm, or nothing would show that the key was noticed. */
const FOLDED = 'Calm workers, and those for whom there is no room, share a lane';

const formWords = { auto: 'as it fits', slots: 'a row for each slot', height: 'as height' } as const;
const laneForm = (ui: UiState, form: UiState['laneForm']): Outcome =>
  changed(ui, { laneForm: form, message: `Lanes: ${formWords[form]}` });

export function changeLook(view: View, action: LookAction): Outcome {
  const { ui } = view;
  switch (action.type) {
    case 'colour':
      return changed(ui, { colourBy: action.by ?? next(colourings, ui.colourBy) });
    case 'lane-form':
      return laneForm(ui, next(['auto', 'slots', 'height'] as const, ui.laneForm));
    case 'fold':
      return changed(ui, { foldCalm: !ui.foldCalm, message: ui.foldCalm ? 'All workers' : FOLDED });
    case 'sort':
      return changed(ui, {
        sort: { column: (action.column ?? ui.sort.column + 1) % routeSortCount, ascending: false },
      });
    case 'sort-direction':
      return changed(ui, { sort: { ...ui.sort, ascending: !ui.sort.ascending } });
    case 'theme': {
      const theme = next(themeNames, ui.theme);
      return changed(ui, { theme, message: `Theme: ${theme}` });
    }
    case 'mouse':
      return changed(ui, { mouse: !ui.mouse, message: `Mouse ${ui.mouse ? 'off: select text as usual' : 'on'}` });
    case 'help':
      return changed(ui, { help: !ui.help, helpScroll: 0 });
    case 'scroll-help':
      return changed(ui, { helpScroll: Math.max(0, ui.helpScroll + action.by) });
  }
}
