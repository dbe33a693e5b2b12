/** What became of the lines of an input, or of a range of it: counts, the join of several ranges, and the summary. */
import type { StreamFacts } from '../core/batch.ts';
import { sumOf } from '../core/statistics.ts';
import type { InputSummary } from '../core/summary.ts';
import { printable } from '../core/text.ts';
import { NO_REQUEST } from './reasons.ts';

/** So many examples of lines that nothing took are kept. */
export const EXAMPLES = 5;

/** The lines of one kind. */
export interface KindCount {
  readonly requests: number;
  readonly confidence: number;
  readonly format: string;
  readonly layout: string;
  readonly facts: StreamFacts;
}

export interface LineCounts {
  readonly bytes: number;
  readonly lines: number;
  readonly requests: number;
  readonly lifecycle: number;
  readonly continuation: number;
  readonly unparsed: number;
  /** Those of `unparsed` that are not about a request. */
  readonly unrelated: number;
}

export interface InputReport {
  readonly counts: LineCounts;
  /** In the order in which they were found. All ranges of an input have the same kinds. */
  readonly kinds: readonly KindCount[];
  /** The first format of which a server's own lines were seen. */
  readonly spoke: string | null;
  readonly firstHost: string | null;
  readonly examples: InputSummary['unparsed_examples'];
  readonly assumptions: readonly string[];
}

/** The first lines that nothing took, with those that are not about a request last. */
function firstExamples(all: InputReport['examples']): InputReport['examples'] {
  const isUnrelated = ({ reason }: { readonly reason: string }) => reason === NO_REQUEST;
  return [...all.filter((one) => !isUnrelated(one)), ...all.filter(isUnrelated)].slice(0, EXAMPLES);
}

/** Joins the reports of an input that was read in ranges. @param reports in the order of the ranges */
export function joinReports(reports: readonly InputReport[]): InputReport {
  const counts = { bytes: 0, lines: 0, requests: 0, lifecycle: 0, continuation: 0, unparsed: 0, unrelated: 0 };
  const examples: InputReport['examples'] = [];
  for (const report of reports) {
    examples.push(...report.examples.map((example) => ({ ...example, line: example.line + counts.lines })));
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += report.counts[key];
  }
  return {
    counts,
    kinds: reports[0].kinds.map((kind, i) => ({
      ...kind,
      requests: sumOf(reports.map(({ kinds }) => kinds[i].requests)),
    })),
    spoke: reports.find(({ spoke }) => spoke !== null)?.spoke ?? null,
    firstHost: reports.find(({ firstHost }) => firstHost !== null)?.firstHost ?? null,
    examples: firstExamples(examples),
    assumptions: [...new Set(reports.flatMap(({ assumptions }) => assumptions))],
  };
}

const LONGEST_HOST = 100;

export function summaryOfReport(path: string, report: InputReport): InputSummary {
  const { counts, spoke, firstHost, examples } = report;
  const { unrelated, bytes, lines, requests, lifecycle, continuation, unparsed } = counts;
  const kinds = report.kinds.toSorted((a, b) => b.requests - a.requests);
  const main = kinds.at(0);
  const others = kinds.slice(1).filter((kind) => kind.requests > 0);
  const list = [...kinds.slice(0, 1), ...others].map(
    ({ format, layout, facts, requests }) =>
      `${requests} of ${format} (${layout}${facts.envelope ? `, in ${facts.envelope}` : ''})`,
  );
  const several = others.length > 0 ? [`lines of several kinds: ${list.join(', ')}`] : [];
  return {
    // The name of a file may contain anything.
    path: printable(path),
    format: main?.format ?? spoke,
    format_confidence: main ? Math.round(main.confidence * 100) / 100 : lifecycle / Math.max(1, lines),
    envelope: main?.facts.envelope ?? null,
    bytes,
    lines,
    requests,
    lifecycle,
    continuation,
    unparsed,
    ...(unrelated > 0 ? { unrelated } : {}),
    timestamp: timestampOf(main?.facts),
    unparsed_examples: examples,
    assumptions: [...several, ...report.assumptions],
    ...(firstHost === null ? {} : { first_host: printable(firstHost, LONGEST_HOST) }),
  };
}

function timestampOf(facts: StreamFacts | undefined): InputSummary['timestamp'] {
  if (!facts) return { meaning: null, detail: null, resolution_seconds: null, zone: null };
  const { stampMeaning, stampAssumed, resolutionMicros, zone } = facts;
  const isResponse = stampMeaning === 'response-start';
  return {
    meaning: stampAssumed ? null : isResponse ? 'end' : stampMeaning,
    detail: isResponse ? 'response start' : stampAssumed ? `taken as the ${stampMeaning}` : null,
    resolution_seconds: stampMeaning === null ? null : resolutionMicros / 1_000_000,
    zone,
  };
}
