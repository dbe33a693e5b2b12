import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { actionOf, keyBindings } from '../../../src/tui/keys/index.ts';
import { reduce } from '../../../src/tui/reduce/reduce.ts';
import type { UiState } from '../../../src/tui/ui-state.ts';
import { emptyTail, finding, handSnapshot, hostileSnapshot, NOON } from '../../helpers/snapshots.ts';
import { viewOf } from '../../helpers/views.ts';

const SECOND = 1_000_000;
const tail = handSnapshot({
  requests: Array.from({ length: 40 }, (_, i) => ({
    start: -40 + i,
    end: -39.2 + i,
    worker: String(8712 + (i % 4)),
    status: i === 7 ? 500 : 200,
  })),
  findings: [
    finding(),
    finding({ id: 'late', from: new Date((NOON - 5 * SECOND) / 1000).toISOString() }),
    finding({ id: 'whole', from: null }),
  ],
});
const replay: Snapshot = {
  ...tail,
  mode: 'replay',
  live: false,
  from: NOON - 40 * SECOND,
  to: NOON,
  now: NOON - 20 * SECOND,
};

const outcomeOf = (snapshot: Snapshot, ui: Partial<UiState>, ...actions: Parameters<typeof reduce>[1][]) => {
  let outcome = { ui: viewOf(snapshot, { ui }).ui, commands: [] as unknown[], effects: [] as unknown[] };
  for (const action of actions) outcome = reduce(viewOf(snapshot, { ui: outcome.ui }), action) as typeof outcome;
  return outcome;
};

describe('pausing', () => {
  it('freezes a tail and goes back to now', () => {
    expect(outcomeOf(tail, {}, { type: 'pause' }).ui.frozen).toBe(true);
    const resumed = outcomeOf(tail, { frozen: true, edge: NOON - 9 * SECOND, cursor: NOON }, { type: 'pause' }).ui;
    expect([resumed.frozen, resumed.edge, resumed.cursor]).toEqual([false, null, null]);
  });

  it('is a matter of the engine in a replay', () => {
    const outcome = outcomeOf(replay, {}, { type: 'pause' });
    expect(outcome.ui.frozen).toBe(false);
    expect(outcome.commands).toEqual([{ type: 'toggle' }]);
  });
});

describe('zooming', () => {
  it('keeps the cursor on the screen: it is what one looks closer at', () => {
    const cursor = NOON - 33 * SECOND;
    const closer = outcomeOf(tail, { spanSeconds: 60, cursor }, { type: 'zoom', by: -1 }, { type: 'zoom', by: -1 }).ui;
    expect(closer.spanSeconds).toBe(20);
    expect((closer.edge as number) - 20 * SECOND).toBeLessThan(closer.cursor as number);
    expect(closer.cursor).toBeLessThan(closer.edge as number);
    expect(Math.abs((closer.cursor as number) - cursor)).toBeLessThan(SECOND);
    const { commands } = outcomeOf(
      replay,
      { spanSeconds: 30, cursor },
      { type: 'zoom', by: -1 },
      { type: 'zoom', by: -1 },
    );
    expect(commands).toEqual([{ type: 'seek', to: expect.closeTo(cursor + 7.5 * SECOND, -6) }]);
  });

  it('goes from any span to the next step, and stays at the last one', () => {
    const zoomed = (spanSeconds: number, by: 1 | -1) =>
      outcomeOf(tail, { spanSeconds }, { type: 'zoom', by }).ui.spanSeconds;
    expect([zoomed(45, -1), zoomed(45, 1), zoomed(91, 1)]).toEqual([30, 60, 120]);
    expect([zoomed(1, -1), zoomed(3600, 1)]).toEqual([1, 3600]);
  });

  it('goes on following the clock without a cursor, or with one near it', () => {
    expect(outcomeOf(tail, { spanSeconds: 60 }, { type: 'zoom', by: -1 }).ui.edge).toBe(null);
    expect(outcomeOf(tail, { cursor: NOON - SECOND }, { type: 'zoom', by: -1 }).ui.edge).toBe(null);
  });
});

it('says how lanes are drawn now, which may look the same', () => {
  const { ui } = outcomeOf(tail, {}, { type: 'lane-form' });
  expect([ui.laneForm, ui.message]).toEqual(['slots', 'Lanes: a row for each slot']);
  expect(outcomeOf(tail, {}, { type: 'fold' }).ui).toMatchObject({
    foldCalm: true,
    message: 'Calm workers, and those for whom there is no room, share a lane',
  });
  expect(outcomeOf(tail, { foldCalm: true }, { type: 'fold' }).ui.message).toBe('All workers');
});

describe('seeking in a replay', () => {
  it.each([
    [{ type: 'seek-by', micros: 10 * SECOND } as const, NOON - 10 * SECOND],
    [{ type: 'seek-by', micros: 60 * SECOND } as const, NOON],
    [{ type: 'seek-share', by: -0.1 } as const, NOON - 24 * SECOND],
    [{ type: 'seek-edge', to: 'start' } as const, NOON - 40 * SECOND],
    [{ type: 'seek-edge', to: 'end' } as const, NOON],
    [{ type: 'step-request', by: 1 } as const, NOON - 20 * SECOND + 0.8 * SECOND],
  ])('%j goes to the right place', (action, to) => {
    const [command] = outcomeOf(replay, {}, action).commands as { type: string; to: number }[];
    expect(command.type).toBe('seek');
    expect(command.to).toBeCloseTo(to, -2);
  });

  it('says on which side there is no request', () => {
    const said = (now: number, by: 1 | -1) => {
      const { ui, commands } = outcomeOf({ ...replay, now }, {}, { type: 'step-request', by });
      expect(commands).toEqual([]);
      return ui.message;
    };
    expect(said(replay.to, 1)).toMatch(/^No later request/);
    expect(said(replay.from, -1)).toMatch(/^No earlier request/);
  });

  it('steps through the speeds and stops at both ends', () => {
    const speed = (present: number, by: 1 | -1) =>
      (outcomeOf({ ...replay, speed: present }, {}, { type: 'speed', by }).commands[0] as { factor: number }).factor;
    expect([speed(1, 1), speed(10, 1), speed(1000, 1), speed(1, -1), speed(0.1, -1)]).toEqual([2, 20, 1000, 0.5, 0.1]);
  });

  it('loops between two marks, and stops', () => {
    const marked = outcomeOf(replay, {}, { type: 'loop' }).ui;
    expect(marked.loopFrom).toBe(replay.now);
    const later = { ...replay, now: NOON - 12 * SECOND };
    expect(outcomeOf(later, { loopFrom: marked.loopFrom }, { type: 'loop' }).commands).toEqual([
      { type: 'loop', range: { from: NOON - 20 * SECOND, to: NOON - 12 * SECOND } },
    ]);
    expect(outcomeOf({ ...later, looping: { from: 0, to: 1 } }, {}, { type: 'loop' }).commands).toEqual([
      { type: 'loop', range: null },
    ]);
  });
});

describe('findings', () => {
  it('are stepped through by time, with the cursor on them', () => {
    const first = outcomeOf(replay, { cursor: NOON - 41 * SECOND }, { type: 'step-finding', by: 1 });
    expect(first.ui.selected.findings).toBe(0);
    expect(Math.abs((first.ui.cursor as number) - (NOON - 40 * SECOND))).toBeLessThanOrEqual(SECOND);
    const second = outcomeOf(replay, { cursor: NOON - 39 * SECOND }, { type: 'step-finding', by: 1 });
    expect(second.ui.selected.findings).toBe(1);
    expect(outcomeOf(replay, { cursor: NOON }, { type: 'step-finding', by: 1 }).ui.message).toMatch(
      /^No later finding/,
    );
  });

  it('bring a moment in the past of a tail onto the screen', () => {
    const { ui } = outcomeOf(tail, { spanSeconds: 10 }, { type: 'show-moment', micros: NOON - 30 * SECOND });
    expect(ui.edge).toBeGreaterThan(NOON - 30 * SECOND);
    expect(ui.edge).toBeLessThan(NOON - 20 * SECOND);
  });
});

describe('the cursor', () => {
  it('begins at the right edge and moves by cells', () => {
    const one = outcomeOf(tail, {}, { type: 'move-cursor', cells: -1 }).ui;
    const cell = viewOf(tail).scene.axis.microsPerColumn;
    expect(one.cursor).not.toBeNull();
    const two = outcomeOf(tail, { cursor: one.cursor }, { type: 'move-cursor', cells: -3 }).ui;
    expect((one.cursor as number) - (two.cursor as number)).toBeCloseTo(3 * cell, 0);
  });

  it('takes the picture with it at the left edge, and back to now at the right one', () => {
    const far = outcomeOf(tail, {}, { type: 'move-cursor', cells: -500 }).ui;
    expect(far.edge).toBeLessThan(NOON);
    const back = outcomeOf(tail, far, { type: 'move-cursor', cells: 5000 }).ui;
    expect(back.edge).toBeNull();
  });

  it('narrows what the lists speak of to its moment', () => {
    const view = viewOf(tail, { ui: { cursor: NOON - 12.5 * SECOND } });
    expect(view.scene.scope.isMoment).toBe(true);
    expect(view.scene.stats().requests).toBeLessThan(viewOf(tail).scene.stats().requests);
    expect(view.scene.stats().requests).toBeGreaterThan(0);
  });
});

describe('escape', () => {
  it('closes the innermost first', () => {
    const all: Partial<UiState> = {
      prompt: { kind: 'filter', text: '', error: null, completing: null },
      help: true,
      request: { source: 0, offset: 0 },
      cursor: 1,
      edge: 1,
      filter: 'status:5xx',
      focus: 'lanes',
    };
    const closed: string[] = [];
    let ui = all;
    for (let i = 0; i < 7; i++) {
      const next = outcomeOf(tail, ui, { type: 'escape' }).ui;
      closed.push(
        (['prompt', 'help', 'request', 'cursor', 'edge', 'filter', 'focus'] as const)
          .filter((key) => next[key] !== (ui as UiState)[key])
          .join(),
      );
      ui = next;
    }
    expect(closed).toEqual(['prompt', 'help', 'request', 'cursor', 'edge', 'filter', 'focus']);
  });
});

describe('the filter line', () => {
  const typed = (text: string) =>
    outcomeOf(tail, { prompt: { kind: 'filter', text, error: null, completing: null } }, { type: 'prompt-accept' }).ui;
  it('is taken over, or says what is wrong and stays', () => {
    expect(typed('status:5xx')).toMatchObject({ filter: 'status:5xx', prompt: null });
    expect(typed('statis:5xx').prompt?.error).toContain('there is no field "statis"');
    expect(typed('').filter).toBe('');
  });

  it('completes fields and values', () => {
    const complete = (text: string) =>
      outcomeOf(
        tail,
        { prompt: { kind: 'filter', text, error: null, completing: null } },
        { type: 'prompt-complete', by: 1 },
      ).ui.prompt?.text;
    expect(complete('sta')).toBe('status:');
    expect(complete('status:5xx wo')).toBe('status:5xx worker:');
    expect(complete('worker:871')).toMatch(/^worker:871\d$/);
  });

  it('goes through all completions, on and back, and from the only one to what follows it', () => {
    let ui: Partial<UiState> = { prompt: { kind: 'filter', text: 'worker:', error: null, completing: null } };
    const press = (by: 1 | -1) => {
      ui = outcomeOf(tail, ui, { type: 'prompt-complete', by }).ui;
      return ui.prompt?.text ?? '';
    };
    const first = press(1);
    const second = press(1);
    expect(first).toMatch(/^worker:\d+$/);
    expect(second).toMatch(/^worker:\d+$/);
    expect(second).not.toBe(first);
    expect(press(-1)).toBe(first);
    // What is typed asks anew.
    ui = outcomeOf(tail, ui, { type: 'prompt-text', text: 'wo' }).ui;
    expect(press(1)).toBe('worker:');
    expect(press(1)).toBe(first);
  });

  it('recomputes everything from what passes', () => {
    expect(viewOf(tail, { ui: { filter: 'status:5xx' } }).scene.stats().requests).toBe(1);
    expect(viewOf(tail, { ui: { filter: '-status:5xx worker:8712' } }).scene.stats().workers.length).toBe(1);
  });
});

describe('opening', () => {
  it('shows a request, filters by a route, jumps to a finding', () => {
    expect(outcomeOf(tail, { focus: 'requests', tab: 'requests' }, { type: 'open' }).ui.request).toEqual({
      source: 0,
      offset: 3900,
    });
    expect(outcomeOf(tail, { focus: 'routes', tab: 'routes' }, { type: 'open' }).ui.filter).toBe('route:/io');
    expect(outcomeOf(replay, { focus: 'findings' }, { type: 'open' }).commands[0]).toMatchObject({ type: 'seek' });
  });

  it('opens the request under the cursor on the lane that is chosen', () => {
    const { ui } = outcomeOf(
      tail,
      { focus: 'lanes', selected: { lanes: 0 }, cursor: NOON - 11.6 * SECOND },
      { type: 'open' },
    );
    expect(ui.request).not.toBeNull();
  });
});

describe('any keys, on any picture', () => {
  const names = keyBindings
    .flatMap(({ keys }) => keys)
    .filter((name) => !['q', 'ctrl+c', 'ctrl+z', 'f1'].includes(name));
  it('leave a state that can be drawn', () => {
    const snapshots = [emptyTail(), tail, replay, hostileSnapshot()];
    fc.assert(
      fc.property(
        fc.constantFrom(...snapshots),
        fc.array(fc.constantFrom(...names), { maxLength: 30 }),
        (snapshot, keys) => {
          let ui = viewOf(snapshot).ui;
          for (const key of keys) {
            const action = actionOf(key, { ui, mode: snapshot.mode });
            if (action) ui = reduce(viewOf(snapshot, { ui }), action).ui;
          }
          const { axis } = viewOf(snapshot, { ui }).scene;
          expect(Number.isFinite(axis.from)).toBe(true);
          expect(axis.to).toBeGreaterThan(axis.from);
          for (const line of Object.values(ui.selected)) expect(line).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
