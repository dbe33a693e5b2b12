// Partials of parts of a log, or of the logs of a server and its proxy, say together what one run over all of them says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { PartialJoin, packPartial, unpackPartial } from '../../../src/analysis/partial-file.ts';
import { examineJoined, joinFiles } from '../../../src/engine/join-partials.ts';
import { inOrderOfTime } from '../../../src/engine/order-of-partials.ts';
import { postMortem, readPartial } from '../../../src/engine/post-mortem.ts';

const folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const reading = { formats, timezone: 'UTC' };

const unpacked = (name: string) => gunzipSync(readFileSync(`test/faults/${name}.log.gz`)).toString('utf8');

/** Each read alone, written, read back and joined. */
async function merged(paths: readonly string[]) {
  const all = new PartialJoin();
  for (const path of paths) all.add(unpackPartial(packPartial(await readPartial([path], reading)), path));
  return examineJoined(all.joined(), formats).summary;
}

/** The log in parts of so many lines; `nameOf`: of each. */
function partsOf(text: string, lines: number, nameOf: (part: number) => string): string[] {
  const all = text.split(/(?<=\n)/);
  return Array.from({ length: Math.ceil(all.length / lines) }, (_, k) => {
    const path = join(folder, nameOf(k));
    writeFileSync(path, all.slice(k * lines, (k + 1) * lines).join(''));
    return path;
  });
}

it('parts of one log, cut within a second', async () => {
  const text = unpacked('full-live');
  const parts = partsOf(text, 303, (k) => `part-${k}.log`);
  const [whole] = partsOf(text, 1e6, () => 'whole.log');
  const { inputs, ...together } = (await postMortem([whole], reading)).summary;
  expect(together.wait.mean).toBeGreaterThan(0.5);
  expect({ ...(await merged(parts)), inputs }).toEqual({ inputs, ...together });
  expect({ ...(await postMortem(parts, reading)).summary, inputs }).toEqual({ inputs, ...together });
});

it('parts in any order: as one run over all of them in the order of their times', async () => {
  const parts = partsOf(unpacked('full-live'), 303, (k) => `shuffled-${k}.log`);
  const [whole] = partsOf(unpacked('full-live'), 1e6, () => 'whole.log');
  const { inputs, ...together } = (await postMortem([whole], reading)).summary;
  const packed = await Promise.all(
    parts.map(async (path) => {
      const partial = `${path}.partial`;
      writeFileSync(partial, packPartial(await readPartial([path], reading)));
      return partial;
    }),
  );
  const orders = [packed.toReversed(), [...packed.slice(1), packed[0]]];
  for (const order of orders) {
    const { summary } = examineJoined(await joinFiles(order), formats);
    expect(summary.inputs.map(({ path }) => path)).toEqual(parts);
    expect({ ...summary, inputs }).toEqual({ inputs, ...together });
  }
});

it('logs of servers that ran at once stay in the order given', async () => {
  const paths = ['server', 'proxy'].map((end) => `test/faults/apache-proxy-${end}.log.gz`);
  const read = await Promise.all(paths.map((path) => readPartial([path], reading)));
  expect(inOrderOfTime(read)).toEqual(read);
  expect(inOrderOfTime(read.toReversed())).toEqual(read.toReversed());
});

it('parts whose numbers ascend with time, although those of rotated logs descend', async () => {
  const text = unpacked('full-live');
  const parts = partsOf(text, 303, (k) => `part.log.${k}`);
  const [whole] = partsOf(text, 1e6, () => 'whole.log');
  const { summary } = await postMortem(parts, reading);
  expect(summary.wait).toEqual((await postMortem([whole], reading)).summary.wait);
});

it.each(['apache-proxy', 'haproxy-maxconn'])('%s: a server and the proxy in front of it', async (name) => {
  const paths = ['server', 'proxy'].map((end) => `test/faults/${name}-${end}.log.gz`);
  const together = (await postMortem(paths, reading)).summary;
  expect(together.wait.method).toBe('measured');
  expect(await merged(paths)).toEqual(together);
});

it.each<[string, (line: string) => string]>([
  ['a stamp of another age', (line) => line.replace('/2026:', '/9998:')],
  ['a stamp long before all others', (line) => line.replace('/2026:', '/1400:')],
  ['a size that no answer has', (line) => line.replace(/" 200 \d+/, `" 200 ${'9'.repeat(23)}`)],
])('%s in one line harms no partial, nor what is joined from two of them', async (_, change) => {
  const lines = readFileSync('sample-logs/gunicorn-sync-4-half-loaded.log', 'utf8').split(/(?<=\n)/);
  const odd = lines.map((line, i) => (i === 100 ? change(line) : line));
  expect(odd[100]).not.toBe(lines[100]);
  const paths = ['odd.log.1', 'odd.log'].map((name, k) => {
    writeFileSync(join(folder, name), (k === 0 ? odd.slice(0, 120) : odd.slice(120)).join(''));
    return join(folder, name);
  });
  const whole = (await postMortem(paths, reading)).summary;
  expect(await merged(paths)).toEqual(whole);
  const bytes = lines.reduce((sum, line) => sum + Number(/" 200 (\d+)/.exec(line)?.[1] ?? 0), 0);
  expect(whole.requests.bytes).toBeGreaterThan(0.99 * bytes);
  expect(whole.requests.bytes).toBeLessThanOrEqual(bytes);
});
