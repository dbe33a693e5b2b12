/** From a partial to the verdict: analysis, simulation and findings, in the order in which they need each other. */
import { type AnalyseOptions, analyse } from '../analysis/analyse.ts';
import type { Partial } from '../analysis/partial.ts';
import type { Facts } from '../core/finding.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { diagnose } from '../findings/diagnose.ts';
import { verdictOf } from '../findings/verdict.ts';
import { createPredictor } from '../simulate/predictor.ts';

export interface Examination {
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly facts: Facts;
}

export function examine(partial: Partial, options: AnalyseOptions): Examination {
  const analysis = analyse(partial, options);
  const facts: Facts = { ...analysis, predictor: createPredictor(analysis, { thorough: options.effort === 'full' }) };
  const summary: Summary = { ...facts.summary, findings: diagnose(facts) };
  return { summary, verdict: verdictOf(summary), facts };
}
