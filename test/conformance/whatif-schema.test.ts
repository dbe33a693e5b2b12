// What `whatif` says of every sample log is a document of the published JSON Schema, whatever the log can tell.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { durationText } from '../../src/core/words.ts';
import { postMortem } from '../../src/engine/post-mortem.ts';
import { whatIf } from '../../src/simulate/what-if.ts';
import { scenarioPools } from '../../src/simulate/what-if-pools.ts';

const root = resolve(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'docs/whatif.schema.json'), 'utf8'));
const validate = new Ajv2020.default({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
const samples = readdirSync(join(root, 'sample-logs')).filter((name) => name.endsWith('.log'));

describe('the JSON Schema of what-if', () => {
  it.each(samples)('holds for %s', async (name) => {
    const { facts } = await postMortem([join(root, 'sample-logs', name)], { formats, timezone: 'UTC' });
    const pools = [...scenarioPools(facts, {}), { model: 'async' as const, workers: 2, threads: 1 }];
    const document = JSON.parse(JSON.stringify(whatIf(facts, { pools, targetP95WaitMicros: 200_000 })));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document.scenarios).toHaveLength(pools.length);
    // What findings recommend is what whatif recommends.
    const told = facts.predictor.smallestPool(200_000);
    const { because, ...recommended } = document.recommendation ?? { because: '' };
    expect(told?.pool ?? {}).toEqual(recommended);
    if (told) expect(because).toContain(durationText(told.waitP95));
    for (const { wait, range } of document.scenarios) {
      if (wait.mean !== null) expect(range.wait_mean[0]).toBeLessThanOrEqual(wait.mean);
      if (wait.mean !== null) expect(range.wait_mean[1]).toBeGreaterThanOrEqual(wait.mean);
    }
  });
});
