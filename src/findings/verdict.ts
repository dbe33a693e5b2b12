/** The verdict: a short text that says what the server is, what went wrong (or that nothing did), and what would fix it. */
import { momentsOf } from '../core/moments.ts';
import { poolNameBeside } from '../core/pool-names.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { isHidden } from '../core/wait-range.ts';
import { capital, percentText, shortened, shortName } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { confidenceOf, quietVerdict, shareOfWindow, sureOfServer } from './quiet-verdict.ts';
import { waitWords } from './wait-words.ts';

/** Severity "ok": the log shows that nobody queued and nothing failed. "info": the log cannot tell, or there is only a remark. */
export function verdictOf(summary: Summary): Verdict {
  const top = summary.findings.find((finding) => finding.severity !== 'info');
  if (top) return troubled(summary, top);
  if (summary.requests.total === 0) {
    return { severity: 'info', sentence: noRequests(summary), confidence: 1 };
  }
  return quietVerdict(summary);
}

/** The verdict before the first request. An error log, or the log of a server without an access log, will never show one. */
function noRequests({ inputs }: Summary): string {
  const spoke = inputs.find(({ lifecycle, format }) => lifecycle > 0 && format !== null);
  return spoke
    ? `No requests yet: so far the log holds only what ${spoke.format} says about itself. "logscope formats ${spoke.format}" shows how it logs requests.`
    : 'No requests yet.';
}

function troubled(summary: Summary, top: FindingSummary): Verdict {
  // A finding that explains why the pool was full has the time it was full in its evidence, too.
  const saturated =
    summary.findings.find((finding) => finding.id === 'pool-saturated') ??
    summary.findings.find(({ evidence }) => typeof evidence.saturated_seconds === 'number');
  // Failures are named beside the pool: they are counted, not inferred. If failures are the top finding, the state of the pool is added.
  const failing = summary.findings.find(({ id }) => TELL_FAILURES.has(id));
  const sentences = [
    ...(top.id === 'pool-saturated' || isToldByPool(top, saturated)
      ? []
      : [titleWordings(top, saturated !== undefined)]),
    ...(saturated ? [saturatedWordings(summary, saturated)] : []),
    ...(failing && failing !== top ? [titleWordings(failing, true)] : []),
    ...(failing === top && !saturated ? [wordingsOf(quietVerdict(summary))] : []),
    ...(typeof top.evidence.remedy === 'string' ? [remedyWordings(top.evidence.remedy)] : []),
  ];
  const [sentence, ...shorter] = Array.from({ length: sentences.length > 1 ? WORDINGS_BESIDE : WORDINGS }, (_, i) =>
    sentences
      .map((wordings) => wordings[Math.min(i, wordings.length - 1)])
      .filter((words) => words !== '')
      .join(' '),
  );
  // The confidence of the waits only matters if a sentence is about waits.
  const tellsWaits = saturated !== undefined || failing === top;
  const confidence = tellsWaits ? confidenceOf(summary) : sureOfServer(summary);
  return { severity: top.severity, sentence, shorter, confidence };
}

/** Whether the sentence about the pool names the route of the top finding already. */
const isToldByPool = (top: FindingSummary, saturated: FindingSummary | undefined): boolean =>
  top.id === 'head-of-line' && top === saturated;

/** Findings whose evidence contains `share`, the share of answers that fail. */
const TELL_FAILURES: ReadonlySet<string> = new Set(['server-errors', 'gateway-gives-up']);

/** A remedy in brief, from the evidence: titles contain none, and the advice is too long. The shortest wording leaves it out. */
const remedyWordings = (remedy: string): string[] => [`${capital(remedy)}.`, `${capital(remedy)}.`, ''];

const wordingsOf = ({ sentence, shorter = [] }: Verdict): string[] => [sentence, ...shorter];

/**
 * Number of wordings of each sentence, longest first: as people speak, briefly, and tersely. Beside other sentences there are two more, the
 * last with only what cannot be left out.
 */
const WORDINGS = 3;
const WORDINGS_BESIDE = 5;

/** `isBeside`: the verdict has another sentence, so this one may be shorter. */
function titleWordings({ id, title, brief = title, evidence }: FindingSummary, isBeside: boolean): string[] {
  const long = `${capital(title)}.`;
  const fails = `${percentText(Number(evidence.share))} of answers fail.`;
  if (TELL_FAILURES.has(id)) return isBeside ? [long, long, fails] : [long, long, long, fails];
  // The sentence about the pool names the route that fills it.
  if (id === 'head-of-line' && isBeside) return [long, long, long, '', ''];
  return [long, long, long, `${capital(brief)}.`];
}

const LETTERS_OF_ROUTE = 40;

/**
 * "4 sync workers, all busy 31 of 60 s; callers queued up to 2.1 s (inferred). 7 workers, or async I/O, would end it.",
 * "4 sync workers full 31 of 60 s; waits up to 2.1 s (inferred). 7 workers or async I/O would end it.", and
 * "4 sync workers full 31/60 s; waits up to 2.1 s (inferred). Fix: 7 workers or async I/O."; for use beside other sentences also the last one
 * with the route that fills the pool, and again without it.
 */
function saturatedWordings(summary: Summary, finding: FindingSummary): string[] {
  const { evidence } = finding;
  const { server } = summary;
  const pool = capital(poolText(server));
  const share = shareOfWindow(Number(evidence.saturated_seconds), summary);
  const [queued, waits, waitsInBrief] = waitWords(summary, evidence);
  const remedy = remedyOf(summary, evidence);
  const { slow } = remedy;
  const route = slow ? String(slow.route) : '';
  const behind = (words: string, name: string) =>
    slow ? `, ${percentText(Number(slow.busy_share))} ${words} ${name}` : '';
  const [ends, endsBriefly, fix] = wordsOf(remedy);
  const terse = (by: string) => `${pool} full ${share.replace(' of ', '/')}${by}; ${waitsInBrief}.${fix}`;
  return [
    `${pool}, all busy ${share}${whenOver(summary, finding)}${behind('of their time on', shortened(route, LETTERS_OF_ROUTE))}; ${queued}.${ends}`,
    `${pool} full ${share}${behind('by', shortName(route))}; ${waits}.${endsBriefly}`,
    terse(''),
    terse(behind('by', shortName(route))),
    terse(''),
  ];
}

/** A full stretch is over if at least this share of the log, and this many seconds, come after it. */
const OVER_SHARE = 0.15;
const OVER_SECONDS = 10;
/** If the pool was full for more than this many times the length of the finding, it was also full at other times. */
const LONGER_THAN = 1.05;

/**
 * " (from 20:42:31 to 20:43:08 UTC)" if the pool has had free slots since then; "" if it was full until the end, or nearly. The finding may
 * cover only one of several full stretches; then the text says "among others".
 */
function whenOver({ window }: Summary, { from, to, evidence }: FindingSummary): string {
  if (from === null || to === null || window.to === null || window.seconds === null) return '';
  const since = (Date.parse(window.to) - Date.parse(to)) / 1000;
  if (since < Math.max(OVER_SECONDS, OVER_SHARE * window.seconds)) return '';
  const [begin, end] = [from, to].map((at) => 1000 * Date.parse(at));
  const isOneOfSeveral = Number(evidence.saturated_seconds) * 1e6 > LONGER_THAN * (end - begin);
  return ` (${isOneOfSeveral ? 'among others ' : ''}from ${momentsOf(window).span(begin, end)} UTC)`;
}

/** What would end the queue in front of a full pool. */
interface Remedy {
  /** Evidence of the finding about the route that fills the pool; undefined: no route does. */
  readonly slow: FindingSummary['evidence'] | undefined;
  /** The remedy is a separate pool for that route. */
  readonly alone: boolean;
  /** The pool that would be enough, in full and in brief; "": none is recommended. */
  readonly enough: string;
  readonly inBrief: string;
  readonly orAsync: boolean;
  /** The remedy only helps if views wait for I/O: threads that compute would share a core, and the log does not show which it is. */
  readonly ifWaiting: boolean;
  /** Requests took longer while the pool was full: they may wait for each other, and then more slots do not help. */
  readonly unlessShared: boolean;
}

function remedyOf(summary: Summary, evidence: FindingSummary['evidence']): Remedy {
  const slow = summary.findings.find((finding) => finding.id === 'head-of-line')?.evidence;
  // If the other routes would hardly wait without this one, the remedy is a separate pool for it, not more slots for all.
  const alone = slow !== undefined && Number(slow.without_route_wait_p95_seconds ?? Number.NaN) <= SHORT_WITHOUT;
  const [enough, inBrief] = alone
    ? [
        `A pool of its own for ${shortened(String(slow.route), LETTERS_OF_ROUTE)}`,
        `own pool for ${shortName(String(slow.route))}`,
      ]
    : [false, true].map((brief) => enoughText(summary, evidence, brief));
  const unlessShared = !alone && typeof evidence.slower_when_full === 'number';
  const orAsync =
    !alone && !unlessShared && summary.server.model !== 'async' && evidence.requests_slow_each_other !== true;
  const ifWaiting = !alone && evidence.if_views_wait === true;
  return { slow, alone, enough, inBrief, orAsync, ifWaiting, unlessShared };
}

function wordsOf({ alone, enough, inBrief, orAsync, ifWaiting, unlessShared }: Remedy): [string, string, string] {
  if (enough === '') return ['', '', ''];
  const [when, ifBrief] = conditionOf(ifWaiting, unlessShared);
  return [
    ` ${enough}${orAsync ? ', or async I/O,' : ''} would end it${when}.`,
    ` ${alone ? enough : inBrief}${orAsync ? ' or async I/O' : ''} would end it${ifBrief}.`,
    // Under a condition, the briefest wording names only one of the two remedies.
    when === '' ? ` Fix: ${inBrief}${orAsync ? ' or async I/O' : ''}.` : ` Fix${ifBrief}: ${inBrief}.`,
  ];
}

function conditionOf(ifWaiting: boolean, unlessShared: boolean): [when: string, inBrief: string] {
  if (ifWaiting && unlessShared) return [' if the views wait for I/O and not for each other', ' if I/O-bound'];
  if (ifWaiting) return [' if the views wait for I/O', ' if I/O-bound'];
  return unlessShared ? [' unless the requests wait for each other', ' unless they share a lock'] : ['', ''];
}

/** " About 7 workers, or async I/O, would end it." in three lengths, longest first; "" if nothing is recommended. */
export const remedyWords = (summary: Summary, evidence: FindingSummary['evidence']): [string, string, string] =>
  wordsOf(remedyOf(summary, evidence));

/** Up to this p95 wait (s), the other requests hardly wait without the slow route. */
const SHORT_WITHOUT = 0.2;

/** The pool that would be enough: "About 7 workers", in brief "~7 workers", "3 workers of 4 threads"; "" if none is recommended. */
function enoughText(
  { server, wait }: Summary,
  { recommended_workers: workers, recommended_threads: threads }: FindingSummary['evidence'],
  inBrief: boolean,
): string {
  if (typeof workers !== 'number') return '';
  const model = server.model === 'async' && Number(server.threads.value) > 1 ? 'pool' : server.model;
  const kind = model === 'pool' || (model === 'threaded' && typeof threads === 'number') ? model : 'sync';
  const pool = poolNameBeside({ model: kind, workers, threads: Number(threads) });
  if (!isHidden(wait)) return capital(pool);
  return inBrief ? `~${pool}` : `About ${pool}`;
}
