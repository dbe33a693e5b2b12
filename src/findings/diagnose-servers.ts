/** Findings for logs of several servers. Each has a pool and a queue of its own, so findings about pools are made per server. */
import type { Facts } from '../core/finding.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Severity, Summary } from '../core/summary.ts';
import { countText } from '../core/words.ts';
import { diagnose } from './diagnose.ts';
import { findingRules } from './index.ts';
import { verdictOf } from './verdict.ts';

/** Findings about a pool, its workers or the queue in front of it. */
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

/** A server and the facts of its own requests. */
export interface NamedFacts {
  readonly name: string;
  readonly facts: Facts;
}

const weight: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };
const byWeight = (a: { readonly severity: Severity }, b: { readonly severity: Severity }) =>
  weight[a.severity] - weight[b.severity];

/** The result for one of several servers. */
export interface JudgedServer {
  readonly name: string;
  /** Summary of its own requests. */
  readonly summary: Summary;
  readonly verdict: Verdict;
}

function judged({ name, facts }: NamedFacts): JudgedServer {
  const summary = { ...facts.summary, findings: diagnose(facts, rulesOfPools) };
  return { name, summary, verdict: verdictOf(summary) };
}

/** Most servers named in a verdict; the others are only counted. */
const NAMED = 3;

/** The result for all servers together. */
interface Said {
  readonly findings: FindingSummary[];
  readonly verdict: Verdict;
}

export function diagnoseServers(
  whole: Facts,
  servers: readonly NamedFacts[],
): Said & { readonly each: readonly JudgedServer[] } {
  const each = servers.map(judged);
  return { each, ...saidOfServers(each, diagnose(whole, otherRules)) };
}

/** `common`: findings that are not about a single server. */
export function saidOfServers(each: readonly JudgedServer[], common: readonly FindingSummary[]): Said {
  const servers = each.toSorted(byTrouble);
  // Common findings come first: they may be the cause of what each server shows.
  const findings = [...common, ...servers.flatMap(ofServer)].filter(isNews).sort(byWeight);
  return { findings, verdict: verdictOfServers(servers, common) };
}

/** The findings that are not about a single server. */
export const commonFindings = (findings: readonly FindingSummary[]): FindingSummary[] =>
  findings.filter(({ evidence }) => evidence.server === undefined);

const ofServer = ({ name, summary }: JudgedServer): FindingSummary[] =>
  summary.findings.map((finding) => ({
    ...finding,
    title: `${name}: ${finding.title}`,
    ...(finding.brief === undefined ? {} : { brief: `${name}: ${finding.brief}` }),
    evidence: { server: name, ...finding.evidence },
  }));

/** A remark (info) about one server mostly applies to its replicas as well, so it is made only once. */
const isNews = ({ id, severity }: FindingSummary, at: number, all: readonly FindingSummary[]): boolean =>
  severity !== 'info' || all.findIndex((other) => other.id === id && other.severity === 'info') === at;

/** The verdict: the worst common finding, then each server. `servers`: those in most trouble first; `findings`: the common ones. */
function verdictOfServers(servers: readonly JudgedServer[], findings: readonly FindingSummary[]): Verdict {
  const each = servers.map(({ name, verdict }) => ({ name, ...verdict }));
  const common = findings.find(({ severity }) => severity !== 'info');
  const words = (sentenceOf: (verdict: Verdict) => string, most: number) => {
    const rest = each.length - most;
    return [
      ...(common ? [`${common.title}.`] : []),
      ...each.slice(0, most).map(({ name, ...verdict }) => `${name}: ${sentenceOf(verdict)}`),
      ...(rest > 0 ? [`${countText(rest, 'more server')} below.`] : []),
    ].join(' ');
  };
  const shortest = ({ sentence, shorter = [] }: Verdict) => shorter.at(-1) ?? sentence;
  const severities = [...(common ? [common.severity] : []), each[0].severity];
  return {
    severity: severities.includes('critical')
      ? 'critical'
      : severities.includes('warning')
        ? 'warning'
        : each[0].severity,
    sentence: words(({ sentence }) => sentence, NAMED),
    shorter: Array.from({ length: NAMED }, (_, k) => words(shortest, NAMED - k)),
    confidence: Math.min(...each.map(({ confidence }) => confidence)),
  };
}

const trouble: Readonly<Record<Verdict['severity'], number>> = { critical: 0, warning: 1, info: 2, ok: 3 };
const isMostlyFull = ({ summary }: JudgedServer): boolean => (summary.concurrency.saturated_ratio ?? 0) >= 0.5;
/** Worst first; at equal severity, servers that are full most of the time. Sorting by the share itself would reorder a live view all the time. */
const byTrouble = (a: JudgedServer, b: JudgedServer): number =>
  trouble[a.verdict.severity] - trouble[b.verdict.severity] || Number(isMostlyFull(b)) - Number(isMostlyFull(a));
