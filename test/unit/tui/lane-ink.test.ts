// The ink of a bar, what of it is uncertain, and which routes have colours.
import { describe, expect, it } from 'vitest';
import { RouteColours } from '../../../src/tui/scene/hues.ts';
import { drawBar, flagsOfInk, inkOf, PERHAPS, UNCERTAIN } from '../../../src/tui/scene/lane-raster.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';

describe('drawBar', () => {
  const inks = (slack: number) => {
    const ink = new Uint16Array(64);
    drawBar(ink, 0, 64, { from: 16, to: 48, slack }, 2, 0);
    return ink;
  };

  it('fills what is certain', () => {
    const ink = inks(0);
    expect([...ink].map((value, x) => (value > 0 ? x : -1)).filter((x) => x >= 0)).toEqual(
      Array.from({ length: 32 }, (_, i) => 16 + i),
    );
    expect(ink[20]).toBe(inkOf(2, 0));
  });

  it('tells where a request surely ran from where it may have begun or ended, and from where perhaps nothing ran', () => {
    const ink = inks(8);
    const flags = (x: number) => (ink[x] === 0 ? null : flagsOfInk(ink[x]));
    expect(flags(7)).toBeNull();
    expect(flags(8)).toBe(UNCERTAIN | PERHAPS);
    expect(flags(16)).toBe(UNCERTAIN);
    expect(flags(32)).toBe(0);
    expect(flags(47)).toBe(UNCERTAIN);
    expect(flags(48)).toBe(UNCERTAIN | PERHAPS);
    expect(flags(56)).toBeNull();
  });

  it('never covers what surely ran with a perhaps', () => {
    const ink = inks(8);
    drawBar(ink, 0, 64, { from: 50, to: 60, slack: 16 }, 1, 0);
    expect(ink[32]).toBe(inkOf(2, 0));
    expect(ink[47]).toBe(inkOf(2, UNCERTAIN));
  });
});

describe('RouteColours', () => {
  const snapshot = (routes: readonly string[]) =>
    handSnapshot({ requests: routes.map((route) => ({ start: 0, end: 1, route })) });

  it('gives the most frequent routes a colour, and does not take it away for a little', () => {
    const colours = new RouteColours();
    const of = (counts: Readonly<Record<string, number>>) => {
      // The same ids whatever the counts are.
      const routes = [
        ...Object.keys(counts),
        ...Object.entries(counts).flatMap(([route, count]) => Array(count).fill(route)),
      ];
      const one = snapshot(routes);
      const rows = Int32Array.from(routes.keys()).subarray(Object.keys(counts).length);
      return colours.update(one, rows, rows.length, 2).map((route) => one.names.routes.text(route));
    };
    expect(of({ a: 50, b: 40, c: 10 })).toEqual(['a', 'b']);
    expect(of({ a: 50, b: 40, c: 45 })).toEqual(['a', 'b']);
    expect(of({ a: 50, b: 40, c: 90 })).toEqual(['a', 'c']);
  });
});
