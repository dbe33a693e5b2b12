// The text of `analyze`, as a person reads it: what it says twice it says alike, and numbers keep their units.
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { root } from '../helpers/terminal.ts';

const reports = new Map<string, Promise<string>>();
/** Of a sample log; those that several tests read are written once. */
function report(log: string): Promise<string> {
  const known =
    reports.get(log) ?? run(['analyze', join(root, 'sample-logs', `${log}.log`)]).then(({ stdout }) => stdout);
  reports.set(log, known);
  return known;
}

describe('the report', () => {
  for (const log of ['gunicorn-gthread-2x8-nearly-full', 'uwsgi-4-default', 'gunicorn-sync-4-burst-of-16']) {
    it(`gives the queue one peak, and keeps numbers and units in one row: ${log}`, async () => {
      const text = await report(log);
      const flowing = text.replace(/\s+/g, ' ');
      expect(/ peak (\d+)(?= Routes)/.exec(flowing)?.[1]).toBe(/longest queue (\d+)/.exec(flowing)?.[1]);
      for (const row of text.split('\n')) expect(row).not.toMatch(/^ *(µs|ms|s|min|h|%)[\s,.;)]/);
    });
  }

  it('tells the rate, and the share of errors where lines have a status', async () => {
    expect(await report('gunicorn-sync-2-failing-route')).toMatch(
      /^requests +211, 5\.2\/s \(peak 13\/s\), 5\.2 % errors$/m,
    );
  });

  it('gives no range to a mean that is exact', async () => {
    const text = (await report('gunicorn-sync-2-behind-nginx')).replace(/\s+/g, ' ');
    expect(text).toContain('measured:');
    expect(text).not.toMatch(/mean between (\S+ \S+) and \1/);
  });

  it('of a proxy whose lines hide the service time tells how long requests took to answer, as the JSON does', async () => {
    const { stdout } = await run(['analyze', '--json', join(root, 'sample-logs', 'nginx-in-front-of-sync-2.log')]);
    const { response_time: all, routes } = JSON.parse(stdout);
    expect([all.p50, all.p95]).toEqual([expect.closeTo(1.32, 1), expect.closeTo(4.36, 1)]);
    expect(routes[0].response_time.p50).toBe(all.p50);
    const text = await report('nginx-in-front-of-sync-2');
    expect(text).toMatch(/^answered in +[\s\S]*?p50 1\.3 s[\s\S]*?p95 4\.4 s[\s\S]*?as the proxy logs it/m);
    expect(text).toMatch(/^Routes .* answered in p50 +p95 +p99$/m);
    expect(await report('gunicorn-sync-4-enough')).not.toMatch(/answered in/);
  });

  it('tells the longest wait where it has a range of its own, and not where the mean may be longer', async () => {
    const waits = async (log: string) => /^wait {2}[\s\S]*?;/m.exec(await report(log))?.[0];
    const [closed, open] = [await waits('gunicorn-sync-4-enough'), await waits('gunicorn-sync-4-half-loaded')];
    expect(closed).toMatch(/p95 .*, p99 .*, max /);
    expect(open).toMatch(/p95 /);
    expect(open).not.toMatch(/p99|max/);
  });

  it('keeps to its width, what the log cannot tell and long titles too', async () => {
    const logs = ['gunicorn-sync-4-nearly-full', 'gunicorn-sync-3-slow-route-starves-fast', 'waitress-4-threads-ramp'];
    for (const log of [...logs, 'hypercorn-4-default', 'uvicorn-4-burst-of-100', 'gunicorn-gthread-1x4-cpu-bound'])
      for (const row of (await report(log)).split('\n')) expect(row.length, `${log}: ${row}`).toBeLessThanOrEqual(100);
  });

  it('tells what to do right below the verdict, before the numbers of the server', async () => {
    for (const log of ['gunicorn-sync-3-slow-route-starves-fast', 'waitress-4-threads-ramp']) {
      const text = await report(log);
      const at = (part: string | RegExp) => text.search(part);
      expect(at(/^Findings$/m)).toBeGreaterThan(0);
      expect(at(/^Findings$/m)).toBeLessThan(at(/^requests /m));
      expect(at(/^requests /m)).toBeLessThan(at(/^Routes /m));
    }
  });

  it('gives each piece of advice once, however many fields it would give', async () => {
    for (const log of ['waitress-4-threads-ramp', 'gunicorn-sync-3-default-format', 'uvicorn-default-no-time']) {
      const text = (await report(log)).replace(/\s+/g, ' ');
      for (const part of ['pid=%(p)s us=%(D)s', 'add $request_time', 'X-Request-Start "t='])
        expect(text.split(part).length - 1, `${log}: ${part}`).toBeLessThanOrEqual(1);
    }
    expect((await report('waitress-4-threads-ramp')).replace(/\s+/g, ' ')).toContain(
      'no wait in the log; it would give',
    );
  });

  it('speaks of a pool of two, and of one request', async () => {
    const two = (await report('gunicorn-sync-2-overloaded')).replace(/\s+/g, ' ');
    expect(two).toContain('both slots are busy');
    expect(two).toContain('Both sync workers were busy');
    const one = join(tmpdir(), `logscope-one-${process.pid}.log`);
    writeFileSync(one, '127.0.0.1 - - [28/Nov/2026:13:19:59 +0000] "GET / HTTP/1.1" 200 3 "-" "curl"\n');
    try {
      const text = (await run(['analyze', one])).stdout;
      expect(text.split('\n')[0]).toMatch(/, 1 request$/);
      expect(text).not.toMatch(/\b1 (requests|lines|workers|slots|threads)\b/);
    } finally {
      rmSync(one);
    }
  });

  it('knows no pool of slots in a server without', async () => {
    for (const log of ['daphne-1-default', 'uvicorn-4-burst-of-100']) {
      const text = (await report(log)).replace(/\s+/g, ' ');
      expect(text).toContain('time in app unknown: no durations in the lines');
      expect(text).not.toContain('surely full');
    }
  });

  it('tells of killed requests what they took, in the table of routes too', async () => {
    const text = await report('gunicorn-27-sync-3-timeout-kills');
    expect(text).toMatch(/max 3\.5 s \(durations in the lines/);
    expect(text).toMatch(/^GET \/stuck .* 3\.5 s +3\.5 s +3\.5 s$/m);
  });

  it('speaks of no last answer in a log without requests', async () => {
    const text = (await report('gunicorn-sync-3-timeout-kills.error')).replace(/\s+/g, ' ');
    expect(text).toContain('3 workers killed');
    expect(text).not.toContain('last answer');
  });

  it('tells how waitress logs what lines of the common form lack, where its own log says that it is waitress', async () => {
    const logs = ['waitress-4-threads-ramp.log', 'waitress-4-threads-ramp.queue.log'];
    const text = (await run(['analyze', ...logs.map((log) => join(root, 'sample-logs', log))])).stdout;
    expect(text).toContain('TransLogger cannot log it');
    expect(text).not.toMatch(/gunicorn|Apache: add/);
  });

  it('does not explain the height of lanes that are empty', async () => {
    const text = await report('hypercorn-4-default');
    expect(text).toContain('Lanes  empty: when a worker was busy is not known');
  });
});
