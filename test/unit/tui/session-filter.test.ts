// A filter shows a part of the requests, and never lets it pass for all of them.
import { afterEach, describe, expect, it } from 'vitest';
import type { FilteredPart } from '../../../src/core/part.ts';
import { closeScreens, openScreen } from '../../helpers/screen.ts';
import { finding, fullPool } from '../../helpers/snapshots.ts';

afterEach(closeScreens);

describe('the screen under a filter', () => {
  it('filters, says so, and clears the filter with escape', async () => {
    const { screen } = await openScreen(fullPool());
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
    const { screen, engine } = await openScreen(fullPool(), { columns: 120, rows: 32 });
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
    const { screen } = await openScreen(fullPool());
    await screen.press('/', ...'colour:red', '\r');
    expect(screen.rows().at(-1)).toContain('there is no field "colour"');
    await screen.press('\x7f', '\x1b');
    expect(screen.rows().at(-1)).toContain('quit');
  });

  it('leaves the lines of the log that do not pass where they stand, in grey', async () => {
    const snapshot = fullPool();
    const { screen, engine } = await openScreen(snapshot, { columns: 120, rows: 32 });
    const { requests, names } = snapshot;
    const last = Array.from({ length: 8 }, (_, i) => requests.length - 8 + i);
    engine.lines = last.map((row) => ({
      source: requests.source[row],
      offset: requests.offset[row],
      text: `line of ${names.workers.text(requests.worker[row])}`,
    }));
    await screen.press('/', ...'worker:8712', '\r', '7');
    await screen.settle();
    const rows = screen.rows();
    const lookOf = (worker: string) => {
      const y = rows.findIndex((row) => row.includes(`line of ${worker}`));
      return screen.cell(2, y).foreground;
    };
    expect(lookOf('8713')).not.toBe(lookOf('8712'));
    expect(lookOf('8713')).toBe(lookOf('8714'));
  });
});
