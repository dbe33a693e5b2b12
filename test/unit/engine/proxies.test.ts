// Logs of proxies, recorded in front of gunicorn: alone, and beside the log of the server, whose true waits are known.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Summary } from '../../../src/core/summary.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const folder = temporaryFolder();
const unpacked = (name: string) => gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString('utf8');

let count = 0;
async function examined(...texts: string[]): Promise<Summary> {
  const paths = texts.map((text) => {
    const path = join(folder, `${++count}.log`);
    writeFileSync(path, text);
    return path;
  });
  return (await postMortem(paths, { formats, timezone: 'UTC' })).summary;
}
const both = (name: string) => examined(unpacked(`${name}-server`), unpacked(`${name}-proxy`));
const assumed = ({ inputs }: Summary) => inputs.flatMap(({ assumptions }) => assumptions).join();
const findingOf = ({ findings }: Summary, id: string) => findings.find((one) => one.id === id);

/** The same log by a clock that is so many seconds ahead. */
const ahead = (text: string, seconds: number) =>
  text.replaceAll(/\[28\/Nov\/2026:(\d\d:\d\d:\d\d)/g, (_, time: string) => {
    const moved = new Date(Date.parse(`2026-11-28T${time}Z`) + seconds * 1000).toISOString();
    return `[${moved.slice(8, 10)}/Nov/2026:${moved.slice(11, 19)}`;
  });

describe('the log of a proxy beside that of the server', () => {
  // What callers waited, by the clocks of the clients and of the application: seconds, of the recorded requests.
  it.each([
    ['haproxy-maxconn', 600, 1.427, 2.573],
    ['haproxy-maxconn-above', 700, 0.112, 0.364],
    ['haproxy-no-maxconn', 600, 0.207, 0.955],
    ['apache-proxy', 600, 3.524, 5.068],
    ['nginx-before-boot', 500, 1.876, 3.765],
    ['nginx-uploads', 500, 0.01, 0.042],
    ['haproxy-enough', 400, 0.002, 0.003],
  ])('%s: counts requests once, and measures their waits', async (name, requests, mean, p95) => {
    const summary = await both(name);
    expect(summary.requests.total).toBe(requests);
    expect(assumed(summary)).toContain('counted once');
    expect(summary.wait.method).toBe('measured');
    expect(Math.abs(summary.wait.mean! - mean)).toBeLessThan(0.003 + 0.01 * mean);
    expect(Math.abs(summary.wait.p95! - p95)).toBeLessThan(0.003 + 0.02 * p95);
    expect(findingOf(summary, 'measured-wait-disagrees')).toBeUndefined();
  });

  it.each([1, -3, 600, -3600])('is found where its clock is %i s ahead', async (seconds) => {
    for (const name of ['apache-proxy', 'nginx-before-boot', 'haproxy-maxconn-above']) {
      const [server, proxy] = [unpacked(`${name}-server`), unpacked(`${name}-proxy`)];
      const summary = await examined(server, ahead(proxy, seconds));
      const same = await examined(server, proxy);
      expect(summary.requests.total).toBe(same.requests.total);
      expect(assumed(summary)).toMatch(/its clock is .* (ahead|behind), which was taken off/);
      expect(summary.wait.mean).toBeCloseTo(same.wait.mean!, 2);
    }
  });

  it('does not give its times to one of two servers that it shares the requests out to', async () => {
    const summary = await both('shared-proxy');
    expect(summary.requests.total).toBe(500);
    expect(summary.wait.method).toBe('inferred');
    expect(assumed(summary)).toContain('went to other servers as well');
  });

  it('tells of the errors that callers got before the server was up', async () => {
    const summary = await both('nginx-before-boot');
    const found = findingOf(summary, 'server-unreachable');
    expect(found).toMatchObject({ severity: 'critical', evidence: { refused: 33, server_was_down: true } });
    expect(assumed(summary)).toContain('33 callers got an error from the proxy');
  });

  it('tells a limit that turns callers away from a server that is away', async () => {
    const limited = findingOf(await examined(unpacked('limit-of-proxy')), 'server-unreachable');
    expect(limited).toMatchObject({ severity: 'critical', evidence: { refused: 399, server_was_down: false } });
    expect(limited?.title).toBe('399 callers got 503 at once while others were answered: a limit is reached');
    expect(limited?.evidence.answered_per_second).toBeGreaterThan(20);
    expect(limited?.evidence.answered_per_second).toBeLessThan(30);
    // The same answers where nobody else was answered meanwhile.
    const away = unpacked('limit-of-proxy')
      .split('\n')
      .filter((line) => !/14:25:(1[5-9]|[2-5]\d) .* 200 /.test(line))
      .join('\n');
    expect(findingOf(await examined(away), 'server-unreachable')?.title).toMatch(/: nothing behind it answered/);
  });

  it('measures the waits also where both are one stream of two containers', async () => {
    const [server, proxy] = ['server', 'proxy'].map((name) =>
      unpacked(`nginx-before-boot-${name}`).trimEnd().split('\n'),
    );
    const second = (line: string) => /2026:(\S+) /.exec(line)?.[1] ?? '';
    const stream = [
      ...server.map((line) => ({ at: second(line), text: `web-1    | ${line}` })),
      ...proxy.map((line) => ({ at: second(line), text: `nginx-1  | ${line}` })),
    ].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
    const summary = await examined(stream.map(({ text }) => text).join('\n'));
    expect(summary.requests.total).toBe(500);
    expect(summary.wait.method).toBe('measured');
    expect(summary.wait.mean).toBeCloseTo(1.876, 2);
    expect(findingOf(summary, 'server-unreachable')?.evidence.refused).toBe(33);
  });

  it('is that of other requests where it is another recording', async () => {
    const summary = await examined(unpacked('haproxy-enough-server'), unpacked('apache-proxy-proxy'));
    expect(assumed(summary)).not.toContain('counted once');
    expect(summary.requests.total).toBe(1027);
  });
});

describe("HAProxy's log alone", () => {
  it('tells the slots that it lets through, the work and the wait', async () => {
    const { server, wait, service_time } = await examined(unpacked('haproxy-maxconn-proxy'));
    expect(server.capacity.value).toBe(4);
    expect(service_time).toMatchObject({ method: 'logged' });
    expect(service_time.p50).toBeCloseTo(0.18, 1);
    expect(wait.method).toBe('measured');
    expect(wait.mean).toBeCloseTo(1.42, 1);
  });

  it('tells the wait behind it as well where it lets more through than the server can do', async () => {
    const { server, wait } = await examined(unpacked('haproxy-maxconn-above-proxy'));
    expect(server.capacity.value).toBe(4);
    expect(wait.method).toBe('inferred');
    expect(wait.mean).toBeCloseTo(0.112, 1);
    expect(wait.p95).toBeCloseTo(0.364, 1);
  });

  it('does not tell a queue of its own that it does not have for the wait', async () => {
    const { wait } = await examined(unpacked('haproxy-no-maxconn-proxy'));
    expect(wait.method).toBe('unknown');
  });

  it('is quiet where nobody waits', async () => {
    const { wait, findings } = await examined(unpacked('haproxy-enough-proxy'));
    expect(wait.mean).toBeLessThan(0.005);
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });
});

describe("Apache's log alone", () => {
  it('is not taken for the time in the application', async () => {
    const summary = await examined(unpacked('apache-proxy-proxy'));
    expect(summary.server.model).toBe('pool');
    expect(summary.service_time.method).toBe('unknown');
    expect(findingOf(summary, 'threads-cpu-bound')).toBeUndefined();
    expect(findingOf(summary, 'error-burst')).toBeUndefined();
    expect(findingOf(summary, 'queue-behind-proxy')?.title).toContain('in or behind Apache');
    expect(findingOf(summary, 'server-unreachable')?.evidence.refused).toBe(26);
  });
});
