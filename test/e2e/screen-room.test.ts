// The built program in an emulator: what stands where there is little room, or little to draw.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closeAfterEach, played, sample, start } from '../helpers/programs.ts';
import { temporaryFolder } from '../helpers/terminal.ts';

closeAfterEach();
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('on 80 columns', () => {
  it('a blank parts every value from its chart, and a queue that may be far longer says between what it lies', async () => {
    const one = await played([sample('gunicorn-sync-3-slow-route-starves-fast.log')], { columns: 80, rows: 24 });
    const text = await one.waitFor((screen) => !screen.includes('closer one follows'));
    const rows = text.split('\n');
    const charts = rows.filter((row) => /^(queue|busy of|req\/s|service|wait)/.test(row));
    expect(charts.length).toBe(5);
    for (const row of charts) expect(row.padEnd(80)[73], row).toBe(' ');
    const queue = rows.find((row) => row.startsWith('queue'));
    const [, low, high] = /(\d+)-(\d+)$/.exec(queue ?? '') ?? [];
    // Recorded: the longest queue was 51.
    expect(Number(low)).toBeLessThan(51);
    expect(Number(high)).toBeGreaterThan(51);
  });
});

/** 40 workers in a minute: three take a request of 0.4 s each second, the others one in all. */
function crowd(): string {
  const lines: [end: number, text: string][] = [];
  for (let worker = 0; worker < 40; worker++) {
    for (let i = 0; i < (worker % 13 === 5 ? 60 : 1); i++) {
      const end = i + 1 + worker / 41;
      const clock = `12:${String(Math.floor(end / 60)).padStart(2, '0')}:${String(Math.floor(end) % 60).padStart(2, '0')}`;
      const text = `127.0.0.1 - - [20/Nov/2026:${clock} +0000] "GET /io HTTP/1.1" 200 12 "-" "x" pid=<${30_000 + worker}> us=400000`;
      lines.push([end, text]);
    }
  }
  return lines
    .sort(([a], [b]) => a - b)
    .map(([, text]) => `${text}\n`)
    .join('');
}

describe('more workers than rows', () => {
  it('fold into the lanes of the busy ones and one for all others', async () => {
    const path = join(folder, 'crowd.log');
    writeFileSync(path, crowd());
    const one = await played([path], { columns: 100, rows: 30 });
    expect(await one.text()).toMatch(/\d+ more below/);
    one.press('z');
    const text = await one.waitFor(/^\+37 calmer .*[▁-█].* [\d.]+%$/m);
    expect(text).not.toContain('more below');
    for (const busy of [30_005, 30_018, 30_031]) expect(text).toMatch(new RegExp(`^${busy} .* [34]\\d%$`, 'm'));
    expect(text).not.toMatch(/^30006 /m);
    one.press('z');
    await one.waitFor(/more below/);
  });
});

describe('a log without times', () => {
  it('leaves the room of lanes and charts to what there is to say, and has no keys that move in time', async () => {
    const one = start(['replay', sample('uvicorn-default-no-time.log')], { columns: 100, rows: 30 });
    const text = await one.waitFor(/The lines carry no time[\s\S]*1 Findings[\s\S]*GET \/net[\s\S]*q quit/);
    const rows = text.split('\n');
    const told = rows.findIndex((row) => row.includes('The lines carry no time'));
    expect(rows[told - 1]).toMatch(/^─ Requests ─+$/);
    expect(rows[told + 1]).toContain('1 Findings');
    expect(rows.at(-1)).not.toMatch(/pause|play|faster|±10s|zoom|colour/);
  });
});
