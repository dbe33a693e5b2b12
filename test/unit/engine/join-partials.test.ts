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
