// Of several servers in equal trouble the one that is full nearly all the time is what there is to see first.
import { expect, it } from 'vitest';
import type { JudgedServer } from '../../../src/findings/diagnose-servers.ts';
import { saidOfServers } from '../../../src/findings/diagnose-servers.ts';
import { finding, replaySnapshot } from '../../helpers/snapshots.ts';

it('tells a server that is always full before those that are full now and then', async () => {
  const { summary } = await replaySnapshot('gunicorn-sync-4-burst-of-16.log');
  const server = (name: string, severity: 'warning' | 'critical', saturatedRatio: number): JudgedServer => ({
    name,
    summary: {
      ...summary,
      findings: [finding({ severity, title: 'Pool saturated' })],
      concurrency: { ...summary.concurrency, saturated_ratio: saturatedRatio },
    },
    verdict: { severity, sentence: 'Full.', confidence: 0.9 },
  });
  const order = (servers: JudgedServer[]) => {
    const { verdict, findings } = saidOfServers(servers, []);
    const named = [...verdict.sentence.matchAll(/(web-\d)/g)].map(([name]) => name);
    expect(findings.map(({ title }) => title)).toEqual(named.map((name) => `${name}: Pool saturated`));
    return named;
  };
  const [calm, other, full] = [
    server('web-1', 'warning', 0.35),
    server('web-2', 'warning', 0.33),
    server('web-3', 'warning', 1),
  ];
  expect(order([calm, other, full])).toEqual(['web-3', 'web-1', 'web-2']);
  // Nearly as full as each other they keep their places: shares change all the time while they are live.
  expect(order([other, calm])).toEqual(['web-2', 'web-1']);
  const { sentence, shorter } = saidOfServers([calm, other, full, server('web-4', 'warning', 0.2)], []).verdict;
  expect(sentence).toMatch(/web-1: Full\. web-2: Full\. 1 more server below\.$/);
  // On a narrow screen fewer are named, and more are counted.
  expect(shorter?.slice(1)).toEqual([
    'web-3: Full. web-1: Full. 2 more servers below.',
    'web-3: Full. 3 more servers below.',
  ]);
  expect(order([full, server('web-4', 'critical', 0.2)])).toEqual(['web-4', 'web-3']);
});
