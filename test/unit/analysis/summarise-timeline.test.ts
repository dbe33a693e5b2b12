// The timeline of a summary adds up to what the summary says of the whole log.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/analysis/analyse.ts';
import { sumOf } from '../../../src/core/statistics.ts';
import { partialOfTexts } from '../../helpers/infer-log.ts';

const summaryOf = (text: string, effort: 'live' | 'full' = 'full') =>
  analyse(partialOfTexts(text), { inputs: [], version: '0', howToLog: () => null, effort }).summary;
const sample = (name: string) => readFileSync(new URL(`../../../sample-logs/${name}`, import.meta.url), 'utf8');
const numbers = (cells: readonly (number | null)[]) => cells.map((cell) => cell ?? Number.NaN);

/** A line a second from 17:00 on, `timed`: with a stamp. */
const line = (second: number, rest: string, status = 200) => {
  const time = new Date(Date.UTC(2024, 9, 29, 17) + 1000 * second).toISOString().slice(11, 19);
  return `127.0.0.1 - - [29/Oct/2024:${time} +0000] "GET /io HTTP/1.1" ${status} 12 "-" "-"${rest}\n`;
};

describe('a small log', () => {
  const {
    timeline,
    requests,
    wait,
    service_time: service,
    concurrency,
  } = summaryOf(sample('gunicorn-sync-4-burst-of-16.log'));
  const step = timeline.step_seconds;

  it('has its requests, its busy time and its waits in the steps, each once', () => {
    expect(sumOf(timeline.requests)).toBe(requests.total);
    expect(step * sumOf(numbers(timeline.busy))).toBeCloseTo(requests.total * (service.mean as number), 1);
    expect(step * sumOf(numbers(timeline.queue))).toBeCloseTo(requests.total * (wait.mean as number), 1);
  });

  it('is full where it is, and the queue shrinks behind its beginning', () => {
    expect(Math.max(...numbers(timeline.busy))).toBeCloseTo(concurrency.peak as number, 1);
    const queue = numbers(timeline.queue);
    // They came in the middle of the first step, and 12 waited until the first were answered.
    expect(queue[2]).toBe(Math.max(...queue));
    expect(queue[1]).toBeGreaterThan(queue[4]);
    expect(queue.at(-1)).toBeLessThan(Math.max(...queue) / 2);
    expect(Math.max(...queue)).toBeLessThanOrEqual(wait.peak_queue as number);
  });

  it('has its errors where they were', () => {
    const log = Array.from({ length: 60 }, (_, i) => line(i, '', i === 20 || i === 21 ? 502 : 200)).join('');
    const { from, errors } = summaryOf(log).timeline;
    const first = (Date.UTC(2024, 9, 29, 17, 0, 20) - Date.parse(from as string)) / 1000;
    expect(errors.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual([first, first + 1]);
  });
});

it('the peak is of the finest step, and of lines that have a time', () => {
  const calm = Array.from({ length: 100 }, (_, i) => line(i, ''));
  const rush = Array.from({ length: 7 }, () => line(50, ''));
  expect(summaryOf([...calm.slice(0, 51), ...rush, ...calm.slice(51)].join('')).requests.rate.peak).toBe(8);
  const untimed = Array.from({ length: 5 }, (_, i) => `GET /a/${i} 200 0.2\n`);
  expect(summaryOf([...calm, ...untimed].join('')).requests.rate.peak).toBeNull();
});

it('a log of several hours is told in steps of more than a second, still with everything in it', () => {
  const log = Array.from({ length: 6000 }, (_, i) => line(i, ' us=500000')).join('');
  const { timeline, requests } = summaryOf(log, 'live');
  expect(timeline.requests.length).toBeLessThanOrEqual(4096);
  expect(timeline.step_seconds).toBe(5);
  expect(sumOf(timeline.requests)).toBe(requests.total);
  expect(timeline.step_seconds * sumOf(numbers(timeline.busy))).toBeCloseTo(3000, -1);
  expect(requests.rate.peak).toBe(1);
});

it('what is known of a part of the log alone is summed up in the steps of the whole', () => {
  const log = Array.from({ length: 6000 }, (_, i) => line(i, i < 600 ? ' us=500000' : '')).join('');
  const { step_seconds: step, busy } = summaryOf(log, 'live').timeline;
  expect(step).toBe(5);
  expect(step * sumOf(numbers(busy))).toBeCloseTo(300, -1);
});

it('without any duration nobody knows how many were busy or waited', () => {
  const log = Array.from({ length: 60 }, (_, i) => line(7 * i, '')).join('');
  const { timeline } = summaryOf(log);
  expect(new Set([...timeline.busy, ...timeline.queue])).toEqual(new Set([null]));
});
