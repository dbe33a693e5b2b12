// Whether a line may be of one layout is asked without looking for the marks of all layouts. Both ways must give the same answer.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { candidatesOf } from '../../../src/ingest/detect/candidates.ts';
import { PossibleCandidates } from '../../../src/ingest/detect/possible.ts';
import type { Sample } from '../../../src/ingest/detect/sample.ts';

const candidates = candidatesOf(formats);
const lines = [
  ...formats.flatMap(({ samples, refuses }) => [...samples.map(({ line }) => line), ...refuses]),
  '',
  'Traceback (most recent call last):',
  '\tat 0x7f',
];

function sampleOf(line: string): Sample {
  const b = Buffer.from(`${line}\n`);
  const unknown = { stamp: Number.NaN, stampDigits: 0, stampZoned: true, stampDated: true };
  const one = { start: 0, end: b.length - 1, ...unknown, worker: -1, isOwnPid: false, thread: -1, tag: 0 };
  return { b, v: new DataView(b.buffer, b.byteOffset, b.length), lines: [one] };
}

describe('the layouts that a line may be of', () => {
  it('are the same, whether one or all of them are asked for', () => {
    const wrong: string[] = [];
    for (const line of lines) {
      const sample = sampleOf(line);
      const [one] = sample.lines;
      const asked = new PossibleCandidates(candidates);
      const alone = candidates.filter((candidate) => asked.has(candidate, sample, one));
      const all = asked.of(sample, one);
      const isSame = alone.length === all.size && alone.every((candidate) => all.has(candidate));
      if (!isSame || asked.any(sample, one) !== all.size > 0) wrong.push(line);
    }
    expect(wrong).toEqual([]);
  });

  it('exclude most layouts for most lines', () => {
    const asked = new PossibleCandidates(candidates);
    const sizes = lines.map((line) => {
      const sample = sampleOf(line);
      return asked.of(sample, sample.lines[0]).size;
    });
    expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeLessThan(candidates.length / 3);
  });
});
