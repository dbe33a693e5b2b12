/** Which tracks are shown, in which form and in how many rows, given the available rows. */
import { withoutSharedFolders } from '../../core/short-paths.ts';
import type { View } from '../panel.ts';
import type { TrackPlan } from './lane-raster.ts';
import type { Track } from './tracks.ts';

export interface LanePlan {
  readonly plans: readonly TrackPlan[];
  /** Per plan: the heading of its group where a group begins; null elsewhere. */
  readonly headings: readonly (string | null)[];
  /** Numbers of tracks that do not fit: before the first one shown, and after the last. */
  readonly above: number;
  readonly below: number;
  /** Text rows of all plans and headings. */
  readonly used: number;
}

/** With more slots a worker is never drawn one row per slot. */
const MAX_SLOT_ROWS = 16;

type PlanView = Pick<View, 'snapshot' | 'ui' | 'scene'>;

/** true: the track is drawn as a height, because it has many slots or no limit; else one row per slot. */
export function isHeight({ snapshot, ui, scene }: PlanView, track: Track): boolean {
  // For the past it is not known which slot did what.
  if (snapshot.past && snapshot.past.until > scene.axis.from && track.slots > 1) return true;
  if (ui.laneForm !== 'auto') return ui.laneForm === 'height' && track.slots > 1;
  const { model, unbounded } = snapshot.inference;
  return (
    track.slots > MAX_SLOT_ROWS ||
    (track.slots > 1 && (unbounded || model === 'async' || model === 'thread-per-request'))
  );
}

/** Rows that would show everything, for the layout. */
export function lanesWanted(view: PlanView): number {
  const { list } = view.scene.tracks();
  const groups = new Set(list.map((track) => track.group)).size;
  return list.reduce((sum, track) => sum + (isHeight(view, track) ? 3 : track.slots), groups > 1 ? groups : 0);
}

/** Tracks of workers that lived in the visible time; with folding, those of them that share a lane. */
function shownTracks(view: PlanView, room: number): { tracks: readonly number[]; folded: readonly number[] } {
  const { list } = view.scene.tracks();
  const all = list.map((_, index) => index);
  const { axis } = view.scene;
  const present = all.filter((index) => {
    const { lives } = list[index];
    return lives.length === 0 || lives.some((life) => life.to >= axis.from && life.from <= axis.to);
  });
  const folded = view.ui.foldCalm ? view.scene.folded(present, room) : [];
  return { tracks: present.filter((index) => !folded.includes(index)), folded };
}

/** Which tracks are drawn as heights and in how many rows each, and how many text rows a slot of the others gets. */
function heightsOf(view: PlanView, tracks: readonly number[], room: number) {
  const { list } = view.scene.tracks();
  // Every track gets a row; heights share what is left; slots get a row each if all of them fit.
  const slotRows = tracks.reduce((sum, index) => sum + list[index].slots, 0);
  const bySlot = slotRows <= room;
  const tall = tracks.filter((index) => isHeight(view, list[index]) || (list[index].slots > 1 && !bySlot));
  const flatRows = tracks.filter((index) => !tall.includes(index)).reduce((sum, index) => sum + list[index].slots, 0);
  const each = tall.length > 0 ? Math.max(1, Math.min(8, Math.floor((room - flatRows) / tall.length))) : 0;
  // Few lanes on a tall screen are drawn thicker, so that they can be seen from afar.
  const thick = tall.length === 0 && flatRows > 0 ? Math.max(1, Math.min(3, Math.floor(room / flatRows))) : 1;
  return { tall, each, thick, used: tall.length * each + flatRows * thick };
}

/**
 * How many of `rows` all tracks would use: lanes have equal heights, so a part may be left over. Tracks whose workers are not on the screen
 * count too, so that what is below does not jump when they appear.
 */
export function lanesUse(view: PlanView, rows: number): number {
  const { list } = view.scene.tracks();
  const groups = new Set(list.map((track) => track.group)).size;
  const headings = groups > 1 ? groups : 0;
  const all = list.map((_, index) => index);
  return Math.min(rows, headings + heightsOf(view, all, rows - headings).used);
}

/** Text rows of these tracks, with the headings of their groups. */
function rowsOfTracks(
  list: readonly Track[],
  tracks: readonly number[],
  grouped: boolean,
  rowsOf: (track: number) => number,
): number {
  let sum = 0;
  let group: string | null = null;
  for (const track of tracks) {
    if (grouped && list[track].group !== group) sum++;
    group = list[track].group;
    sum += rowsOf(track);
  }
  return sum;
}

/** Index in `tracks` of the first one to show. `fits(from, to)`: whether there is room for these. */
function firstShown(view: PlanView, tracks: readonly number[], fits: (from: number, to: number) => boolean): number {
  const { clicked, selected } = view.ui;
  // Until the user moves the lanes, they begin with the server that the verdict begins with.
  const trouble = laneInTrouble(view);
  const begin = clicked?.panel === 'lanes' ? clicked.first : trouble;
  let first = tracks.findIndex((track) => track >= begin);
  if (first < 0) first = tracks.length;
  // No rows stay empty below the last track.
  while (first > 0 && fits(first - 1, tracks.length)) first--;
  // Scrolls just far enough to show the selected track.
  const chosen = Math.max(0, tracks.indexOf(selected.lanes ?? trouble));
  if (chosen < first) return chosen;
  while (first < chosen && !fits(first, chosen + 1)) first++;
  return first;
}

/** First track of the server in most trouble; 0 if the log is that of one server. */
export function laneInTrouble({ snapshot, scene }: Pick<View, 'snapshot' | 'scene'>): number {
  const server = snapshot.summary.findings.find(({ evidence }) => typeof evidence.server === 'string')?.evidence.server;
  if (server === undefined) return 0;
  return Math.max(
    0,
    scene.tracks().list.findIndex(({ group }) => group === server || group.endsWith(`/${server}`)),
  );
}

export function planLanes(view: PlanView, rows: number): LanePlan {
  const { list } = view.scene.tracks();
  // The heading is shown even for a single visible group if the log has several.
  const names = withoutSharedFolders([...new Set(list.map((track) => track.group))]);
  const grouped = names.size > 1;
  const { tracks, folded } = shownTracks(view, rows - (grouped ? names.size : 0));
  const room = Math.max(0, rows - (folded.length > 0 ? 1 : 0));
  const groups = grouped ? new Set(tracks.map((index) => list[index].group)).size : 0;

  const { tall, each, thick } = heightsOf(view, tracks, room - groups);
  const planOf = (index: number): TrackPlan =>
    tall.includes(index)
      ? { track: index, form: 'height', rows: each, thick: 1 }
      : { track: index, form: 'slots', rows: list[index].slots, thick };
  const rowsOf = (index: number) => {
    const plan = planOf(index);
    return plan.rows * plan.thick;
  };
  const fits = (from: number, to: number) => rowsOfTracks(list, tracks.slice(from, to), grouped, rowsOf) <= room;
  const first = firstShown(view, tracks, fits);

  const plans: TrackPlan[] = [];
  const headings: (string | null)[] = [];
  let used = 0;
  let group: string | null = null;
  for (const index of tracks.slice(first)) {
    const track = list[index];
    const heading = grouped && track.group !== group ? (names.get(track.group) ?? null) : null;
    const take = rowsOf(index) + (heading === null ? 0 : 1);
    if (used + take > room) break;
    used += take;
    group = track.group;
    plans.push(planOf(index));
    headings.push(heading);
  }
  const below = tracks.length - first - plans.length;
  if (folded.length > 0 && rows > 0) {
    plans.push({ track: folded[0], shared: folded, form: 'height', rows: 1, thick: 1 });
    headings.push(null);
    used++;
  }
  return { plans, headings, above: first, below, used };
}
