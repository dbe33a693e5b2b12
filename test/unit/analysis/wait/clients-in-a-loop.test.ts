// Recorded: clients that ask again when they are answered, no more of them than there are slots. Nobody waits, and the log is that of a burst.
import { expect, it } from 'vitest';
import { formats } from '../../../../parsers/index.ts';
import { postMortem } from '../../../../src/engine/post-mortem.ts';

// Mean waits in s, as the callers saw them.
for (const [name, trueMean] of [
  ['curl-in-a-loop', 0.0031],
  ['four-in-a-loop', 0.0074],
] as const)
  it(`${name} is no catastrophe, and names no number of workers`, async () => {
    const { summary, verdict } = await postMortem([`test/faults/${name}.log.gz`], { formats });
    expect(summary.wait.low.mean).toBeLessThanOrEqual(trueMean);
    expect(summary.findings.filter(({ severity }) => severity === 'critical')).toEqual([]);
    expect(verdict.sentence).toContain('whether callers queued the log cannot tell');
    expect(verdict.sentence).not.toContain('would end it');
    const saturated = summary.findings.find(({ id }) => id === 'pool-saturated');
    expect(saturated?.detail).not.toContain('They came together');
    expect(saturated?.advice).not.toMatch(/^(About )?\d+ workers/);
  });
