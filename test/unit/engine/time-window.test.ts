// A stretch of time is found in a large file by its bytes, and holds what reading everything would give.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { partialOfState, stateOf } from '../../../src/analysis/partial-state.ts';
import { parseBound } from '../../../src/cli/window-options.ts';
import { readPartial } from '../../../src/engine/post-mortem.ts';
import { findPlace } from '../../../src/engine/time-place.ts';
import { createRandom } from '../../helpers/random.ts';
import { threadHere } from '../../helpers/range-thread.ts';

const DAY = Date.UTC(2026, 2, 1) / 1000;
const months = ['Jan', 'Feb', 'Mar'];
const two = (value: number) => String(value).padStart(2, '0');
const stamp = (second: number) => {
  const t = new Date(second * 1000);
  return `${two(t.getUTCDate())}/${months[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
};
const lineAt = (second: number, i: number) =>
  `10.0.0.${i % 250} - - [${stamp(second)}] "GET /v${i % 9} HTTP/1.1" 200 ${i % 5000} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0" pid=<${8700 + (i % 4)}> us=${1000 + (i % 977)}`;

/** Six hours of requests, some of them written up to `slack` seconds late. */
function sixHours(slack: number): { text: string; seconds: number[] } {
  const random = createRandom(7);
  const seconds = Array.from({ length: 60_000 }, (_, i) => {
    const late = random.next() < 0.1 ? Math.floor(random.next() * slack) : 0;
    return DAY + Math.floor((i * 6 * 3600) / 60_000) - late;
  });
  return { text: `${seconds.map(lineAt).join('\n')}\n`, seconds };
}

describe('a stretch of time', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  const { text, seconds } = sixHours(120);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
    writeFileSync(at('sorted.log'), text);
    const lines = text.trimEnd().split('\n');
    writeFileSync(at('swapped.log'), `${[...lines.slice(30_000), ...lines.slice(0, 30_000)].join('\n')}\n`);
    writeFileSync(at('packed.log.gz'), gzipSync(text));
    writeFileSync(at('day-before.log'), `${lineAt(DAY - 90_000, 1)}\n${lineAt(DAY - 80_000, 2)}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = async (names: string[], since: string | null, until: string | null, threads = 1) => {
    const window = {
      since: since === null ? null : parseBound(since),
      until: until === null ? null : parseBound(until),
    };
    const options = { formats, timezone: 'UTC', window };
    const parallel = { threads, startThread: threadHere, worthSplitting: 8 };
    return readPartial(names.map(at), { ...options, ...(threads > 1 ? { parallel } : {}) });
  };
  const expected = (from: number, to: number) => seconds.filter((second) => second >= from && second < to).length;
  const total = ({ inputs }: Awaited<ReturnType<typeof read>>) =>
    inputs.reduce((sum, { requests }) => sum + requests, 0);

  it('is found without reading the rest, lines that stand late included', async () => {
    const from = DAY + 4 * 3600 + 7 * 60;
    const result = await read(['sorted.log'], '2026-03-01 04:07', '04:20');
    expect(total(result)).toBe(expected(from, DAY + 4 * 3600 + 20 * 60));
    expect(result.inputs[0].bytes).toBeLessThan(text.length / 3);
    expect(result.inputs[0].assumptions[0]).toBe(
      'only requests stamped from 2026-03-01T04:07:00+00:00 and before 2026-03-01T04:20:00+00:00 are read',
    );
  });

  it('is the same in a file that is not sorted, and in a compressed one, which are read whole', async () => {
    const from = DAY + 4 * 3600;
    const window = { from: from * 1e6, to: Number.POSITIVE_INFINITY };
    expect(findPlace(at('swapped.log'), window, { formats })).toBeNull();
    expect(findPlace(at('packed.log.gz'), window, { formats })).toBeNull();
    expect(findPlace(at('sorted.log'), window, { formats })?.from).toBeGreaterThan(text.length / 2);
    for (const name of ['sorted.log', 'swapped.log', 'packed.log.gz']) {
      expect(total(await read([name], '04:00', null)), name).toBe(expected(from, Number.POSITIVE_INFINITY));
    }
  });

  it('before the end is counted from the last stamp of all files', async () => {
    const last = Math.max(...seconds);
    for (const names of [
      ['sorted.log'],
      ['day-before.log', 'sorted.log'],
      ['sorted.log', 'day-before.log'],
      ['swapped.log'],
    ]) {
      expect(total(await read(names, '15m', null)), names.join()).toBe(expected(last - 900, Number.POSITIVE_INFINITY));
    }
    const both = await read(['day-before.log', 'sorted.log'], '2026-02-27', null);
    expect(both.inputs.map(({ requests }) => requests)).toEqual([2, 60_000]);
  });

  it('is byte for byte the same for any number of threads', async () => {
    const lines = text.trimEnd().split('\n').length;
    // Three times as long, so that the stretch is worth several threads.
    const long = Array.from({ length: 4 }, (_, k) =>
      Array.from({ length: lines }, (_, i) => lineAt(DAY + k * 21_600 + Math.floor((i * 21_600) / lines), i)).join(
        '\n',
      ),
    ).join('\n');
    writeFileSync(at('long.log'), `${long}\n`);
    const one = await read(['long.log'], '2026-03-01 01:00', '2026-03-01 23:30');
    for (const threads of [2, 3, 8]) {
      const more = await read(['long.log'], '2026-03-01 01:00', '2026-03-01 23:30', threads);
      expect(more.inputs).toEqual(one.inputs);
      expect(JSON.stringify(stateOf(more.partial))).toBe(JSON.stringify(stateOf(partialOfState(stateOf(one.partial)))));
    }
  });

  it('in which nothing lies says so', async () => {
    await expect(read(['sorted.log'], '2026-04-01', null)).rejects.toThrow(
      /no request is stamped from 2026-04-01T00:00:00\+00:00/,
    );
    await expect(read(['-'], '15m', null)).rejects.toThrow(/standard input has no end|there is no file/);
  });
});
