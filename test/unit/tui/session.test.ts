// The screen as a whole: what it shows, what it writes, what its keys do.

import { afterEach, describe, expect, it } from 'vitest';
import { tabNames } from '../../../src/tui/tab-names.ts';
import { closeScreens, openScreen } from '../../helpers/screen.ts';
import { emptyTail, fullPool, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;

afterEach(closeScreens);

describe('the screen', () => {
  it('shows verdict, lanes, pool, findings and keys on 80 x 24', async () => {
    const { screen } = await openScreen(fullPool());
    const text = screen.text();
    expect(text).toContain('CRITICAL  4 sync workers, all busy 60 of 60 s');
    expect(text).toContain('(93% sure)');
    for (const worker of ['8712', '8713', '8714', '8715']) expect(text).toMatch(new RegExp(`^${worker} .*█`, 'm'));
    expect(text).toContain('busy of 4');
    expect(text).toContain('1 Findings');
    expect(text).toContain('All four workers were busy');
    expect(text).toContain('q quit');
    expect(screen.rows().length).toBe(24);
  });

  it('writes a frame in one piece, never clears, and nothing while nothing changes', async () => {
    const { screen, engine } = await openScreen(fullPool());
    for (const bytes of screen.writes) {
      expect(bytes.startsWith('\x1b[?2026h')).toBe(true);
      expect(bytes.endsWith('\x1b[?2026l')).toBe(true);
      expect(bytes).not.toContain('\x1b[2J');
    }
    const before = screen.writes.length;
    engine.publish({});
    await screen.settle(3000);
    expect(screen.writes.length).toBe(before);
  });

  it('draws at most 30 frames a second, however often something changes', async () => {
    const { screen, engine } = await openScreen(fullPool());
    const before = screen.writes.length;
    for (let i = 0; i < 1000; i++) {
      engine.publish({ now: NOON + i * 20_000 });
      screen.clock.advance(1);
    }
    expect(screen.writes.length - before).toBeLessThanOrEqual(31);
    expect(screen.writes.length - before).toBeGreaterThan(5);
  });

  it('freezes the picture and counts what is new, then jumps to now', async () => {
    const { screen, engine } = await openScreen(fullPool());
    await screen.press(' ');
    engine.publish({ total: engine.snapshot().total + 17, now: NOON + 30 * SECOND });
    await screen.settle();
    expect(screen.rows()[0]).toContain('PAUSED');
    expect(screen.rows()[0]).toContain('17 new');
    expect(screen.rows()[0]).toContain('12:00:00');
    await screen.press(' ');
    expect(screen.rows()[0]).toContain('LIVE');
    expect(screen.rows()[0]).toContain('12:00:30');
    await screen.press(' ');
    engine.publish({ total: engine.snapshot().total + 3 });
    await screen.settle();
    expect(screen.rows()[0]).toContain(' 3 new');
  });

  it('changes the tab with numbers and tab, and lists what it should', async () => {
    const { screen } = await openScreen(fullPool());
    await screen.press('2');
    expect(screen.text()).toMatch(/GET \/io .* 240 /);
    await screen.press('3');
    expect(screen.text()).toMatch(/8713 .* 60 /);
    await screen.press('\t');
    expect(screen.text()).toMatch(/11:59:59\.980 {2}GET \/io/);
    await screen.press('\x1b[Z', '\x1b[Z', '\x1b[Z');
    expect(screen.text()).toContain('All four workers were busy');
  });

  it('explains all keys, and scrolls there', async () => {
    const { screen } = await openScreen(fullPool());
    await screen.press('?');
    expect(screen.text()).toContain('Panels');
    expect(screen.text()).toContain('up/down scrolls');
    const first = screen.rows()[1];
    await screen.press('j', 'j');
    expect(screen.rows()[1]).not.toBe(first);
    await screen.press('?');
    expect(screen.text()).toContain('busy of 4');
  });

  it('opens a request with its raw line', async () => {
    const { screen, engine } = await openScreen(fullPool());
    engine.lines = [{ source: 0, offset: 23_900, text: '127.0.0.1 - - "GET /io HTTP/1.1" \x1b[31mred' }];
    await screen.press('4', '\r');
    await screen.settle(500);
    expect(screen.text()).toContain('byte 23900');
    expect(screen.text()).toContain('"GET /io HTTP/1.1" ·[31mred');
    await screen.press('\x1b');
    expect(screen.text()).toContain('ended');
  });

  it('changes what-if with the arrows, beside the present pool', async () => {
    const { screen, engine } = await openScreen(fullPool());
    engine.prediction = {
      pool: { model: 'sync', workers: 5, threads: 1 },
      waitMean: 20_000,
      waitP95: 90_000,
      waitP95Range: [50_000, 120_000],
      latencyP95: 1_100_000,
      utilisation: 0.8,
      throughputPerSecond: 4,
      wide: {
        waitMean: [10_000, 60_000],
        waitP95: [40_000, 2_000_000],
        latencyP95: [1_000_000, 3_000_000],
        throughputPerSecond: [3.9, 4.1],
      },
      arrivalsKnown: false,
    };
    await screen.press('6', '\x1b[A');
    await screen.settle();
    expect(screen.text()).toContain('now: 4 sync workers');
    expect(screen.text()).toContain('if: 5 sync workers');
    expect(screen.text()).toContain('90ms');
    // A range as wide as `logscope whatif` gives it, the pools beside, and that the arrivals are hidden.
    expect(screen.text()).toContain('(40ms-2.00s)');
    expect(screen.text()).toMatch(/wait p95 by workers .*4: +90ms +5: +90ms +6: +90ms/);
    expect(screen.text()).toContain('this log hides');
    await screen.press('\x1b[C');
    expect(screen.text()).toContain('if: 5 workers of 2 threads');
    await screen.press('0');
    expect(screen.text()).toContain('if: 4 sync workers');
  });

  it('forgets a cursor that the picture has left behind', async () => {
    const { screen, engine } = await openScreen(fullPool());
    await screen.press('{', '{');
    expect(screen.text()).toContain('↑then');
    engine.publish({ now: NOON + 120 * SECOND });
    await screen.settle();
    expect(screen.text()).toContain('↑max');
    expect(screen.text()).not.toMatch(/cursor \d/);
  });

  it('zooms, and colours by route and duration', async () => {
    const { screen } = await openScreen(fullPool());
    await screen.press('-');
    expect(screen.text()).toContain('Workers · 2 min');
    await screen.press('+', '+');
    expect(screen.text()).toContain('Workers · 30 s');
    await screen.press('c');
    expect(screen.text()).toContain('GET /io');
    await screen.press('c');
    expect(screen.text()).toContain('<1s');
  });

  it('keeps to a new size, and says when it is too small', async () => {
    const { screen } = await openScreen(fullPool());
    await screen.resize(200, 60);
    expect(screen.rows()[59]).toContain('q quit');
    expect(screen.text()).toMatch(/^8715 .*█/m);
    await screen.resize(40, 10);
    expect(screen.text().trim()).toBe('Too small: 40x10, needs 48x14; q quits');
    // What it needs is the last to go, and nothing is cut.
    for (const [columns, text] of [
      [20, 'Too small for 48x14'],
      [12, 'Needs 48x14'],
    ] as const) {
      await screen.resize(columns, 4);
      expect(screen.text().trim()).toBe(text);
    }
    await screen.resize(80, 24);
    expect(screen.rows()[23]).toContain('q quit');
    expect(screen.text()).toContain('busy of 4');
  });

  it('passes the ends of the program on: quit, suspend, export', async () => {
    const { screen } = await openScreen(fullPool());
    await screen.press('q', '\x03', '\x1a', 'e', '\r');
    expect(screen.effects).toEqual([
      { type: 'quit', interrupted: false },
      { type: 'quit', interrupted: true },
      { type: 'suspend' },
      { type: 'export', path: 'logscope.json' },
    ]);
  });

  it('answers clicks: a tab, a lane with its moment, a line', async () => {
    const { screen } = await openScreen(fullPool());
    const tabs = screen.rows().findIndex((row) => row.includes('1 Findings'));
    const press = (x: number, y: number) => screen.session.mouse({ kind: 'press', x, y, by: 0 });
    press(tabNames(80, 'findings')[1].x + 1, tabs);
    await screen.settle();
    expect(screen.text()).toContain('requests');
    const lane = screen.rows().findIndex((row) => row.startsWith('8713'));
    press(40, lane);
    await screen.settle();
    expect(screen.text()).toContain('cursor 11:59:');
    expect(screen.session.ui).toMatchObject({ focus: 'lanes', selected: { lanes: 1 } });
    await screen.press('m');
    press(20, lane);
    expect(screen.session.ui.mouse).toBe(false);
  });

  it('keeps a clicked line of a scrolled list under the pointer, where a second click opens it', async () => {
    const { screen } = await openScreen(fullPool(), { columns: 100, rows: 30 });
    await screen.press('4');
    const head = screen.rows().findIndex((row) => /\bended\b.*\broute\b/.test(row));
    const lines = () => screen.rows().slice(head + 1, head + 6);
    const top = lines();
    screen.session.mouse({ kind: 'wheel', x: 20, y: head + 2, by: 3 });
    screen.session.mouse({ kind: 'wheel', x: 20, y: head + 2, by: 3 });
    await screen.settle();
    const scrolled = lines();
    expect(scrolled).not.toEqual(top);
    const press = () => screen.session.mouse({ kind: 'press', x: 20, y: head + 2, by: 0 });
    press();
    await screen.settle();
    expect(lines()).toEqual(scrolled);
    press();
    await screen.settle();
    expect(screen.session.ui.request).not.toBeNull();
  });

  it('chooses the line of the log that was clicked, also where the chosen one stands in several rows', async () => {
    const { screen, engine } = await openScreen(fullPool(), { columns: 80, rows: 30 });
    engine.lines = Array.from({ length: 40 }, (_, i) => ({
      source: 0,
      offset: i * 200,
      text: `line-${i} ${'x'.repeat(i % 3 === 0 ? 150 : 20)} end`,
    }));
    await screen.press('7');
    await screen.settle();
    const shown = () => screen.rows().map((row) => Number(/line-(\d+) /.exec(row)?.[1] ?? -1));
    expect(screen.session.ui.selected.log).toBeUndefined();
    for (const pick of [1, 3, 2, 4]) {
      const wanted = shown().filter((line) => line >= 0)[pick];
      const y = shown().indexOf(wanted);
      screen.session.mouse({ kind: 'press', x: 20, y, by: 0 });
      await screen.settle();
      expect(screen.session.ui.selected.log).toBe(wanted);
      expect(shown()[y]).toBe(wanted);
    }
  });

  it('opens the newest line of the log where none was chosen', async () => {
    const snapshot = fullPool();
    const { screen, engine } = await openScreen(snapshot, { columns: 80, rows: 30 });
    const { offset, source, length } = snapshot.requests;
    engine.lines = Array.from({ length: 10 }, (_, i) => length - 10 + i).map((row) => ({
      source: source[row],
      offset: offset[row],
      text: `line ${row}`,
    }));
    await screen.press('7');
    await screen.settle();
    await screen.press('\r');
    expect(screen.session.ui.request?.offset).toBe(offset[length - 1]);
  });

  it('says what it waits for when there is nothing yet', async () => {
    const { screen } = await openScreen(emptyTail());
    expect(screen.text()).toContain('No requests yet.');
    expect(screen.text()).toContain('Waiting for the first request');
  });
});
