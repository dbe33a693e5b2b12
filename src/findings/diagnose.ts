/** From facts to a ranked list of findings. Causes are reported; their symptoms are left out and only listed with the cause. */
import type { Facts, Finding, FindingRule } from '../core/finding.ts';
import type { FindingSummary, Severity } from '../core/summary.ts';
import { isoInstant } from '../core/time.ts';
import { findingRules } from './index.ts';

const weight: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

/** Whether the log has every column that the rule needs. */
const canExamine = (rule: FindingRule, { summary }: Pick<Facts, 'summary'>): boolean =>
  rule.needs.every((need) => summary.knows[need]);

interface Spoken {
  readonly rule: FindingRule;
  readonly finding: Finding;
  readonly order: number;
}

/**
 * The findings of a log, worst first; at equal severity, those that cost callers most time first. Tests may pass their own rules.
 */
export function diagnose(facts: Facts, rules: readonly FindingRule[] = findingRules): FindingSummary[] {
  const spoken: Spoken[] = [];
  rules.forEach((rule, order) => {
    const finding = canExamine(rule, facts) ? rule.examine(facts) : null;
    if (finding) spoken.push({ rule, finding, order });
  });
  const byId = new Map(spoken.map((one) => [one.rule.id, one]));
  const symptoms = new Map(spoken.map((one) => [one.rule.id, symptomsOf(one, byId)]));
  const silenced = new Set([...symptoms.values()].flat());
  return spoken
    .filter(({ rule }) => !silenced.has(rule.id))
    .sort(
      (a, b) =>
        weight[a.finding.severity] - weight[b.finding.severity] ||
        (b.finding.lostSeconds ?? 0) - (a.finding.lostSeconds ?? 0) ||
        a.order - b.order,
    )
    .map(({ rule, finding }) => summarise(rule, finding, symptoms.get(rule.id)!));
}

/** Ids of the present findings that this one explains, directly or through another symptom, in the order found. */
function symptomsOf(cause: Spoken, present: ReadonlyMap<string, Spoken>): string[] {
  const found = new Set<string>();
  const visit = ({ rule, finding }: Spoken) => {
    for (const id of rule.silences ?? []) {
      const symptom = present.get(id);
      if (!symptom || found.has(id) || id === cause.rule.id || finding.spares?.includes(id)) continue;
      found.add(id);
      visit(symptom);
    }
  };
  visit(cause);
  return [...found];
}

/** A title of at most this many characters needs no shorter version. */
const FEW_LETTERS = 50;

function summarise(rule: FindingRule, finding: Finding, symptoms: readonly string[]): FindingSummary {
  return {
    id: rule.id,
    severity: finding.severity,
    title: finding.title,
    ...(finding.brief !== undefined && finding.title.length > FEW_LETTERS ? { brief: finding.brief } : {}),
    detail: finding.detail,
    evidence: symptoms.length > 0 ? { ...finding.evidence, symptoms: symptoms.join(', ') } : finding.evidence,
    advice: finding.advice,
    from: isoInstant(finding.from),
    to: isoInstant(finding.to),
  };
}
