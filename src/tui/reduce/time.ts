/** Actions that move the picture through time: the cursor, and the position and speed of a replay. */
import { endedAt } from '../../core/snapshot.ts';
import type { TimeAction } from '../action.ts';
import type { View } from '../panel.ts';
import { timedFindings } from '../shown-findings.ts';
import { spanSteps } from '../time-axis.ts';
import type { UiState } from '../ui-state.ts';
import { changed, commanded, type Outcome } from './outcome.ts';

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** The next of the speeds that "faster" and "slower" step through. */
const nextSpeed = (speed: number, by: 1 | -1): number =>
  by > 0
    ? (speeds.find((step) => step > speed * 1.001) ?? 1000)
    : (speeds.findLast((step) => step < speed * 0.999) ?? 0.1);

/** µs: a shorter loop is a key pressed twice. */
const SHORTEST_LOOP = 100_000;

export function moveInTime(view: View, action: TimeAction): Outcome {
  const { ui, snapshot } = view;
  switch (action.type) {
    case 'pause':
      return paused(view);
    case 'zoom':
      return zoomed(view, action.by);
    case 'move-cursor':
      return changed(ui, movedCursor(view, action.cells));
    case 'cursor-at':
      return changed(ui, { cursor: action.micros });
    case 'show-moment':
      return showMoment(view, action.micros);
    case 'seek':
      return seek(view, action.micros);
    case 'seek-by':
      return moveReplay(view, snapshot.now + action.micros);
    case 'seek-share':
      return moveReplay(view, snapshot.now + action.by * (snapshot.to - snapshot.from));
    case 'seek-edge':
      if (snapshot.mode === 'replay') return moveReplay(view, action.to === 'start' ? snapshot.from : snapshot.to);
      return action.to === 'end' ? changed(ui, { edge: null, cursor: null }) : showMoment(view, snapshot.from);
    case 'step-finding':
      return steppedFinding(view, action.by);
    case 'step-request': {
      const to = neighbourRequest(view, action.by);
      return to === null
        ? changed(ui, { message: action.by > 0 ? 'No later request; R goes back' : 'No earlier request; r goes on' })
        : commanded(ui, { type: 'seek', to });
    }
    case 'speed':
      return commanded(ui, { type: 'speed', factor: nextSpeed(snapshot.speed, action.by) });
    case 'skip-idle':
      return commanded(ui, { type: 'skip-idle', on: !snapshot.skippingIdle });
    case 'loop':
      return looped(view);
  }
}

/** Moves a replay to this moment, or shows it in a live view. µs since 1970 UTC. */
export const seek = (view: View, micros: number): Outcome =>
  view.snapshot.mode === 'replay' ? moveReplay(view, micros) : showMoment(view, micros);

const moveReplay = ({ ui, snapshot }: View, micros: number): Outcome =>
  commanded(ui, { type: 'seek', to: Math.min(snapshot.to, Math.max(snapshot.from, micros)) });

/** Zooms; the cursor stays on the screen, since it marks what is looked at. */
function zoomed(view: View, by: 1 | -1): Outcome {
  const { ui, snapshot } = view;
  const next =
    by > 0 ? spanSteps.find((step) => step > ui.spanSeconds) : spanSteps.findLast((step) => step < ui.spanSeconds);
  const outcome = changed(ui, next === undefined ? {} : { spanSeconds: next });
  const { cursor, spanSeconds } = outcome.ui;
  if (cursor === null || cursor >= (ui.edge ?? snapshot.now) - spanSeconds * 1e6) return outcome;
  return showMoment({ ...view, ui: outcome.ui }, cursor);
}

function paused({ ui, snapshot }: View): Outcome {
  // When a replay goes on, the cursor is dropped.
  if (snapshot.mode === 'replay') return commanded(ui, { type: 'toggle' }, snapshot.playing ? {} : { cursor: null });
  return changed(ui, ui.frozen ? { frozen: false, edge: null, cursor: null } : { frozen: true });
}

/** Moves the cursor by cells; at the left and right edge the picture moves along. */
function movedCursor({ ui, scene, snapshot }: View, cells: number): Partial<UiState> {
  const { axis } = scene;
  const begin = ui.cursor ?? axis.to - axis.microsPerColumn * (cells < 0 ? 1 : 2);
  const cursor = (Math.round(begin / axis.microsPerColumn) + cells) * axis.microsPerColumn;
  if (cursor < axis.from) return { cursor, edge: axis.to - (axis.from - cursor) };
  if (cursor < axis.to) return { cursor };
  const edge = axis.to + (cursor - axis.to) + axis.microsPerColumn;
  return snapshot.mode === 'tail' && ui.edge !== null && edge < snapshot.now
    ? { cursor, edge }
    : { cursor: axis.to - axis.microsPerColumn, edge: snapshot.mode === 'tail' ? null : ui.edge };
}

/** Brings a moment onto the screen, a quarter from the left, and puts the cursor on it. */
function showMoment(view: View, micros: number): Outcome {
  const { ui, snapshot, scene } = view;
  const edge = micros + ui.spanSeconds * 1e6 * 0.75;
  const cell = (ui.spanSeconds * 1e6) / scene.axis.columns;
  const cursor = Math.floor(micros / cell) * cell;
  if (snapshot.mode === 'replay') {
    const to = Math.min(snapshot.to, Math.max(snapshot.from, edge));
    return commanded(ui, { type: 'seek', to }, { cursor, edge: null });
  }
  return changed(ui, edge >= snapshot.now ? { cursor, edge: null } : { cursor, edge });
}

function steppedFinding(view: View, by: 1 | -1): Outcome {
  const { ui } = view;
  const moments = timedFindings(view);
  const here = ui.cursor ?? view.snapshot.now;
  const cell = view.scene.axis.microsPerColumn;
  const found =
    by > 0 ? moments.find(({ from }) => from > here + cell) : moments.findLast(({ from }) => from < here - cell);
  if (!found) {
    const words = by > 0 ? 'No later finding; N goes back' : 'No earlier finding; n goes on';
    const none = moments.length === 0 ? 'No finding has a time of its own' : words;
    return changed(ui, { message: none });
  }
  const outcome = showMoment(view, found.from);
  const selected = { ...outcome.ui.selected, findings: found.index };
  return { ...outcome, ui: { ...outcome.ui, tab: 'findings', focus: 'findings', selected } };
}

/** The end of the next (previous) request after (before) the position; null: there is none. */
function neighbourRequest({ snapshot }: View, by: 1 | -1): number | null {
  const { placement, requests, now } = snapshot;
  let best: number | null = null;
  for (let row = 0; row < requests.length; row++) {
    const at = endedAt(placement, row);
    if (by > 0 ? at > now && (best === null || at < best) : at < now && (best === null || at > best)) best = at;
  }
  return best;
}

function looped({ ui, snapshot }: View): Outcome {
  if (snapshot.looping) return commanded(ui, { type: 'loop', range: null }, { loopFrom: null, message: 'Loop off' });
  if (ui.loopFrom === null)
    return changed(ui, { loopFrom: snapshot.now, message: 'Loop starts here; press l again where it ends' });
  const from = Math.min(ui.loopFrom, snapshot.now);
  const to = Math.max(ui.loopFrom, snapshot.now);
  if (to - from < SHORTEST_LOOP) return changed(ui, { loopFrom: null, message: 'Too short to loop' });
  return commanded(ui, { type: 'loop', range: { from, to } }, { loopFrom: null, message: 'Looping' });
}
