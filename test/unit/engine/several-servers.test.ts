// Logs of several inputs: parts of one server's log are one server, containers that count their processes alike are several.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { PartialJoin } from '../../../src/analysis/partial-file.ts';
import { postMortem, readPartial } from '../../../src/engine/post-mortem.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const lines = log.split('\n');
  writeFileSync(at('whole.log'), log);
  writeFileSync(at('part.log.1'), `${lines.slice(0, 300).join('\n')}\n`);
  writeFileSync(at('part.log'), lines.slice(300).join('\n'));
  for (const name of ['part.log.1', 'part.log']) {
    const text = readFileSync(at(name), 'utf8').replace(/pid=<(\d+)>/g, 'pid=<7$1>');
    writeFileSync(at(name.replace('part', 'other')), text);
  }
  // Answers of another size: the same lines again would be a copy of the first log.
  const larger = (text: string) => text.replace(/ 200 (\d+) /g, ' 200 9$1 ');
  writeFileSync(at('web-1.log'), log);
  writeFileSync(at('web-2.log'), larger(log));
  writeFileSync(at('web-3.log'), log.replace(/pid=<(\d+)>/g, 'pid=<7$1>'));
  const burst = readFileSync('sample-logs/gunicorn-sync-4-burst-of-100.log', 'utf8').replace(/ pid=<\d+>/g, '');
  writeFileSync(at('plain-1.log'), burst);
  writeFileSync(at('plain-2.log'), larger(burst));
});

const serverOf = async (...names: string[]) => {
  const { summary } = await postMortem(names.map(at), { formats, timezone: 'UTC' });
  return summary;
};

it('a log and its rotated part are one server', async () => {
  const whole = await serverOf('whole.log');
  const parts = await serverOf('part.log.1', 'part.log');
  expect(parts.server).toEqual(whole.server);
  expect(parts.workers).toEqual(whole.workers);
  expect(parts.wait).toEqual(whole.wait);
});

/** Sums in another order differ in the last digit. */
const toMicroseconds = (value: object) =>
  JSON.parse(JSON.stringify(value, (_, part) => (typeof part === 'number' ? Math.round(part * 1e6) / 1e6 : part)));

it('the same process ids at the same time are workers of two servers, and no threads', async () => {
  const { server, workers, wait } = await serverOf('web-1.log', 'web-2.log');
  expect(server).toMatchObject({ model: 'sync', workers: { value: 8 }, threads: { value: 1 }, capacity: { value: 8 } });
  expect(workers).toHaveLength(8);
  expect(workers.filter(({ id }) => id.startsWith('web-2.log/'))).toHaveLength(4);
  expect(wait.basis).toContain('2 servers');
  const { basis: _, ...alone } = (await serverOf('web-1.log')).wait;
  expect(toMicroseconds(wait)).toMatchObject(toMicroseconds(alone));
});

it('logs that are written at once and have no worker in common are of two servers', async () => {
  const { server, workers, wait } = await serverOf('web-1.log', 'web-3.log');
  expect(server).toMatchObject({ model: 'sync', workers: { value: 8 }, capacity: { value: 8 } });
  expect(workers.filter(({ id }) => id.startsWith('web-3.log/'))).toHaveLength(4);
  expect(wait.mean).toBeCloseTo((await serverOf('web-1.log')).wait.mean ?? 0, 1);
});

it('the rotated parts of each of two servers are of two servers, not of three', async () => {
  for (const names of [
    ['part.log.1', 'other.log.1', 'part.log', 'other.log'],
    ['other.log.1', 'other.log', 'part.log.1', 'part.log'],
  ]) {
    const { server, workers } = await serverOf(...names);
    expect(server).toMatchObject({ servers: 2, workers: { value: 8 } });
    expect(workers).toHaveLength(8);
  }
});

it('where they name no workers either, nothing is said of a queue that they may not share', async () => {
  expect((await serverOf('plain-1.log')).wait.method).toBe('inferred');
  const { wait } = await serverOf('plain-1.log', 'plain-2.log');
  expect(wait.method).toBe('unknown');
  expect(wait.basis).toContain('written at once');
});

it('partials of the two tell the same', async () => {
  const together = await readPartial([at('web-1.log'), at('web-2.log')], { formats, timezone: 'UTC' });
  const joined = new PartialJoin();
  for (const name of ['web-1.log', 'web-2.log'])
    joined.add(await readPartial([at(name)], { formats, timezone: 'UTC' }));
  const namesOf = ({ partial }: Pick<typeof together, 'partial'>) =>
    Object.keys(partial.workers).map((id) => partial.names.workers.text(Number(id)));
  expect(namesOf(joined.joined())).toEqual(namesOf(together));
});

const labelled = (name: string, text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${name} | ${line}`)
    .join('\n');

it('services that the envelope names are told apart, each with its own kind, findings and words in the verdict', async () => {
  const web = readFileSync('sample-logs/gunicorn-sync-2-overloaded.log', 'utf8');
  const api = gunzipSync(readFileSync('test/faults/loop-blocked-by-all.log.gz')).toString('utf8');
  writeFileSync(at('compose.log'), `${labelled('web-1', web)}\n${labelled('api-1', api)}\n`);
  writeFileSync(at('web-alone.log'), web);
  const { summary, verdict, facts } = await postMortem([at('compose.log')], { formats, timezone: 'UTC' });
  const alone = await postMortem([at('web-alone.log')], { formats, timezone: 'UTC' });
  expect(summary.server).toMatchObject({
    servers: 2,
    model: 'unknown',
    workers: { value: 4 },
    capacity: { value: null },
  });
  expect(facts.inference.servers.map(({ inference: { model } }) => model)).toEqual(['sync', 'async']);
  // A worker of one server has as many lanes as its own server gives it, though together they are of no kind.
  const { lanes, requests, servers } = facts.inference;
  const slots = Array.from(servers[0].rows, (row) => lanes[requests.lane[row]].slot);
  expect(Math.max(...slots)).toBe(0);
  const found = (id: string) => summary.findings.find((finding) => finding.id === id);
  const saturated = alone.summary.findings.find(({ id }) => id === 'pool-saturated');
  expect(saturated?.severity).toBe('critical');
  expect(found('pool-saturated')).toEqual({
    ...saturated,
    title: `web-1: ${saturated?.title}`,
    brief: `web-1: ${saturated?.brief}`,
    evidence: { server: 'web-1', ...saturated?.evidence },
  });
  expect(found('waits-in-application')?.title).toMatch(/^api-1: Requests wait/);
  expect(verdict.sentence).toContain(`web-1: ${alone.verdict.sentence}`);
  expect(verdict.sentence).toContain('api-1: Requests wait');
  expect(summary.timeline.queue.every((queue) => queue === null)).toBe(true);
});

it('lines without workers of servers of different kinds are of no kind, and no peak stands below a mean', async () => {
  const uvicorn = readFileSync('sample-logs/uvicorn-default-no-time.log', 'utf8');
  const line = (second: number) =>
    `10.0.0.1 - - [29/Oct/2024:17:04:${second} +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"`;
  const count = uvicorn.split('\n').length;
  const plain = Array.from({ length: count }, (_, k) => line(10 + Math.floor((45 * k) / count))).join('\n');
  const mixed = labelled('web-1', plain).split('\n');
  const lines = labelled('api-1', uvicorn)
    .split('\n')
    .flatMap((text, k) => [text, mixed[k]]);
  writeFileSync(at('mixed.log'), `${lines.join('\n')}\n`);
  const { server, requests } = await serverOf('mixed.log');
  expect(server.model).toBe('unknown');
  expect(server.model_method).toContain('several servers');
  expect(requests.rate.peak).toBeNull();
});
