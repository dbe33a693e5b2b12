// Times that may hold what requests wait for each other are not called service times, whichever command tells of them.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/finding.ts';
import { serviceWords } from '../../../src/core/words.ts';
import { check } from '../../../src/findings/check.ts';
import { compare } from '../../../src/findings/compare.ts';
import { diffText } from '../../../src/report/diff-text.ts';
import { plain } from '../../../src/report/style.ts';
import { serverSection } from '../../../src/report/text-server.ts';
import { asyncPool, poisson, syncPool } from '../../helpers/traffic.ts';

const views = poisson(3, 20, 60, (random) => ({ takes: random.between(0.1, 1) }));
const slow = poisson(4, 20, 60, (random) => ({ takes: random.between(1, 3) }));

const reportOf = (facts: Facts): string => {
  const summary = { ...facts.summary, findings: [] };
  const verdict = { severity: 'ok', sentence: '', confidence: 1 } as const;
  return serverSection({ summary, facts, verdict, width: 100, paint: plain }).join('\n');
};
const checkOf = ({ summary }: Facts): string =>
  check({ ...summary, findings: [] }, { maxP95Service: 9 }).results[0].reason;
const diffOf = (before: Facts, after: Facts): string =>
  diffText(
    compare({ path: 'a', analysis: before, findings: [] }, { path: 'b', analysis: after, findings: [] }),
    100,
    plain,
  );

describe('times of an async server of which no growth shows', () => {
  const facts = asyncPool(1, views);
  it('are times in the application in the report, in check and in diff', () => {
    expect(facts.summary.service_time.grows_with_load).toBeNull();
    expect(reportOf(facts)).toMatch(/^time in app/m);
    expect(checkOf(facts)).toContain('the p95 time in the application is');
    const text = diffOf(facts, asyncPool(1, slow));
    expect(text).toContain('time in the application, mean');
    expect(text).toContain('in app before');
    expect(text).not.toContain('service');
  });
  it('are so beside those of a pool, too', () => {
    expect(diffOf(syncPool(8, views), facts)).toContain('time in the application, mean');
  });
});

describe('service times', () => {
  it('are those of requests that waited for a slot before', () => {
    const facts = syncPool(8, views);
    expect(reportOf(facts)).toMatch(/^service time/m);
    expect(checkOf(facts)).toContain('the p95 service time is');
    expect(diffOf(facts, facts)).toContain('service time, mean');
  });
  it('are those of an async server whose times do not grow with the load', () => {
    const { server } = asyncPool(1, views).summary;
    expect(serviceWords(server, false)).toBe('service time');
    expect(serviceWords(server, true)).toBe('time in the application');
    expect(serviceWords({ ...server, model: 'thread-per-request' }, null)).toBe('time in the application');
    expect(serviceWords({ ...server, model: 'unknown' }, null)).toBe('service time');
  });
  it('are those of an async server that runs one request at a time: the others wait in front of it', () => {
    const { server } = asyncPool(1, views).summary;
    const capacity = { ...server.capacity, value: 1 };
    expect(serviceWords({ ...server, capacity }, null)).toBe('service time');
  });
});
