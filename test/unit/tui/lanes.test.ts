// What is drawn on the lanes besides requests: what is not known, what died with its worker, what does not pass.
import { afterEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import type { Panel } from '../../../src/tui/panel.ts';
import { panelById } from '../../../src/tui/panels/index.ts';
import { CalmTracks } from '../../../src/tui/scene/calm-tracks.ts';
import { planLanes } from '../../../src/tui/scene/plan-lanes.ts';
import { SceneCache } from '../../../src/tui/scene/scene-cache.ts';
import type { UiState } from '../../../src/tui/ui-state.ts';
import { closeScreens, openScreen } from '../../helpers/screen.ts';
import { finding, handSnapshot, NOON } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const SECOND = 1_000_000;
const lanes = panelById('lanes') as Panel;

afterEach(closeScreens);

describe('a request that died with its worker', () => {
  const killed = (status: number) =>
    handSnapshot({
      requests: [
        { start: -50, end: -49, worker: '8712' },
        { start: -10.002, end: -10, worker: '8712', status },
        { start: -30, end: -29, worker: '8713' },
      ],
      lifecycle: [{ kind: 'timeout', worker: '8712', time: NOON - 10 * SECOND }],
    });

  it('is drawn from the last answer to the kill, also where the server logs the killed request then', () => {
    const [title, lane] = drawn(lanes, viewOf(killed(500)), 80, 3);
    expect(title).toContain('killed, never logged');
    expect(lane).toMatch(/^8712 .*░{30,}.*✖/);
  });

  it('shows the kill also where the cursor stands, which is where the finding leads to', () => {
    const [, lane, below] = drawn(lanes, viewOf(killed(500), { ui: { cursor: NOON - 10 * SECOND } }), 80, 4);
    expect(lane).toMatch(/░{30,}.*✖/);
    expect(below).toContain('│');
  });

  it('held a slot of the pool until then', () => {
    const { busy } = viewOf(killed(500)).scene.pool();
    // A minute is 61 columns: of two workers one hung from -49 s to -10 s, and the other answered from -30 s to -29 s.
    const at = (second: number) => busy?.[Math.floor(((60 + second) * 61) / 60)];
    expect([at(-40), at(-29.5), at(-20), at(-5)].map((one) => Math.round(one ?? -1))).toEqual([1, 2, 1, 0]);
  });

  it('counts in how busy its worker was, unless a filter asks for what passes', () => {
    const share = (filter: string) =>
      /(\d+)%$/.exec(drawn(lanes, viewOf(killed(500), { ui: { filter } }), 80, 3)[1])?.[1];
    // Of 60 s it answered for one and hung from -49 s to -10 s.
    expect(Number(share(''))).toBeGreaterThanOrEqual(66);
    expect(Number(share('route:/io'))).toBeLessThan(3);
  });

  it('is not there when the worker answered until then', () => {
    const [title, lane] = drawn(lanes, viewOf(killed(200)), 80, 3);
    expect(title).not.toContain('killed, never logged');
    expect(lane).not.toContain('░');
  });
});

describe('more lanes than rows', () => {
  it('are counted above and below what is shown', () => {
    const requests = Array.from({ length: 20 }, (_, i) => ({ start: -20, end: -10, worker: String(9000 + i) }));
    const title = (line: number) =>
      drawn(lanes, viewOf(handSnapshot({ requests }), { ui: { selected: { lanes: line } } }), 80, 6)[0];
    expect(title(0)).toMatch(/ 15 more below/);
    expect(title(0)).not.toContain('above');
    expect(title(11)).toMatch(/ 7 more above, 8 more below/);
    expect(title(19)).not.toContain('below');
  });

  it('stay where they are under a click', async () => {
    const requests = Array.from({ length: 20 }, (_, i) => ({ start: -20, end: -10, worker: String(9000 + i) }));
    const { screen } = await openScreen(handSnapshot({ requests }), { columns: 80, rows: 24 });
    await screen.press('w', ...Array.from({ length: 17 }, () => '\x1b[B'));
    const labels = () => screen.rows().map((row) => /^90\d\d /.exec(row)?.[0] ?? '');
    const before = labels();
    expect(before).not.toContain('9000 ');
    const y = before.indexOf('9014 ');
    screen.session.mouse({ kind: 'press', x: 40, y, by: 0 });
    await screen.settle();
    expect(screen.session.ui.selected.lanes).toBe(14);
    expect(labels()).toEqual(before);
    // And under the key after it.
    await screen.press('\x1b[B');
    expect(screen.session.ui.selected.lanes).toBe(15);
    expect(labels()).toEqual(before);
  });

  it('begin with the server that is in most trouble until somebody moves them', () => {
    const requests = Array.from({ length: 40 }, (_, i) => ({
      start: -20,
      end: -10,
      worker: `web-${Math.floor(i / 4)}/${9000 + i}`,
    }));
    const snapshot = handSnapshot({ requests });
    const inTrouble = (server: string) => {
      const { summary } = snapshot;
      return {
        ...snapshot,
        summary: { ...summary, findings: [finding({ severity: 'critical', evidence: { server } })] },
      };
    };
    const rows = (ui: Partial<UiState> = {}) => drawn(lanes, viewOf(inTrouble('web-6'), { ui }), 80, 12);
    expect(rows()[0]).toMatch(/ 24 more above, \d+ more below/);
    expect(rows()[1]).toBe('web-6');
    expect(rows({ selected: { lanes: 0 }, clicked: { panel: 'lanes', line: 0, first: 0 } })[1]).toBe('web-0');
    // Above those of the last server stand as many of the one before as there is room for: a lane and its heading take two rows.
    const end = drawn(lanes, viewOf(inTrouble('web-9')), 80, 12);
    expect(end.filter((row) => row !== '')).toHaveLength(11);
    expect(end[1]).toBe('web-8');
    expect(end[0]).not.toContain('below');
  });
});

describe('folding', () => {
  // Twelve workers: two are busy for half of the time, the others for a second, but for one that has no request.
  const requests = Array.from({ length: 11 }, (_, i) => ({
    start: -55 + i,
    end: i < 2 ? -25 + i : -54 + i,
    worker: String(9000 + i),
  }));
  const snapshotOf = (more: Parameters<typeof handSnapshot>[0]['requests'] = []) =>
    handSnapshot({ requests: [...requests, ...more] });
  const foldedIn = (rows: number, snapshot = snapshotOf()) =>
    drawn(lanes, viewOf(snapshot, { ui: { foldCalm: true }, change: { isFocused: false } }), 80, rows);
  const names = (rows: string[]) => rows.slice(1).map((row) => row.slice(0, 11).trim());

  it('keeps the lanes of busy workers, and draws those of all others as one', () => {
    const rows = foldedIn(14);
    expect(names(rows).filter((name) => name !== '')).toEqual(['9000', '9001', '+9 calmer']);
    expect(rows[0]).not.toContain('below');
    const shared = rows.find((row) => row.startsWith('+9')) as string;
    // Nine requests of a second, one after the other; 2 % of nine workers' time.
    expect(shared.slice(12, 73).replace(/[^▁-█]/g, '').length).toBeGreaterThan(8);
    expect(shared).toMatch(/ 2%$/);
  });

  it('hides nobody where there is no room: the least busy share the last lane', () => {
    const busy = Array.from({ length: 9 }, (_, i) => ({ start: -40, end: -20 - i, worker: String(9002 + i) }));
    const rows = foldedIn(7, snapshotOf(busy));
    expect(rows[0]).not.toContain('below');
    expect(names(rows)).toEqual(['9000', '9001', '9002', '9003', '9004', '+6 calmer']);
  });

  it('leaves one calm worker where it is: folded it would save nothing', () => {
    const three = handSnapshot({ requests: requests.slice(0, 3) });
    expect(foldedIn(5, three).join('\n')).not.toContain('calmer');
  });

  it('keeps a lane for a worker that hangs, although it answers nothing', () => {
    const hung = handSnapshot({
      requests: requests.map((one) => (one.worker === '9005' ? { ...one, start: -51, end: -50 } : one)),
      lifecycle: [{ kind: 'timeout', worker: '9005', time: NOON - 10 * SECOND }],
    });
    expect(names(foldedIn(14, hung))).toContain('9005');
  });
});

describe('a stretch of which the requests are not held', () => {
  const requests = Array.from({ length: 10 }, (_, i) => ({ start: -10 + i, end: -9.5 + i, worker: '8712' }));
  const pastOf = (workers: Map<number, Float64Array>) => ({
    from: NOON - 60 * SECOND,
    until: NOON - 10 * SECOND,
    stepMicros: SECOND,
    requests: new Float64Array(50).fill(1),
    errors: new Float64Array(50),
    busyMicros: new Float64Array(50).fill(SECOND),
    workers,
  });
  const lane = (workers: Map<number, Float64Array>) => {
    const snapshot = handSnapshot({ requests });
    const past = pastOf(new Map([...workers].map(([, busy]) => [snapshot.requests.worker[0], busy])));
    return drawn(lanes, viewOf({ ...snapshot, from: NOON - 60 * SECOND, past }, { ascii: true }), 80, 2)[1];
  };

  it('does not look as if its workers were idle, nor counts as such', () => {
    const row = lane(new Map());
    expect(row.slice(12, 60)).toMatch(/^ *$/);
    // Half of the last ten seconds, which lie in eleven cells.
    expect(row).toMatch(/ (4[5-9]|50)%$/);
  });

  it('is drawn where somebody counted its workers', () => {
    const row = lane(new Map([[0, new Float64Array(50).fill(SECOND / 2)]]));
    expect(row.slice(14, 60)).not.toMatch(/ /);
  });
});

describe('calm tracks', () => {
  it('change places only when others are clearly busier', () => {
    const calm = new CalmTracks();
    const folded = (loads: number[]) => calm.folded([0, 1, 2, 3], Float64Array.from(loads), 3);
    expect(folded([10, 9, 8, 7])).toEqual([2, 3]);
    expect(folded([10, 8, 9, 7])).toEqual([2, 3]);
    expect(folded([10, 5, 9, 7])).toEqual([1, 3]);
  });
});

describe('names on bars', () => {
  const view = (requests: Parameters<typeof handSnapshot>[0]['requests'], seconds = 10) =>
    viewOf(handSnapshot({ requests }), { columns: 112, ui: { spanSeconds: seconds } });

  it('stand in the middle of bars that are wide enough, with how long they took', () => {
    const [, lane] = drawn(lanes, view([{ start: -8, end: -5, route: 'GET /report' }]), 112, 2);
    expect(lane).toMatch(/█{3,}\/report 3\.00s█{3,}/);
  });

  it('are left out where they do not fit, and cut where a part of them does', () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ start: -9 + i * 0.2, end: -8.85 + i * 0.2, route: 'GET /a' }));
    expect(drawn(lanes, view(many), 112, 2)[1]).not.toContain('/a');
    const [, cut] = drawn(lanes, view([{ start: -5, end: -4, route: 'GET /a/very/long/route' }]), 112, 2);
    expect(cut).toMatch(/█*\/a\/ver…█*/);
  });

  it('do not tell how long an uncertain bar took', () => {
    const [, lane] = drawn(lanes, view([{ start: -8, end: -5, route: 'GET /report', slack: 1 }]), 112, 2);
    expect(lane).toContain('/report');
    expect(lane).not.toContain('3.00s');
  });

  it('are of the request that the bar is drawn for', () => {
    const overlapping = [
      { start: -8, end: -4, route: 'GET /first', status: 200 },
      { start: -5, end: -2, route: 'GET /second', status: 500 },
    ];
    const [, lane] = drawn(lanes, view(overlapping), 112, 2);
    expect(lane.indexOf('/first')).toBeLessThan(lane.indexOf('/second'));
    expect(lane.match(/\/first/g)?.length).toBe(1);
  });
});

describe('a worker of which it turns out that it has one slot', () => {
  it('fills its lane while it is busy, as in a picture made from nothing', () => {
    const requests = (slot: number, took: number) =>
      Array.from({ length: 400 }, (_, i) => {
        const end = -59.85 + i * 0.15;
        return { start: end - took, end, worker: '8712', slot };
      });
    const guessed = handSnapshot({ requests: requests(3, 0.6), model: 'async', unbounded: true });
    const known = handSnapshot({ requests: requests(0, 0.15) });
    const cache = new SceneCache();
    const levels = (snapshot: Snapshot) => {
      const { ui, theme, scene } = viewOf(snapshot);
      const kept = cache.get({ snapshot, ui, theme, axis: scene.axis }, 0).scene;
      const row = kept.lanes(planLanes({ snapshot, ui, scene: kept }, 4).plans).pictures[0].rows[0];
      return row.kind === 'share' ? row.level[30] / row.full : Number.NaN;
    };
    levels(guessed);
    expect(levels(known)).toBeCloseTo(1, 1);
  });
});

describe('a worker that took the place of another', () => {
  const replaced = (each: number) => {
    const worker = (i: number) => String(8712 + Math.floor(i / each));
    const requests = Array.from({ length: 60 }, (_, i) => ({ start: -60 + i, end: -59.2 + i, worker: worker(i) }));
    const snapshot = handSnapshot({ requests });
    const { inference } = snapshot;
    const last = inference.lives.length - 1;
    const lives = inference.lives.map((life, i) => ({
      ...life,
      from: NOON + (i * each - 60) * SECOND,
      to: NOON + ((i + 1) * each - 60.2) * SECOND,
      fate: i < last ? ('exited' as const) : life.fate,
    }));
    return { ...snapshot, inference: { ...inference, lives } };
  };

  it('is marked where it begins, although no server says so', () => {
    const [, lane] = drawn(lanes, viewOf(replaced(30)), 80, 3);
    expect(lane).toMatch(/^8713 .*↻/);
    expect(lane.match(/↻/g)).toHaveLength(1);
  });

  it('is not marked where each lives for a few requests: the marks would hide those', () => {
    expect(drawn(lanes, viewOf(replaced(3)), 80, 30).join('\n')).not.toContain('↻');
  });
});
