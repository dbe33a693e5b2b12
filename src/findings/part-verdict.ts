/** The verdict on the requests that pass a filter: their service time, wait and errors. It says nothing about the pool. */
import type { PartNumbers } from '../core/part.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary } from '../core/summary.ts';
import { capital, countText, durationText, percentText } from '../core/words.ts';
import { DEFAULT_TARGET_WAIT } from './pool-words.ts';

/** From this share of server errors on, the severity is "warning". */
const MANY_ERRORS = 0.05;
/** µs: a shorter wait counts as none. */
const NO_WAIT = 10_000;

export function partVerdict(part: PartNumbers, findings: readonly FindingSummary[]): Verdict {
  if (part.requests === 0) return { severity: 'info', sentence: 'No request passes this filter.', confidence: 1 };
  const top = findings.find(({ severity }) => severity !== 'info');
  const title = top ? `${capital(top.title)}. ` : '';
  return {
    severity: top?.severity ?? severityOf(part),
    sentence: `${title}${sentenceOf(part)}`,
    shorter: [`${title}${brieflyOf(part)}`],
    confidence: Number.isFinite(part.waitP95) ? part.waitConfidence || 1 : 1,
  };
}

/** "481 of 580 requests, 2 % of the busy time; wait p95 4.4 s (inferred), no errors, service p95 5.8 ms." */
function sentenceOf(part: PartNumbers): string {
  const { requests, of, busyShare } = part;
  const busy = Number.isFinite(busyShare) ? `, ${percentText(busyShare)} of the busy time` : '';
  const passing = `${requests} of ${part.isSample ? 'a sample of ' : ''}${countText(of, 'request')}${busy}`;
  return `${[passing, saidOf(part)].filter((text) => text !== '').join('; ')}.`;
}

/** "481 of 580, 2 % busy; wait p95 4.4 s (inferred), no errors, service p95 5.8 ms." */
function brieflyOf(part: PartNumbers): string {
  const { requests, of, busyShare } = part;
  const busy = Number.isFinite(busyShare) ? `, ${percentText(busyShare)} busy` : '';
  const passing = `${requests} of ${part.isSample ? 'a sample of ' : ''}${of}${busy}`;
  return `${[passing, saidOf(part)].filter((text) => text !== '').join('; ')}.`;
}

/** "wait p95 4.4 s (inferred), no errors, service p95 5.8 ms" */
function saidOf({ waitP95, waitIsHidden, waitMethod, errors, requests, serviceP95 }: PartNumbers): string {
  return [
    ...(Number.isFinite(waitP95)
      ? [`wait p95 ${waitIsHidden ? 'about ' : ''}${durationText(waitP95)} (${waitMethod})`]
      : []),
    ...(errors > 0 ? [`${countText(errors, 'error')} (${percentText(errors / requests)})`] : []),
    ...(errors === 0 ? ['no errors'] : []),
    ...(Number.isFinite(serviceP95) ? [`service p95 ${durationText(serviceP95)}`] : []),
  ].join(', ');
}

function severityOf({ picksOutcome, waitP95, errors, requests }: PartNumbers): Verdict['severity'] {
  if (picksOutcome) return 'info';
  if (waitP95 > DEFAULT_TARGET_WAIT || errors >= MANY_ERRORS * requests) return 'warning';
  return waitP95 < NO_WAIT && !(errors > 0) ? 'ok' : 'info';
}
