/** The post-mortem for people: verdict, findings, server, lanes in miniature, routes, gaps. */

import type { Facts } from '../core/finding.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { wrapText } from './columns.ts';
import type { Paint } from './style.ts';
import { findingsSection } from './text-findings.ts';
import { inputSection, missingSection } from './text-inputs.ts';
import { lanesSection } from './text-lanes.ts';
import { routesSection } from './text-routes.ts';
import { serverSection } from './text-server.ts';

export interface TextReportInput {
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly facts: Facts;
  /** Characters per row. */
  readonly width: number;
  readonly paint: Paint;
}

const verdictSection = ({ verdict, width, paint }: TextReportInput): string[] =>
  wrapText(verdict.sentence, width).map((row) => paint(verdict.severity === 'ok' ? 'ok' : verdict.severity, row));

export function textReport(input: TextReportInput): string {
  const sections = [
    inputSection(input),
    verdictSection(input),
    findingsSection(input),
    serverSection(input),
    lanesSection(input),
    routesSection(input),
    missingSection(input),
  ];
  return `${sections
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.join('\n'))
    .join('\n\n')}\n`;
}
