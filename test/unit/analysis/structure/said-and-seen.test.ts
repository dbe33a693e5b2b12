// What a server says of itself beside what its requests show.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const fault = (name: string) => gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString();

describe('a server that says what it is', () => {
  it('and was reloaded has as many workers as before: uWSGI names those that it lets go', () => {
    const { workers, wait } = inferLog(fault('uwsgi-reload'));
    expect(workers.value).toBe(4);
    // By the views' own clock: 0.369 s on average between the connection and the view, most of it while nobody was there to answer.
    expect(wait.highMean / 1e6).toBeGreaterThan(0.369);
  });

  it('that it has threads has as many as ran at once, though it does not say how many', () => {
    const said = [29371, 29381].map(
      (pid) => `[2026-11-29 21:51:05 +0000] [${pid}] [INFO] Booting worker with pid: ${pid}`,
    );
    const error = ['[2026-11-29 21:51:05 +0000] [29347] [INFO] Using worker: gthread', ...said, ''].join('\n');
    const { model, threads, wait } = inferLog(fault('gthread-many-slots'), error);
    expect(model).toBe('threaded');
    expect(threads).toMatchObject({ value: null, low: 8 });
    // 0.027 s on average; with one slot each they would have waited for half a second.
    expect(wait.mean / 1e6).toBeLessThan(0.06);
    expect(wait.highMean / 1e6).toBeGreaterThan(0.027);
  });
});
