/** The verdict: one sentence that says what the server was, what went wrong or did not, and what would mend it. */
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { capital, countText, durationText, listText, percentText, roundText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';

/** Severity "ok": the log says that nobody queued and nothing failed. "info": the log cannot tell, or only a remark. */
export function verdictOf(summary: Summary): Verdict {
  const top = summary.findings.find((finding) => finding.severity !== 'info');
  if (top) return troubled(summary, top);
  if (summary.requests.total === 0) {
    return { severity: 'info', sentence: noRequests(summary), confidence: 1 };
  }
  return quiet(summary);
}

/** An error log, or a server whose access log is off, tells of no requests however long one waits. */
function noRequests({ inputs }: Summary): string {
  const spoke = inputs.find(({ lifecycle, format }) => lifecycle > 0 && format !== null);
  return spoke
    ? `No requests yet: so far the log holds only what ${spoke.format} says about itself. "logscope formats ${spoke.format}" shows how it logs requests.`
    : 'No requests yet.';
}

const confidenceOf = ({ server, wait }: Summary): number =>
  Math.min(server.capacity.confidence || server.model_confidence, wait.confidence || 1);

function troubled(summary: Summary, top: FindingSummary): Verdict {
  const saturated = summary.findings.find((finding) => finding.id === 'pool-saturated');
  // What fails is counted, not inferred, and how the pool did is the other half of the answer.
  const failing = summary.findings.find((finding) => finding.id === 'server-errors');
  const sentences = [
    ...(top.id === 'pool-saturated' ? [] : [`${capital(top.title)}.`]),
    ...(saturated ? [saturatedSentence(summary, saturated)] : []),
    ...(failing && failing !== top ? [`${failing.title}.`] : []),
    ...(failing === top && !saturated ? [quiet(summary).sentence] : []),
  ];
  return { severity: top.severity, sentence: sentences.join(' '), confidence: confidenceOf(summary) };
}

/** A pool that is full for long hides when its callers came: the truth may lie far above the estimate. */
export const isHidden = ({ mean, high }: Summary['wait']): boolean =>
  mean !== null && high.mean !== null && high.mean > 3 * mean + 0.1;

/** A sentence that names a route stays a sentence. */
const shortened = (route: string): string =>
  route.length > MOST_LETTERS ? `${route.slice(0, MOST_LETTERS - 1)}…` : route;
const MOST_LETTERS = 40;

/** "4 sync workers, all busy 31 of 60 s; callers queued up to 2.1 s (inferred). 7 workers, or async I/O, would end it." */
function saturatedSentence(summary: Summary, { evidence }: FindingSummary): string {
  const full = Number(evidence.saturated_seconds);
  const window = summary.window.seconds;
  const { wait } = summary;
  const waited =
    wait.max === null
      ? 'whether callers queued, and for how long, the log cannot tell'
      : `callers queued up to ${durationText(wait.max * 1e6)}${isHidden(wait) ? ' or more' : ''} (${wait.method})`;
  const share = window === null ? `for ${roundText(full)} s` : `${roundText(full)} of ${roundText(window)} s`;
  const workers = evidence.recommended_workers;
  const remedy =
    typeof workers === 'number'
      ? ` ${capital(countText(workers, summary.server.model === 'pool' ? 'slot' : 'worker'))}${summary.server.model === 'threaded' && summary.server.threads.value !== null ? ` of ${summary.server.threads.value} threads` : ''}${summary.server.model === 'async' || evidence.requests_slow_each_other === true ? '' : ', or async I/O,'} would end it.`
      : '';
  // The route that fills the pool is the other knob.
  const slow = summary.findings.find((finding) => finding.id === 'head-of-line')?.evidence;
  const behind = slow
    ? `, ${percentText(Number(slow.busy_share))} of their time on ${shortened(String(slow.route))}`
    : '';
  return `${capital(poolText(summary.server))}, all busy ${share}${behind}; ${waited}.${remedy}`;
}

function quiet(summary: Summary): Verdict {
  const { server, concurrency, wait, knows } = summary;
  const confidence = confidenceOf(summary);
  const unclear = summary.findings.find((finding) => finding.id === 'not-enough-data');
  if (unclear)
    return { severity: 'info', sentence: `${unclear.title}; too little to judge the server.`, confidence: 1 };

  const slots = knownSlots(server);
  if (slots !== null && concurrency.peak !== null) {
    const queued =
      wait.p95 === null
        ? 'whether callers queued the log cannot tell'
        : wait.p95 < 0.01
          ? 'callers did not queue'
          : `the queue stayed short (p95 ${durationText(wait.p95 * 1e6)}, ${wait.method})`;
    return {
      severity: wait.p95 === null ? 'info' : 'ok',
      sentence: `${capital(poolText(server))}, at most ${concurrency.peak} of ${slots} slots busy at once; ${queued}.`,
      confidence,
    };
  }
  if (server.model === 'async' || server.model === 'thread-per-request') {
    // Without times or durations nobody sees whether the loop was blocked, or the machine out of breath.
    if (concurrency.peak === null) {
      return {
        severity: 'info',
        sentence: `${capital(poolText(server))}, without a limit on slots; how many requests were in flight, and how long they took, the log cannot tell.`,
        confidence: server.model_confidence,
      };
    }
    return {
      severity: 'ok',
      sentence: `${capital(poolText(server))}, up to ${concurrency.peak} requests in flight; no limit on slots was met, so nobody queued for one.`,
      confidence: server.model_confidence,
    };
  }
  const lacks = knows.missing.map(({ what }) => what);
  return {
    severity: 'info',
    sentence:
      lacks.length > 0
        ? `The log cannot tell how many requests the server runs at once: it lacks ${listText(lacks)}.`
        : 'The log cannot tell how many requests the server runs at once: it was never seen full.',
    confidence: 1,
  };
}
