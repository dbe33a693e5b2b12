// Ranges of a log read one after the other, as somebody jumps about in it: each as if it were the only one.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import type { RowStore } from '../../../src/engine/row-store.ts';
import { WindowLoader } from '../../../src/engine/window-loader.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

let folder: string;
let paths: string[];
/** Offsets of every fiftieth line, by input. */
let begins: number[][];

beforeAll(() => {
  folder = temporaryFolder();
  const logs = ['gunicorn-sync-4-nearly-full.log', 'waitress-4-threads-ramp.log'];
  paths = logs.map((name) => join(folder, name));
  begins = logs.map((name, i) => {
    const text = readFileSync(`sample-logs/${name}`, 'latin1');
    writeFileSync(paths[i], text, 'latin1');
    const found = [0];
    for (let at = text.indexOf('\n'), line = 1; at >= 0; at = text.indexOf('\n', at + 1), line++)
      if (line % 50 === 0) found.push(at + 1);
    return found;
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const loader = () => new WindowLoader({ paths, names: createNames(), formats, named: (rows) => rows });
const range = (source: number, first: number, count = 1) => ({
  source,
  from: begins[source][first],
  to: begins[source][first + count],
  rows: 50 * count,
});
const told = (store: RowStore) => {
  const { requests } = store.view();
  return Array.from({ length: requests.length }, (_, row) => [
    requests.source[row],
    requests.offset[row],
    requests.start[row],
    requests.end[row],
    requests.status[row],
  ]);
};

describe('WindowLoader', () => {
  it('reads a range alike, whatever it read before', async () => {
    const one = loader();
    const jumps = [
      [range(0, 5)],
      [range(0, 1, 3), range(1, 2)],
      [range(1, 0)],
      [range(0, 5)],
      [range(1, 2), range(0, 0)],
    ];
    for (const ranges of jumps) {
      const rows = told(await one.load(ranges, 1));
      expect(rows).toHaveLength(ranges.reduce((sum, { rows: count }) => sum + count, 0));
      expect(rows).toEqual(told(await loader().load(ranges, 1)));
    }
  });

  it('gives up what is not wanted any more, and what it reads then has nothing of it', async () => {
    const one = loader();
    let asked = 0;
    const given = await one.load([range(0, 0), range(0, 4), range(0, 8)], 1, () => asked++ < 2);
    expect(told(given).length).toBeLessThan(150);
    expect(told(await one.load([range(0, 2)], 1))).toEqual(told(await loader().load([range(0, 2)], 1)));
  });
});
