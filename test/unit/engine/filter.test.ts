import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterFields, parseDuration, parseFilter } from '../../../src/engine/filter.ts';
import { completeFilter } from '../../../src/engine/filter-completion.ts';
import { hashOfClient } from '../../../src/ingest/client-hash.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';

const snapshot = handSnapshot({
  requests: [
    { start: -10, end: -9, worker: '8712', route: 'GET /io', status: 200, wait: 0 },
    { start: -9, end: -8.5, worker: '8713', route: 'POST /users/{id}', status: 503, wait: 2 },
    { start: -8, end: -7.98, worker: '87', route: 'GET /users/{id}/orders', status: 404 },
    { start: -7, end: -4, worker: '', route: '/odd', status: 0, wait: 0.5 },
  ],
  change: { sources: ['/var/log/web1.log'] },
});
snapshot.requests.client.set(['10.0.0.9', '10.0.0.7', '10.0.0.70', '10.0.0.7'].map(hashOfClient));

const passing = (text: string): number[] => {
  const { filter, error } = parseFilter(text);
  expect(error).toBeNull();
  const test = filter?.over(snapshot) ?? (() => true);
  return [0, 1, 2, 3].filter((row) => test(row));
};

describe('parseFilter', () => {
  it.each([
    ['', [0, 1, 2, 3]],
    ['route:/users', [1, 2]],
    ['route:/users/*/orders', [2]],
    ['USERS', [1, 2]],
    ['method:post', [1]],
    ['status:5xx', [1]],
    ['status:404', [2]],
    ['status>=400', [1, 2]],
    ['status<300', [0]],
    ['worker:8712', [0]],
    ['worker:87', [2]],
    ['worker:87*', [0, 1, 2]],
    ['slower:500ms', [0, 3]],
    ['faster:100ms', [2]],
    ['duration>=1s', [0, 3]],
    ['wait>1s', [1]],
    ['wait:2s', [1]],
    ['wait>2s', []],
    ['wait<1s', [0, 3]],
    ['bytes>10', [0, 1, 2, 3]],
    ['bytes>1k', []],
    ['wait>0', [1, 3]],
    ['client:10.0.0.7', [1, 3]],
    ['-client:10.0.0.7', [0, 2]],
    ['file:web1', [0, 1, 2, 3]],
    ['-status:5xx', [0, 2, 3]],
    ['route:/users -status:5xx slower:1ms', [2]],
    ['route:"GET /users"', [2]],
    ['"post /users" status:503', [1]],
    ['-route:"GET /io"', [1, 2, 3]],
    ['route:"GET /io', [0]],
    ['status:>=400', [1, 2]],
    ['wait:>1s', [1]],
  ])('%j passes %j', (text, rows) => {
    expect(passing(text)).toEqual(rows);
  });

  it.each([
    ['colour:red', 'there is no field "colour": route, '],
    ['rout:/io', 'there is no field "rout": did you mean route?'],
    ['status:fine', '"fine" is no status'],
    ['slower:soon', '"soon" is no duration'],
    ['wait>200', '"200" has no unit: wait>200ms or wait>200s?'],
    ['slower:0.5', '"0.5" has no unit: slower:0.5ms or slower:0.5s?'],
    ['client:10.0', '"10.0" is no whole address'],
    ['client:10.0.0.*', '"10.0.0.*" is no whole address'],
    ['client>5', '"client" is not a number'],
    ['bytes>much', '"much" is no size'],
    ['route>5', '"route" is not a number'],
    ['worker:', 'lacks a value'],
    ['""', 'nothing stands between the quotes'],
    ['status!=200', '"!=" is written -status:200'],
    ['status=200', '"=" is written status:200'],
    ['Route~/io', '"~" is written route:/io'],
  ])('says what is wrong with %j', (text, sentence) => {
    const { filter, error } = parseFilter(text);
    expect(filter).toBeNull();
    expect(error).toContain(sentence);
  });

  it('takes any text, as a filter or with a sentence', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { filter, error } = parseFilter(text);
        if (error !== null) expect(filter).toBeNull();
        else filter?.over(snapshot)(0);
      }),
    );
  });

  it('is the complement of its negation, term by term', () => {
    for (const term of ['status:5xx', 'route:/io', 'wait>1s', 'worker:8712']) {
      expect([...passing(term), ...passing(`-${term}`)].sort()).toEqual([0, 1, 2, 3]);
    }
  });
});

describe('parseDuration', () => {
  it.each([
    ['500ms', 500_000],
    ['1.5s', 1_500_000],
    ['2', 2_000_000],
    ['850us', 850],
    ['3m', 180_000_000],
    ['1h', 3_600_000_000],
  ])('reads %s', (text, micros) => {
    expect(parseDuration(text)).toBe(micros);
  });
});

describe('completeFilter', () => {
  it('offers fields, and values that are there, the most frequent first', () => {
    expect(completeFilter('', snapshot, 20)).toEqual(
      Object.keys(filterFields).map((field) => expect.stringContaining(field)),
    );
    expect(completeFilter('wa', snapshot)).toEqual(['wait>']);
    expect(completeFilter('status:', snapshot)).toEqual(['status:200', 'status:404', 'status:503']);
    expect(completeFilter('slower:1s -route:/us', snapshot)).toEqual([
      '-route:/users/{id}',
      '-route:/users/{id}/orders',
    ]);
    expect(completeFilter('nothing:x', snapshot)).toEqual([]);
  });

  it('puts quotes around values with blanks, and goes on behind them', () => {
    const names = ['Thread-1 (process_request_thread)', 'Thread-2 (process_request_thread)', 'MainThread'];
    const threads = handSnapshot({ requests: names.map((worker, i) => ({ start: -10 + i, end: -9 + i, worker })) });
    const offered = completeFilter('worker:', threads);
    expect(offered.sort()).toEqual([
      'worker:"Thread-1 (process_request_thread)"',
      'worker:"Thread-2 (process_request_thread)"',
      'worker:MainThread',
    ]);
    const test = parseFilter(offered[1]).filter?.over(threads);
    expect([0, 1, 2].map((row) => test?.(row))).toEqual([false, true, false]);
    expect(completeFilter('-worker:"Thread-2 (pro', threads)).toEqual(['-worker:"Thread-2 (process_request_thread)"']);
    expect(completeFilter('worker:"Thread-2 (process_request_thread)" wa', threads)).toEqual(['wait>']);
  });
});
