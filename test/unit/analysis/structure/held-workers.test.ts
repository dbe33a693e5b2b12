// Workers that stay taken after the answers of a route: nobody's line says so, and the callers behind them wait.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

const recorded = (name: string) => inferLog(gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString());

describe('workers that are held after the answers of a route', () => {
  it('make callers wait as they did before four workers of gunicorn that linger on slow readers', () => {
    const { held, wait, requests } = recorded('held-after-answer');
    expect(held).toMatchObject({ answers: 63 });
    expect(held!.median / 1e6).toBeCloseTo(2, 0);
    // By the views' own clock: 1.371 s on average between the connection and the view.
    expect(wait.mean / 1e6).toBeGreaterThan(1.371 / 2);
    expect(wait.mean / 1e6).toBeLessThan(2 * 1.371);
    expect(wait.basis).toContain("one route's answers hold their worker for 1.9 s more than their lines say");
    // The requests themselves are drawn as long as their lines say.
    const longest = requests.end.reduce((most, end, i) => Math.max(most, end - requests.start[i]), 0);
    expect(longest / 1e6).toBeLessThan(3.5);
  });

  it.each(['slow-clients', 'slow-clients-not', 'latency-step', 'peak', 'one-route-slow'])('are none in %s', (name) => {
    expect(recorded(name).held).toBeNull();
  });
});
