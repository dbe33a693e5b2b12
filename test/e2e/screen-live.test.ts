// The built program in a pseudo-terminal: what comes in (folders, polling, pause), the controls of a replay, the mouse, --plain.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramOptions, root, TerminalProgram, temporaryFolder } from '../helpers/terminal.ts';

const sample = (name: string): string => join(root, 'sample-logs', name);
const lines = readFileSync(sample('gunicorn-sync-4-nearly-full.log'), 'utf8').trimEnd().split('\n');
const block = (from: number, to: number): string => `${lines.slice(from, to).join('\n')}\n`;

let folder: string;
let open: TerminalProgram[] = [];
const start = (args: string[], options: ProgramOptions = {}): TerminalProgram => {
  const one = new TerminalProgram(args, { columns: 100, rows: 30, ...options });
  open.push(one);
  return one;
};
beforeAll(() => {
  if (!existsSync(join(root, 'dist/report.cjs'))) execFileSync('npm', ['run', 'build'], { cwd: root });
});
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
  rmSync(folder, { recursive: true });
});

describe('a tail', () => {
  it('of a folder shows what is in it and what appears later, lanes by file', async () => {
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/a.log'), block(0, 50));
    const one = start(['tail', join(folder, 'logs')]);
    await one.waitFor('50 requests');
    writeFileSync(join(folder, 'logs/b.log'), block(0, 40).replaceAll('pid=<156', 'pid=<256'));
    await one.waitFor('90 requests');
    // What the second file says of its workers is known when it was examined.
    await one.waitFor(/^a\.log\n156\d\d [\s\S]*^b\.log\n256\d\d /m);
  });

  it('that polls sees what is appended', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, block(0, 50));
    const one = start(['tail', '--poll', path]);
    await one.waitFor('50 requests');
    appendFileSync(path, block(50, 57));
    await one.waitFor('57 requests');
  });

  it('goes on reading on a terminal that is too small, and shows it all when there is room', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, block(0, 50));
    const one = start(['tail', path], { columns: 40, rows: 10 });
    await one.waitFor('Too small');
    for (let i = 50; i < 60; i++) {
      appendFileSync(path, block(i, i + 1));
      await new Promise((done) => setTimeout(done, 100));
    }
    one.resize(80, 24);
    await one.waitFor('60 requests');
  });

  it('stands still while it is paused, counts what is new, and goes on', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, block(0, 50));
    const one = start(['tail', path]);
    await one.waitFor('50 requests');
    one.press(' ');
    await one.waitFor('PAUSED');
    appendFileSync(path, block(50, 61));
    expect(await one.waitFor('11 new')).toContain('50 requests');
    one.press(' ');
    await one.waitFor('61 requests');
  });

  it('says that its file was rotated, truncated, gone and back', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, block(0, 50));
    const one = start(['tail', path]);
    await one.waitFor('50 requests');
    execFileSync('mv', [path, `${path}.1`]);
    await one.waitFor(/access\.log is (gone|not there yet)/);
    writeFileSync(path, block(50, 52));
    await one.waitFor('52 requests');
    writeFileSync(path, block(60, 61));
    await one.waitFor(/was truncated/);
  });

  it('in plain words is a report that grows, and nothing is drawn over', async () => {
    const path = join(folder, 'access.log');
    writeFileSync(path, block(0, 400));
    const one = start(['tail', '--plain', path]);
    await one.waitFor(/Verdict, \w+: 4 sync workers/);
    await one.waitFor(/\d\d:\d\d:\d\d, last 10 s: \d+ requests/);
    one.signal('SIGINT');
    expect((await one.waitForExit()).code).toBe(0);
    expect(one.output).not.toMatch(/\x1b\[/);
  });
});

describe('a replay', () => {
  const paused = async (): Promise<TerminalProgram> => {
    const one = start(['replay', '--paused', sample('gunicorn-sync-4-nearly-full.log')]);
    await one.waitFor((text) => text.includes('q quit') && !/Reading what is there|Working out what/.test(text));
    return one;
  };
  const clock = (text: string): string => text.split('\n')[0].trim().split(/\s+/).at(-1) as string;

  it('begins with lanes to look at, of a log that is over in seconds with its first request', async () => {
    const one = await paused();
    // The screen shows all of the 91 s of this log; half of it is there already.
    expect(await one.text()).toMatch(/ 4[5-7]s\/9\ds/);
    expect(clock(await one.text())).toMatch(/^13:03:4/);
    one.press('g');
    await one.waitFor(/ 0s\/9\ds/);
    const short = start(['replay', '--paused', sample('gunicorn-sync-4-burst-of-16.log')]);
    await short.waitFor(/ 0s\/[34]s/);
  });

  it('steps from request to request', async () => {
    const one = await paused();
    one.press(':13:03:30\r');
    await one.waitFor((text) => clock(text) === '13:03:30');
    const seen = new Set<string>();
    for (let i = 0; i < 12; i++) {
      one.press('r');
      await new Promise((done) => setTimeout(done, 60));
      seen.add(clock(await one.text()));
    }
    // Six requests a second end in this log: a dozen of them take about two seconds.
    expect([...seen].at(-1)).toMatch(/13:03:3[1-4]/);
    for (let i = 0; i < 12; i++) one.press('R');
    await one.waitFor((text) => /13:03:(29|30)/.test(clock(text)));
  });

  it('loops over a marked range until it is told to stop', async () => {
    const one = await paused();
    one.press(':13:03:30\r');
    await one.waitFor((text) => clock(text) === '13:03:30');
    one.press('l');
    await one.waitFor('Loop starts here');
    one.press('.');
    one.press('.');
    await one.waitFor((text) => clock(text) === '13:03:32');
    one.press('l');
    const text = await one.waitFor('Looping');
    expect(text).toMatch(/\[.*\]|[[\]]/);
    one.press('>>>>> ');
    const seen: string[] = [];
    for (let i = 0; i < 30; i++) {
      await new Promise((done) => setTimeout(done, 30));
      seen.push(clock(await one.text()));
    }
    expect(seen.every((time) => time >= '13:03:30' && time <= '13:03:32')).toBe(true);
    one.press('l');
    await one.waitFor('Loop off');
    await one.waitFor((screen) => clock(screen) > '13:03:40');
  });

  it('skips stretches in which nothing happened', async () => {
    const path = join(folder, 'gap.log');
    // An hour of quiet after the first 50 requests.
    writeFileSync(path, block(0, 50) + block(50, 100).replaceAll(':13:03:', ':14:03:'));
    const one = start(['replay', '--speed', '5', path]);
    await one.waitFor(/x5/);
    one.press('i');
    await one.waitFor('skips idle stretches');
    await one.waitFor((text) => clock(text) >= '14:03:00');
  });

  it('is filtered with completions, and shows all again after escape', async () => {
    const one = await paused();
    one.press('G');
    await one.waitFor(/end( +.max)?$/m);
    one.press('/work');
    await one.waitFor('worker:');
    one.press('\t');
    await one.waitFor(/Filter: worker:.*worker:156/);
    one.press('15604\r');
    await one.waitFor((text) => text.includes('filter worker:15604') && !text.includes('Filter:'));
    one.press('3');
    await one.waitFor((screen) => (screen.match(/^ 156\d\d /gm) ?? []).length === 1);
    one.press('\x1b');
    await one.waitFor((screen) => !screen.includes('worker:15604'));
  });

  it('answers clicks and the wheel, and leaves them to the terminal when the mouse is off', async () => {
    const one = await paused();
    one.press('G');
    await one.waitFor(/end( +.max)?$/m);
    expect(one.modes.mouse).not.toBe('none');
    const click = (x: number, y: number) => one.press(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`);
    const tabs = (await one.screen()).findIndex((row) => row.includes('4 Requests'));
    click((await one.screen())[tabs].indexOf('Requests'), tabs);
    await one.waitFor('ended');
    const first = (await one.text()).match(/1-(\d+) of/)?.[0];
    expect(first).toBeDefined();
    for (let i = 0; i < 20; i++) one.press(`\x1b[<65;10;${tabs + 4}M`);
    await one.waitFor((text) => /\d+-\d+ of/.test(text) && !text.includes(first as string));
    one.press('m');
    await new Promise((done) => setTimeout(done, 200));
    expect(one.modes.mouse).toBe('none');
  });

  it('in plain words says the same as the screen', async () => {
    const one = start(['replay', '--plain', '--speed', '100', sample('gunicorn-sync-4-burst-of-16.log')]);
    await one.waitFor(/Verdict, critical: 4 sync workers, all busy/);
    expect(one.output).not.toMatch(/\x1b\[/);
  });
});
