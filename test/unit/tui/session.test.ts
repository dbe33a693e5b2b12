import { afterEach, describe, expect, it } from 'vitest';
import type { FilteredPart } from '../../../src/core/part.ts';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { FakeEngine, type ScreenOptions, TestScreen } from '../../helpers/screen.ts';
import { emptyTail, finding, handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const full = (): Snapshot =>
  handSnapshot({
    requests: Array.from({ length: 240 }, (_, i) => {
      const start = -60 + Math.floor(i / 4);
      return { start, end: start + 0.98, worker: String(8712 + (i % 4)), wait: (i % 9) / 4 };
    }),
    findings: [finding()],
    change: {
      verdict: {
        severity: 'critical',
        sentence: '4 sync workers, all busy 60 of 60 s; callers queued up to 2 s.',
        confidence: 0.93,
      },
    },
  });

let screen: TestScreen | null = null;
const open = async (
  snapshot: Snapshot,
  options: ScreenOptions = {},
): Promise<{ screen: TestScreen; engine: FakeEngine }> => {
  const engine = new FakeEngine(snapshot);
  screen = new TestScreen(engine, options);
  await screen.settle();
  return { screen, engine };
};
afterEach(() => screen?.close());

describe('the screen', () => {
  it('shows verdict, lanes, pool, findings and keys on 80 x 24', async () => {
    const { screen } = await open(full());
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
    const { screen, engine } = await open(full());
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
    const { screen, engine } = await open(full());
    const before = screen.writes.length;
    for (let i = 0; i < 1000; i++) {
      engine.publish({ now: NOON + i * 20_000 });
      screen.clock.advance(1);
    }
    expect(screen.writes.length - before).toBeLessThanOrEqual(31);
    expect(screen.writes.length - before).toBeGreaterThan(5);
  });

  it('freezes the picture and counts what is new, then jumps to now', async () => {
    const { screen, engine } = await open(full());
    await screen.press(' ');
    engine.publish({ total: engine.snapshot().total + 17, now: NOON + 30 * SECOND });
    await screen.settle();
    expect(screen.rows()[0]).toContain('PAUSED');
    expect(screen.rows()[0]).toContain('17 new');
    expect(screen.rows()[0]).toContain('12:00:00');
    await screen.press(' ');
    expect(screen.rows()[0]).toContain('LIVE');
    expect(screen.rows()[0]).toContain('12:00:30');
  });

  it('changes the tab with numbers and tab, and lists what it should', async () => {
    const { screen } = await open(full());
    await screen.press('2');
    expect(screen.text()).toMatch(/GET \/io .* 240 /);
    await screen.press('3');
    expect(screen.text()).toMatch(/8713 .* 60 /);
    await screen.press('\t');
    expect(screen.text()).toMatch(/11:59:59\.980 {2}GET \/io/);
    await screen.press('\x1b[Z', '\x1b[Z', '\x1b[Z');
    expect(screen.text()).toContain('All four workers were busy');
  });

  it('filters, says so, and clears the filter with escape', async () => {
    const { screen } = await open(full());
    await screen.press('/');
    await screen.press(...'worker:8712');
    expect(screen.rows().at(-1)).toContain('Filter: worker:8712');
    await screen.press('\r', '3');
    expect(screen.text()).toContain('filter worker:8712');
    expect(screen.text()).toMatch(/^8713 .* 0%$/m);
    await screen.press('\x1b');
    expect(screen.text()).not.toContain('filter worker');
  });

  it('judges what passes a filter, and says which words are of all requests', async () => {
    const { screen, engine } = await open(full(), { columns: 120, rows: 32 });
    await screen.press('/', ...'worker:8712', '\r');
    expect(engine.commands).toContainEqual({ type: 'filter', text: 'worker:8712' });
    expect(screen.rows()[1]).toMatch(/^ FILTER {2}Working out what passes/);
    const part: FilteredPart = {
      filter: 'worker:8712',
      requests: 60,
      of: 240,
      verdict: { severity: 'warning', sentence: '60 of 240 requests, 25 % of the busy time.', confidence: 1 },
      findings: [finding({ id: 'error-burst', title: 'Its errors came at once', severity: 'warning' })],
      unasked: '',
    };
    engine.publish({ part });
    await screen.settle();
    expect(screen.rows()[1]).toBe(' FILTER  60 of 240 requests, 25 % of the busy time.');
    expect(screen.rows()[2]).toMatch(/^ CRITICAL {2}All requests: 4 sync workers, all busy 60 of 60 s/);
    expect(screen.rows()[0]).toContain('1.0 req/s pass');
    expect(screen.text()).toContain('60 of 240 here pass');
    const rows = screen.rows();
    const row = (text: string) => rows.findIndex((line) => line.includes(text));
    expect(row('Of what passes')).toBeLessThan(row('Its errors came at once'));
    expect(row('Its errors came at once')).toBeLessThan(row('Of all requests, whether they pass or not'));
    expect(row('Of all requests, whether')).toBeLessThan(row('All four workers were busy'));
    // Requests that do not pass are still there, quietly: the pool is the same.
    const lane = (worker: string) => rows.findIndex((line) => line.startsWith(worker));
    const passing = screen.cell(60, lane('8712'));
    const behind = screen.cell(60, lane('8713'));
    expect(behind.text).not.toBe(' ');
    expect(behind.foreground).not.toBe(passing.foreground);
    expect(screen.text()).toMatch(/Workers .* do not pass/);
    // A part of another filter is not taken for this one's.
    engine.publish({ part: { ...part, filter: 'worker:8713' } });
    await screen.settle();
    expect(screen.rows()[1]).toContain('Working out what passes');
    await screen.press('\x1b');
    expect(engine.commands.at(-1)).toEqual({ type: 'filter', text: '' });
    expect(screen.rows()[1]).toMatch(/^ CRITICAL {2}4 sync workers/);
    expect(screen.text()).not.toContain('Of all requests');
  });

  it('keeps a filter that is wrong in the line, with what is wrong', async () => {
    const { screen } = await open(full());
    await screen.press('/', ...'colour:red', '\r');
    expect(screen.rows().at(-1)).toContain('there is no field "colour"');
    await screen.press('\x7f', '\x1b');
    expect(screen.rows().at(-1)).toContain('quit');
  });

  it('explains all keys, and scrolls there', async () => {
    const { screen } = await open(full());
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
    const { screen, engine } = await open(full());
    engine.lines = [{ source: 0, offset: 23_900, text: '127.0.0.1 - - "GET /io HTTP/1.1" \x1b[31mred' }];
    await screen.press('4', '\r');
    await screen.settle(500);
    expect(screen.text()).toContain('byte 23900');
    expect(screen.text()).toContain('"GET /io HTTP/1.1" ·[31mred');
    await screen.press('\x1b');
    expect(screen.text()).toContain('ended');
  });

  it('changes what-if with the arrows, beside the present pool', async () => {
    const { screen, engine } = await open(full());
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
    expect(screen.text()).toContain('if: 5 workers x 2 threads');
    await screen.press('0');
    expect(screen.text()).toContain('if: 4 sync workers');
  });

  it('zooms, and colours by route and duration', async () => {
    const { screen } = await open(full());
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
    const { screen } = await open(full());
    await screen.resize(200, 60);
    expect(screen.rows()[59]).toContain('q quit');
    expect(screen.text()).toMatch(/^8715 .*█/m);
    await screen.resize(40, 10);
    expect(screen.text().trim()).toBe('Too small: 40x10, needs 48x14; q quits');
    await screen.resize(80, 24);
    expect(screen.rows()[23]).toContain('q quit');
    expect(screen.text()).toContain('busy of 4');
  });

  it('passes the ends of the program on: quit, suspend, export', async () => {
    const { screen } = await open(full());
    await screen.press('q', '\x03', '\x1a', 'e', '\r');
    expect(screen.effects).toEqual([
      { type: 'quit', interrupted: false },
      { type: 'quit', interrupted: true },
      { type: 'suspend' },
      { type: 'export', path: 'logscope.json' },
    ]);
  });

  it('answers clicks: a tab, a lane with its moment, a line', async () => {
    const { screen } = await open(full());
    const tabs = screen.rows().findIndex((row) => row.includes('2 Routes'));
    const press = (x: number, y: number) => screen.session.mouse({ kind: 'press', x, y, by: 0 });
    press(screen.rows()[tabs].indexOf('2 Routes') + 1, tabs);
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

  it('has no colours under NO_COLOR and no Unicode under --ascii', async () => {
    const { screen } = await open(full(), { depth: 0, ascii: true });
    for (const bytes of screen.writes) {
      expect(bytes).toMatch(/^[\x1b\x20-\x7e]*$/);
      expect(bytes).not.toMatch(/\x1b\[[\d;]*[34][0-7](?:;\d+)*m/);
    }
    expect(screen.text()).toMatch(/^8712 .*#/m);
  });

  it('says what it waits for when there is nothing yet', async () => {
    const { screen } = await open(emptyTail());
    expect(screen.text()).toContain('No requests yet.');
    expect(screen.text()).toContain('Waiting for the first request');
  });

  it('keeps the numbers of the header in their cells while they change', async () => {
    const at = (failed: number) =>
      handSnapshot({
        requests: Array.from({ length: 40 * (failed + 1) }, (_, i) => ({
          start: -40 + i / (failed + 1),
          end: -39.9 + i / (failed + 1),
          status: i < failed ? 500 : 200,
        })),
      });
    const { screen, engine } = await open(at(0));
    const columns = () => ['req/s', 'worker', '12:00:00'].map((text) => screen.rows()[0].indexOf(text));
    const before = columns();
    expect(before.every((column) => column > 0)).toBe(true);
    engine.publish(at(3));
    await screen.settle(2000);
    expect(screen.rows()[0]).toContain('2% 5xx');
    engine.publish(at(30));
    await screen.settle(2000);
    expect(columns()).toEqual(before);
  });

  it('says the name of the log before how sure the server is', async () => {
    const { screen } = await open({ ...full(), title: 'production-frontend-access.log' });
    expect(screen.rows()[0]).toContain('production-frontend-access.log');
    expect(screen.rows()[0]).not.toContain('sure');
    await screen.resize(110, 30);
    expect(screen.rows()[0]).toContain('sure)');
  });

  it('marks a finding that has more to say, and shows the routes below where there is room', async () => {
    const long = finding({ detail: 'More words than a small screen has room for. '.repeat(12) });
    const snapshot = full();
    const { screen } = await open({ ...snapshot, summary: { ...snapshot.summary, findings: [long] } });
    expect(screen.text()).toMatch(/[a-z.]…$/m);
    expect(screen.text()).not.toContain('── Routes');
    await screen.resize(120, 44);
    const rows = screen.rows();
    const routes = rows.findIndex((row) => row.startsWith('── Routes'));
    expect(routes).toBeGreaterThan(rows.findIndex((row) => row.includes('All four workers were busy')));
    expect(rows.slice(routes).join('\n')).toMatch(/GET \/io .* 240 /);
    await screen.press('2');
    expect(screen.text()).not.toContain('── Routes');
  });

  it('shows failed answers as the red part of the rate', async () => {
    const { screen } = await open(
      handSnapshot({
        requests: Array.from({ length: 240 }, (_, i) => ({
          start: -60 + Math.floor(i / 4),
          end: -59.02 + Math.floor(i / 4),
          worker: String(8712 + (i % 4)),
          status: i % 4 === 0 ? 500 : 200,
        })),
      }),
      { columns: 120, rows: 50 },
    );
    const y = screen.rows().findIndex((row) => row.startsWith('req/s'));
    const below = screen.rows().findIndex((row) => row.startsWith('service')) - 1;
    // A quarter of a column: the lowest row has both colours.
    expect(below).toBeGreaterThan(y);
    const x = screen.rows()[y].indexOf('█');
    expect(screen.cell(x, below).text).toMatch(/[▁-▇]/);
    expect(screen.cell(x, below).foreground).not.toBe(screen.cell(x, y).foreground);
    expect(screen.cell(x, below).background).toBe(screen.cell(x, y).foreground);
  });
});

describe('the screen of a replay', () => {
  const replay = (): Snapshot => ({
    ...full(),
    mode: 'replay',
    live: false,
    playing: true,
    speed: 10,
    from: NOON - 60 * SECOND,
    to: NOON,
    now: NOON - 30 * SECOND,
    overview: {
      from: NOON - 60 * SECOND,
      stepMicros: SECOND,
      requests: new Float64Array(60).fill(4),
      errors: new Float64Array(60),
    },
  });

  it('has a transport bar with the rate, the findings and the position', async () => {
    const { screen } = await open(replay());
    const bar = screen.rows().findIndex((row) => row.startsWith('11:59:00'));
    expect(screen.rows()[bar]).toMatch(/█.*12:00:00$/);
    expect(screen.rows()[bar + 1]).toContain('◆');
    expect(screen.rows()[bar + 1]).toContain('30s/60s');
    expect(screen.rows()[0]).toContain('▶ x10');
  });

  it('asks the engine to play, to seek and to change its speed', async () => {
    const { screen, engine } = await open(replay());
    await screen.press(' ', '\x1b[C', '\x1b[D', 'g', 'G', '>', '<', ',', ')', 'n', 'i');
    const asked = engine.commands.filter(({ type }) => type !== 'show');
    expect(asked).toEqual([
      { type: 'toggle' },
      { type: 'seek', to: NOON - 20 * SECOND },
      { type: 'seek', to: NOON - 40 * SECOND },
      { type: 'seek', to: NOON - 60 * SECOND },
      { type: 'seek', to: NOON },
      { type: 'speed', factor: 20 },
      { type: 'speed', factor: 5 },
      { type: 'seek', to: NOON - 31 * SECOND },
      { type: 'seek', to: NOON - 24 * SECOND },
      { type: 'skip-idle', on: true },
    ]);
    expect(screen.session.ui.message).toBe('');
  });

  it('goes to a time', async () => {
    const { screen, engine } = await open(replay());
    await screen.press(':', ...'11:59:20', '\r');
    expect(engine.commands.at(-1)).toEqual({ type: 'seek', to: NOON - 40 * SECOND });
  });
});

describe('Ink', () => {
  it('hands over whole frames and nothing else: an upgrade that changes this must fail here', async () => {
    const frames: string[] = [];
    const engine = new FakeEngine(full());
    screen = new TestScreen(engine);
    const { session } = screen;
    const setInkFrame = session.setInkFrame.bind(session);
    session.setInkFrame = (frame) => {
      frames.push(frame);
      setInkFrame(frame);
    };
    await screen.settle();
    await screen.press('2', '?', '?');
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames) {
      expect(frame.split('\n').length).toBe(24);
      // Colours alone: no cursor, no erasing, no modes.
      expect(frame.replace(/\x1b\[[\d;]*m/g, '')).not.toContain('\x1b');
    }
  });
});
