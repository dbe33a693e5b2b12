import { appendFileSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { LiveEngine } from '../../../src/engine/live-engine.ts';
import type { LiveOptions } from '../../../src/engine/live-options.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

let folder: string;
let path: string;
let engine: LiveEngine | null = null;

/** A line of gunicorn that ended now, so many seconds ago. */
function line(i: number, { ago = 0, pid = 8712 + (i % 2), micros = 100_000, route = '/io' } = {}): string {
  const date = new Date(Date.now() - ago * 1000);
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) as RegExpExecArray;
  return `127.0.0.1 - - [${day}/${month}/${year}:${time} +0000] "GET ${route} HTTP/1.1" 200 12 "-" "test ${i}" pid=<${pid}> us=${micros}\n`;
}
const lines = (count: number, from = 0, ago = 5): string =>
  Array.from({ length: count }, (_, i) => line(from + i, { ago })).join('');

async function start(options: Partial<LiveOptions> = {}): Promise<LiveEngine> {
  engine = new LiveEngine({
    paths: [path],
    formats,
    clock: systemClock,
    history: 4_000_000,
    poll: false,
    examiner: (names) => new LocalExaminer(names, formats),
    ...options,
  });
  await engine.start();
  await engine.examined();
  return engine;
}

async function until(test: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 8000;
  while (!test()) {
    if (performance.now() > end)
      throw new Error(`never: ${what}; total ${engine?.snapshot().total}, ${engine?.snapshot().status}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'access.log');
});
afterEach(async () => {
  await engine?.stop();
  engine = null;
  rmSync(folder, { recursive: true, force: true });
});

describe('LiveEngine', () => {
  it('shows all of a log at rest: what is stamped with its last second ended within it', async () => {
    writeFileSync(path, [3, 3, 2, 2, 1, 1].map((ago, i) => line(i, { ago: 86_400 + ago, micros: 1_000_000 })).join(''));
    const snapshot = (await start()).snapshot();
    expect(snapshot.live).toBe(false);
    const ends = Array.from(snapshot.placement.end.subarray(0, snapshot.requests.length));
    expect(ends.length).toBe(6);
    expect(Math.max(...ends)).toBeGreaterThan(snapshot.to);
    expect(snapshot.now).toBeGreaterThanOrEqual(Math.max(...ends));
  });

  it('reads the first requests again when later ones show which number is the duration, and counts them once', async () => {
    const young = (from: number, count: number): string =>
      Array.from({ length: count }, (_, k) => from + k)
        .map(
          (i) =>
            line(i).split('"')[0].replace('127.0.0.1 - - ', '') +
            `| GET /a | 200 | 12 | ${i < 3 ? 359 : 350 + (i % 9) * 40_000} | <${8712 + (i % 2)}>\n`,
        )
        .join('');
    writeFileSync(path, young(0, 3));
    const live = await start();
    const durations = () => {
      const { requests } = live.snapshot();
      return Array.from({ length: requests.length }, (_, row) => requests.end[row] - requests.start[row]);
    };
    expect(live.snapshot().total).toBe(3);
    expect(durations().every(Number.isNaN)).toBe(true);
    appendFileSync(path, young(3, 60));
    await until(() => live.snapshot().requests.length === 63, 'all lines read');
    expect(live.snapshot().total).toBe(63);
    expect(durations()[0]).toBe(359);
    expect(durations().some(Number.isNaN)).toBe(false);
  });

  it('tells of a log at rest without the likeliest wait of a wide range until a closer look has found it', async () => {
    const live = await start({ paths: ['sample-logs/gunicorn-sync-4-nearly-full.log'] });
    const range = /callers queued for \S+ ms to \S+ s on average \(inferred\)/;
    expect(live.snapshot().verdict.sentence).toMatch(range);
    const closer = await new Promise<string>((resolve) => {
      live.subscribe(() => {
        const { sentence } = live.snapshot().verdict;
        if (!range.test(sentence)) resolve(sentence);
      });
    });
    expect(closer).toMatch(/callers queued (for about|up to|up to about) \d/);
  });

  it('holds what is there, then what is appended, within a tenth of a second', async () => {
    writeFileSync(path, lines(40));
    const live = await start();
    expect(live.snapshot()).toMatchObject({ total: 40, live: true, mode: 'tail' });
    expect(live.snapshot().summary.requests.total).toBe(40);
    const delays: number[] = [];
    for (let i = 0; i < 10; i++) {
      const begun = performance.now();
      appendFileSync(path, line(40 + i));
      await until(() => live.snapshot().total === 41 + i, 'the appended line');
      delays.push(performance.now() - begun);
      await new Promise((done) => setTimeout(done, 20));
    }
    delays.sort((a, b) => a - b);
    // A busy machine may be late once; the median of a follower that polls would be far above this.
    expect(delays[5]).toBeLessThan(100);
    expect(live.snapshot().placement.end.length).toBe(50);
  });

  it('tells of rotation, disappearance and return, and loses nothing', async () => {
    writeFileSync(path, lines(10));
    const live = await start();
    const told: string[] = [];
    live.onEvent((event) => told.push(event.type));
    appendFileSync(path, lines(5, 10));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(7, 15));
    await until(() => live.snapshot().total === 22, 'the new file');
    expect(told).toEqual(['rotated']);
    expect(live.snapshot().status).toContain('was rotated');
    unlinkSync(path);
    await until(() => told.includes('gone'), 'that it is gone');
    await until(() => live.snapshot().status.includes('is gone'), 'the words for it');
    writeFileSync(path, lines(3, 22));
    await until(() => live.snapshot().total === 25, 'that it is back');
    expect(told).toEqual(['rotated', 'gone', 'back']);
  });

  it('waits for a file that is not there yet', async () => {
    const live = await start();
    expect(live.snapshot().status).toContain('not there yet');
    writeFileSync(path, lines(4));
    await until(() => live.snapshot().total === 4, 'the file');
    await until(() => live.snapshot().status === '', 'that the waiting is over');
  });

  it('says that a folder without logs has none yet', async () => {
    mkdirSync(join(folder, 'empty'));
    const live = await start({ paths: [join(folder, 'empty')] });
    expect(live.snapshot().status).toBe('there is no log yet, waiting for one');
    writeFileSync(join(folder, 'empty/a.log'), lines(4));
    await until(() => live.snapshot().total === 4, 'the file');
    await until(() => live.snapshot().status === '', 'that the waiting is over');
  });

  it('follows a folder and a pattern, files that appear later included', async () => {
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/a.log'), lines(3));
    writeFileSync(join(folder, 'logs/notes.txt'), 'not a log\n');
    const live = await start({ paths: [join(folder, 'logs/*.log')] });
    expect(live.snapshot().total).toBe(3);
    writeFileSync(join(folder, 'logs/b.log'), lines(4, 3));
    await until(() => live.snapshot().total === 7, 'the second file');
    expect(live.snapshot().sources.map((source) => source.slice(-5))).toEqual(['a.log', 'b.log']);
    expect([...new Set(live.snapshot().requests.source)]).toEqual([0, 1]);
  });

  it('follows a folder of hundreds of files: each line once, and files that appear later', async () => {
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    for (let i = 0; i < 300; i++) writeFileSync(join(logs, `${i}.log`), lines(2));
    const live = await start({ paths: [logs] });
    expect(live.snapshot().total).toBe(600);
    for (let i = 0; i < 20; i++) {
      appendFileSync(join(logs, `${i * 7}.log`), lines(1));
      await until(() => live.snapshot().total === 601 + i, 'the appended line');
    }
    writeFileSync(join(logs, 'new.log'), lines(5));
    await until(() => live.snapshot().total === 625, 'the new file');
    renameSync(join(logs, '7.log'), join(logs, '7.log.1'));
    appendFileSync(join(logs, '7.log.1'), lines(2));
    writeFileSync(join(logs, '7.log'), lines(3));
    await until(() => live.snapshot().total >= 630, 'the rotated file and the one after it');
    await new Promise((done) => setTimeout(done, 300));
    expect(live.snapshot().total).toBe(630);
  });

  it('begins with the last part of a large file and says how much is in front of it', async () => {
    writeFileSync(path, lines(5000));
    const live = await start({ history: 10_000 });
    const { total, reading } = live.snapshot();
    expect(total).toBeGreaterThan(30);
    expect(total).toBeLessThan(200);
    expect(reading.skipped).toBeGreaterThan(100_000);
    const [raw] = await live.readLines(0, live.snapshot().requests.offset[total - 1], 0, 1);
    expect(raw.text).toContain('"test 4999"');
  });

  it('shows of lines without a time only those that come while it looks: when the others came nobody knows', async () => {
    const undated = 'INFO:     127.0.0.1:40122 - "GET /io HTTP/1.1" 200 OK\n';
    writeFileSync(path, undated.repeat(300));
    const live = await start();
    expect(live.snapshot()).toMatchObject({ total: 0 });
    expect(live.snapshot().status).toMatch(/^300 earlier requests without a time are not shown/);
    appendFileSync(path, undated.repeat(3));
    await until(() => live.snapshot().total > 0, 'the new lines');
    expect(live.snapshot()).toMatchObject({ total: 3 });
  });

  it('shows lines without a time from the beginning if that was asked for', async () => {
    writeFileSync(path, 'INFO:     127.0.0.1:40122 - "GET /io HTTP/1.1" 200 OK\n'.repeat(30));
    const live = await start({ history: Number.POSITIVE_INFINITY });
    expect(live.snapshot()).toMatchObject({ total: 30, status: '' });
  });

  it('reads raw lines back, in the ring and in the file', async () => {
    writeFileSync(path, lines(60));
    const live = await start();
    const { offset } = live.snapshot().requests;
    const around = await live.readLines(0, offset[30], 3, 2);
    expect(around.map(({ text }) => /test (\d+)/.exec(text)?.[1])).toEqual(['27', '28', '29', '30', '31']);
    expect(around[3].offset).toBe(offset[30]);
  });

  it('goes on where it stopped, through a rotation in between', async () => {
    const stateFile = join(folder, 'state.json');
    writeFileSync(path, lines(10));
    let live = await start({ stateFile });
    expect(live.snapshot().total).toBe(10);
    await live.stop();
    appendFileSync(path, lines(3, 10));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(4, 13));
    live = await start({ stateFile });
    await until(() => live.snapshot().total === 7, 'the lines in between');
    await new Promise((done) => setTimeout(done, 50));
    expect(live.snapshot().total).toBe(7);
  });

  it.each([
    [
      'a folder that is not there',
      () => ({ paths: [join(folder, 'no/such.log')] }),
      /there is no .*such\.log, and no folder/,
    ],
    [
      'a file in no known format',
      () => {
        writeFileSync(path, 'this\nis\nno\nlog\nat all\n');
        return {};
      },
      /no line of .* is in a known format/,
    ],
    [
      'a state file that is none',
      () => {
        writeFileSync(path, lines(3));
        return { stateFile: path };
      },
      /is no state file/,
    ],
  ])('refuses %s in one sentence', async (_, prepare, sentence) => {
    await expect(start(prepare())).rejects.toThrow(sentence);
  });

  it('ends at once although it is far behind, and has read no line twice', async () => {
    writeFileSync(path, lines(1000).repeat(600));
    const live = new LiveEngine({
      paths: [path],
      formats,
      clock: systemClock,
      history: Number.POSITIVE_INFINITY,
      poll: false,
      examiner: (names) => new LocalExaminer(names, formats),
    });
    await live.open();
    await live.stop();
    const { total, requests } = live.snapshot();
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(600_000);
    expect(new Set(requests.offset).size).toBe(requests.length);
  });

  it('keeps the picture that was handed out when more comes', async () => {
    writeFileSync(path, lines(10));
    const live = await start();
    const before = live.snapshot();
    appendFileSync(path, lines(10, 10));
    await until(() => live.snapshot().total === 20, 'more');
    expect(before.total).toBe(10);
    expect(before.requests.length).toBe(10);
    expect(before).not.toBe(live.snapshot());
  });
});
