// Colours, places that keep still, and the frames that Ink hands over.
import { afterEach, describe, expect, it } from 'vitest';
import { closeScreens, FakeEngine, openScreen, TestScreen } from '../../helpers/screen.ts';
import { finding, fullPool, handSnapshot } from '../../helpers/snapshots.ts';

afterEach(closeScreens);

describe('the looks of the screen', () => {
  it('has no colours under NO_COLOR and no Unicode under --ascii', async () => {
    const { screen } = await openScreen(fullPool(), { depth: 0, ascii: true });
    for (const bytes of screen.writes) {
      expect(bytes).toMatch(/^[\x1b\x20-\x7e]*$/);
      expect(bytes).not.toMatch(/\x1b\[[\d;]*[34][0-7](?:;\d+)*m/);
    }
    expect(screen.text()).toMatch(/^8712 .*#/m);
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
    const { screen, engine } = await openScreen(at(0));
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
    const { screen } = await openScreen({ ...fullPool(), title: 'production-frontend-access.log' });
    expect(screen.rows()[0]).toContain('production-frontend-access.log');
    expect(screen.rows()[0]).not.toContain('sure');
    await screen.resize(110, 30);
    expect(screen.rows()[0]).toContain('sure)');
  });

  it('marks a finding that has more to say, and shows the routes below where there is room', async () => {
    const long = finding({ detail: 'More words than a small screen has room for. '.repeat(12) });
    const snapshot = fullPool();
    const { screen } = await openScreen({ ...snapshot, summary: { ...snapshot.summary, findings: [long] } });
    expect(screen.text()).toMatch(/[a-z.] …$/m);
    expect(screen.text()).not.toContain('─ Routes');
    await screen.resize(120, 44);
    const rows = screen.rows();
    const routes = rows.findIndex((row) => row.startsWith('─ Routes'));
    expect(routes).toBeGreaterThan(rows.findIndex((row) => row.includes('All four workers were busy')));
    expect(rows.slice(routes).join('\n')).toMatch(/GET \/io .* 240 /);
    // The routes as the tab, and the findings below them.
    await screen.press('2');
    expect(screen.text()).not.toContain('─ Routes');
    const chosen = screen.rows();
    expect(chosen.findIndex((row) => row.startsWith('─ Findings'))).toBeGreaterThan(
      chosen.findIndex((row) => /GET \/io .* 240 /.test(row)),
    );
  });

  it('shows failed answers as the red part of the rate', async () => {
    const { screen } = await openScreen(
      handSnapshot({
        requests: Array.from({ length: 240 }, (_, i) => ({
          start: -60 + Math.floor(i / 4),
          end: -59.02 + Math.floor(i / 4),
          worker: String(8712 + (i % 4)),
          status: i % 4 === 0 ? 500 : 200,
        })),
      }),
      { columns: 120, rows: 42 },
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

describe('Ink', () => {
  it('hands over whole frames and nothing else: an upgrade that changes this must fail here', async () => {
    const frames: string[] = [];
    const screen = new TestScreen(new FakeEngine(fullPool()));
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
    screen.close();
  });
});
