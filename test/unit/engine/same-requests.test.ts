// The log of an application and that of the proxy in front of it tell of the same requests: they are counted once.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const folder = temporaryFolder();
const unpacked = (name: string) => gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString('utf8');
const application = unpacked('behind-nginx');
const proxy = unpacked('in-front-nginx');

let count = 0;
const examination = (...texts: string[]) => {
  const paths = texts.map((text) => {
    const path = join(folder, `${++count}.log`);
    writeFileSync(path, text);
    return path;
  });
  return postMortem(paths, { formats, timezone: 'UTC' });
};
const examined = async (...texts: string[]) => (await examination(...texts)).summary;
const inferred = async (...texts: string[]) => (await examination(...texts)).facts;
/** Every second line, from the first or the second on: what a proxy deals out in turn. */
const dealt = (text: string, from: number) =>
  text
    .split('\n')
    .filter((line, k) => line !== '' && k % 2 === from)
    .join('\n');

it("is the application's log with the waits that the proxy saw, in either order", async () => {
  const alone = await examined(application);
  for (const texts of [
    [application, proxy],
    [proxy, application],
  ]) {
    const both = await examined(...texts);
    expect(both.requests.total).toBe(376);
    expect(both.requests.status).toEqual(alone.requests.status);
    expect(both.service_time).toEqual(alone.service_time);
    expect(both.server).toEqual(alone.server);
    expect(both.throughput).toEqual(alone.throughput);
    // True: 73 ms and 368 ms.
    expect(both.wait.method).toBe('measured');
    expect(both.wait.mean).toBeCloseTo(0.073, 2);
    expect(both.wait.p95).toBeCloseTo(0.368, 2);
    expect(both.inputs.flatMap(({ assumptions }) => assumptions).join()).toContain('counted once');
  }
});

it("is the proxy's log where the application's tells less", async () => {
  const bare = application.replace(/ pid=<\d+> us=\d+$/gm, '');
  const both = await examined(bare, proxy);
  const alone = await examined(proxy);
  expect(both.requests).toEqual(alone.requests);
  expect(both.service_time).toEqual(alone.service_time);
  expect(both.inputs[0].assumptions.join()).toContain('counted once');
});

it('is known by the durations where there is one route', async () => {
  const ofOneRoute = (text: string) => text.replaceAll(/"GET \S+/g, '"GET /');
  const both = await examined(ofOneRoute(application), ofOneRoute(proxy));
  expect(both.requests.total).toBe(376);
  expect(both.wait.mean).toBeCloseTo(0.073, 1);
});

it('leaves two servers two servers that are given the requests in turn', async () => {
  for (const change of [(text: string) => text, (text: string) => text.replaceAll(/"GET \S+/g, '"GET /')]) {
    const { requests, inputs } = await examined(change(dealt(application, 0)), change(dealt(proxy, 1)));
    expect(requests.total).toBe(376);
    expect(inputs.flatMap(({ assumptions }) => assumptions).join()).not.toContain('counted once');
  }
});

it('pairs requests on which the proxy gave up with the work that went on, and tells what their callers got', async () => {
  const server = unpacked('gateway-gives-up-gunicorn');
  const front = unpacked('gateway-gives-up');
  for (const texts of [
    [server, front],
    [front, server],
  ]) {
    const { requests, wait, findings, routes, timeline } = await examined(...texts);
    expect(requests.total).toBe(1089);
    expect(requests.status).toMatchObject({ '2xx': 585, '5xx': 504 });
    expect(routes.reduce((sum, route) => sum + (route.error_ratio ?? 0) * route.requests, 0)).toBeCloseTo(504, 0);
    expect(timeline.errors.reduce((sum, errors) => sum + (errors ?? 0), 0)).toBe(504);
    // True: 2.24 s and 7.36 s.
    expect(wait.method).toBe('measured');
    expect(wait.mean).toBeCloseTo(2.24, 1);
    expect(wait.p95).toBeCloseTo(7.36, 1);
    expect(wait.high.mean).toBeGreaterThan(2.4);
    const found = findings.find(({ id }) => id === 'gateway-gives-up');
    expect(found?.severity).toBe('critical');
    expect(found?.title).toContain('46 % of the answers are 504 after 2 s sharp');
    expect(findings.map(({ id }) => id)).not.toContain('error-burst');
  }
});

it('of two servers behind one proxy tells the waits together, and of each what its own log tells', async () => {
  const [a, b, front] = ['a', 'b', 'nginx'].map((name) => unpacked(`two-upstreams-${name}`));
  for (const texts of [
    [a, b, front],
    [front, a, b],
  ]) {
    const { requests, wait, server, inputs } = await examined(...texts);
    expect(requests.total).toBe(1402);
    expect(server).toMatchObject({ servers: 2, workers: { value: 4 }, capacity: { value: 4 } });
    // True: 453 ms and 1.51 s.
    expect(wait.method).toBe('measured');
    expect(wait.mean).toBeCloseTo(0.453, 2);
    expect(wait.p95).toBeCloseTo(1.51, 1);
    expect(wait.low.p95).toBeLessThan(1.3);
    expect(wait.high.p95).toBeGreaterThan(1.6);
    expect(inputs.flatMap(({ assumptions }) => assumptions).join()).toMatch(/\.log and .*of all servers together/);
  }
  // True: 608 ms and 297 ms: no mixture of both is told of either.
  const together = await inferred(a, b, front);
  const alone = await inferred(a, b);
  const told = ({ inference }: typeof alone) =>
    inference.servers.map(({ inference: { wait } }) => [wait.method, wait.mean]);
  expect(told(together)).toEqual(told(alone));
});

it('tells no waits where those of most who waited long are not found again', async () => {
  const server = unpacked('gateway-gives-up-gunicorn').split('\n');
  // A worker whose lines are missing had begun a third of the requests.
  const [some] = server.map((line) => /pid=<\d+>/.exec(line)?.[0]);
  const fewer = server.filter((line) => !line.includes(some ?? '-')).join('\n');
  const late = unpacked('gateway-gives-up').replaceAll(/^.*" 504 .*\n/gm, (line) =>
    line.includes('/api/') ? '' : line,
  );
  const { wait } = await examined(fewer, late);
  expect(wait.method).not.toBe('measured');
});

it('says nothing of lines without a time', async () => {
  const line = (k: number) => `127.0.0.1:5${1000 + k} - "GET /r${k % 60} HTTP/1.1" 200 OK`;
  const text = (extra: string) => Array.from({ length: 600 }, (_, k) => `INFO:     ${line(k)}${extra}`).join('\n');
  const { requests } = await examined(text(''), text('').replaceAll('INFO:     ', ''));
  expect(requests.total).toBe(1200);
});
