/** From a partial to the verdict: analysis, simulation and findings, in the order of their dependencies. */
import { type AnalyseOptions, analyse } from '../analysis/analyse.ts';
import type { Partial } from '../analysis/partial.ts';
import { analysisOfServer } from '../analysis/server-analysis.ts';
import type { Analysis, Facts } from '../core/finding.ts';
import { nameOfServer } from '../core/server-name.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { diagnose } from '../findings/diagnose.ts';
import { diagnoseServers, type JudgedServer } from '../findings/diagnose-servers.ts';
import { verdictOf } from '../findings/verdict.ts';
import { createPredictor } from '../simulate/predictor.ts';

export interface Examination {
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly facts: Facts;
  /** If several servers wrote the logs: the verdict on each, in the order of the inference; else empty. */
  readonly servers: readonly JudgedServer[];
}

export function examine(partial: Partial, options: AnalyseOptions): Examination {
  const analysis = analyse(partial, options);
  const factsOf = (one: Analysis): Facts => ({
    ...one,
    predictor: createPredictor(one, { thorough: options.effort === 'full' }),
  });
  const facts = factsOf(analysis);
  const { servers } = analysis.inference;
  if (servers.length > 1 && servers.length <= MOST_SERVERS && partial.retained.complete) {
    const each = servers.map((part) => ({
      name: nameOfServer(analysis, part),
      facts: factsOf(analysisOfServer(analysis, partial.streams, part, options)),
    }));
    const { findings, verdict, each: judged } = diagnoseServers(facts, each);
    return { summary: { ...facts.summary, findings }, verdict, facts, servers: judged };
  }
  const summary: Summary = { ...facts.summary, findings: diagnose(facts) };
  return { summary, verdict: verdictOf(summary), facts, servers: [] };
}

/** With more servers than this, single ones are not judged: readers could not keep them apart. */
const MOST_SERVERS = 12;
