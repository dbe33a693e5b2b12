// The text of `analyze`, as a person reads it: what it says twice it says alike, and numbers keep their units.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { root } from '../helpers/terminal.ts';

const report = async (log: string): Promise<string> =>
  (await run(['analyze', join(root, 'sample-logs', `${log}.log`)])).stdout;

describe('the report', { timeout: 60_000 }, () => {
  for (const log of ['gunicorn-gthread-2x8-nearly-full', 'uwsgi-4-default', 'gunicorn-sync-4-burst-of-16']) {
    it(`gives the queue one peak, and keeps numbers and units in one row: ${log}`, async () => {
      const text = await report(log);
      const flowing = text.replace(/\s+/g, ' ');
      expect(/ peak (\d+)(?= Routes)/.exec(flowing)?.[1]).toBe(/longest queue (\d+)/.exec(flowing)?.[1]);
      for (const row of text.split('\n')) expect(row).not.toMatch(/^ *(µs|ms|s|min|h|%)[\s,.;)]/);
    });
  }

  it('gives no range to a mean that is exact', async () => {
    const text = (await report('gunicorn-sync-2-behind-nginx')).replace(/\s+/g, ' ');
    expect(text).toContain('measured:');
    expect(text).not.toMatch(/mean between (\S+ \S+) and \1/);
  });

  it('does not explain the height of lanes that are empty', async () => {
    const text = await report('hypercorn-4-default');
    expect(text).toContain('Lanes  empty: when a worker was busy is not known');
  });
});
