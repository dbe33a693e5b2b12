// Every finding keeps its contract: explained, mendable on five servers, speaking and quiet on the samples it names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import type { FindingSummary } from '../../src/core/summary.ts';
import { postMortem } from '../../src/engine/post-mortem.ts';
import { findingRules } from '../../src/findings/index.ts';

/** Sample logs, and recordings made with the real fault, or with what only looks like it: `faults/…`. */
const pathOf = (name: string): string =>
  join(import.meta.dirname, name.startsWith('faults/') ? '..' : '../../sample-logs', name);
const folder = join(import.meta.dirname, '../../src/findings');
const servers = ['gunicorn', 'uvicorn', 'waitress', 'hypercorn', 'uWSGI'];

const named = [...new Set(findingRules.flatMap(({ fires, quiet }) => [...fires, ...quiet]))].sort();
const found = new Map<string, Promise<readonly FindingSummary[]>>();

/** Each log is examined once, by the first test that asks: no hook takes as long as all of them. */
function findingsOf(name: string): Promise<readonly FindingSummary[]> {
  const known = found.get(name);
  if (known) return known;
  const findings = postMortem([pathOf(name)], { formats }).then(({ summary }) => summary.findings);
  found.set(name, findings);
  return findings;
}

/** Said by the finding itself, or listed as a symptom of a cause that speaks for it. */
const spoken = async (name: string, id: string): Promise<boolean> =>
  (await findingsOf(name)).some(
    (one) =>
      one.id === id ||
      String(one.evidence.symptoms ?? '')
        .split(', ')
        .includes(id),
  );

describe.each(findingRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('has a file of its name', () => expect(existsSync(join(folder, `${id}.ts`))).toBe(true));

  it('explains its test and its guards, and how to mend it on every server', () => {
    expect(rule.title.length).toBeGreaterThan(20);
    expect(rule.explain.test.length).toBeGreaterThan(40);
    expect(rule.explain.guards.length).toBeGreaterThan(40);
    expect(Object.keys(rule.explain.fix)).toEqual(servers);
    for (const fix of Object.values(rule.explain.fix)) expect(fix.length).toBeGreaterThan(5);
  });

  it('names samples that exist, and some on which it stays quiet', () => {
    for (const name of [...rule.fires, ...rule.quiet]) expect(existsSync(pathOf(name)), name).toBe(true);
    expect(rule.quiet.length).toBeGreaterThanOrEqual(2);
  });

  for (const name of rule.fires) it(`speaks on ${name}`, async () => expect(await spoken(name, id)).toBe(true));
  for (const name of rule.quiet) it(`stays quiet on ${name}`, async () => expect(await spoken(name, id)).toBe(false));
});

/** Letters of a title that 80 columns have room for, beside its mark and its moment. */
const ROOM_FOR_TITLE = 62;

it.each(named)('has few words for where there is no room for its title: %s', async (name) => {
  for (const { title, brief } of await findingsOf(name)) {
    expect((brief ?? title).length, brief ?? title).toBeLessThanOrEqual(ROOM_FOR_TITLE);
    if (brief !== undefined) expect(brief.length, brief).toBeLessThan(title.length);
  }
});

it('the log formats that findings advise are those of the README, which the parsers know', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const advised = findingRules.flatMap(({ explain }) =>
    Object.values(explain.fix).flatMap((fix) => fix.match(/--access-logformat '[^']+'/g) ?? []),
  );
  expect(advised.length).toBeGreaterThan(2);
  for (const format of advised) expect(readme).toContain(format);
});

describe('what is said of a sample', () => {
  it.each(named)('has words, evidence in plain values and advice: %s', async (name) => {
    for (const { title, detail, advice, evidence } of await findingsOf(name)) {
      for (const text of [title, detail, advice]) {
        expect(text.length).toBeGreaterThan(15);
        expect(text).not.toMatch(/NaN|undefined|Infinity|\bunknown µ/);
      }
      for (const value of Object.values(evidence)) {
        expect(value === null || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
});
