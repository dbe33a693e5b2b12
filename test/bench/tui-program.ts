/**
 * The built program in a pseudo-terminal: the first frame, keys under load, the cost of idling, and with "soak" the memory over time.
 * Prints JSON.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, TerminalProgram } from '../helpers/terminal.ts';
import { answers, answersOf } from './tui-answers.ts';
import { lines, quantile, sleep, spread, timed, usage } from './tui-measures.ts';

const folder = mkdtempSync(join(tmpdir(), 'logscope-bench-'));
const path = join(folder, 'access.log');
async function firstFrame(command: string, megabytes: number) {
  writeFileSync(path, '');
  const block = lines(20_000);
  while (statSync(path).size < megabytes * 1e6) appendFileSync(path, block);
  const wall: number[] = [];
  const own: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < 9; i++) {
    const begun = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - begun);
    const started = performance.now();
    const program = new TerminalProgram([command, path], { columns: 120, rows: 40 });
    const time = await timed(program.pid, async () => {
      while (!program.output.includes('\x1b[?2026l') && performance.now() - started < 20_000) await sleep(1);
    });
    wall.push(time.wall);
    own.push(time.own);
    await program.close();
  }
  return { wall_ms: quantile(wall, 0.5), own_ms: quantile(own, 0.5), bare_node_ms: quantile(bare, 0.5) };
}

/** Time from a key to the screen that shows its effect, while lines are appended at a rate. */
async function keys(perSecond: number, presses = 100) {
  writeFileSync(path, lines(100));
  const program = new TerminalProgram(['tail', path], { columns: 120, rows: 40 });
  await program.waitFor('q quit');
  let running = true;
  const step = 20;
  let block = { second: 0, text: '' };
  const writer = (async () => {
    while (running) {
      const begun = performance.now();
      const second = Math.floor(Date.now() / 1000);
      if (second !== block.second) block = { second, text: lines((perSecond * step) / 1000) };
      appendFileSync(path, block.text);
      await sleep(Math.max(1, step - (performance.now() - begun)));
    }
  })();
  // Until as many requests are held as can be.
  await sleep(6000);
  const before = usage(program.pid);
  const measured = performance.now();
  const wall: number[] = [];
  const own: number[] = [];
  for (let i = 0; i < presses; i++) {
    const wanted = i % 2 === 0 ? 'balance' : 'ended';
    const time = await timed(program.pid, async () => {
      const begun = performance.now();
      program.output = '';
      program.press(i % 2 === 0 ? '3' : '4');
      while (!program.output.includes(wanted) && performance.now() - begun < 2000) await sleep(1);
    });
    wall.push(time.wall);
    own.push(time.own);
    await sleep(50 + (i % 7) * 10);
  }
  const after = usage(program.pid);
  const share = (after.cpuMs - before.cpuMs) / (performance.now() - measured);
  running = false;
  await writer;
  const behind = /(\d+) MB behind/.exec(await program.text())?.[0] ?? 'no';
  await program.close();
  return {
    ...spread(wall, own),
    core_share: Math.round(share * 100) / 100,
    rss_mb: [Math.round(before.residentMB), Math.round(after.residentMB)],
    behind,
  };
}

/** Processor share and bytes written while nothing is logged, for a log that is live but quiet, or one that ended long ago. */
async function idle(live: boolean): Promise<{ core_share_percent: number; bytes_per_second: number }> {
  writeFileSync(path, lines(2000, new Date(Date.now() - (live ? 0 : 86_400_000))));
  const program = new TerminalProgram(['tail', path], { columns: 120, rows: 40 });
  await program.waitFor('q quit');
  // A live picture first has to scroll until it is empty; a log that has ended is examined like a report after it has rested.
  await sleep(live ? 65_000 : 45_000);
  const before = usage(program.pid);
  const written = program.output.length;
  await sleep(20_000);
  const after = usage(program.pid);
  const bytes = program.output.length - written;
  await program.close();
  return {
    core_share_percent: Math.round((after.cpuMs - before.cpuMs) / 2) / 100,
    bytes_per_second: Math.round(bytes / 20),
  };
}

interface HeapSample {
  readonly second: number;
  /** Bytes after a full collection. */
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  readonly rss: number;
  /** Timers, files, watches and everything else that keeps the loop alive. */
  readonly handles: number;
  /** Share of a core since the sample before: the cost of drawing pictures at a constant pace. */
  readonly coreShare: number;
}

/** Slope of the least-squares line, in y per x. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const over = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / over;
}

/** Appends lines at a rate, and rotates the log every minute. */
async function appendAndRotate(program: TerminalProgram, seconds: number, perSecond: number) {
  for (let second = 0; second < seconds && !program.exited; second++) {
    const begun = performance.now();
    for (let i = 0; i < 10; i++) {
      appendFileSync(path, lines(perSecond / 10));
      await sleep(Math.max(1, (i + 1) * 100 - (performance.now() - begun)));
    }
    if (second % 60 === 59) {
      renameSync(path, `${path}.1`);
      writeFileSync(path, '');
    }
    // The output that the emulator has shown is no longer needed.
    program.output = '';
  }
}

/** Plays nine tenths of a log of ten minutes again and again, at x1000. */
async function loopAtFullSpeed(program: TerminalProgram, seconds: number) {
  for (const keys of [':5%\r', 'l', ':95%\r', 'l', 'f'.repeat(10), ' ']) {
    program.press(keys);
    await sleep(1000);
  }
  await program.waitFor('x1000');
  for (let second = 0; second < seconds && !program.exited; second++) {
    await sleep(1000);
    program.output = '';
  }
}

/**
 * Memory of a screen over time: for a live log at a rate of lines, or for a replay in a loop. The first 90 s are left out, until everything
 * is held that will be.
 */
async function soak(seconds: number, perSecond: number) {
  const isReplay = perSecond === 0;
  writeFileSync(path, isReplay ? '' : lines(100));
  const begun = Date.now() - 600_000;
  for (let second = 0; isReplay && second < 600; second++)
    appendFileSync(path, lines(100, new Date(begun + second * 1000)));
  const file = join(folder, 'heap.jsonl');
  const program = new TerminalProgram(isReplay ? ['replay', '--paused', path] : ['tail', path], {
    columns: 120,
    rows: 40,
    env: { NODE_OPTIONS: `--import ${join(root, 'test/bench/heap-probe.mjs')}`, HEAP_FILE: file },
  });
  await program.waitFor('q quit');
  await (isReplay ? loopAtFullSpeed(program, seconds) : appendAndRotate(program, seconds, perSecond));
  const isAlive = !program.exited;
  await program.close();
  const samples = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HeapSample);
  const settled = samples.filter(({ second }) => second > 90);
  const mb = (bytes: number) => Math.round(bytes / 1e5) / 10;
  const perMinute = (value: (sample: HeapSample) => number) =>
    Math.round((slope(settled.map((sample) => [sample.second / 60, value(sample) / 1e3] as const)) ?? 0) * 10) / 10;
  return [
    {
      alive: isAlive,
      heap_mb_first: mb(settled[0].heapUsed),
      heap_mb_last: mb(settled.at(-1)?.heapUsed ?? Number.NaN),
      heap_kb_per_minute: perMinute(({ heapUsed }) => heapUsed),
      arrays_kb_per_minute: perMinute(({ arrayBuffers }) => arrayBuffers),
      rss_mb_last: mb(settled.at(-1)?.rss ?? Number.NaN),
      rss_kb_per_minute: perMinute(({ rss }) => rss),
    },
    ...settled.filter((_, i) => i % Math.ceil(settled.length / 15) === 0),
  ];
}

/** Time in ms from a jump in a replay of a large log to the picture of that place with its requests. The whole log was read before. */
async function seek(megabytes: number) {
  writeFileSync(path, '');
  // Each second of the log is a separate block, so that different places have different requests.
  const begun = Date.now() - 3_600_000;
  for (let i = 0; statSync(path).size < megabytes * 1e6; i++)
    appendFileSync(path, lines(20_000, new Date(begun + i * 1000)));
  const program = new TerminalProgram(['replay', '--paused', path], { columns: 120, rows: 40 });
  await program.waitFor('q quit');
  await program.waitFor((text) => !/reading \d|judged by its first|Working out/.test(text));
  await sleep(2000);
  const wall: number[] = [];
  const own: number[] = [];
  for (let i = 0; i < 40; i++) {
    const clock = async () => /\d\d:\d\d:\d\d$/.exec((await program.screen())[0])?.[0];
    const before = await clock();
    const time = await timed(program.pid, async () => {
      program.press(`:${((i * 37) % 90) + 5}%\r`);
      // The clock has jumped, and there are requests in the last cells before "here".
      await program.waitFor((text) => {
        const rate = text.split('\n').find((row) => row.startsWith('req/s')) ?? '';
        return !text.split('\n')[0].endsWith(before ?? '') && /[▁-█]\s{0,2} +\S+$/.test(rate);
      });
    });
    wall.push(time.wall);
    own.push(time.own);
    await sleep(400);
  }
  await program.close();
  return spread(wall, own);
}

const cases = {
  'seek in a replay of 1 GB': () => seek(1000),
  'first frame, tail of 1 MB': () => firstFrame('tail', 1),
  'first frame, tail of 1 GB': () => firstFrame('tail', 1000),
  'first frame, replay of 1 GB': () => firstFrame('replay', 1000),
  'answer, 16 lines': () => answersOf(16, path),
  'answer, 100,000 lines': () => answersOf(100_000, path),
  'answer, 1 GB': () => {
    writeFileSync(path, '');
    const begun = Date.now() - 3_600_000;
    for (let i = 0; statSync(path).size < 1e9; i++) appendFileSync(path, lines(20_000, new Date(begun + i * 1000)));
    return answers(path);
  },
  'key at 50,000 lines/s': () => keys(50_000),
  // About 130 ms each: a minute in total.
  'minute of keys at 100,000 lines/s': () => keys(100_000, 460),
  'idle, log of yesterday': () => idle(false),
  'idle, live': () => idle(true),
};
const [what, seconds = '600', perSecond = '5000'] = process.argv.slice(2);
try {
  let result: unknown;
  if (what === 'soak') result = await soak(Number(seconds), perSecond === 'replay' ? 0 : Number(perSecond));
  else {
    const figures: Record<string, unknown> = {};
    for (const [name, measure] of Object.entries(cases))
      if (what === undefined || name.startsWith(what)) figures[name] = await measure();
    result = figures;
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
