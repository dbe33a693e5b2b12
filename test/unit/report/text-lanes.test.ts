// The strips of a report: a lane per worker, in the order in which they came, and the pool's slots and queue below them.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Facts } from '../../../src/core/finding.ts';
import type { WorkerLife } from '../../../src/core/inference.ts';
import type { Summary } from '../../../src/core/summary.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { lanesSection } from '../../../src/report/text-lanes.ts';
import { root } from '../../helpers/terminal.ts';

const paint = (_meaning: string, text: string) => text;
const examined = async (name: string) => postMortem([join(root, 'sample-logs', name)], { formats, timezone: 'UTC' });
type Given = Pick<Parameters<typeof lanesSection>[0], 'summary' | 'facts' | 'verdict'>;
const section = (given: Given, width = 100): string[] => lanesSection({ ...given, width, paint });

describe('four workers and a burst of 16', async () => {
  const burst = await examined('gunicorn-sync-4-burst-of-16.log');

  it('have a lane each, with their requests and their busy share, then the pool', () => {
    const [title, ...rows] = section(burst);
    expect(title).toMatch(/^Lanes {2}a column is 54 ms; height is the busy share$/);
    expect(rows.map((row) => row.slice(0, 12).trim())).toEqual(['10556', '10542', '10528', '10541', 'busy', 'queue']);
    for (const row of rows.slice(0, 4)) expect(row).toMatch(/█{74} 4, 100 %$/);
    expect(rows[4]).toMatch(/█ of 4$/);
    expect(rows[5]).toMatch(/ peak 12$/);
    // All wait at first, and nobody at the end.
    expect(rows[5].slice(12, 14)).toBe('██');
    expect(rows[5].slice(80, 86).trim()).toBe('');
  });

  it('keep to the width, and are left out where none is left', () => {
    for (const row of section(burst, 80).slice(1)) expect(row.slice(12, 66).length).toBe(54);
    expect(section(burst, 36)).not.toEqual([]);
    expect(section(burst, 35)).toEqual([]);
  });

  it('of a pool whose slots are not known the most that ran at once is told', () => {
    const { server, concurrency } = burst.summary;
    const summary: Summary = { ...burst.summary, server: { ...server, capacity: { ...server.capacity, value: null } } };
    expect(section({ ...burst, summary }).at(-2)).toMatch(/ at once$| 4$/);
    const none: Summary = { ...summary, concurrency: { ...concurrency, peak: null } };
    expect(
      section({ ...burst, summary: none })
        .at(-2)
        ?.trimEnd(),
    ).toMatch(/█$/);
  });

  it('of pools one after the other the largest is the height of the strip', () => {
    const { server } = burst.summary;
    const regimes = [{ ...server, capacity: 8 }] as unknown as NonNullable<Summary['server']['regimes']>;
    const busy = section({ ...burst, summary: { ...burst.summary, server: { ...server, regimes } } }).at(-2);
    expect(busy).toMatch(/of 8$/);
    expect(busy).toContain('▄▄▄▄');
    expect(busy).not.toContain('█');
  });

  it('of a pool that never left saturation each history has a queue of its own: none is drawn', () => {
    const { wait, concurrency } = burst.summary;
    const summary: Summary = {
      ...burst.summary,
      wait: { ...wait, low: { mean: 0.1, p95: 0.2 }, high: { mean: 60, p95: 61 } },
      concurrency: { ...concurrency, saturated_ratio: 1 },
    };
    expect(section({ ...burst, summary }).at(-1)).toMatch(/^busy .* of 4$/);
  });

  it('without a time there are none', () => {
    const summary: Summary = { ...burst.summary, window: { ...burst.summary.window, from: null } };
    expect(section({ ...burst, summary })).toEqual([]);
  });
});

it('of many workers sixteen are shown, those that began first, and the others are counted', async () => {
  const burst = await examined('gunicorn-sync-4-burst-of-16.log');
  const { requests, inference, names } = burst.facts;
  const worker = requests.worker.map((_, row) => names.workers.add(`w${row}`));
  const { start, end } = inference.requests;
  const to = Math.max(...end);
  /** All there until the end, so that none takes the place of another. */
  const lives = (ids: Int32Array): WorkerLife[] =>
    Array.from(ids, (id, row) => ({
      ...{ worker: id, from: start[row % 16], to, requests: 1, busyMicros: 1e6, peakConcurrency: 1 },
      fate: 'running',
    }));
  const of = (count: number): Facts => ({
    ...burst.facts,
    requests: { ...requests, worker: worker.map((id, row) => (row < count ? id : worker[0])) },
    inference: { ...inference, lives: lives(worker.slice(0, count)) },
  });
  expect(section({ ...burst, facts: of(16) }).some((row) => row.startsWith('…'))).toBe(false);
  // Every row twice, the second time by workers of their own.
  const twice = <Column extends Float64Array | Int32Array>(column: Column): Column => {
    const both = column.slice(0, 0).constructor as new (values: number[]) => Column;
    return new both([...column.subarray(0, 16), ...column.subarray(0, 16)]);
  };
  const ids = Int32Array.from({ length: 32 }, (_, row) => names.workers.add(`w${row}`));
  const many: Facts = {
    ...burst.facts,
    requests: { ...requests, length: 32, worker: ids },
    inference: {
      ...inference,
      lives: lives(ids),
      requests: {
        ...inference.requests,
        start: twice(inference.requests.start),
        end: twice(inference.requests.end),
        wait: twice(inference.requests.wait),
      },
    },
  };
  const rows = section({ ...burst, facts: many });
  expect(rows.filter((row) => row.startsWith('w'))).toHaveLength(16);
  expect(rows).toContain('… and 16 more workers');
  const starts = rows
    .filter((row) => row.startsWith('w'))
    .map((row) => many.inference.requests.start[Number(row.slice(1, 12).trim())]);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
});

it('of a log of which a sample is kept each strip follows the pool, in the proportion in which workers were busy', async () => {
  const burst = await examined('gunicorn-sync-4-burst-of-16.log');
  const begin = Date.UTC(2026, 2, 2);
  const hours = 10;
  const lives: WorkerLife[] = burst.facts.inference.lives.slice(0, 2).map((life, k) => ({
    ...life,
    from: begin * 1000,
    to: (begin + hours * 3_600_000) * 1000,
    // One was three times as busy as the other.
    busyMicros: [0.45, 0.15][k] * hours * 3600e6,
  }));
  const busy = Array.from({ length: hours }, (_, hour) => (hour < 5 ? 0.2 : 1));
  const timeline: Summary['timeline'] = { ...burst.summary.timeline, from: new Date(begin).toISOString(), busy };
  const summary: Summary = {
    ...burst.summary,
    window: { ...burst.summary.window, from: timeline.from, to: new Date(begin + hours * 3_600_000).toISOString() },
    requests: { ...burst.summary.requests, total: 100_000 },
    timeline: { ...timeline, step_seconds: 3600 },
  };
  const { inference } = burst.facts;
  const facts: Facts = { ...burst.facts, summary, inference: { ...inference, lives } };
  // A column is an hour.
  const [title, first, second] = section({ ...burst, summary, facts }, 36).map((row) => row.slice(12, 22));
  expect(title).not.toBe('');
  // Of 0.2 and 1 busy worker 0.15 and 0.75, and 0.05 and 0.25, in eighths.
  expect(first).toBe('▁▁▁▁▁▆▆▆▆▆');
  expect(second).toBe('▁▁▁▁▁▂▂▂▂▂');
  expect(section({ ...burst, summary, facts }, 110)[0]).toContain('of a worker its part of all that were busy');
});

it('of a name too long for its column the end is shown, by which pods differ', async () => {
  const burst = await examined('gunicorn-sync-4-burst-of-16.log');
  const worker = burst.facts.names.workers.add('pod/web-7d9f8b6c5-x2x4k/7');
  const lives = burst.facts.inference.lives.map((life) => ({ ...life, worker }));
  const facts: Facts = { ...burst.facts, inference: { ...burst.facts.inference, lives } };
  expect(section({ ...burst, facts })[1].slice(0, 12)).toBe('…c5-x2x4k/7 ');
});
