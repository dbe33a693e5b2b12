/** The folder of sample logs keeps its promises: every log is in the README's table and has its truth. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../sample-logs/', import.meta.url));
const logs = readdirSync(root)
  .filter((name) => name.endsWith('.log'))
  .sort();
const read = (name: string) => readFileSync(root + name, 'utf8');

describe('sample logs', () => {
  it('are all in the table, and the table names no other', () => {
    const listed = [...read('README.md').matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual(logs);
  });

  it('all have a truth, except the logs that stand beside another', () => {
    const mains = logs.filter((name) => !/\.(error|queue)\.log$/.test(name));
    expect(Object.keys(JSON.parse(read('truth.json'))).sort()).toEqual(mains);
  });

  it('are small and name no person or place', () => {
    for (const name of logs) {
      const text = read(name);
      expect(text.length, name).toBeLessThan(300_000);
      expect(text, name).not.toMatch(/\/(root|home)\/|@[a-z]+\.(com|org|net)/);
    }
  });
});
