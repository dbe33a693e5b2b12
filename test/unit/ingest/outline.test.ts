// The cheap test in front of a scanner may let lines pass that the scanner refuses, never the other way round.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { createRuntime } from '../../../src/ingest/compile/runtime.ts';
import { candidatesOf } from '../../../src/ingest/detect/candidates.ts';
import { couldTake } from '../../../src/ingest/detect/outline.ts';
import { type Sample, Trials } from '../../../src/ingest/detect/sample.ts';
import { createZone } from '../../../src/ingest/zone.ts';

const root = resolve(import.meta.dirname, '../../..');
const candidates = candidatesOf(formats).filter(({ recipe }) => 'tokens' in recipe);
const trials = new Trials(createRuntime(createNames(), createZone('UTC'), () => 0));

function takes(recipe: (typeof candidates)[number]['recipe'], line: string): boolean {
  const b = Buffer.alloc(Buffer.byteLength(line) + 128);
  b.write(`${line}\n`);
  const sample: Sample = { b, v: new DataView(b.buffer, b.byteOffset, b.length), lines: [] };
  return trials.takes(recipe, sample, 0);
}

const sampleLines = formats.flatMap(({ samples, refuses }) => [...samples.map(({ line }) => line), ...refuses]);
const logLines = [
  'gunicorn-sync-2-behind-nginx.log',
  'gunicorn-sync-2-clients-give-up.log',
  'uwsgi-4-default.log',
].flatMap((name) =>
  readFileSync(join(root, 'sample-logs', name), 'utf8')
    .split('\n')
    .slice(0, 40),
);
/** As they arrive: blanks at the end, a carriage return, cut off, with something behind. */
const variantsOf = (line: string): string[] => [
  line,
  `${line} `,
  `${line}  \r`,
  line.slice(0, -1),
  line.slice(0, Math.floor(line.length * 0.7)),
  `${line} "-"`,
  `${line} 12`,
  line.replace(/\b200\b/, '-').replace(/"[^"]*"$/, '"é 3"'),
  line.replace(/\d+$/, 'None'),
  line.replace(/" /, '" " '),
];

describe('the outline of a layout', () => {
  const lines = [...sampleLines, ...logLines].flatMap(variantsOf);

  it('refuses no line that the scanner takes', () => {
    const wrong: string[] = [];
    let taken = 0;
    for (const line of lines) {
      const latin1 = Buffer.from(line, 'utf8').toString('latin1');
      for (const { format, layout, recipe } of candidates) {
        if (!takes(recipe, line)) continue;
        taken++;
        if (!couldTake(recipe, latin1)) wrong.push(`${format.id}, ${layout}: ${line}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(500);
  });

  it('spares most scanners', () => {
    const passing = lines.map((line) => {
      const latin1 = Buffer.from(line, 'utf8').toString('latin1');
      return candidates.filter(({ recipe }) => couldTake(recipe, latin1)).length;
    });
    const mean = passing.reduce((sum, count) => sum + count, 0) / passing.length;
    expect(mean).toBeLessThan(candidates.length / 8);
  });
});
