// Findings of a live log open and close once, with hysteresis, whatever flickers at a threshold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingSummary, Severity } from '../../../src/core/summary.ts';
import { isoInstant } from '../../../src/core/time.ts';
import { defaultTracker, emptyTracker, type TrackerState, track } from '../../../src/findings/tracker.ts';

const finding = (id: string, severity: Severity = 'warning'): FindingSummary => ({
  id,
  severity,
  title: id,
  detail: '',
  evidence: {},
  advice: '',
  from: null,
  to: null,
});

const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;

const openFindings = ({ tracked }: TrackerState): FindingSummary[] =>
  [...tracked.values()].filter(({ open }) => open).map(({ finding: one }) => one);

/** One examination a second; the events as "3 +a" (opened in second 3). */
function play(seconds: readonly (readonly FindingSummary[])[]): { events: string[]; state: TrackerState } {
  let state = emptyTracker;
  const events: string[] = [];
  seconds.forEach((seen, second) => {
    const next = track(state, seen, START + second * SECOND, isoInstant);
    state = next.state;
    for (const { state: kind, finding: one } of next.changes)
      events.push(`${second} ${kind === 'opened' ? '+' : '-'}${one.id}`);
  });
  return { events, state };
}

const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

describe('a finding', () => {
  const a = finding('a');
  it('opens after three seconds and closes ten seconds after it was last seen', () => {
    expect(play([...times(8, [a]), ...times(20, [])]).events).toEqual(['3 +a', '17 -a']);
  });
  it('that is critical opens at once', () => expect(play([[finding('x', 'critical')]]).events).toEqual(['0 +x']));
  it('seen for a moment never opens', () => expect(play([[a], [a], ...times(20, [])]).events).toEqual([]));
  it('whose own end lies a minute back is gone, though the window still shows it', () => {
    const past = { ...a, to: isoInstant(START + 5 * SECOND) };
    expect(play(times(90, [past])).events).toEqual(['3 +a', '75 -a']);
    expect(play(times(90, [past])).state.tracked.size).toBe(0);
  });
  it('that comes again begins anew, whatever the window still holds', () => {
    const first = { ...a, from: isoInstant(START), to: isoInstant(START + 5 * SECOND) };
    const both = { ...a, from: isoInstant(START), to: isoInstant(START + 95 * SECOND) };
    const { events, state } = play([...times(90, [first]), ...times(5, [both])]);
    expect(events).toEqual(['3 +a', '75 -a', '93 +a']);
    expect(openFindings(state)[0].from).toBe(isoInstant(START + 90 * SECOND));
  });
  it('that flickers stays open', () => {
    const flicker = Array.from({ length: 60 }, (_, i) => (i % 5 === 4 ? [] : [a]));
    expect(play([...times(4, [a]), ...flicker]).events).toEqual(['3 +a']);
  });
  it('opens again after it closed, with a new beginning', () => {
    const { events, state } = play([...times(5, [a]), ...times(15, []), ...times(5, [a])]);
    expect(events).toEqual(['3 +a', '14 -a', '23 +a']);
    expect(openFindings(state)[0].from).toBe(isoInstant(START + 20 * SECOND));
  });
  it('keeps the beginning it opened with while the window moves on', () => {
    const moving = Array.from({ length: 30 }, (_, i) => [{ ...a, from: isoInstant(START + i * SECOND) }]);
    const { state } = play(moving);
    expect(openFindings(state)[0].from).toBe(isoInstant(START + 3 * SECOND));
  });
});

describe('any sequence', () => {
  it('opens and closes in turn, and what is open is what opened last', () => {
    const second = fc.subarray(['a', 'b', 'c']).map((ids) => ids.map((id) => finding(id)));
    fc.assert(
      fc.property(fc.array(second, { maxLength: 120 }), (seconds) => {
        const { events, state } = play(seconds);
        for (const id of ['a', 'b', 'c']) {
          const own = events.filter((event) => event.endsWith(id)).map((event) => event.split(' ')[1][0]);
          expect(own.every((sign, i) => sign === (i % 2 === 0 ? '+' : '-'))).toBe(true);
          expect(openFindings(state).some((one) => one.id === id)).toBe(own.length % 2 === 1);
        }
        expect(defaultTracker.closeAfterMicros).toBeGreaterThan(defaultTracker.openAfterMicros);
      }),
    );
  });
});
