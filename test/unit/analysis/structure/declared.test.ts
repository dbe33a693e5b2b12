import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const fault = (name: string) =>
  gunzipSync(readFileSync(new URL(`../../../faults/${name}.log.gz`, import.meta.url))).toString('utf8');

describe('what a server says of itself', () => {
  it('uWSGI with gevent: an event loop that holds so many requests, not threads', () => {
    const { model, threads, capacity, unbounded } = inferLog(fault('uwsgi-gevent'));
    expect(model).toBe('async');
    expect(threads.value).toBe(12);
    expect(capacity.value).toBe(12);
    expect(unbounded).toBe(false);
  });

  it.each([
    ['werkzeug', (second: string) => `127.0.0.1 - - [29/Nov/2026 03:52:${second}] "GET /p HTTP/1.1" 200 -\n`],
    ['runserver', (second: string) => `[29/Nov/2026 03:52:${second}] "GET /p HTTP/1.1" 200 12\n`],
  ])('%s starts a thread for each request or not: its lines do not say', (_, line) => {
    const lines = Array.from({ length: 60 }, (_, i) => line(String(i).padStart(2, '0')));
    const { model, modelConfidence, unbounded } = inferLog(lines.join(''));
    expect(model).toBe('thread-per-request');
    expect(modelConfidence).toBeLessThan(0.6);
    expect(unbounded).toBe(false);
  });

  it.each(['9007199254740993', '100000000', '9'.repeat(400)])('a damaged number of threads (%s) is none', (damaged) => {
    const said = (cores: string) =>
      [1, 2].map((k) => `spawned uWSGI worker ${k} (pid: ${700 + k}, cores: ${cores})\n`).join('') +
      Array.from(
        { length: 60 },
        (_, i) =>
          `[pid: ${701 + (i % 2)}|app: 0|req: ${i}/${i}] 127.0.0.1 () {22 vars in 225 bytes} [Fri Nov 20 14:10:${String(i).padStart(2, '0')} 2026] GET /a => generated 6 bytes in ${300 + i} msecs (HTTP/1.1 200) 2 headers in 64 bytes (1 switches on core 0)\n`,
      ).join('');
    expect(inferLog(said('3')).threads.value).toBe(3);
    expect(inferLog(said(damaged)).threads.value).not.toBeGreaterThan(60);
  });
});
