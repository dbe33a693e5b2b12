// What if, of the logs of several servers read together: each is answered as its log alone would be.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { beforeAll, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { whatIfText } from '../../../src/report/whatif-text.ts';
import { whatIfByServer } from '../../../src/simulate/what-if-servers.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const schema = JSON.parse(readFileSync('docs/whatif.schema.json', 'utf8'));
const validate = new Ajv2020.default({ strict: false, validateFormats: false }).compile(schema);
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');

beforeAll(() => {
  writeFileSync(at('web-1.log'), log);
  // A server of two workers beside it.
  const [, one, two] = [...new Set(log.match(/pid=<\d+>/g))];
  const lines = log.split('\n').filter((line) => line.includes(one) || line.includes(two));
  writeFileSync(at('web-2.log'), `${lines.join('\n').replace(/pid=<(\d+)>/g, 'pid=<7$1>')}\n`);
  for (const [host, size] of [
    ['a', '7'],
    ['b', '8'],
  ]) {
    mkdirSync(at(host));
    const text = readFileSync(at('web-2.log'), 'utf8').replace(/ 200 (\d+) /g, ` 200 ${size}$1 `);
    writeFileSync(at(join(host, 'access.log')), text);
  }
});

const examined = new Map<string, ReturnType<typeof postMortem>>();
/** Logs that several tests ask are examined once. */
function examine(names: readonly string[]) {
  const key = names.join(' ');
  const known = examined.get(key) ?? postMortem(names.map(at), { formats, timezone: 'UTC' });
  examined.set(key, known);
  return known;
}

async function ask(names: readonly string[], wishes = {}) {
  const { facts } = await examine(names);
  return whatIfByServer(facts, wishes, 200_000);
}

it('is answered for each as from its log alone', async () => {
  const together = await ask(['web-1.log', 'web-2.log']);
  expect(together).toMatchObject({ baseline: null, scenarios: [], recommendation: null });
  expect(together.servers?.map(({ name }) => name)).toEqual(['web-1.log', 'web-2.log']);
  for (const { name, requests, ...answer } of together.servers!) {
    const { schema: _, target_p95_wait: __, ...alone } = await ask([name]);
    expect(answer).toEqual(alone);
    expect(answer.recommendation).not.toBeNull();
    expect(requests).toBe(readFileSync(at(name), 'utf8').split('\n').filter(Boolean).length);
  }
  const [four, two] = together.servers!;
  expect([four.baseline?.workers, two.baseline?.workers]).toEqual([4, 2]);
  expect(validate(JSON.parse(JSON.stringify(together)))).toBe(true);
});

it('asks each for the pools that were wished', async () => {
  const { servers } = await ask(['web-1.log', 'web-2.log'], { workers: [3] });
  for (const { scenarios } of servers!) expect(scenarios).toMatchObject([{ model: 'sync', workers: 3, threads: 1 }]);
});

it('of a model alone lists the pool of it that is recommended; of sizes, those alone', async () => {
  const recommendedIsThere = ({ scenarios, recommendation }: Awaited<ReturnType<typeof ask>>) =>
    scenarios.some(
      ({ model, workers, threads }) =>
        model === recommendation?.model && workers === recommendation.workers && threads === recommendation.threads,
    );
  expect(recommendedIsThere(await ask(['web-1.log'], { model: 'threaded' }))).toBe(true);
  expect((await ask(['web-1.log'], { model: 'threaded', threads: [2, 9] })).scenarios).toHaveLength(2);
});

it('calls files of one name by their paths', async () => {
  const names = (await ask(['a/access.log', 'b/access.log'])).servers?.map(({ name }) => name);
  expect(names).toEqual(['a/access.log', 'b/access.log']);
});

it('has no list of servers where one wrote the logs', async () => {
  expect(await ask(['web-1.log'])).not.toHaveProperty('servers');
});

it('is told in a section for each, and what holds for all of them once', async () => {
  const document = await ask(['web-1.log', 'web-2.log'], { workers: [3, 5] });
  const text = whatIfText({ document, path: 'web-1.log, web-2.log', width: 100, paint: (_, words) => words });
  const sections = text.split(/\n(?=web-\d\.log: \d+ requests\n|Assumptions\n)/);
  expect(sections).toHaveLength(4);
  for (const section of sections.slice(1, 3)) {
    expect(section.match(/^\d sync/gm)).toHaveLength(6);
    expect(section).toContain('Recommended: ');
  }
  expect(sections[3]).toContain('2 servers wrote these logs');
  expect(text.match(/Every request keeps its service time/g)).toHaveLength(1);
});
