/** What the colour of a request says: its outcome, its route or how long it took. */
import type { Snapshot } from '../../core/snapshot.ts';
import { type Colour, mix } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { VisibleRows } from './visible-rows.ts';

export type ColourBy = 'status' | 'route' | 'duration';
export const colourings: readonly ColourBy[] = ['status', 'route', 'duration'];

/** A colouring: every request has a hue, a small number; a legend says what the hues mean. */
export interface Hues {
  /** Hue of each visible row, 0..legend.length-1. */
  readonly hue: Uint8Array;
  /** Hues that occur, in the order of the legend. */
  readonly shown: readonly number[];
  readonly legend: readonly { readonly label: string; readonly colour: Colour }[];
  /** When requests share a cell, the greater weight decides the colour; equal weights: the one that fills more of it. */
  readonly weight: readonly number[];
}

/** A colouring before it is applied. */
interface Colouring extends Pick<Hues, 'legend' | 'weight'> {
  of(row: number): number;
}

export function huesFor(by: ColourBy, snapshot: Snapshot, visible: VisibleRows, theme: Theme): Hues {
  const { of, legend, weight } =
    by === 'route'
      ? byRoute(snapshot, visible, theme)
      : by === 'duration'
        ? byDuration(snapshot, theme)
        : byStatus(snapshot, theme);
  const hue = new Uint8Array(visible.count);
  const seen = new Uint8Array(legend.length);
  for (let i = 0; i < visible.count; i++) {
    hue[i] = of(visible.rows[i]);
    seen[hue[i]] = 1;
  }
  return { hue, shown: [...seen.keys()].filter((one) => seen[one] === 1), legend, weight };
}

function byStatus({ requests }: Snapshot, { colours }: Theme): Colouring {
  const { status } = requests;
  return {
    of(row) {
      const family = Math.floor(status[row] / 100);
      return family === 2 || family === 1 ? 0 : family >= 3 && family <= 5 ? family - 2 : 4;
    },
    legend: [
      { label: '2xx', colour: colours.success },
      { label: '3xx', colour: colours.redirect },
      { label: '4xx', colour: colours.clientError },
      { label: '5xx', colour: colours.serverError },
      { label: 'status unknown', colour: colours.unknown },
    ],
    weight: [0, 0, 1, 2, 0],
  };
}

/** Upper bounds of the steps, µs. */
const durationSteps = [10e3, 100e3, 500e3, 1e6, 5e6];
const durationLabels = ['<10ms', '<100ms', '<500ms', '<1s', '<5s', '≥5s'];

function byDuration({ placement }: Snapshot, theme: Theme): Colouring {
  const { start, end } = placement;
  return {
    of(row) {
      const micros = end[row] - start[row];
      if (!(micros >= 0)) return durationSteps.length + 1;
      let step = 0;
      while (step < durationSteps.length && micros >= durationSteps[step]) step++;
      return step;
    },
    legend: [
      ...durationLabels.map((label, step) => ({ label, colour: theme.heat(step / durationSteps.length) })),
      { label: 'unknown', colour: theme.colours.unknown },
    ],
    weight: [0, 1, 2, 3, 4, 5, 0],
  };
}

/** The routes seen most often have a colour of their own, in the order of their ids, so that colours stay put. */
function byRoute({ requests, names }: Snapshot, visible: VisibleRows, { colours }: Theme): Colouring {
  const counts = new Map<number, number>();
  for (let i = 0; i < visible.count; i++) {
    const route = requests.route[visible.rows[i]];
    counts.set(route, (counts.get(route) ?? 0) + 1);
  }
  const shown = [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, colours.routes.length)
    .map(([route]) => route)
    .sort((a, b) => a - b);
  const hueOf = new Map(shown.map((route, hue) => [route, hue]));
  return {
    of: (row) => hueOf.get(requests.route[row]) ?? shown.length,
    legend: [
      ...shown.map((route, hue) => ({ label: names.routes.text(route), colour: colours.routes[hue] })),
      { label: 'others', colour: colours.unknown },
    ],
    weight: new Array(shown.length + 1).fill(0),
  };
}

/** The second tone of a colour: what the next request on the same lane is drawn in. */
export const secondTone = (colour: Colour, light: boolean): Colour => mix(colour, light ? 0xffffff : 0x000000, 0.26);
