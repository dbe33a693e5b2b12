// The built program in a pseudo-terminal, with an emulator: what a person sees of each story, and what is left behind.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ProgramOptions, program, root, TerminalProgram, temporaryFolder } from '../helpers/terminal.ts';

const samples = join(root, 'sample-logs');
const sample = (name: string): string => join(samples, name);

let open: TerminalProgram[] = [];
const start = (args: string[], options: ProgramOptions = {}): TerminalProgram => {
  const one = new TerminalProgram(args, options);
  open.push(one);
  return one;
};

beforeAll(() => {
  if (!existsSync(join(root, 'dist/main.cjs'))) execFileSync('npm', ['run', 'build'], { cwd: root });
});
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
});

/** A replay, played to its end. */
async function played(names: string[], options: ProgramOptions & { keys?: string } = {}): Promise<TerminalProgram> {
  const one = start(['replay', '--paused', ...names], { columns: 110, rows: 36, ...options });
  await one.waitFor('q quit', 20_000);
  one.press(`G${options.keys ?? ''}`);
  // Pictures come in several steps: the last one stands still.
  let before = '';
  let looks = 0;
  await one.waitFor((text) => {
    looks = text === before ? looks + 1 : 0;
    before = text;
    return looks >= 20 && /end( +.max)?$/m.test(text) && !/Reading what is there|Working out what/.test(text);
  }, 60_000);
  return one;
}

/** Rows of lanes: a label, then cells that are not blank. */
const laneRow = (text: string, worker: string): string => {
  const row = text.split('\n').find((line) => line.startsWith(worker));
  if (row === undefined) throw new Error(`no lane of ${worker} in\n${text}`);
  return row;
};

describe('what a person sees', () => {
  it('of a burst on four sync workers: four full lanes and the sentence', async () => {
    const one = await played([sample('gunicorn-sync-4-burst-of-16.log')]);
    const text = await one.text();
    expect(text).toMatch(/CRITICAL.*4 sync workers, all busy/);
    expect(text).toContain('busy of 4');
    for (const worker of ['10528', '10541', '10542', '10556']) {
      const bar = laneRow(text, worker).slice(16, -7);
      expect(bar.replace(/[^▏▎▍▌▋▊▉█▓▒]/g, '').length, worker).toBeGreaterThan(bar.length * 0.7);
    }
  });

  it('of the article: the same from its own form, without durations', async () => {
    const text = await (await played([sample('article-form-sync-4-burst-of-16.log')])).text();
    expect(text).toContain('4 sync workers');
    expect(text).toMatch(/start inferred|uncertain/);
  });

  it('of a hundred at once on async workers: heights of about 25 each, nobody queues', async () => {
    const one = await played([join(root, 'test/e2e/logs/asgi-4-workers-burst-of-100.log')]);
    const text = await one.text();
    expect(text).toContain('4 async workers');
    const peaks = [...text.matchAll(/^peak (\d+)/gm)].map(([, peak]) => Number(peak));
    expect(peaks.length).toBe(4);
    // What the truth says: 22, 32, 26 and 20 requests per process, all within one second.
    expect(peaks.sort((a, b) => a - b)).toEqual([20, 22, 26, 32]);
    expect(text).not.toMatch(/^queue/m);
  });

  it('of a slow route that starves a fast one: the routes, the slow one with nearly all busy time', async () => {
    const one = await played([sample('gunicorn-sync-3-slow-route-starves-fast.log')], { keys: '2' });
    const text = await one.waitFor(/GET \/slow .* 99 +9\d% +1\.50s/);
    expect(text).toMatch(/GET \/fast .* 481 +\d% +5\.8ms/);
    expect(text.indexOf('GET /slow')).toBeLessThan(text.indexOf('GET /fast'));
  });

  it('of workers that were killed: the marks on their lanes and the finding', async () => {
    const one = await played([
      sample('gunicorn-sync-3-timeout-kills.log'),
      sample('gunicorn-sync-3-timeout-kills.error.log'),
    ]);
    const text = await one.text();
    expect(text).toContain('3 workers killed');
    const marks = text
      .split('\n')
      .filter((line) => /^\d{5} /.test(line))
      .join('')
      .match(/✖/g);
    expect(marks?.length).toBe(3);
    expect(text).toContain('killed, never logged');
    expect(text).toContain('░');
  });

  it('of too many workers: eight lanes, most of them idle', async () => {
    const text = await (await played([sample('gunicorn-sync-8-overprovisioned.log')])).text();
    const lanes = text.split('\n').filter((line) => /^181\d\d /.test(line));
    expect(lanes.length).toBe(8);
    for (const lane of lanes) expect(Number(/(\d+)%$/.exec(lane)?.[1])).toBeLessThan(15);
    expect(text).toMatch(/Overprovisioned/i);
  });
});

describe('the screen', () => {
  it('keeps to a new size in the middle, and says when it is too small', async () => {
    const one = await played([sample('gunicorn-sync-4-nearly-full.log')], { columns: 80, rows: 24 });
    one.resize(200, 60);
    await one.waitFor((text) => text.split('\n')[59].includes('q quit'));
    expect((await one.screen()).length).toBe(60);
    one.resize(40, 8);
    await one.waitFor('Too small:');
    one.resize(80, 24);
    const text = await one.waitFor((screen) => screen.split('\n')[23].includes('q quit'));
    expect(text).toContain('busy of 4');
  });

  it('plays, seeks and changes its speed', async () => {
    const one = start(['replay', '--speed', '50', sample('gunicorn-sync-4-nearly-full.log')], {
      columns: 100,
      rows: 30,
    });
    await one.waitFor('x50', 20_000);
    await one.waitFor(/end( +.max)?$/m);
    one.press('g');
    await one.waitFor(/ 0s\/9\ds/);
    one.press('\x1b[C');
    await one.waitFor(/ 10s\/9\ds/);
    one.press('<<');
    await one.waitFor('x10');
    one.press(':13:03:58\r');
    await one.waitFor(/ 60s\/9\ds/);
  });

  it('shows colours as the terminal can, or none', async () => {
    const name = sample('gunicorn-sync-4-nearly-full.log');
    const plain = await played([name], { env: { NO_COLOR: '1' } });
    expect(plain.output).not.toMatch(/\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m/);
    const sixteen = await played([name], { env: { COLORTERM: undefined, TERM: 'xterm' } });
    expect(sixteen.output).not.toMatch(/\x1b\[[\d;]*(?:38|48);/);
    expect(sixteen.output).toMatch(/\x1b\[[\d;]*(?:3|9)[1-7]m/);
    const many = await played([name], { env: { COLORTERM: undefined, TERM: 'xterm-256color' } });
    expect(many.output).toMatch(/38;5;/);
    expect(many.output).not.toMatch(/[34]8;2;/);
    const ascii = await played([name, '--ascii']);
    expect(await ascii.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('follows what is appended, and the log that is piped in, with keys from the terminal', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'access.log');
    writeFileSync(
      path,
      `${readFileSync(sample('gunicorn-sync-4-nearly-full.log'), 'utf8').split('\n').slice(0, 100).join('\n')}\n`,
    );
    const one = start(['tail', path]);
    await one.waitFor('100 requests', 20_000);
    appendFileSync(path, `${readFileSync(sample('gunicorn-sync-4-nearly-full.log'), 'utf8').split('\n')[100]}\n`);
    await one.waitFor('101 requests');
    const piped = start(['-c', `(cat '${path}'; sleep 30) | '${process.execPath}' '${program}' tail -`], {
      file: '/bin/sh',
    });
    await piped.waitFor('101 requests', 20_000);
    piped.press('2');
    await piped.waitFor('GET /net');
    piped.press('q');
    await piped.waitFor((text) => !text.includes('GET /net') || piped.exited !== null);
    rmSync(folder, { recursive: true });
  });
});

describe('what is exported', () => {
  it('is all that is on the screen: as text, with colours, as a picture', async () => {
    const folder = temporaryFolder();
    const one = await played([sample('gunicorn-sync-4-nearly-full.log')], { columns: 100, rows: 30, keys: '2' });
    await one.waitFor('GET /net');
    const exportTo = async (path: string) => {
      one.press(`e\x15${path}\r`);
      await one.waitFor(`Written to ${path}`);
      return readFileSync(path, 'utf8');
    };
    const screen = (await one.text()).split('\n');
    const text = (await exportTo(join(folder, 'a.txt'))).split('\n');
    // The status line speaks of the export; every other row is the same, tabs and keys included.
    const others = (rows: string[]) => rows.slice(0, 30).filter((_, y) => y !== 28);
    expect(others(text)).toEqual(others(screen));
    expect(text.join('\n')).toContain('1 Findings  2 Routes');
    expect(text[29]).toContain('q quit');
    const ansi = await exportTo(join(folder, 'a.ansi'));
    expect(
      others(
        ansi
          .replace(/\x1b\[[\d;]*m/g, '')
          .split('\n')
          .map((row) => row.trimEnd()),
      ),
    ).toEqual(others(screen));
    expect(ansi).toMatch(/\x1b\[0;1;38;2;\d+;\d+;\d+m/);
    const svg = await exportTo(join(folder, 'a.svg'));
    expect(svg).toMatch(/> ?q ?<\/text>/);
    expect(svg).toContain('Findings');
    rmSync(folder, { recursive: true });
  });

  it('is the summary of the requests on the screen that pass the filter', async () => {
    const folder = temporaryFolder();
    const one = await played([sample('gunicorn-sync-3-slow-route-starves-fast.log')]);
    one.press('/route:/slow\r');
    await one.waitFor(/route:\/slow/);
    const path = join(folder, 'slow.json');
    one.press(`e\x15${path}\r`);
    await one.waitFor('Written to');
    const summary = JSON.parse(readFileSync(path, 'utf8'));
    expect(summary.schema).toBe('logscope/summary/v1');
    expect(summary.requests.total).toBe(99);
    // The server is the one that all requests tell of.
    expect(summary.server.workers.value).toBe(3);
    expect(summary.findings.length).toBeGreaterThan(0);
    expect(summary.routes.map(({ route }: { route: string }) => route)).toEqual(['GET /slow']);
    rmSync(folder, { recursive: true });
  });
});

describe('the terminal', () => {
  const expectRestored = async (one: TerminalProgram) => {
    expect(one.isAlternate).toBe(false);
    expect(one.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
    expect(one.output.match(/\x1b\[\?1049l/g)?.length).toBe(1);
    expect((await one.text()).trim()).toBe('');
  };
  const running = async (): Promise<TerminalProgram> => {
    const one = start(['tail', sample('gunicorn-sync-4-nearly-full.log')]);
    await one.waitFor('q quit', 20_000);
    expect(one.isAlternate).toBe(true);
    return one;
  };

  it.each([
    ['q', (one: TerminalProgram) => one.press('q'), 0],
    ['Ctrl-C', (one: TerminalProgram) => one.press('\x03'), 0],
    ['SIGTERM', (one: TerminalProgram) => one.signal('SIGTERM'), 0],
    ['SIGHUP', (one: TerminalProgram) => one.signal('SIGHUP'), 0],
  ])('is as it was after %s', async (_, end, code) => {
    const one = await running();
    end(one);
    expect((await one.waitForExit()).code).toBe(code);
    await expectRestored(one);
  });

  it.each([
    ['q', 'q', 0],
    ['Ctrl-C', '\x03', 130],
  ])('is left by %s in a replay with the exit code of the contract', async (_, key, code) => {
    const one = await played([sample('gunicorn-sync-4-burst-of-16.log')]);
    one.press(key);
    expect((await one.waitForExit()).code).toBe(code);
    await expectRestored(one);
  });

  it('is as it was after a crash, which says where its details are', async () => {
    const one = start(['tail', sample('gunicorn-sync-4-nearly-full.log')], {
      env: { NODE_OPTIONS: `--import ${join(root, 'test/e2e/crash-later.mjs')}` },
    });
    await one.waitFor('stopped because of a bug in itself: thrown by the test', 20_000);
    expect((await one.waitForExit()).code).toBe(70);
    expect(one.isAlternate).toBe(false);
    expect(one.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
    const path = /Details are in (\S+);/.exec(one.output)?.[1] as string;
    expect(readFileSync(path, 'utf8')).toContain('thrown by the test');
    rmSync(path);
  });

  it('is given back to the shell on Ctrl-Z, and taken again on fg', async () => {
    const shell = start(['--norc', '-i'], { file: '/bin/bash', env: { PS1: 'ready$ ' } });
    await shell.waitFor('ready$');
    shell.press(`'${process.execPath}' '${program}' tail '${sample('gunicorn-sync-4-nearly-full.log')}'\r`);
    await shell.waitFor('q quit', 20_000);
    shell.press('\x1a');
    expect(await shell.waitFor('Stopped')).not.toContain('q quit');
    expect(shell.isAlternate).toBe(false);
    expect(shell.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
    shell.press('fg\r');
    await shell.waitFor('q quit');
    expect(shell.isAlternate).toBe(true);
    shell.press('2');
    await shell.waitFor('GET /net');
    shell.press('q');
    await shell.waitFor((text) => !text.includes('q quit') && text.includes('ready$'));
  });

  it('is given back by a tail of standard input together with the program that writes to it', async () => {
    const shell = start(['--norc', '-i'], { file: '/bin/bash', env: { PS1: 'ready$ ' }, columns: 100, rows: 30 });
    await shell.waitFor('ready$');
    const log = sample('gunicorn-sync-4-nearly-full.log');
    const writer = `(head -100 '${log}'; for i in 1 2 3 4 5 6 7 8 9; do sleep 0.5; sed -n "$((100 + i))p" '${log}'; done; sleep 60)`;
    shell.press(`${writer} | '${process.execPath}' '${program}' tail -\r`);
    await shell.waitFor(/10\d requests/, 20_000);
    shell.press('\x1a');
    expect(await shell.waitFor('Stopped')).not.toContain('q quit');
    expect(shell.isAlternate).toBe(false);
    shell.press('fg\r');
    await shell.waitFor('109 requests', 20_000);
    shell.press('\x03');
    await shell.waitFor((text) => !text.includes('q quit') && /ready\$ *$/.test(text.trim()));
    expect(shell.isAlternate).toBe(false);
    expect(shell.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
  });

  it.each([
    ['no such folder', ['tail', '/no/such/folder/access.log'], 'there is no /no/such/folder/access.log'],
    ['no known format', ['tail', join(root, 'LICENSE')], 'is in a known format'],
    ['no such file', ['replay', '/no/such.log'], 'there is no file /no/such.log'],
  ])('is never touched for %s: one sentence, exit code 3', async (_, args, sentence) => {
    const one = start(args, { columns: 200 });
    expect((await one.waitForExit(20_000)).code).toBe(3);
    expect(one.output).toContain(sentence);
    expect(one.output).not.toContain('\x1b[?1049h');
    expect(one.output.trim().split('\n').length).toBe(1);
  });
});
