// Of a stretch of a log that begins with a full pool, those who were queued then show in the requests before it.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { parseBound } from '../../../src/cli/window-options.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';

const windowOf = (since: string, until: string) => ({ since: parseBound(since), until: parseBound(until) });

// Mean waits of the requests that ended from 20:42:55 to 20:43:10, by their clients: 5.4 s and 6.8 s.
describe.each([
  { name: 'full-live', truth: 5.39 },
  { name: 'full-live-threads', truth: 6.77 },
])('$name', ({ name, truth }) => {
  const path = `test/faults/${name}.log.gz`;
  const read = (since: string, until: string) =>
    postMortem([path], { formats, timezone: 'UTC', window: windowOf(since, until) });

  it('knows the backlog at the beginning of the stretch, and counts the requests of the stretch alone', async () => {
    const whole = await postMortem([path], { formats });
    const { summary, facts } = await read('20:42:55', '20:43:10');
    const { requests, wait } = summary;
    expect(requests.total).toBeLessThan(whole.summary.requests.total / 2);
    expect(facts.inference.requests.wait.length).toBe(requests.total);
    expect(facts.requests.length).toBe(requests.total);
    expect(wait.basis).toMatch(/who was queued when they began is known from \d+ requests before them$/);
    // Histories of an overload differ by a factor of two from one run to the next.
    expect(wait.mean).toBeGreaterThan(truth / 3);
    expect(wait.mean).toBeLessThan(2 * truth);
    expect(wait.low.mean).toBeLessThan(truth);
    expect(wait.high.mean).toBeGreaterThan(truth);
    // What the whole log says of the same requests.
    const row = new Map(Array.from(whole.facts.requests.offset, (offset, i) => [offset, i]));
    const same = Array.from(
      facts.requests.offset,
      (offset) => whole.facts.inference.requests.wait[row.get(offset) ?? -1],
    );
    const mean = same.reduce((sum, micros) => sum + micros, 0) / same.length / 1e6;
    expect((wait.mean ?? 0) / mean).toBeGreaterThan(0.5);
    expect((wait.mean ?? 0) / mean).toBeLessThan(2);
  });

  it('reads nothing more for a stretch that begins with free slots', async () => {
    const { summary } = await read('20:42:24', '20:42:50');
    expect(summary.wait.basis).not.toContain('before them');
  });
});
