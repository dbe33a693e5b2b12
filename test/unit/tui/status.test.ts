import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import status from '../../../src/tui/panels/status.ts';
import { reduce } from '../../../src/tui/reduce/reduce.ts';
import type { UiState } from '../../../src/tui/ui-state.ts';
import { emptyTail, handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const SECOND = 1_000_000;
const tail = handSnapshot({
  requests: Array.from({ length: 40 }, (_, i) => ({
    start: -40 + i,
    end: -39.2 + i,
    worker: String(8712 + (i % 4)),
    route: `GET /item/${i}`,
    status: i === 7 ? 500 : 200,
    wait: 0.5,
  })),
});
const lineOf = (ui: Partial<UiState>, columns = 120, snapshot = tail): string =>
  drawn(status, viewOf(snapshot, { ui, columns }), columns, 1)[0];

describe('the status line of a screen that nobody has touched', () => {
  it('says how the lanes are read, until a key is pressed', () => {
    expect(lineOf({})).toContain('a row is a worker, filled while it is busy');
    const { ui } = reduce(viewOf(tail), { type: 'colour' });
    expect(lineOf(ui)).not.toContain('a row is');
  });

  it('says less of it, or nothing, where there is less room', () => {
    expect(lineOf({})).toContain('queue: callers who wait for one');
    expect(lineOf({}, 90)).toMatch(/requests\s+a row is a worker, filled while it is busy$/);
    expect(lineOf({}, 60)).not.toContain('a row is');
  });

  it('says what the heat map shows for as long as it is there', () => {
    const ui = { tab: 'heat-map', isUntouched: false };
    expect(lineOf(ui)).toMatch(/heat map: upwards how long requests took, in colour how many$/);
    expect(lineOf(ui, 90)).toMatch(/upwards: how long they took; colour: how many$/);
    expect(lineOf({ ...ui, tab: 'routes' })).not.toContain('how many');
  });

  it('says of lanes that are heights what the height is, and nothing where there is no lane', () => {
    const threads = handSnapshot({
      requests: Array.from({ length: 60 }, (_, i) => ({
        start: -30 + i / 2,
        end: -26 + i / 2,
        worker: '8712',
        slot: i % 20,
      })),
      model: 'threaded',
      threads: 20,
    });
    expect(lineOf({}, 120, threads)).toContain('a row is a worker, as high as it runs requests at once');
    expect(lineOf({}, 120, emptyTail())).not.toContain('a row is');
  });
});

it('says live since when no line has come, as soon as the picture shows that nothing comes', () => {
  const after = (seconds: number, change: Partial<Snapshot> = {}) =>
    lineOf({}, 120, { ...tail, live: true, to: NOON, now: NOON + seconds * SECOND, ...change });
  expect(after(9)).not.toContain('no line');
  expect(after(10)).toContain('no line since 12:00:00');
  expect(after(10, { live: false })).not.toContain('no line');
  expect(after(10, { to: Number.NaN })).not.toContain('no line');
});

describe('the bar under the cursor', () => {
  /** Within the seventh request, which ran on the fourth worker. */
  const moment = { cursor: NOON - 32.5 * SECOND, focus: 'lanes', isUntouched: false };

  it('is told in a line when its lane is chosen', () => {
    const line = lineOf({ ...moment, selected: { lanes: 3 } });
    expect(line).toContain('GET /item/7 500 took 800ms after a wait of 500ms (inferred); enter: all of it');
  });

  it('is not told of a lane that is idle then, nor where lists are chosen', () => {
    expect(lineOf({ ...moment, selected: { lanes: 1 } })).not.toContain('took');
    expect(lineOf({ ...moment, selected: { lanes: 3 }, focus: 'findings' })).not.toContain('took');
  });

  it('is told on one line whatever its route is', () => {
    const route = `GET /\x1b[31m${'long/'.repeat(2000)}`;
    const hostile = handSnapshot({ requests: [{ start: -1, end: 0, worker: '8712', route, status: 200 }] });
    const line = lineOf({ ...moment, cursor: NOON - SECOND / 2 }, 120, hostile);
    expect(line).toMatch(/GET \/.{10,50}… 200 took 1\.00s; enter: all of it/);
    expect(line).not.toContain('\x1b');
  });

  it('is none of those whose callers still wait then', () => {
    // The third request runs then; the caller of the fourth, on the next lane, has come.
    const waiting = handSnapshot({
      requests: Array.from({ length: 8 }, (_, i) => ({
        start: -39.2 + i,
        end: -38.4 + i,
        worker: String(8712 + (i % 4)),
        wait: 2,
      })),
    });
    const cursor = NOON - 36.9 * SECOND;
    expect(lineOf({ ...moment, cursor, selected: { lanes: 2 } }, 120, waiting)).toContain('took');
    expect(lineOf({ ...moment, cursor, selected: { lanes: 3 } }, 120, waiting)).not.toContain('took');
  });
});
