// Logs written by somebody who means harm: nothing throws, no good line is lost, and nothing unprintable comes out anywhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { Partial } from '../../src/analysis/partial.ts';
import { packPartial, unpackPartial } from '../../src/analysis/partial-file.ts';
import { examineJoined } from '../../src/engine/join-partials.ts';
import { createParser } from '../../src/ingest/create-parser.ts';
import { jsonReport } from '../../src/report/json.ts';
import { plain } from '../../src/report/style.ts';
import { textReport } from '../../src/report/text.ts';
import { fuzzed } from './time.ts';

const samples = resolve(import.meta.dirname, '../../sample-logs');
const captures = resolve(import.meta.dirname, '../unit/ingest/captures');
const logs = [samples, captures].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(folder, name)).subarray(0, 6000)),
);
/** Controls (C0 without the ends of lines, C1), bidirectional marks and overrides, separators of lines and paragraphs. */
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function read(bytes: Uint8Array) {
  const partial = new Partial();
  const parser = createParser({
    path: 'hostile.log',
    source: 0,
    names: partial.names,
    formats,
    timezone: 'UTC',
    sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
  });
  parser.push(bytes);
  parser.end();
  return { partial, inputs: [parser.report()] };
}

/** Everything that leaves the program is clean. */
function expectClean(bytes: Uint8Array): void {
  const file = unpackPartial(packPartial(read(bytes)), 'own.partial');
  const examination = examineJoined(file, formats);
  const json = jsonReport(examination.summary, false);
  expect(json).not.toMatch(unprintable);
  JSON.parse(json, (key, value) => {
    expect(key).not.toMatch(unprintable);
    if (typeof value === 'string') expect(value).not.toMatch(unprintable);
    return value;
  });
  expect(textReport({ ...examination, width: 100, paint: plain })).not.toMatch(unprintable);
}

const poison = fc.constantFrom(
  '\x1b[2J\x1b[31m',
  '\x1b]0;title\x07',
  '\u009b31m',
  '\u202eevil\u202c',
  '\u2066\u2069',
  '\u2028',
  '\0\0\0',
  '\r',
  '"',
  '\\',
  '{"',
  '%00%1b%5b',
  '\ud800',
  '\ufeff',
  'x'.repeat(5000),
);

/** A real log with poison at some places of it. */
const poisoned = fc
  .tuple(fc.constantFrom(...logs), fc.array(fc.tuple(fc.nat(6000), poison, fc.nat(3)), { maxLength: 12 }))
  .map(([log, places]) => {
    let text = log.toString('latin1');
    for (const [at, what, cut] of places) {
      const place = at % (text.length + 1);
      text = text.slice(0, place) + Buffer.from(what, 'utf8').toString('latin1') + text.slice(place + cut);
    }
    return Buffer.from(text, 'latin1');
  });

describe('a hostile log', { timeout: 3_600_000 }, () => {
  it('with poison in its fields comes out clean: partial, summary, report', () => {
    fc.assert(fc.property(poisoned, expectClean), fuzzed);
  });

  it('of any bytes is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => {
        const { partial, inputs } = read(bytes);
        const [{ lines, requests, lifecycle, continuation, unparsed }] = inputs;
        expect(requests + lifecycle + continuation + unparsed).toBe(lines);
        expect(partial.requests).toBe(requests);
      }),
      fuzzed,
    );
  });

  it('loses none of its good lines to the bad ones between them', () => {
    const good = (i: number) =>
      `203.0.113.7 - - [29/Oct/2024:17:0${i % 10}:15 +0000] "GET /item/${i} HTTP/1.1" 200 ${i} "-" "curl" pid=<${700 + (i % 3)}> us=1000`;
    const bad = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replace(/\n/g, ' ')),
      poison,
      fc.nat(120).map((cut) => good(1).slice(0, cut)),
      fc.nat(120).map((cut) => good(1).slice(cut)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(24), bad), { maxLength: 10 }), (places) => {
        const lines = Array.from({ length: 25 }, (_, i) => good(i));
        for (const [at, text] of places) lines.splice(at + 1, 0, text);
        const { inputs } = read(Buffer.from(`${lines.join('\n')}\n`));
        expect(inputs[0].requests).toBeGreaterThanOrEqual(25);
      }),
      fuzzed,
    );
  });
});
