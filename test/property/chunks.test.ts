// Where the bytes of a log were cut never changes what is read from it: same rows, same events, same report.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { Partial } from '../../src/analysis/partial.ts';
import { stateOf } from '../../src/analysis/partial-state.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

const folder = resolve(import.meta.dirname, '../../sample-logs');
const samples = readdirSync(folder).filter((name) => name.endsWith('.log'));

function read(bytes: Uint8Array, cuts: readonly number[]) {
  const partial = new Partial();
  const parser = createParser({
    path: 'sample.log',
    source: 0,
    names: partial.names,
    formats,
    timezone: 'UTC',
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
  });
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    parser.push(bytes.subarray(from, to));
    from = to;
  }
  parser.end();
  return { state: stateOf(partial), report: parser.report() };
}

describe('chunks', () => {
  it.each(samples)('do not change what is read of %s', (name) => {
    const bytes = readFileSync(join(folder, name)).subarray(0, 40_000);
    const whole = read(bytes, []);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 30 }).map((offsets) => offsets.sort((a, b) => a - b));
    fc.assert(
      fc.property(cuts, (offsets) => {
        expect(read(bytes, offsets)).toEqual(whole);
      }),
      { numRuns: 6 },
    );
    expect(
      read(
        bytes,
        Array.from({ length: Math.min(bytes.length, 3000) }, (_, i) => i),
      ),
    ).toEqual(whole);
  });
});
