/** The verdict: one sentence that says what the server was, what went wrong or did not, and what would mend it. */
import { momentsOf } from '../core/moments.ts';
import { poolNameBeside } from '../core/pool-names.ts';
import type { Verdict } from '../core/snapshot.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { isHidden } from '../core/wait-range.ts';
import { capital, percentText, shortened, shortName } from '../core/words.ts';
import { poolText } from './pool-words.ts';
import { confidenceOf, quietVerdict, shareOfWindow, sureOfServer } from './quiet-verdict.ts';
import { waitWords } from './wait-words.ts';

/** Severity "ok": the log says that nobody queued and nothing failed. "info": the log cannot tell, or only a remark. */
export function verdictOf(summary: Summary): Verdict {
  const top = summary.findings.find((finding) => finding.severity !== 'info');
  if (top) return troubled(summary, top);
  if (summary.requests.total === 0) {
    return { severity: 'info', sentence: noRequests(summary), confidence: 1 };
  }
  return quietVerdict(summary);
}

/** An error log, or a server whose access log is off, tells of no requests however long one waits. */
function noRequests({ inputs }: Summary): string {
  const spoke = inputs.find(({ lifecycle, format }) => lifecycle > 0 && format !== null);
  return spoke
    ? `No requests yet: so far the log holds only what ${spoke.format} says about itself. "logscope formats ${spoke.format}" shows how it logs requests.`
    : 'No requests yet.';
}

function troubled(summary: Summary, top: FindingSummary): Verdict {
  // A cause that explains the full pool tells of it as well.
  const saturated =
    summary.findings.find((finding) => finding.id === 'pool-saturated') ??
    summary.findings.find(({ evidence }) => typeof evidence.saturated_seconds === 'number');
  // What fails is counted, not inferred, and how the pool did is the other half of the answer.
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
  // Of waits that it says nothing of, a sentence need not be sure.
  const tellsWaits = saturated !== undefined || failing === top;
  const confidence = tellsWaits ? confidenceOf(summary) : sureOfServer(summary);
  return { severity: top.severity, sentence, shorter, confidence };
}

/** The route that fills the pool stands in the pool's own sentence. */
const isToldByPool = (top: FindingSummary, saturated: FindingSummary | undefined): boolean =>
  top.id === 'head-of-line' && top === saturated;

/** Findings whose evidence has the share of answers that fail. */
const TELL_FAILURES: ReadonlySet<string> = new Set(['server-errors', 'gateway-gives-up']);

/** What to do about it stands in the title of no finding; the advice says it at length. */
const remedyWordings = (remedy: string): string[] => [`${capital(remedy)}.`, `${capital(remedy)}.`, ''];

const wordingsOf = ({ sentence, shorter = [] }: Verdict): string[] => [sentence, ...shorter];

/** A sentence is worded as people speak, briefly and tersely; beside others in two more ways, the last of what cannot be left out. */
const WORDINGS = 3;
const WORDINGS_BESIDE = 5;

/** `isBeside`: another sentence of the verdict says what this one may leave out. */
function titleWordings({ id, title, brief = title, evidence }: FindingSummary, isBeside: boolean): string[] {
  const long = `${capital(title)}.`;
  const fails = `${percentText(Number(evidence.share))} of answers fail.`;
  if (TELL_FAILURES.has(id)) return isBeside ? [long, long, fails] : [long, long, long, fails];
  // The pool's own sentence names the route that fills it.
  if (id === 'head-of-line' && isBeside) return [long, long, long, '', ''];
  return [long, long, long, `${capital(brief)}.`];
}

const LETTERS_OF_ROUTE = 40;

/**
 * "4 sync workers, all busy 31 of 60 s; callers queued up to 2.1 s (inferred). 7 workers, or async I/O, would end it.",
 * "4 sync workers full 31 of 60 s; waits up to 2.1 s (inferred). 7 workers or async I/O would end it.", and
 * "4 sync workers full 31/60 s; waits up to 2.1 s (inferred). Fix: 7 workers or async I/O."; for beside others the last one
 * with the route that fills the pool, and without.
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

/** Share of the log, and s, that lie behind a stretch that is over. */
const OVER_SHARE = 0.15;
const OVER_SECONDS = 10;
/** Times the length of a finding; what is longer cannot lie within it. */
const LONGER_THAN = 1.05;

/**
 * " (from 20:42:31 to 20:43:08 UTC)" of a pool that has had free slots since; "" where it was full to the end, or nearly. A finding may be of
 * one of the times at which it was full.
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
  /** The evidence of the route that fills the pool, which is the other knob; undefined: none does. */
  readonly slow: FindingSummary['evidence'] | undefined;
  /** A pool of its own for that route. */
  readonly alone: boolean;
  /** The pool that would do, as people speak and in brief; "": none is recommended. */
  readonly enough: string;
  readonly inBrief: string;
  readonly orAsync: boolean;
  /** Threads of views that compute would share a core, and the log does not show what these do. */
  readonly ifWaiting: boolean;
  /** Requests took longer while the pool was full: they may wait for each other, and then no slots help. */
  readonly unlessShared: boolean;
}

function remedyOf(summary: Summary, evidence: FindingSummary['evidence']): Remedy {
  const slow = summary.findings.find((finding) => finding.id === 'head-of-line')?.evidence;
  // Where the others would not wait without it, a pool of its own is the answer, not more slots for all.
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
    // Of two remedies under one condition the briefest names one.
    when === '' ? ` Fix: ${inBrief}${orAsync ? ' or async I/O' : ''}.` : ` Fix${ifBrief}: ${inBrief}.`,
  ];
}

function conditionOf(ifWaiting: boolean, unlessShared: boolean): [when: string, inBrief: string] {
  if (ifWaiting && unlessShared) return [' if the views wait for I/O and not for each other', ' if I/O-bound'];
  if (ifWaiting) return [' if the views wait for I/O', ' if I/O-bound'];
  return unlessShared ? [' unless the requests wait for each other', ' unless they share a lock'] : ['', ''];
}

/** " About 7 workers, or async I/O, would end it.", briefly, and in brief; "" where nothing is recommended. */
export const remedyWords = (summary: Summary, evidence: FindingSummary['evidence']): [string, string, string] =>
  wordsOf(remedyOf(summary, evidence));

/** s: p95 wait of the others without the slow route. */
const SHORT_WITHOUT = 0.2;

/** "About 7 workers", in brief "~7 workers", "3 workers of 4 threads": the pool that would do; "" where none is recommended. */
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
