/** The findings of logs of several servers: each has a pool and a queue of its own, so what is said of pools is said of each. */
import type { Facts } from '../core/finding.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Severity, Summary } from '../core/summary.ts';
import { countText } from '../core/words.ts';
import { diagnose } from './diagnose.ts';
import { findingRules } from './index.ts';
import { verdictOf } from './verdict.ts';

/** Findings that speak of a pool, its workers or the queue in front of it. */
const OF_POOLS: ReadonlySet<string> = new Set([
  'worker-timeouts',
  'pool-grew-late',
  'pool-saturated',
  'callers-queue',
  'one-noisy-client',
  'head-of-line',
  'event-loop-blocked',
  'threads-cpu-bound',
  'waits-in-application',
  'threads-would-not-help',
  'threads-would-help',
  'asgi-would-not-queue',
  'async-view-under-wsgi',
  'limit-refuses',
  'unbalanced-workers',
  'pool-too-small',
  'recycle-storm',
  'cold-start',
  'overprovisioned',
]);

const rulesOfPools = findingRules.filter(({ id }) => OF_POOLS.has(id));
const otherRules = findingRules.filter(({ id }) => !OF_POOLS.has(id));

/** A server and its own requests. */
export interface NamedFacts {
  readonly name: string;
  readonly facts: Facts;
}

const weight: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };
const byWeight = (a: { readonly severity: Severity }, b: { readonly severity: Severity }) =>
  weight[a.severity] - weight[b.severity];

interface Judged {
  readonly name: string;
  readonly summary: Summary;
}

function judged({ name, facts }: NamedFacts): Judged {
  return { name, summary: { ...facts.summary, findings: diagnose(facts, rulesOfPools) } };
}

/** Servers named in a verdict; the others are counted. */
const NAMED = 3;

export function diagnoseServers(
  whole: Facts,
  servers: readonly NamedFacts[],
): { readonly findings: FindingSummary[]; readonly verdict: (summary: Summary) => Verdict } {
  const each = servers.map(judged);
  const findings = [...each.flatMap(ofServer), ...diagnose(whole, otherRules)].filter(isNews).sort(byWeight);
  return { findings, verdict: (summary) => verdictOfServers(each, summary) };
}

const ofServer = ({ name, summary }: Judged): FindingSummary[] =>
  summary.findings.map((finding) => ({
    ...finding,
    title: `${name}: ${finding.title}`,
    evidence: { server: name, ...finding.evidence },
  }));

/** A remark that holds for one server mostly holds for its replicas: it is made once. */
const isNews = ({ id, severity }: FindingSummary, at: number, all: readonly FindingSummary[]): boolean =>
  severity !== 'info' || all.findIndex((other) => other.id === id && other.severity === 'info') === at;

/** What each server was, the one in most trouble first; and what holds for all of them. */
function verdictOfServers(servers: readonly Judged[], whole: Summary): Verdict {
  const each = servers.map(({ name, summary }) => ({ name, ...verdictOf(summary) })).sort(byTrouble);
  const common = whole.findings.find(({ evidence, severity }) => evidence.server === undefined && severity !== 'info');
  const rest = each.length - NAMED;
  const words = (sentenceOf: (verdict: Verdict) => string, most: number) =>
    [
      ...(common ? [`${common.title}.`] : []),
      ...each.slice(0, most).map(({ name, ...verdict }) => `${name}: ${sentenceOf(verdict)}`),
      ...(rest > 0 ? [`${countText(rest, 'more server')} below.`] : []),
    ].join(' ');
  const shortest = ({ sentence, shorter = [] }: Verdict) => shorter.at(-1) ?? sentence;
  const severities = [...(common ? [common.severity] : []), each[0].severity];
  return {
    severity: severities.includes('critical')
      ? 'critical'
      : severities.includes('warning')
        ? 'warning'
        : each[0].severity,
    sentence: words(({ sentence }) => sentence, NAMED),
    shorter: [words(shortest, NAMED), words(shortest, 1)],
    confidence: Math.min(...each.map(({ confidence }) => confidence)),
  };
}

const trouble: Readonly<Record<Verdict['severity'], number>> = { critical: 0, warning: 1, info: 2, ok: 3 };
const byTrouble = (a: Verdict, b: Verdict) => trouble[a.severity] - trouble[b.severity];
