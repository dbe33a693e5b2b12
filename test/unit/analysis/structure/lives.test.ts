/** Workers: who lived when, how many at once, what ended them, and who the log cannot show. */
import { expect, test } from 'vitest';
import { declaredBy, withDeclared } from '../../../../src/analysis/structure/declared.ts';
import { type Life, summariseLives } from '../../../../src/analysis/structure/lives.ts';
import { exactly, unknownStructure } from '../../../../src/analysis/structure/structure.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { aliveAtOnce, workersFrom } from '../../../../src/analysis/structure/workers-alive.ts';
import type { LifecycleEvent, LifecycleKind } from '../../../../src/core/lifecycle.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { emptyTable } from '../../../helpers/simulated-table.ts';

const life = (worker: number, from: number, to: number, requests: number): Life => ({
  id: worker,
  worker,
  from: from * 1e6,
  to: to * 1e6,
  requests,
  booted: false,
  ended: false,
  fate: 'running',
});

const event = (
  kind: LifecycleKind,
  worker: string | null,
  text: string | null = null,
  value: number | null = null,
): LifecycleEvent => ({
  kind,
  time: Number.NaN,
  offset: 0,
  source: 0,
  worker,
  text,
  value,
});

test('recycled workers are not counted twice', () => {
  const lives = Array.from({ length: 16 }, (_, i) => life(i, (i >> 1) * 4, (i >> 1) * 4 + 3.9, 68));
  expect(aliveAtOnce(lives).mode).toBe(2);
  expect(workersFrom(lives, null)).toMatchObject({ value: 2, low: 2 });
});

test('a worker whose boot is told to the second takes the place of one that ended in that second', () => {
  const killed = { ...life(0, 0, 24.7, 75), fate: 'killed', ended: true } as const;
  const successor = { ...life(3, 24, 50, 88), booted: true };
  const others = [life(1, 0, 50, 160), life(2, 0, 50, 175)];
  expect(workersFrom([killed, ...others, successor], null)).toMatchObject({ value: 3, high: 3 });
});

test('old workers that answer what they had begun long after a reload are not counted beside the new ones', () => {
  const old = [0, 1, 2].map((k) => ({ ...life(k, 0, 4000 + 15 * k, 900), fate: 'exited' }) as const);
  const young = [3, 4, 5].map((k) => life(k, 4001, 8000, 900));
  expect(workersFrom([...old, ...young], null)).toMatchObject({ value: 3, low: 3, high: 3 });
  // Those that stay are there in the end.
  const staying = [0, 1, 2].map((k) => life(k, 0, 8000, 900));
  expect(workersFrom([...staying, ...young.map((one) => ({ ...one, from: 7900e6 }))], null).value).toBe(6);
  // Old ones that stay for a fifth of the log are too many at once for too long to be only those that end.
  const long = old.map((one) => ({ ...one, to: one.to + 1500e6 }));
  expect(workersFrom([...long, ...young], null).value).toBeGreaterThan(3);
  // A worker with few requests may have lived on, and been idle.
  const [first, ...others] = old;
  expect(workersFrom([{ ...first, requests: 10 }, ...others, ...young], null).value).toBeGreaterThan(3);
});

test('idle workers leave no trace: few or uneven requests are a bound, said with doubt', () => {
  const even = [1, 2, 3, 4].map((k) => life(k, 0, 60, 50));
  expect(workersFrom(even, null)).toMatchObject({ value: 4, high: 4 });
  expect(workersFrom(even, null).confidence).toBeGreaterThan(0.9);
  const uneven = [life(0, 0, 60, 80), life(1, 1, 55, 12), life(2, 20, 21, 1)];
  const said = workersFrom(uneven, null);
  expect(said.confidence).toBeLessThan(0.6);
  expect(said.high).toBeGreaterThan(3);
});

test('what the server says of its workers wins', () => {
  expect(workersFrom([life(0, 0, 9, 4)], 8)).toMatchObject({ value: 8, low: 8, high: 8 });
  expect(workersFrom([], null).value).toBeNull();
});

test('a server names its kind by the form of its lines or in words', () => {
  const facts = (format: string) => [{ facts: { format, durationCovers: null } as never, requests: 9 }];
  expect(declaredBy(facts('uvicorn'), []).model).toBe('async');
  expect(declaredBy(facts('werkzeug'), []).model).toBe('thread-per-request');
  expect(declaredBy(facts('waitress'), []).model).toBe('threaded');
  expect(declaredBy(facts('gunicorn'), []).model).toBeNull();
  expect(declaredBy(facts('gunicorn'), [event('model', null, 'gevent')]).model).toBe('async');
  expect(declaredBy(facts('gunicorn'), [event('model', null, 'uvicorn.workers.UvicornWorker')]).model).toBe('async');
  const uwsgi = declaredBy(facts('uwsgi'), [event('boot', '7'), event('threads', '7', null, 4), event('boot', '8')]);
  expect(uwsgi).toMatchObject({ model: 'threaded', threads: 4, workers: 2 });
  const structure = withDeclared(unknownStructure('nothing seen'), uwsgi, exactly(2, 0.9, 'pids'));
  expect(structure).toMatchObject({ model: 'threaded', unbounded: false });
  expect(structure.capacity.value).toBe(8);
});

const line = (second: number, pid: number) =>
  `127.0.0.1 - - [20/Nov/2026:13:09:${String(second).padStart(2, '0')} +0000] "GET /net HTTP/1.1" 200 12 "-" "-" pid=<${pid}> us=400000`;
const errorLine = (second: number, pid: number, words: string) =>
  `[2026-11-20 13:09:${String(second).padStart(2, '0')} +0000] [${pid}] [INFO] ${words}`;

test('lifecycle lines end lives and name the worker class', () => {
  const access = Array.from({ length: 30 }, (_, i) =>
    line(i + 15, i < 10 && i % 3 === 0 ? 11 : i % 3 === 1 ? 12 : i < 16 ? 12 : 13),
  );
  const errors = [
    errorLine(14, 10, 'Using worker: sync'),
    errorLine(14, 11, 'Booting worker with pid: 11'),
    errorLine(14, 12, 'Booting worker with pid: 12'),
    errorLine(26, 10, 'WORKER TIMEOUT (pid:11)').replace('INFO', 'CRITICAL'),
    errorLine(26, 11, 'Worker exiting (pid: 11)'),
    errorLine(27, 13, 'Booting worker with pid: 13'),
  ];
  const said = inferLog(access.join('\n'), errors.join('\n'));
  expect(said.model).toBe('sync');
  expect(said.modelMethod).toContain('Using worker: sync');
  expect(said.workers.value).toBe(2);
  expect(said.restarts).toBe(1);
  expect(said.lives.map((one) => one.fate)).toEqual(['timeout', 'running', 'running']);
});

test('workers that are recycled as the log ends are counted once, with those that take their place', () => {
  // Four workers, each recycled after 20 requests; the last change of all falls into the last second.
  const lines: string[] = [];
  for (let i = 0; i < 164; i++) {
    const second = Math.floor(i / 4);
    const pid = 100 * (1 + Math.floor(i / 80)) + (i % 4);
    lines.push(line(second % 60, pid));
  }
  const { workers } = inferLog(lines.join('\n'));
  expect(workers).toMatchObject({ value: 4, low: 4, high: 4 });
});

test('workers that ended one after another were recycled if each had as many requests; else nobody knows why they ended', () => {
  const fates = (...counts: readonly number[]) => {
    const pids = counts.flatMap((count, k) => Array.from({ length: count }, () => 100 + k));
    const text = pids.map((pid, second) => line(second % 60, pid).replace(':09:', `:${10 + Math.floor(second / 60)}:`));
    return inferLog(text.join('\n')).lives.map(({ fate }) => fate);
  };
  const recycled = ['recycled', 'recycled', 'recycled', 'recycled', 'recycled', 'running'];
  expect(fates(20, 21, 20, 19, 20, 20)).toEqual(recycled);
  expect(fates(20, 8, 35, 14, 27, 20)).toEqual(recycled.map((fate) => (fate === 'running' ? fate : 'exited')));
});

test('no worker runs more requests at once than it has threads, whatever its estimated times say', () => {
  const table = emptyTable(3, 1);
  table.worker.fill(0);
  table.duration.fill(2e6);
  table.start.set([0, 0.5e6, 1e6]);
  table.end.set([2e6, 2.5e6, 3e6]);
  const times = { start: table.start, end: table.end, uncertainty: new Float64Array(3) };
  const peak = (threads: number | null) =>
    summariseLives([life(0, 0, 3, 3)], traceOf(table), times, threads, true)[0].peakConcurrency;
  expect([peak(null), peak(2), peak(1)]).toEqual([3, 2, 1]);
});

test('a reload has the old and the new workers alive together, and is no larger pool', () => {
  const at = (seconds: number, kind: LifecycleKind, worker: string | null): LifecycleEvent => ({
    ...event(kind, worker),
    time: seconds * 1e6,
  });
  const boots = (seconds: number, from: number) =>
    [0, 1, 2, 3].map((k) => at(seconds + k / 10, 'boot', String(from + k)));
  const exits = (seconds: number, from: number) => [0, 1, 2, 3].map((k) => at(seconds + k, 'exit', String(from + k)));
  const reloaded = [...boots(0, 10), at(30, 'reload', null), ...boots(30, 20), ...exits(31, 10)];
  expect(declaredBy([], reloaded).workers).toBe(4);
  expect(declaredBy([], [...reloaded, ...exits(60, 20), at(65, 'shutdown', null)]).workers).toBe(4);
  expect(declaredBy([], boots(0, 10)).workers).toBe(4);
});

test('workers that are killed and started anew in lines without a time are counted where the lines stand', () => {
  const at = (second: number) => `Sat Nov 28 17:10:${String(second).padStart(2, '0')} 2026`;
  const pids = [101, 102, 103, 104];
  const lines = pids.map((pid, k) => `spawned uWSGI worker ${k + 1} (pid: ${pid}, cores: 1)`);
  for (let second = 0; second < 50; second++) {
    for (const pid of pids)
      lines.push(
        `[pid: ${pid}|app: 0|req: 1/1] 127.0.0.1 () {28 vars in 302 bytes} [${at(second)}] GET /a => generated 3 bytes in 109 msecs (HTTP/1.1 200) 2 headers in 64 bytes (1 switches on core 0)`,
      );
    if (second % 10 !== 5) continue;
    const slot = ((second / 5) % 4) | 0;
    lines.push(`${at(second)} - *** HARAKIRI ON WORKER ${slot + 1} (pid: ${pids[slot]}, try: 1, graceful: yes) ***`);
    lines.push(`DAMN ! worker ${slot + 1} (pid: ${pids[slot]}) died, killed by signal 9 :( trying respawn ...`);
    pids[slot] = 200 + second;
    lines.push(`Respawned uWSGI worker ${slot + 1} (new pid: ${pids[slot]})`);
  }
  const said = inferLog(`${lines.join('\n')}\n`);
  expect(said.workers).toMatchObject({ value: 4, low: 4, high: 4 });
  expect(said.restarts).toBe(5);
  expect(said.lives.filter(({ fate }) => fate === 'timeout')).toHaveLength(5);
});

test('at a reload the last of the old workers ends as well, although all of the new ones are at work already', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString().slice(11, 19);
  const line = (pid: number, second: number) =>
    `127.0.0.1 - - [20/Nov/2026:${at(second)} +0000] "GET /a HTTP/1.1" 200 2 "-" "x" pid=${pid} us=400000`;
  const serve = (pids: readonly number[], from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => pids.map((pid) => line(pid, from + i))).flat();
  // 104 is at its last request while those in its place have begun; 204 has nothing to do in the end.
  const lines = [
    ...serve([101, 102, 103], 0, 20),
    ...serve([104], 0, 22),
    ...serve([201, 202, 203], 20, 50),
    ...serve([204], 20, 49),
  ];
  const { lives } = inferLog(`${lines.sort().join('\n')}\n`);
  expect(lives.map(({ fate }) => fate !== 'running')).toEqual([1, 1, 1, 1, 0, 0, 0, 0].map(Boolean));
});

test('counts the workers of many lives by how many lived at once, though a few last answers came after the next worker began', () => {
  const lives = Array.from({ length: 800 }, (_, k) => {
    const from = 60 * Math.floor(k / 4) + 7 * (k % 4);
    const isLate = k >= 400 && k < 403;
    return life(k, from, from + (isLate ? 80 : 58.8), 1000);
  });
  const workers = workersFrom(lives, null);
  expect(workers.value).toBe(4);
  expect(workers.confidence).toBeGreaterThan(0.9);
  expect(workers.method).toBe('800 pids, 796 of them in the place of another');
});
