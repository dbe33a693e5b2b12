/** What the colour of a request means: its outcome, its route or its duration. */
import type { Snapshot } from '../../core/snapshot.ts';
import { type Colour, mix } from '../style.ts';
import type { Theme } from '../theme.ts';

export type ColourBy = 'status' | 'route' | 'duration';
export const colourings: readonly ColourBy[] = ['status', 'route', 'duration'];

/** A colouring: every request has a hue, a small number; the legend explains the hues. */
export interface Colouring {
  /** Hue of a row, 0..legend.length-1. */
  of(row: number): number;
  readonly legend: readonly { readonly label: string; readonly colour: Colour }[];
  /** Severity per hue: decides the colour of a cell that several requests share, see `CellHues`. */
  readonly weight: readonly number[];
  /** Equal for colourings that give every request the same hue. */
  readonly key: string;
}

/** What the legend of a picture needs: a colouring, and which of its hues occur. */
export interface Hues extends Pick<Colouring, 'legend' | 'weight'> {
  /** Hues that occur, in the order of the legend. */
  readonly shown: readonly number[];
}

/** `routes`: those that have a colour of their own, see `RouteColours`. */
export const colouringFor = (by: ColourBy, snapshot: Snapshot, routes: readonly number[], theme: Theme): Colouring =>
  by === 'route'
    ? byRoute(snapshot, routes, theme)
    : by === 'duration'
      ? byDuration(snapshot, theme)
      : byStatus(snapshot, theme);

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
    key: 'status',
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
    key: 'duration',
  };
}

function byRoute({ requests, names }: Snapshot, routes: readonly number[], { colours }: Theme): Colouring {
  const hueOf = new Map(routes.map((route, hue) => [route, hue]));
  return {
    of: (row) => hueOf.get(requests.route[row]) ?? routes.length,
    legend: [
      ...routes.map((route, hue) => ({ label: names.routes.text(route), colour: colours.routes[hue] })),
      { label: 'others', colour: colours.unknown },
    ],
    weight: new Array(routes.length + 1).fill(0),
    key: `route ${routes.join(' ')}`,
  };
}

/** A route keeps its colour until another one is seen more often by this factor and by this number. */
const CLEARLY_MORE = 1.3;
const MORE_SEEN = 10;

/** Which routes have a colour of their own: the most frequent ones. A route keeps the colour that it was given. */
export class RouteColours {
  #routes: number[] = [];

  /** `rows`: rows of the table, valid up to `count`. */
  update({ requests }: Pick<Snapshot, 'requests'>, rows: Int32Array, count: number, most: number): readonly number[] {
    const counts = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const route = requests.route[rows[i]];
      counts.set(route, (counts.get(route) ?? 0) + 1);
    }
    const ranked = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const seen = this.#routes.filter((route) => counts.has(route));
    if (seen.length === 0) this.#routes = [];
    for (const [route, requestsOf] of ranked.slice(0, most)) {
      if (this.#routes.includes(route)) continue;
      if (this.#routes.length < most) {
        this.#routes.push(route);
        continue;
      }
      let least = 0;
      this.#routes.forEach((other, i) => {
        if ((counts.get(other) ?? 0) < (counts.get(this.#routes[least]) ?? 0)) least = i;
      });
      if (requestsOf > (counts.get(this.#routes[least]) ?? 0) * CLEARLY_MORE + MORE_SEEN) this.#routes[least] = route;
    }
    return [...this.#routes];
  }
}

/** The second shade of a colour, for every other request on a lane. */
export const secondTone = (colour: Colour, light: boolean): Colour => mix(colour, light ? 0xffffff : 0x000000, 0.26);
