// A collector that sorts by whole seconds loses the order of the lines within them, and nothing is read from it then.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { type RequestTable, selectRows } from '../../../../src/core/table.ts';
import { inferLog } from '../../../helpers/infer-log.ts';
import { createRandom } from '../../../helpers/random.ts';
import { logOf } from '../../../helpers/server-log.ts';
import type { ServerSpec } from '../../../helpers/simulate-server.ts';

const sync: ServerSpec = {
  seed: 11,
  kind: 'sync',
  workers: 3,
  threads: 1,
  service: { law: 'uniform', mean: 0.3 },
  load: { kind: 'poisson', phases: [{ rate: 9, seconds: 100 }] },
  wakes: 'random',
};
const threads: ServerSpec = {
  ...sync,
  kind: 'gthread',
  workers: 2,
  threads: 3,
  load: { kind: 'poisson', phases: [{ rate: 19, seconds: 80 }] },
};
const idle: ServerSpec = { ...threads, load: { kind: 'poisson', phases: [{ rate: 6, seconds: 150 }] } };
const loop: ServerSpec = { ...threads, kind: 'gevent', threads: 1000 };
const view = { pid: true, duration: true };

/** The same rows, those of a second in any order. */
function shuffled(table: RequestTable, seed: number): RequestTable {
  const random = createRandom(seed);
  const key = Float64Array.from({ length: table.length }, () => random.next());
  const rows = Array.from({ length: table.length }, (_, i) => i);
  return selectRows(
    table,
    rows.sort((a, b) => table.end[a] - table.end[b] || key[a] - key[b]),
  );
}

it.each([
  ['sync workers', sync, 3],
  ['threads', threads, 6],
])('%s: as many slots as there are, and callers who waited', (_, spec, slots) => {
  const { input } = logOf(spec, view);
  const told = inferServer(input);
  const table = shuffled(input.table, 5);
  const trace = traceOf(table);
  expect(trace.ordered).toBe(false);
  expect(Array.from(trace.row).sort((a, b) => a - b)).toEqual(Array.from({ length: table.length }, (_, i) => i));
  const { model, capacity, wait } = inferServer({ ...input, table });
  expect(model).toBe(told.model);
  expect(capacity.value).toBe(slots);
  expect(wait.method).toBe('inferred');
  expect(wait.lowMean).toBeLessThan(told.wait.mean);
  expect(wait.highMean).toBeGreaterThan(told.wait.mean);
});

it.each([
  ['sync workers', sync],
  ['threads', threads],
  ['threads with little to do', idle],
  ['event loops', loop],
])('%s whose lines stand in the order of ends: that order is believed', (_, spec) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { table } = logOf({ ...spec, seed }, view).input;
    expect(traceOf(table).ordered).toBe(true);
    const withoutPids = logOf({ ...spec, seed }, { pid: false, duration: true }).input.table;
    expect(traceOf(withoutPids).ordered).toBe(true);
  }
});

const linesOf = (name: string) =>
  readFileSync(new URL(`../../../../sample-logs/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);
const second = (line: string) => {
  const [, hours, minutes, seconds] = /:(\d\d):(\d\d):(\d\d) /.exec(line)!;
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
};
const twoDigits = (n: number) => String(n).padStart(2, '0');

/** The same log, begun at noon. */
function atNoon(lines: readonly string[]): string[] {
  const begun = second(lines[0]);
  return lines.map((line) => {
    const at = second(line) - begun;
    return line.replace(/:\d\d:\d\d:\d\d /, `:12:${twoDigits(Math.floor(at / 60))}:${twoDigits(at % 60)} `);
  });
}

it('logs of two servers that were merged by their stamps are not told as threads', () => {
  const [one, other] = ['gunicorn-sync-4-nearly-full.log', 'gunicorn-sync-2-overloaded.log'].map((name) =>
    atNoon(linesOf(name)),
  );
  const merged = [...one, ...other].sort((a, b) => second(a) - second(b));
  const { model, workers, capacity } = inferLog(merged.map((line) => `${line}\n`).join(''));
  expect([model, workers.value, capacity.value]).toEqual(['sync', 6, 6]);
});
