/** Scenarios of a log for many pools at once: bundled and imported by what-if-recordings.mjs. */
import { formats } from '../../parsers/index.ts';
import type { PoolShape } from '../../src/core/prediction.ts';
import { postMortem } from '../../src/engine/post-mortem.ts';
import { whatIf } from '../../src/simulate/what-if.ts';

/** What `logscope whatif` prints for each pool. */
export async function predict(log: string, pools: readonly PoolShape[]) {
  const { facts } = await postMortem([log], { formats });
  return whatIf(facts, { pools, targetP95WaitMicros: 200_000 }).scenarios;
}
