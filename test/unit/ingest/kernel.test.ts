// Every positional layout has a kernel, and a kernel takes plain lines itself: it does not leave them all to the scanner.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { columnsOf, fieldsOf, type Recipe } from '../../../src/ingest/compile/recipe.ts';
import { createRuntime } from '../../../src/ingest/compile/runtime.ts';
import { candidatesOf } from '../../../src/ingest/detect/candidates.ts';
import { compileKernel } from '../../../src/ingest/kernel/compile.ts';
import { KernelMemory } from '../../../src/ingest/kernel/memory.ts';
import { createZone } from '../../../src/ingest/zone.ts';

const facts = {
  format: 'gunicorn',
  envelope: null,
  stampMeaning: 'end' as const,
  resolutionMicros: 1_000_000,
  zone: '+00:00',
  durationCovers: null,
  fields: { time: true, duration: true, worker: true, thread: false, wait: false, arrival: false },
};

function kernelOf(candidate: ReturnType<typeof candidatesOf>[number]) {
  const memory = new KernelMemory(1 << 16);
  const b = memory.bytes(1 << 16);
  const input = { memory, b, v: new DataView(b.buffer, b.byteOffset, b.length) };
  const names = createNames();
  const zone = createZone('UTC');
  const runtime = createRuntime(names, zone, () => 0, input);
  const { recipe } = candidate;
  if (!('tokens' in recipe)) return null;
  const batch = memory.batch(64, facts, 0);
  const columns = columnsOf(recipe, 'end');
  const run = compileKernel({ tokens: recipe.tokens, columns, zone, runtime, input, batch });
  return { run, b, batch, names };
}

/** Durations whose unit may be another one in each line are read by the scanner. */
const isOfManyUnits = (recipe: Recipe): boolean =>
  fieldsOf(recipe).some((field) => field?.kind === 'duration' && field.unit === 'written');

const positional = candidatesOf(formats).filter(({ recipe }) => 'tokens' in recipe && !isOfManyUnits(recipe));

describe('kernels', () => {
  it.each(positional.map((candidate) => [`${candidate.format.id}, ${candidate.layout}`, candidate] as const))(
    'are made for %s',
    (_, candidate) => {
      expect(kernelOf(candidate)?.run).toBeTypeOf('function');
    },
  );

  it('take plain lines, and stop at a line that is not plain', () => {
    const line = (path: string) =>
      `203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "curl/8.5.0" pid=<8712> us=30123\n`;
    const text = `${line('/a/1')}${line('/a/2?x=1')}${line('/with a blank')}${line('/b')}`;
    const candidate = positional.find(({ layout }) => layout === 'with pid and duration')!;
    const { run, b, batch, names } = kernelOf(candidate)!;
    b.write(text, 'latin1');
    const stop = run!(0, text.length, 1000);
    expect(text.slice(stop).startsWith(line('/with a blank'))).toBe(true);
    expect(batch.length).toBe(2);
    expect(names.routes.text(batch.route[1])).toBe('GET /a/{id}');
    expect(names.workers.text(batch.worker[1])).toBe('8712');
    expect([batch.duration[1], batch.bytes[1], batch.status[1]]).toEqual([30_123, 512, 200]);
    expect(batch.offset[1]).toBe(1000 + line('/a/1').length);
    expect(batch.time[1]).toBe(Date.UTC(2024, 9, 29, 17, 4, 15) * 1000);
  });
});
