// An outage belongs to the moment, a cold start to the worker and an import to the server: a larger pool has more of it, not less.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';
import { startingOnSameCores } from '../../../src/simulate/interruptions.ts';
import { whatIfByServer } from '../../../src/simulate/what-if-servers.ts';

/** s: the p95 wait that is asked for. */
const TARGET = 0.2;

async function ask(
  name: string,
  wishes: { readonly workers?: readonly number[]; readonly threads?: readonly number[] },
) {
  const { facts } = await postMortem([`test/faults/${name}.log.gz`], { formats });
  return whatIfByServer(facts, wishes, TARGET * 1e6);
}

describe('a pool whose backend was away for 20 s', () => {
  it('has others hang in it, as the pool of fifteen that was really run did: 1.39 s on average, p95 11.6 s', async () => {
    const { scenarios, recommendation, assumptions } = await ask('backend-away', { workers: [6, 15] });
    const [six, fifteen] = scenarios;
    // Six is the pool of the log: 2.1 s and 13.9 s.
    expect(six.wait.mean).toBeGreaterThan(1.6);
    expect(six.wait.mean).toBeLessThan(2.6);
    expect(fifteen.wait.mean).toBeGreaterThan(0.75 * 1.39);
    expect(fifteen.wait.mean).toBeLessThan(1.25 * 1.39);
    expect(fifteen.wait.p95).toBeGreaterThan(0.75 * 11.6);
    expect(fifteen.wait.p95).toBeLessThan(1.25 * 11.6);
    expect(recommendation).toBeNull();
    expect(assumptions.join(' ')).toMatch(/was slow from \d\d:\d\d:\d\d to .* in any pool/);
    expect(assumptions.join(' ')).toMatch(
      /More slots are no remedy: .* the present 6 sync workers have a p95 wait of \d+ ms/,
    );
  });

  it('does not take the full pool for requests that slow each other down, nor for callers who take turns', async () => {
    const { assumptions } = await ask('backend-slow', { workers: [6] });
    expect(assumptions.join(' ')).not.toMatch(/grows with concurrency: |looks closed/);
  });

  it('recommends what outlasts a backend that is four times as slow: nineteen that were really run did', async () => {
    const { recommendation, scenarios } = await ask('backend-slow', { workers: [12, 19] });
    expect(scenarios[0].wait.p95).toBeGreaterThan(TARGET);
    expect(scenarios[1].wait.p95).toBeLessThan(TARGET);
    expect(recommendation!.workers).toBeGreaterThanOrEqual(14);
    expect(recommendation!.workers).toBeLessThanOrEqual(24);
  });
});

describe('a pool in which everyone makes an answer anew at once', () => {
  it('has more of them at it the larger it is: nine that were really run waited as long as eight, 1.1 s (p95), thirty-two 13 ms', async () => {
    const { scenarios, recommendation, assumptions } = await ask('stampede', { workers: [9, 16, 32] });
    const [nine, sixteen, many] = scenarios;
    expect(nine.range.wait_p95![1]).toBeGreaterThan(1.1);
    expect(nine.wait.p95).toBeGreaterThan(TARGET);
    // 353 ms
    expect(sixteen.range.wait_p95![1]).toBeGreaterThan(0.353);
    expect(many.wait.p95).toBeLessThan(0.03);
    expect(recommendation).toBeNull();
    expect(assumptions.join(' ')).toMatch(/More slots are no remedy: without what everyone makes anew at once/);
  });
});

describe('a pool whose workers start cold', () => {
  it('has as many more cold ones the larger it is', async () => {
    const { scenarios, assumptions } = await ask('cold-start', { workers: [4] });
    expect(assumptions.join(' ')).toMatch(/The first request of a new worker takes 5\d\d ms longer/);
    // Were the slow requests those of their arrivals, four would keep callers waiting for 3 ms.
    expect(scenarios[0].wait.mean).toBeGreaterThan(0.006);
  });
  it('leaves open that more of them take longer to start on the same cores', () => {
    const wave = (workers: number, isWholePool: boolean) => ({ at: 0, workers, isWholePool });
    const cold = (isWholePool: boolean) => ({
      ordinary: new Float64Array(),
      logged: new Float64Array(),
      outages: [],
      stampedes: [],
      cold: { waves: [wave(4, isWholePool)], excess: Float64Array.of(2e6, 3e6) },
      boot: null,
      opens: Number.NEGATIVE_INFINITY,
      presentWorkers: 4,
    });
    const pool = (workers: number) => ({ model: 'sync' as const, workers, threads: 1 });
    expect(startingOnSameCores(cold(true), pool(8))!.cold!.excess).toEqual(Float64Array.of(4e6, 6e6));
    // As many as in the log, or one by one, have the cores that those of the log had.
    expect(startingOnSameCores(cold(true), pool(4))).toBeNull();
    expect(startingOnSameCores(cold(false), pool(8))).toBeNull();
  });
});

describe('a pool whose callers came before the application was imported', () => {
  it('lets them wait for it, in any pool: the true mean is 1.1 s, p95 6.6 s', async () => {
    const { scenarios, recommendation, assumptions } = await ask('callers-wait-for-boot', { workers: [3, 7] });
    const [three, seven] = scenarios;
    expect(three.wait.mean).toBeGreaterThan(0.75 * 1.1);
    expect(three.wait.mean).toBeLessThan(1.25 * 1.1);
    expect(three.wait.p95).toBeGreaterThan(0.75 * 6.6);
    expect(seven.wait.p95).toBeGreaterThan(0.75 * 6.6);
    expect(recommendation).toBeNull();
    expect(assumptions.join(' ')).toContain('wait for that in any pool');
  });
});
