// Partial files from anywhere: one that cannot be is refused in a sentence, and what is taken can be computed with.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { Partial } from '../../src/analysis/partial.ts';
import { PartialJoin, packPartial, unpackPartial } from '../../src/analysis/partial-file.ts';
import { UserError } from '../../src/core/errors.ts';
import { completeFilter } from '../../src/engine/filter-completion.ts';
import { parseFilter } from '../../src/engine/filter.ts';
import { examineJoined } from '../../src/engine/join-partials.ts';
import { createParser } from '../../src/ingest/create-parser.ts';
import { handSnapshot } from '../helpers/snapshots.ts';
import { fuzzed } from './time.ts';

const log = readFileSync(resolve(import.meta.dirname, '../../sample-logs/gunicorn-sync-2-recycling.log'));
function sample() {
  const partial = new Partial();
  const parser = createParser({
    path: 'a.log',
    source: 0,
    names: partial.names,
    formats,
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
  });
  parser.push(log);
  parser.end();
  return packPartial({ partial, inputs: [parser.report()] });
}
const good = sample();
const bytes = gunzipSync(Buffer.from(good, 'base64'));
const headAt = bytes.indexOf(10) + 5;
const headLength = bytes.readUInt32LE(headAt - 4);
const header = JSON.parse(bytes.toString('utf8', headAt, headAt + headLength));

/** Refused in a sentence, or fit to be joined and examined. */
function expectTold(line: string): void {
  let file: ReturnType<typeof unpackPartial>;
  try {
    file = unpackPartial(line, 'some.partial');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(3);
    expect((error as UserError).message).toMatch(
      /^some\.partial holds no partial that this version reads \(.+\): write/,
    );
    return;
  }
  const join = new PartialJoin();
  join.add(unpackPartial(good, 'good.partial'));
  join.add(file);
  const { summary } = examineJoined(join.joined(), formats);
  JSON.parse(JSON.stringify(summary));
}

/** Paths to all values in a document. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}
const places = placesIn(header).slice(1);
const junk = fc.oneof(
  fc.constantFrom(
    null,
    '',
    '\x1b[2J',
    -1,
    0.5,
    1e300,
    -1e300,
    2 ** 60,
    [],
    {},
    { $number: 'NaN' },
    { $number: 'Infinity' },
  ),
  fc.record({
    $array: fc.constantFrom('Float64Array', 'Int32Array', 'Nothing'),
    at: fc.integer(),
    length: fc.integer(),
  }),
  fc.record({ $array: fc.constant('Float64Array'), at: fc.constant(0), length: fc.nat(50) }),
  fc.integer(),
  fc.string(),
);

function repacked(changes: readonly [number, unknown][], flips: readonly [number, number][]): string {
  const changed = structuredClone(header);
  for (const [at, value] of changes) {
    const path = places[at % places.length];
    let inner = changed;
    for (const key of path.slice(0, -1)) inner = inner?.[key];
    if (typeof inner === 'object' && inner !== null) inner[path[path.length - 1]] = value;
  }
  const head = Buffer.from(JSON.stringify(changed));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const body = Buffer.from(bytes.subarray(headAt + headLength));
  for (const [at, byte] of flips) body[at % body.length] = byte;
  return gzipSync(Buffer.concat([bytes.subarray(0, headAt - 4), length, head, body])).toString('base64');
}

describe('a partial file', { timeout: 3_600_000 }, () => {
  it('of random text is refused', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), expectTold), fuzzed);
  });

  it('that was torn, or changed on the way, is refused', () => {
    const cut = fc.nat(good.length - 2).map((at) => good.slice(0, at));
    const changed = fc
      .tuple(fc.nat(good.length - 2), fc.constantFrom('A', '/', '=', ' '))
      .map(([at, by]) => good.slice(0, at) + by + good.slice(at + 1));
    fc.assert(fc.property(fc.oneof(cut, changed), expectTold), fuzzed);
  });

  it('of another version is refused by its name', () => {
    const other = Buffer.concat([Buffer.from('logscope/partial/v9\n'), bytes.subarray(20)]);
    expect(() => unpackPartial(gzipSync(other).toString('base64'), 'a')).toThrow(
      /a partial of version 9, of a newer logscope/,
    );
  });

  it('whose content was made up is refused, or can be computed with', () => {
    const changes = fc.array(fc.tuple(fc.nat(places.length - 1), junk), { maxLength: 3 });
    const flips = fc.array(fc.tuple(fc.nat(1 << 24), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(changes, flips, (header, body) => expectTold(repacked(header as [number, unknown][], body))),
      fuzzed,
    );
  });
});

describe('a filter', { timeout: 3_600_000 }, () => {
  const snapshot = handSnapshot({
    requests: [{ start: -10, end: -9, worker: '8712', route: 'GET /io', status: 200, wait: 0 }],
  });
  const word = fc.constantFrom(
    'route:',
    'status:',
    '5xx',
    '-',
    '(',
    ')',
    ' or ',
    '>',
    '>=1s',
    '"',
    '*',
    ' ',
    ',',
    'worker:8712',
  );
  it('of any text is understood or refused in a sentence, and judges every row', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          const { filter, error } = parseFilter(text);
          if (error !== null) expect(error.length).toBeGreaterThan(3);
          if (filter) expect(typeof filter.over(snapshot)(0)).toBe('boolean');
          for (const completion of completeFilter(text, snapshot)) expect(typeof completion).toBe('string');
        },
      ),
      fuzzed,
    );
  });
});
