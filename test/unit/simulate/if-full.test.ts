// As many at once as ever ran may be all that the server can run, or all clients that it has: ranges hold a queue in front of it.
import { expect, it } from 'vitest';
import type { Analysis } from '../../../src/core/finding.ts';
import { whatIf } from '../../../src/simulate/what-if.ts';
import { analysisOfPool } from '../../helpers/stations.ts';

const overloaded = analysisOfPool({
  seed: 4,
  workers: 1,
  threads: 3,
  queue: 'shared',
  service: { law: 'exponential', mean: 0.35 },
  load: { kind: 'poisson', phases: [{ rate: 9, seconds: 80 }] },
  overhead: 0.0006,
});

/** Of a log that does not tell a limit of three slots from three clients. */
function hedged(analysis: Analysis): Analysis {
  const { inference } = analysis;
  const { waitSamples: _none, ...requests } = inference.requests;
  const isUnknown = { method: 'unknown', basis: 'how many slots the server has is not known' } as const;
  return {
    ...analysis,
    inference: {
      ...inference,
      model: 'async',
      unbounded: false,
      threads: { ...inference.threads, value: null, low: 3 },
      capacity: { ...inference.capacity, value: null, low: 3 },
      wait: { ...inference.wait, ...isUnknown, mean: Number.NaN, lowMean: Number.NaN, highMean: Number.NaN },
      requests: {
        ...requests,
        wait: requests.wait.map(() => Number.NaN),
      },
    },
  };
}

it('ranges hold the queue that such a limit would have, and nothing is recommended', () => {
  const pools = [4, 6].map((threads) => ({ model: 'threaded' as const, workers: 1, threads }));
  const { scenarios, recommendation, assumptions } = whatIf(hedged(overloaded), {
    pools,
    targetP95WaitMicros: 200_000,
  });
  const truth = whatIf(overloaded, { pools, targetP95WaitMicros: 200_000 }).scenarios;
  scenarios.forEach(({ range }, k) => {
    expect(range.wait_mean![0]).toBeLessThanOrEqual(truth[k].wait.mean!);
    expect(range.wait_mean![1]).toBeGreaterThanOrEqual(truth[k].wait.mean!);
  });
  expect(scenarios[0].range.wait_mean![1]).toBeGreaterThan(0.2);
  expect(recommendation).toBeNull();
  expect(assumptions.at(-1)).toContain('or the number of its clients, this log does not tell');
  expect(assumptions[0]).toContain('at any time since as many ran at once as ever did');
});
