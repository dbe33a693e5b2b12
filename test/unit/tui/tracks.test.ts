import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import lanes from '../../../src/tui/panels/lanes.ts';
import workers from '../../../src/tui/panels/workers.ts';
import { tracksOf } from '../../../src/tui/scene/tracks.ts';
import { FakeEngine, TestScreen } from '../../helpers/screen.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const names = (snapshot: Parameters<typeof tracksOf>[0]) =>
  tracksOf(snapshot).list.map(({ lives }) => lives.map(({ name }) => name));

describe('tracksOf, without an inference', () => {
  it('gives a worker that replaced another the track of that one, in a saved log', () => {
    const requests = [
      ...Array.from({ length: 10 }, (_, i) => ({ start: i, end: i + 0.9, worker: '1' })),
      ...Array.from({ length: 60 }, (_, i) => ({ start: i, end: i + 0.9, worker: '2' })),
      ...Array.from({ length: 40 }, (_, i) => ({ start: 20 + i, end: 20.9 + i, worker: '3' })),
    ].sort((a, b) => a.end - b.end);
    const snapshot = handSnapshot({ requests, change: { mode: 'replay' } });
    const without = { ...snapshot, inference: { ...snapshot.inference, lanes: [], lives: [] } };
    expect(names(without)).toEqual([['1', '3'], ['2']]);
    // Of a live log nobody knows that the first is gone.
    expect(names({ ...without, mode: 'tail' }).length).toBe(3);
  });

  it('gives a worker as many slots as its requests need', () => {
    const requests = [
      { start: 0, end: 2, worker: '1' },
      { start: 1, end: 3, worker: '1' },
    ];
    const snapshot = handSnapshot({ requests });
    snapshot.placement.slot.set([0, 1]);
    const without = {
      ...snapshot,
      inference: {
        ...snapshot.inference,
        lanes: [],
        lives: [],
        threads: { ...snapshot.inference.threads, value: null },
      },
    };
    expect(tracksOf(without).list.map(({ slots }) => slots)).toEqual([2]);
  });
});

describe('a worker that no examination has seen yet', () => {
  const requests = [
    { start: -4, end: -2, worker: '1' },
    { start: -3, end: -1, worker: '2' },
    { start: -2.5, end: -0.5, worker: '2' },
  ];
  const snapshot = handSnapshot({ requests });
  snapshot.placement.slot.set([0, 0, 1]);
  const known: Snapshot = {
    ...snapshot,
    inference: {
      ...snapshot.inference,
      lanes: snapshot.inference.lanes.filter(({ worker }) => worker === 0),
      lives: snapshot.inference.lives.filter(({ worker }) => worker === 0),
    },
  };

  it('has as many slots as the others, although its stamps overlap', () => {
    expect(tracksOf(known).list.map(({ slots }) => slots)).toEqual([1, 1]);
  });

  it('stands behind those whose birth is known, in the list of workers', () => {
    const rows = drawn(workers, viewOf(known, { ui: { focus: 'workers', tab: 'workers' } }), 80, 6);
    expect(rows.map((row) => row.trim().split(' ')[0]).filter((name) => /^[12]$/.test(name))).toEqual(['1', '2']);
  });
});

describe('the tracks of a live log', () => {
  const everySecond = (worker: string, first: number) =>
    Array.from({ length: 20 }, (_, i) => ({ start: first + i, end: first + i + 0.8, worker }));
  const snapshot = handSnapshot({
    requests: [...everySecond('8', -40), ...everySecond('7', -39), ...everySecond('9', -38)],
  });
  /** What the next minutes tell: the first request of each that is left of them is another one. */
  const later: Snapshot = {
    ...snapshot,
    inference: {
      ...snapshot.inference,
      lives: snapshot.inference.lives.map((life) => ({ ...life, from: life.from - life.worker * 2e6 })),
    },
  };

  it('stay in their order while the examined minutes move on', () => {
    const first = tracksOf(snapshot);
    expect(first.list.map(({ lives }) => lives[0].name)).toEqual(['8', '7', '9']);
    expect(names(later)).toEqual([['9'], ['7'], ['8']]);
    expect(tracksOf(later, undefined, first).list.map(({ lives }) => lives[0].name)).toEqual(['8', '7', '9']);
  });

  it('reach back to the first request that is held, not only to the first that was examined', () => {
    const examined: Snapshot = {
      ...snapshot,
      inference: {
        ...snapshot.inference,
        lives: snapshot.inference.lives.map((life) => ({ ...life, from: NOON - 10e6 })),
      },
    };
    expect(tracksOf(examined).list.every(({ lives }) => lives[0].from < NOON - 30e6)).toBe(true);
    const screen = drawn(lanes, viewOf(examined, { ui: { edge: NOON - 30e6, spanSeconds: 15 } }), 80, 6);
    expect(screen.filter((row) => /^[789] /.test(row))).toHaveLength(3);
  });

  it('of a saved log are in theirs whatever was shown before', () => {
    const replay = { ...later, mode: 'replay' as const };
    expect(tracksOf(replay, undefined, tracksOf(snapshot)).list).toEqual(tracksOf(replay).list);
  });
});

async function openScreen(snapshot: Snapshot): Promise<TestScreen> {
  const screen = new TestScreen(new FakeEngine(snapshot), { rows: 30 });
  await screen.settle();
  return screen;
}

describe('lanes of several files or hosts', () => {
  const everySecond = (worker: string, source = 0) =>
    Array.from({ length: 20 }, (_, i) => ({ start: -20 + i, end: -19.2 + i, worker, source }));

  it('stand in groups, each under the name of its file', async () => {
    const snapshot = handSnapshot({
      requests: [...everySecond('11', 1), ...everySecond('12'), ...everySecond('13', 1)],
      change: { sources: ['web-a.log', 'web-b.log'] },
    });
    const screen = await openScreen(snapshot);
    const rows = screen.rows().map((row) => row.split(' ')[0]);
    const from = rows.indexOf('web-a.log');
    expect(rows.slice(from, from + 5)).toEqual(['web-a.log', '12', 'web-b.log', '11', '13']);
    screen.close();
  });

  it('are named without the folders that all files lie in', async () => {
    const headings = async (...sources: string[]) => {
      const requests = [...everySecond('11'), ...everySecond('12', 1)];
      const screen = await openScreen(handSnapshot({ requests, change: { sources } }));
      const rows = screen.rows().map((row) => row.split(' ')[0]);
      screen.close();
      return rows.filter((row) => row.endsWith('.log'));
    };
    expect(await headings('/var/log/app/a.log', '/var/log/app/b.log')).toEqual(['a.log', 'b.log']);
    expect(await headings('/srv/web1/access.log', '/srv/web2/access.log')).toEqual([
      'web1/access.log',
      'web2/access.log',
    ]);
  });

  it('stand under the host where the log names it, without it in each label', async () => {
    const snapshot = handSnapshot({
      requests: [...everySecond('blue/7'), ...everySecond('green/7'), ...everySecond('blue/8')],
    });
    const screen = await openScreen(snapshot);
    const rows = screen.rows().map((row) => row.split(' ')[0]);
    const from = rows.indexOf('blue');
    expect(rows.slice(from, from + 5)).toEqual(['blue', '7', '8', 'green', '7']);
    screen.close();
  });

  it('have no heading when there is one group', async () => {
    const screen = await openScreen(handSnapshot({ requests: everySecond('7') }));
    const title = screen.rows().findIndex((row) => row.includes('Workers · '));
    expect(screen.rows()[title + 1]).toMatch(/^7 /);
    screen.close();
  });
});
