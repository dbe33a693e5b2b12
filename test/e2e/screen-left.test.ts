// The built program in a pseudo-terminal, with an emulator: what it leaves behind, in files and in the terminal.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeAfterEach, played, sample, start } from '../helpers/programs.ts';
import { program, root, type TerminalProgram, temporaryFolder } from '../helpers/terminal.ts';

closeAfterEach();

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
    // Tabs, keys and the status line included, which does not speak of the export.
    const whole = (rows: string[]) => rows.slice(0, 30);
    expect(whole(text)).toEqual(whole(screen));
    expect(text.join('\n')).toContain('1 Findings  2 Routes');
    expect(text[29]).toContain('q quit');
    const ansi = await exportTo(join(folder, 'a.ansi'));
    expect(
      whole(
        ansi
          .replace(/\x1b\[[\d;]*m/g, '')
          .split('\n')
          .map((row) => row.trimEnd()),
      ),
    ).toEqual(whole(screen));
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
    await one.waitFor('q quit');
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
    await one.waitFor('stopped because of a bug in itself: thrown by the test');
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
    await shell.waitFor('q quit');
    shell.press('\x1a');
    expect(await shell.waitFor('Stopped')).not.toContain('q quit');
    expect(shell.isAlternate).toBe(false);
    expect(shell.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
    shell.resize(120, 30);
    shell.press('fg\r');
    await shell.waitFor('q quit');
    expect(shell.isAlternate).toBe(true);
    // As wide as the window has become meanwhile.
    await shell.waitFor((text) => text.split('\n').some((line) => /\d\d:\d\d:\d\d$/.test(line) && line.length >= 119));
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
    await shell.waitFor(/10\d requests/);
    shell.press('\x1a');
    expect(await shell.waitFor('Stopped')).not.toContain('q quit');
    expect(shell.isAlternate).toBe(false);
    shell.press('fg\r');
    await shell.waitFor('109 requests');
    shell.press('\x03');
    await shell.waitFor((text) => !text.includes('q quit') && /ready\$ *$/.test(text.trim()));
    expect(shell.isAlternate).toBe(false);
    expect(shell.modes).toEqual({ wraparound: true, mouse: 'none', cursorHidden: false });
  });

  it('has its keys when the program that wrote the log has ended and set the terminal back', async () => {
    const shell = start(['--norc', '-i'], { file: '/bin/bash', env: { PS1: 'ready$ ' }, columns: 100, rows: 30 });
    await shell.waitFor('ready$');
    const log = sample('gunicorn-sync-4-nearly-full.log');
    shell.press(`(cat '${log}'; sleep 4; stty sane < /dev/tty) | '${process.execPath}' '${program}' tail -\r`);
    await shell.waitFor('q quit');
    await new Promise((done) => setTimeout(done, 5000));
    shell.press('2');
    await shell.waitFor('GET /net');
    shell.press('q');
    await shell.waitFor((text) => !text.includes('GET /net') && /ready\$ *$/.test(text.trim()));
  });

  it.each([
    ['no such folder', ['tail', '/no/such/folder/access.log'], 'there is no /no/such/folder/access.log'],
    ['no known format', ['tail', join(root, 'LICENSE')], 'is in a known format'],
    ['no such file', ['replay', '/no/such.log'], 'there is no file /no/such.log'],
  ])('is never touched for %s: one sentence, exit code 3', async (_, args, sentence) => {
    const one = start(args, { columns: 200 });
    expect((await one.waitForExit()).code).toBe(3);
    expect(one.output).toContain(sentence);
    expect(one.output).not.toContain('\x1b[?1049h');
    expect(one.output.trim().split('\n').length).toBe(1);
  });
});
