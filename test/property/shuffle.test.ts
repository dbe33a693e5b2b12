// Lines that carry the same second may stand in any order: what is counted of them stays the same.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { Partial } from '../../src/analysis/partial.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

const folder = resolve(import.meta.dirname, '../../sample-logs');
const samples = ['gunicorn-sync-4-nearly-full.log', 'gunicorn-gthread-2x8-nearly-full.log', 'hypercorn-4-default.log'];

function counts(lines: readonly string[]) {
  const partial = new Partial();
  const parser = createParser({
    path: 'sample.log',
    source: 0,
    names: partial.names,
    formats,
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
  });
  parser.push(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
  parser.end();
  const byName = (entries: readonly (readonly [string, number])[]) => Object.fromEntries([...entries].sort());
  return {
    requests: partial.requests,
    status: [...partial.status],
    durations: partial.routeCounts.durations().sum,
    perSecond: [...partial.timeline.view().requests],
    workers: byName(partial.workers.map((totals, id) => [partial.names.workers.text(id), totals.requests] as const)),
    routes: byName(
      partial.routeCounts.routes.map((totals, id) => [partial.names.routes.text(id), totals.requests] as const),
    ),
    unparsed: parser.report().unparsed,
  };
}

/** The same lines, those of each second in an order drawn by `keys`. */
function shuffled(lines: readonly string[], keys: readonly number[]): string[] {
  const second = (line: string) => /\d\d:\d\d:\d\d/.exec(line)?.[0] ?? '';
  return lines
    .map((line, i) => ({ line, second: second(line), key: keys[i % keys.length] * ((i % 7) + 1) }))
    .sort((a, b) => (a.second < b.second ? -1 : a.second > b.second ? 1 : a.key - b.key))
    .map(({ line }) => line);
}

describe('lines of one second', () => {
  it.each(samples)('count the same in any order: %s', (name) => {
    const lines = readFileSync(join(folder, name), 'latin1').trimEnd().split('\n').slice(0, 400);
    const inOrder = counts(lines);
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 5, maxLength: 40 }), (keys) => {
        expect(counts(shuffled(lines, keys))).toEqual(inOrder);
      }),
      { numRuns: 10 },
    );
  });
});
