// Every sample log's summary is a document of the published JSON Schema, and every field of the schema is described.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import { postMortem } from '../../src/engine/post-mortem.ts';

const root = resolve(import.meta.dirname, '../..');
const schema = JSON.parse(readFileSync(join(root, 'docs/summary.schema.json'), 'utf8'));
const validate = new Ajv2020.default({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
const samples = readdirSync(join(root, 'sample-logs')).filter((name) => name.endsWith('.log'));

describe('the JSON Schema of the summary', () => {
  it.each(samples)('holds for %s', async (name) => {
    const { summary } = await postMortem([join(root, 'sample-logs', name)], { formats, timezone: 'UTC' });
    validate(JSON.parse(JSON.stringify(summary)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('describes every field', () => {
    const bare: string[] = [];
    const walk = (node: Record<string, unknown>, path: string) => {
      for (const [name, property] of Object.entries(
        (node.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        const at = `${path}.${name}`;
        const isDescribed =
          'description' in property || 'const' in property || '$ref' in property || 'properties' in property;
        if (!isDescribed) bare.push(at);
        walk(property, at);
        if (property.items) walk(property.items as Record<string, unknown>, `${at}[]`);
      }
    };
    walk(schema, '');
    for (const [name, definition] of Object.entries(schema.$defs)) walk(definition as Record<string, unknown>, name);
    expect(bare).toEqual([]);
  });
});
