// The built program in a pseudo-terminal, with an emulator: what a person sees of each story.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeAfterEach, played, sample, start } from '../helpers/programs.ts';
import { program, root, temporaryFolder } from '../helpers/terminal.ts';

closeAfterEach();

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
    // A log of 55 s leaves no part of a minute blank.
    expect(text).toMatch(/ Workers · 5[5-8] s /);
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
    await one.waitFor('x50');
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
    await one.waitFor('100 requests');
    appendFileSync(path, `${readFileSync(sample('gunicorn-sync-4-nearly-full.log'), 'utf8').split('\n')[100]}\n`);
    await one.waitFor('101 requests');
    const piped = start(['-c', `(cat '${path}'; sleep 30) | '${process.execPath}' '${program}' tail -`], {
      file: '/bin/sh',
    });
    await piped.waitFor('101 requests');
    piped.press('2');
    await piped.waitFor('GET /net');
    piped.press('q');
    await piped.waitFor((text) => !text.includes('GET /net') || piped.exited !== null);
    rmSync(folder, { recursive: true });
  });
});
