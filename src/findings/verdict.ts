/** The verdict: one sentence that says what the server was, what went wrong or did not, and what would mend it. */
import { poolNameBeside } from '../core/pool-names.ts';
import type { Verdict } from '../core/snapshot.ts';
import { type FindingSummary, hasNoSlots, type Summary } from '../core/summary.ts';
import { clockText } from '../core/time.ts';
import { atMostSoLong, isHidden } from '../core/wait-range.ts';
import { atOnceText, capital, countText, durationText, listText, percentText, roundText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { atMostWords, quietWaitWords, SHORT, waitWords } from './wait-words.ts';

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
    ...(failing === top && !saturated ? [wordingsOf(quiet(summary))] : []),
  ];
  const [sentence, ...shorter] = Array.from({ length: sentences.length > 1 ? WORDINGS_BESIDE : WORDINGS }, (_, i) =>
    sentences
      .map((wordings) => wordings[Math.min(i, wordings.length - 1)])
      .filter((words) => words !== '')
      .join(' '),
  );
  return { severity: top.severity, sentence, shorter, confidence: confidenceOf(summary) };
}

/** The route that fills the pool stands in the pool's own sentence. */
const isToldByPool = (top: FindingSummary, saturated: FindingSummary | undefined): boolean =>
  top.id === 'head-of-line' && top === saturated;

/** Findings whose evidence has the share of answers that fail. */
const TELL_FAILURES: ReadonlySet<string> = new Set(['server-errors', 'gateway-gives-up']);

const wordingsOf = ({ sentence, shorter = [] }: Verdict): string[] => [sentence, ...shorter];

/** A sentence is worded as people speak, briefly and tersely; beside others in two more ways, the last of what cannot be left out. */
const WORDINGS = 3;
const WORDINGS_BESIDE = 5;

/** `isBeside`: another sentence of the verdict says what this one may leave out. */
function titleWordings({ id, title, evidence }: FindingSummary, isBeside: boolean): string[] {
  const said = capital(title);
  const long = `${said}.`;
  const fails = `${percentText(Number(evidence.share))} of answers fail.`;
  if (TELL_FAILURES.has(id)) return isBeside ? [long, long, fails] : [long, long, long, fails];
  // The pool's own sentence names the route that fills it.
  if (id === 'head-of-line' && isBeside) return [long, long, long, '', ''];
  return [long, long, long, `${shortened(said, LETTERS_OF_TITLE)}.`];
}

/** A sentence that names a route stays a sentence. */
const shortened = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
const LETTERS_OF_ROUTE = 40;
const LETTERS_OF_ROUTE_IN_BRIEF = 20;
const LETTERS_OF_TITLE = 60;

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
  const behind = (words: string, letters: number) =>
    slow ? `, ${percentText(Number(slow.busy_share))} ${words} ${shortened(String(slow.route), letters)}` : '';
  const [ends, endsBriefly, fix] = wordsOf(remedy);
  const terse = (by: string) => `${pool} full ${share.replace(' of ', '/')}${by}; ${waitsInBrief}.${fix}`;
  return [
    `${pool}, all busy ${share}${whenOver(summary, finding)}${behind('of their time on', LETTERS_OF_ROUTE)}; ${queued}.${ends}`,
    `${pool} full ${share}${behind('by', LETTERS_OF_ROUTE_IN_BRIEF)}; ${waits}.${endsBriefly}`,
    terse(''),
    terse(behind('by', LETTERS_OF_ROUTE_IN_BRIEF)),
    terse(''),
  ];
}

/** Share of the log, and s, that lie behind a stretch that is over. */
const OVER_SHARE = 0.15;
const OVER_SECONDS = 10;

/** " (from 20:42:31 to 20:43:08 UTC)" of a pool that has had free slots since; "" where it was full to the end, or nearly. */
function whenOver({ window }: Summary, { from, to }: FindingSummary): string {
  if (from === null || to === null || window.to === null || window.seconds === null) return '';
  const since = (Date.parse(window.to) - Date.parse(to)) / 1000;
  if (since < Math.max(OVER_SECONDS, OVER_SHARE * window.seconds)) return '';
  const [begin, end] = [from, to].map((at) => clockText(1000 * Date.parse(at)));
  return ` (from ${begin} to ${end} UTC)`;
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
}

function remedyOf(summary: Summary, evidence: FindingSummary['evidence']): Remedy {
  const slow = summary.findings.find((finding) => finding.id === 'head-of-line')?.evidence;
  // Where the others would not wait without it, a pool of its own is the answer, not more slots for all.
  const alone = slow !== undefined && Number(slow.without_route_wait_p95_seconds ?? Number.NaN) <= SHORT_WITHOUT;
  const [enough, inBrief] = alone
    ? [
        `A pool of its own for ${shortened(String(slow.route), LETTERS_OF_ROUTE)}`,
        `own pool for ${shortened(String(slow.route), LETTERS_OF_ROUTE_IN_BRIEF)}`,
      ]
    : [false, true].map((brief) => enoughText(summary, evidence, brief));
  const orAsync = !alone && summary.server.model !== 'async' && evidence.requests_slow_each_other !== true;
  return { slow, alone, enough, inBrief, orAsync };
}

function wordsOf({ alone, enough, inBrief, orAsync }: Remedy): [string, string, string] {
  if (enough === '') return ['', '', ''];
  return [
    ` ${enough}${orAsync ? ', or async I/O,' : ''} would end it.`,
    ` ${alone ? enough : inBrief}${orAsync ? ' or async I/O' : ''} would end it.`,
    ` Fix: ${inBrief}${orAsync ? ' or async I/O' : ''}.`,
  ];
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
  const { model } = server;
  const kind = model === 'pool' || (model === 'threaded' && typeof threads === 'number') ? model : 'sync';
  const pool = poolNameBeside({ model: kind, workers, threads: Number(threads) });
  if (!isHidden(wait)) return capital(pool);
  return inBrief ? `~${pool}` : `About ${pool}`;
}

/** Below this the kind of server is a hedge. */
const HEDGED = 0.6;

/** Of a server without a limit, by whether its requests take longer the more are in flight. */
const insideWordings: Readonly<Record<'true' | 'false' | 'null', readonly [sentence: string, shorter: string]>> = {
  true: ['they wait for each other inside the application', 'they wait for each other'],
  false: ['they took as long among many as among few', 'none took longer for it'],
  null: [
    'whether they waited inside the application the log does not show',
    'whether they waited the log does not show',
  ],
};

/** "all busy 17 of 80 s", "at most 3 of 8 slots busy at once", in three lengths. */
function peakWords(summary: Summary, peak: number, slots: number): [string, string, string] {
  const { peak_at_least: least, saturated_seconds: full } = summary.concurrency;
  const isProven = least === null || least >= peak;
  if (peak === slots && isProven && full !== null) {
    const busy = `all busy ${shareOfWindow(full, summary)}`;
    return [busy, busy, busy];
  }
  const most = isProven ? `at most ${peak}` : `between ${least} and ${peak}`;
  const perhaps = peak === slots && full !== null ? `, all perhaps for ${durationText(full * 1e6)}` : '';
  return [
    `${most} of ${slots} slots busy at once${perhaps}`,
    `${most} of ${slots} slots busy`,
    `${most} of ${slots} busy`,
  ];
}

/** "17 of 80 s", "27 ms of 80 s", "for 17 s". */
function shareOfWindow(seconds: number, { window }: Summary): string {
  if (window.seconds === null) return `for ${durationText(seconds * 1e6)}`;
  return `${seconds < 1 ? durationText(seconds * 1e6) : roundText(seconds)} of ${roundText(window.seconds)} s`;
}

/** "at least 24 requests", "about 1 request" */
const inFlightText = (peak: number, proven: number | null): string =>
  `${atOnceText(peak, proven)} ${peak === 1 ? 'request' : 'requests'}`;

function quiet(summary: Summary): Verdict {
  const { server, concurrency, wait, knows } = summary;
  const confidence = confidenceOf(summary);
  const unclear = summary.findings.find((finding) => finding.id === 'not-enough-data');
  if (unclear)
    return { severity: 'info', sentence: `${unclear.title}; too little to judge the server.`, confidence: 1 };

  const slots = knownSlots(server);
  if (slots !== null && concurrency.peak !== null) {
    const [queued, briefly, inBrief] = quietWaitWords(wait);
    const pool = capital(poolText(server));
    const [busy, busyBriefly, busyInBrief] = peakWords(summary, concurrency.peak, slots);
    return {
      severity: wait.p95 === null || wait.p95 >= SHORT ? 'info' : 'ok',
      sentence: `${pool}, ${busy}; ${queued}.`,
      shorter: [`${pool}, ${busyBriefly}; ${briefly}.`, `${pool}, ${busyInBrief}; ${inBrief}.`],
      confidence,
    };
  }
  if (hasNoSlots(server.model)) {
    const own = `${capital(poolText(server))}, without fixed slots`;
    // Without times or durations nobody sees whether the loop was blocked, or the machine out of breath.
    if (concurrency.peak === null) {
      return {
        severity: 'info',
        sentence: `${own}. How many requests were in flight, how long they took, and whether they waited for each other, the log cannot tell.`,
        shorter: [`${own}; requests in flight, their times and waits are not in the log.`],
        confidence: server.model_confidence,
      };
    }
    if (server.capacity.low !== null) {
      const most = `Never more than ${countText(server.capacity.low, 'request')} in flight, though more would have been without a limit`;
      return {
        severity: 'info',
        sentence: `${most}: the server has one, or its clients are no more. Whether callers queued the log cannot tell.`,
        shorter: [`${most}; whether callers queued the log cannot tell.`],
        confidence: server.model_confidence,
      };
    }
    if (server.model_confidence < HEDGED) {
      const most = inFlightText(concurrency.peak, concurrency.peak_at_least);
      return {
        severity: 'info',
        sentence: `${capital(most)} in flight at once; whether the server has a limit, and whether callers queued for it, the log cannot tell.`,
        shorter: [`${capital(most)} in flight; whether there is a limit the log cannot tell.`],
        confidence: server.model_confidence,
      };
    }
    const inFlight = inFlightText(concurrency.peak, concurrency.peak_at_least);
    const text = poolText(server);
    // Of a server of which no more is known, its requests are what the sentence is about.
    const pool =
      text === 'the server' ? `${capital(inFlight)} were in flight` : `${capital(text)}, ${inFlight} in flight`;
    const [inside, inBrief] = insideWordings[`${summary.service_time.grows_with_load}`];
    return {
      severity: summary.service_time.grows_with_load === false ? 'ok' : 'info',
      sentence: `${pool} at once; ${inside}.`,
      shorter: [`${pool}; ${inBrief}.`],
      confidence: server.model_confidence,
    };
  }
  const lacks = knows.missing.map(({ what }) => what);
  if (slots !== null) {
    const missing = lacks.length > 0 ? `: it lacks ${listText(lacks)}` : '';
    const pool = capital(poolText(server));
    return {
      severity: 'info',
      sentence: `${pool}; how many of them were busy at once, and whether callers queued, the log cannot tell${missing}.`,
      shorter: [
        `${pool}; how busy they were the log cannot tell${missing}.`,
        `${pool}; the log lacks ${lacks.length > 0 ? listText(lacks) : 'their times'}.`,
      ],
      confidence,
    };
  }
  if (wait.p95 !== null) {
    const [queued, briefly, inBrief] = atMostSoLong(summary) ? atMostWords(wait) : quietWaitWords(wait);
    const least = server.capacity.low === null ? 'Some slots' : `${countText(server.capacity.low, 'slot')} or more`;
    return {
      severity: wait.method === 'measured' && wait.p95 < SHORT ? 'ok' : 'info',
      sentence: `${least}, how many the log cannot tell; ${queued}.`,
      shorter: [`${least}; ${briefly}.`, `${least}; ${inBrief}.`],
      confidence: wait.confidence,
    };
  }
  const why = lacks.length > 0 ? `it lacks ${listText(lacks)}` : 'it was never seen full';
  return {
    severity: 'info',
    sentence: `The log cannot tell how many requests the server runs at once: ${why}.`,
    shorter: [
      `How many requests run at once the log cannot tell: ${why}.`,
      lacks.length > 0 ? `The log lacks ${listText(lacks)}.` : 'The pool was never seen full.',
    ],
    confidence: 1,
  };
}
