// The format that CONTRIBUTING.md walks through is a format that works, as it stands there.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import type { LogFormat } from '../../src/core/format.ts';
import { createNames } from '../../src/core/names.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

const root = resolve(import.meta.dirname, '../..');

async function formatOfTheGuide(): Promise<LogFormat> {
  const guide = readFileSync(join(root, 'docs/CONTRIBUTING.md'), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const folder = join(root, 'node_modules/.cache/logscope');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'fleet.ts');
  writeFileSync(file, code.replaceAll("'../src/", `'${root}/src/`));
  return (await import(file)).default;
}

describe('CONTRIBUTING.md', () => {
  it('adds a format whose sample and lifecycle line are read', async () => {
    const fleet = await formatOfTheGuide();
    const names = createNames();
    const rows: { worker: string; duration: number; status: number }[] = [];
    const events: string[] = [];
    const parser = createParser({
      path: 'fleet.log',
      source: 0,
      names,
      formats: [...formats, fleet],
      timezone: 'UTC',
      sink: {
        batch: ({ length, worker, duration, status }) => {
          for (let i = 0; i < length; i++) {
            rows.push({ worker: names.workers.text(worker[i]), duration: duration[i], status: status[i] });
          }
        },
        lifecycle: ({ kind }) => events.push(kind),
      },
    });
    const [sample] = fleet.samples;
    parser.push(Buffer.from(`2024-10-29 17:04:14 [811] [INFO] fleet worker ready\n${sample.line}\n${sample.line}\n`));
    parser.end();
    expect(parser.report()).toMatchObject({ format: 'fleet', requests: 2, lifecycle: 1, unparsed: 0 });
    expect(rows[0]).toEqual({ worker: '811', duration: 31_000, status: 200 });
    expect(events).toEqual(['boot']);
  });
});
