import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Verdict } from '../../../src/core/snapshot.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { ReplayEngine } from '../../../src/engine/replay-engine.ts';
import { replayObjects } from '../../../src/engine/replay-stream.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { root } from '../../helpers/terminal.ts';

const sample = (name: string) => join(root, 'sample-logs', name);
const SECOND = 1_000_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(paths: string[], clock = new FakeClock()): { engine: ReplayEngine; clock: FakeClock } {
  return {
    clock,
    engine: new ReplayEngine({
      paths,
      formats,
      clock,
      speed: 10,
      examiner: (names) => new LocalExaminer(names, formats),
    }),
  };
}

/** A gunicorn log of many requests: 16 workers, 100 requests a second. */
function writeLarge(path: string, count: number): void {
  const lines: string[] = [];
  const start = Date.UTC(2026, 10, 20, 12);
  for (let i = 0; i < count; i++) {
    const at = new Date(start + i * 10).toUTCString();
    const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at) as RegExpExecArray;
    lines.push(
      `10.0.0.1 - - [${day}/${month}/${year}:${time} +0000] "GET /r/${i % 30} HTTP/1.1" 200 512 "-" "n${i}" pid=<${9000 + (i % 16)}> us=${100_000 + (i % 97) * 400}`,
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

describe('ReplayEngine', () => {
  it('holds the whole of a small log, examined, and plays it on its clock', async () => {
    const { engine, clock } = open([sample('gunicorn-sync-4-nearly-full.log')]);
    await engine.load();
    const { from, to, requests, summary, overview } = engine.snapshot();
    expect(requests.length).toBe(585);
    expect(summary.server.workers.value).toBe(4);
    expect((to - from) / SECOND).toBeCloseTo(90.5, 0);
    expect(overview?.requests.reduce((a, b) => a + b)).toBe(585);
    engine.play();
    clock.advance(2000);
    expect((engine.snapshot().now - from) / SECOND).toBeCloseTo(20, 0);
    engine.command({ type: 'toggle' });
    clock.advance(5000);
    expect((engine.snapshot().now - from) / SECOND).toBeCloseTo(20, 0);
    engine.command({ type: 'seek', to });
    expect(engine.snapshot()).toMatchObject({ now: to, playing: false });
  });

  it('tells a screen what a first look finds, before all that can be found is', async () => {
    const { engine } = open([sample('gunicorn-sync-4-nearly-full.log')]);
    const told: { status: string; sentence: string }[] = [];
    engine.subscribe(() => {
      const { status, verdict, requests } = engine.snapshot();
      const { sentence } = verdict;
      if (sentence.includes('4 sync workers') && requests.length === 585) told.push({ status, sentence });
    });
    await engine.open();
    await engine.load();
    expect(told[0].status).toBe('a first look, a closer one follows');
    // Of a wide range the likeliest is not told yet: the closer look would find another.
    expect(told[0].sentence).toMatch(/callers queued for \S+ ms to \S+ s on average \(inferred\)/);
    expect(told.at(-1)?.status).toBe('');
  });

  it('does not tell by a calm end how long callers queued in all of the log', async () => {
    const path = join(folder, 'calm-in-the-end.log');
    const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString().slice(11, 19);
    const served = (pid: number, second: number) =>
      `127.0.0.1 - - [20/Nov/2026:${at(second)} +0000] "GET /a HTTP/1.1" 200 2 "-" "x" pid=${pid} us=330000\n`;
    const pids = [101, 102, 103, 104];
    const full = Array.from({ length: 120 }, (_, second) => pids.flatMap((pid) => Array(3).fill(served(pid, second))));
    const calm = Array.from({ length: 180 }, (_, k) => served(pids[k % 4], 122 + k));
    writeFileSync(path, [...full.flat(), ...calm].join(''));
    const { engine } = open([path]);
    const told: Verdict[] = [];
    engine.subscribe(() => {
      const { status, verdict } = engine.snapshot();
      if (status.startsWith('a first look')) told.push(verdict);
    });
    await engine.open();
    await engine.load();
    expect(told[0].severity).toBe('info');
    expect(told[0].sentence).toMatch(
      /^4 sync workers, all busy 1[12]\d of .* whether callers queued is being worked out\.$/,
    );
    await engine.stop();
  });

  it('tells what the first requests of a long log say, and that it is those', async () => {
    const path = join(folder, 'large.log');
    writeLarge(path, 60_000);
    const { engine } = open([path]);
    const told: string[] = [];
    engine.subscribe(() => told.push(engine.snapshot().verdict.sentence));
    await engine.open();
    await engine.load();
    expect(told.find((sentence) => sentence.startsWith('The first'))).toMatch(/^The first 6000 requests: .*16/);
    expect(told.at(-1)).not.toMatch(/^The first/);
    await engine.stop();
  });

  it('merges the lifecycle of another file by time', async () => {
    const { engine } = open([
      sample('gunicorn-sync-3-timeout-kills.log'),
      sample('gunicorn-sync-3-timeout-kills.error.log'),
    ]);
    await engine.load();
    const { lifecycle, title, inference } = engine.snapshot();
    expect(title).toBe('2 files');
    expect(lifecycle.filter(({ kind }) => kind === 'timeout').length).toBe(3);
    expect(inference.lives.length).toBe(6);
  });

  it('reads what is on the screen back from a log too large for memory', async () => {
    const path = join(folder, 'large.log');
    writeLarge(path, 200_000);
    const { engine } = open([path]);
    const changed = (test: () => boolean) =>
      new Promise<void>((resolve) => {
        const end = engine.subscribe(() => {
          if (!test()) return;
          end();
          resolve();
        });
      });
    await engine.load();
    expect(engine.snapshot().total).toBe(200_000);
    const start = Date.UTC(2026, 10, 20, 12) * 1000;
    const middle = start + 1000 * SECOND;
    const covers = () => {
      const { requests, inference } = engine.snapshot();
      return (
        requests.length > 0 &&
        requests.end[0] <= middle &&
        requests.end[requests.length - 1] >= middle + 59 * SECOND &&
        inference.lanes.length === 16
      );
    };
    const there = changed(covers);
    engine.command({ type: 'show', from: middle, to: middle + 60 * SECOND });
    await there;
    const { requests, placement, past, names } = engine.snapshot();
    expect(requests.length).toBeLessThan(20_000);
    // Every request of the minute is there once, at its own place in the file.
    const inside = [...requests.end].filter((end) => end >= middle && end < middle + 60 * SECOND);
    expect(inside.length).toBe(6000);
    const row = requests.end.findIndex((end) => end >= middle);
    const [line] = await engine.readLines(0, requests.offset[row], 0, 1);
    expect(line.text).toContain(`pid=<${names.workers.text(requests.worker[row])}>`);
    expect(placement.slot.every((slot) => slot === 0)).toBe(true);
    expect(past?.requests.reduce((a, b) => a + b)).toBe(200_000);
    await engine.stop();
  });

  it('shows what is looked for while a large log is still being read', async () => {
    const path = join(folder, 'large.log');
    writeLarge(path, 200_000);
    const clock = new FakeClock();
    // What is examined never comes back: nothing on the screen may wait for it.
    class Slow extends LocalExaminer {
      override examine(): Promise<never> {
        return new Promise(() => {});
      }
    }
    const examiner = (names: ConstructorParameters<typeof Slow>[0]) => new Slow(names, formats);
    const engine = new ReplayEngine({ paths: [path], formats, clock, speed: 10, examiner });
    const time = setInterval(() => clock.advance(100), 2);
    const at = (Date.UTC(2026, 10, 20, 12) + 500_000) * 1000;
    let seen = 0;
    const there = new Promise<void>((resolve) => {
      engine.subscribe(() => {
        const { requests, reading, from, to } = engine.snapshot();
        if (reading.caughtUp || !(from < to)) return;
        if (seen === 0 && to > at) engine.command({ type: 'show', from: at - 60 * SECOND, to: at });
        if (to > at) seen++;
        if (
          requests.length > 0 &&
          requests.end[0] <= at - 60 * SECOND &&
          requests.end[requests.length - 1] >= at - SECOND
        )
          resolve();
      });
    });
    const loading = engine.load();
    await Promise.race([there, loading.then(() => Promise.reject(new Error('only when all was read')))]);
    await loading;
    clearInterval(time);
    await engine.stop();
  });

  it('gives up reading when it is stopped', async () => {
    const path = join(folder, 'large.log');
    writeLarge(path, 100_000);
    const { engine } = open([path]);
    const loading = engine.load();
    await engine.stop();
    await expect(loading).rejects.toThrow();
    expect(engine.snapshot().total).toBeLessThan(100_000);
  });

  it('is done with opening when the log cannot be read', async () => {
    const { engine, clock } = open([join(folder, 'none.log')]);
    await expect(engine.open()).rejects.toThrow(/there is no file/);
    expect(clock.pending).toBe(0);
  });

  it('says of a packed log that only a part of it is held', async () => {
    const plain = join(folder, 'large.log');
    writeLarge(plain, 150_000);
    const path = join(folder, 'large.log.gz');
    writeFileSync(path, gzipSync(readFileSync(plain), { level: 1 }));
    const { engine } = open([path]);
    await engine.load();
    expect(engine.snapshot().status).toMatch(/of 150000 requests are held: unpack/);
    expect(engine.snapshot().requests.length).toBeGreaterThan(1000);
  });

  it('refuses what cannot be read, in one sentence', async () => {
    await expect(open([join(folder, 'none.log')]).engine.load()).rejects.toThrow(/there is no file/);
  });

  it('gives a stream whose ticks add up to the log, in the order of time, the summary last', async () => {
    const { engine } = open([
      sample('gunicorn-sync-3-timeout-kills.log'),
      sample('gunicorn-sync-3-timeout-kills.error.log'),
    ]);
    await engine.load();
    const objects = replayObjects(engine.snapshot()).map(({ object }) => object);
    expect(objects.at(-1)?.type).toBe('summary');
    expect(objects.filter(({ type }) => type === 'summary').length).toBe(1);
    let requests = 0;
    for (const object of objects) if (object.type === 'tick') requests += object.requests;
    expect(requests).toBe(52);
    const ticks = objects.filter(({ type }) => type === 'tick').map(({ at }) => at);
    expect(ticks).toEqual([...ticks].sort());
    const findings = objects.filter((object) => object.type === 'finding');
    expect(findings.length % 2).toBe(0);
    expect(findings.length).toBeGreaterThan(0);
    expect(objects.filter((object) => object.type === 'lifecycle' && object.event === 'timeout').length).toBe(3);
  });
});
