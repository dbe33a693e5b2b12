// Every positional layout has a kernel, and a kernel takes plain lines itself: it does not leave them all to the scanner.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { createNames } from '../../../src/core/names.ts';
import { columnsOf } from '../../../src/ingest/compile/recipe.ts';
import { createRuntime } from '../../../src/ingest/compile/runtime.ts';
import { candidatesOf } from '../../../src/ingest/detect/candidates.ts';
import { compileKernel } from '../../../src/ingest/kernel/compile.ts';
import { KernelMemory } from '../../../src/ingest/kernel/memory.ts';
import { readSpent } from '../../../src/ingest/spent-time.ts';
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

const positional = candidatesOf(formats).filter(({ recipe }) => 'tokens' in recipe);

/** What the kernel of a layout reads of a line; null: it leaves it to the scanner. */
function readBy(format: string, layout: string, line: string) {
  const candidate = positional.find((one) => one.format.id === format && one.layout === layout)!;
  const { run, b, batch } = kernelOf(candidate)!;
  b.write(`${line}\n`, 'latin1');
  run!(0, line.length + 1, 0);
  return batch.length === 0 ? null : { time: batch.time[0], duration: batch.duration[0], arrival: batch.arrival[0] };
}

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

  it('read times with the unit that each line has, as the scanner does', () => {
    const gin = (spent: string) =>
      readBy('gin', 'default', `[GIN] 2024/10/29 - 17:04:15 | 200 | ${spent} | 203.0.113.7 | GET      "/a"`);
    const plain = [
      '31.503721ms',
      '345.6\u00c2\u00b5s',
      '7\u00c2\u00b5s',
      '12us',
      '999ns',
      '1.2s',
      '0s',
      '3.123456789s',
      '31ms',
      '0.000001ms',
    ];
    const composed = ['1m2.5s', '1h0m0s', '31millis', '1s5ms', '31', '-', '', '5x', '1.s', '123456789ms', '2m'];
    for (const text of plain) {
      const bytes = Buffer.from(text, 'latin1');
      expect(gin(text)?.duration, text).toBe(readSpent(bytes, 0, bytes.length, 'ms'));
    }
    for (const text of composed) expect(gin(text), text).toBeNull();
    expect(gin('31ms')?.time).toBe(Date.UTC(2024, 9, 29, 17, 4, 15) * 1000);
  });

  it('read epochs and arrivals, as the scanner does', () => {
    const apache = (stamp: string, arrival: string) =>
      readBy(
        'apache',
        'start, duration, pid and thread first',
        `${stamp} 31000 123 140443927350144 "GET /a?x=1 HTTP/1.1" 200 512 ${arrival}`,
      );
    expect(apache('1730221455123456', 't=1730221455.1')).toMatchObject({
      time: 1730221455123456,
      arrival: 1730221455100000,
    });
    const arrivals: readonly (readonly [string, number])[] = [
      ['t=1730221455', 1730221455000000],
      ['T=1730221455.123456789', 1730221455123456],
      ['1730221455123', 1730221455123000],
      ['t=1730221455123456', 1730221455123456],
      ['1730221455.000001', 1730221455000001],
      ['-', Number.NaN],
      ['t=17302214551', Number.NaN],
      ['t=9930221455', Number.NaN],
    ];
    for (const [text, micros] of arrivals) expect(apache('1730221455123456', text)?.arrival, text).toBe(micros);
    for (const stamp of ['173022145512345', '17302214551234567', '9930221455123456']) {
      expect(apache(stamp, '-')?.time ?? null, stamp).not.toBe(1730221455123456);
    }
  });
});
