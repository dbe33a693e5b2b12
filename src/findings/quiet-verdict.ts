/** The verdict on a log in which nothing went wrong: whether callers queued, and how many requests ran at once. */
import type { Verdict } from '../core/snapshot.ts';
import { HEDGED, hasNoSlots, type Summary } from '../core/summary.ts';
import { atMostSoLong } from '../core/wait-range.ts';
import { atOnceText, capital, countText, durationText, listText, roundText } from '../core/words.ts';
import { knownSlots, poolText } from './pool-words.ts';
import { atMostWords, quietWaitWords, SHORT } from './wait-words.ts';

/** Confidence in a statement about the server and its waits: the lower of the two. */
export const confidenceOf = (summary: Summary): number => Math.min(sureOfServer(summary), summary.wait.confidence || 1);

/** Confidence in a statement about the server alone. */
export const sureOfServer = ({ server }: Summary): number => server.capacity.confidence || server.model_confidence;

/** Wordings for a server without a limit; the key says whether requests take longer when more are in flight (null: unknown). */
const insideWordings: Readonly<Record<'true' | 'false' | 'null', readonly [sentence: string, shorter: string]>> = {
  true: ['they wait for each other inside the application', 'they wait for each other'],
  false: ['they took as long among many as among few', 'none took longer for it'],
  null: [
    'whether they waited inside the application the log does not show',
    'whether they waited the log does not show',
  ],
};

/** "all busy 17 of 80 s" or "at most 3 of 8 slots busy at once", in three lengths, longest first. */
function peakWords(summary: Summary, peak: number, slots: number): [string, string, string] {
  const { peak_at_least: least, saturated_seconds: full } = summary.concurrency;
  const isProven = least === null || least >= peak;
  if (peak === slots && isProven && full !== null) {
    const busy = `all busy ${shareOfWindow(full, summary)}`;
    return [busy, busy, busy];
  }
  const most = isProven ? `at most ${peak}` : `between ${least} and ${peak}`;
  // The pool may have had several sizes in turn. If more requests ran at once than `slots`, the largest size is named.
  const all = Math.max(slots, ...(summary.server.regimes ?? []).map(({ capacity }) => capacity ?? 0));
  const of = peak > slots ? all : slots;
  const perhaps = peak === slots && full !== null ? `, all perhaps for ${durationText(full * 1e6)}` : '';
  return [`${most} of ${of} slots busy at once${perhaps}`, `${most} of ${of} slots busy`, `${most} of ${of} busy`];
}

/** Longer windows (s) are not given in seconds. */
const LONG_WINDOW = 600;

/** "17 of 80 s", "27 ms of 80 s", "36 min of 53 h", "for 17 s". */
export function shareOfWindow(seconds: number, { window }: Summary): string {
  if (window.seconds === null) return `for ${durationText(seconds * 1e6)}`;
  if (window.seconds > LONG_WINDOW) return `${durationText(seconds * 1e6)} of ${durationText(window.seconds * 1e6)}`;
  return `${seconds < 1 ? durationText(seconds * 1e6) : roundText(seconds)} of ${roundText(window.seconds)} s`;
}

/** "at least 24 requests", "about 1 request" */
const inFlightText = (peak: number, proven: number | null): string =>
  `${atOnceText(peak, proven)} ${peak === 1 ? 'request' : 'requests'}`;

/** Severity "ok" (nothing went wrong) or "info" (the log cannot tell). */
export function quietVerdict(summary: Summary): Verdict {
  const { server, concurrency, wait } = summary;
  const unclear = summary.findings.find((finding) => finding.id === 'not-enough-data');
  if (unclear)
    return { severity: 'info', sentence: `${unclear.title}; too little to judge the server.`, confidence: 1 };

  const slots = knownSlots(server);
  if (slots !== null && concurrency.peak !== null) return ofPool(summary, slots, concurrency.peak);
  if (hasNoSlots(server.model)) {
    if (concurrency.peak === null) return withoutTimes(summary);
    if (server.capacity.low !== null) return underSomeLimit(summary, server.capacity.low);
    return server.model_confidence < HEDGED ? ofHedge(summary, concurrency.peak) : ofLoop(summary, concurrency.peak);
  }
  if (slots !== null) return ofPoolUnseen(summary);
  return wait.p95 !== null ? ofSomeSlots(summary, wait.p95) : nothingTold(summary);
}

const lacking = ({ knows }: Summary): string | null =>
  knows.missing.length > 0 ? listText(knows.missing.map(({ what }) => what)) : null;

function ofPool(summary: Summary, slots: number, peak: number): Verdict {
  const { wait, server } = summary;
  const [queued, briefly, inBrief] = quietWaitWords(wait);
  const pool = capital(poolText(server));
  const [busy, busyBriefly, busyInBrief] = peakWords(summary, peak, slots);
  return {
    severity: wait.p95 === null || wait.p95 >= SHORT ? 'info' : 'ok',
    sentence: `${pool}, ${busy}; ${queued}.`,
    shorter: [`${pool}, ${busyBriefly}; ${briefly}.`, `${pool}, ${busyInBrief}; ${inBrief}.`],
    confidence: confidenceOf(summary),
  };
}

/** A server without slots, in a log without times or durations: it cannot show whether the loop was blocked or the machine overloaded. */
function withoutTimes({ server }: Summary): Verdict {
  const kind = capital(poolText(server));
  // If the kind of server is only a guess, it may have slots after all.
  const own =
    server.model_confidence < HEDGED ? `${kind}, by the plainest reading` : `${kind}: no limit to requests at once`;
  return {
    severity: 'info',
    sentence: `${own}. How many were in flight, how long they took, and whether they waited, for each other or inside the application, the log cannot tell.`,
    shorter: [`${own}; how many ran, for how long, and whether they waited the log cannot tell.`],
    confidence: server.model_confidence,
  };
}

/** The kind of server has no slots, yet there were never more than `most` requests at once. */
function underSomeLimit({ server }: Summary, most: number): Verdict {
  const never = `Never more than ${countText(most, 'request')} in flight, though more would have been without a limit`;
  return {
    severity: 'info',
    sentence: `${never}: the server has one, or its clients are no more. Whether callers queued the log cannot tell.`,
    shorter: [`${never}; whether callers queued the log cannot tell.`],
    confidence: server.model_confidence,
  };
}

function ofHedge({ server, concurrency }: Summary, peak: number): Verdict {
  const most = capital(inFlightText(peak, concurrency.peak_at_least));
  return {
    severity: 'info',
    sentence: `${most} in flight at once; whether the server has a limit, and whether callers queued for it, the log cannot tell.`,
    shorter: [`${most} in flight; whether there is a limit the log cannot tell.`],
    confidence: server.model_confidence,
  };
}

function ofLoop({ server, concurrency, service_time }: Summary, peak: number): Verdict {
  const inFlight = inFlightText(peak, concurrency.peak_at_least);
  const text = poolText(server);
  // If nothing is known about the server, the sentence is about its requests.
  const pool =
    text === 'the server' ? `${capital(inFlight)} were in flight` : `${capital(text)}, ${inFlight} in flight`;
  const [inside, inBrief] = insideWordings[`${service_time.grows_with_load}`];
  return {
    severity: service_time.grows_with_load === false ? 'ok' : 'info',
    sentence: `${pool} at once; ${inside}.`,
    shorter: [`${pool}; ${inBrief}.`],
    confidence: server.model_confidence,
  };
}

/** The number of slots is known, but not how many of them were busy. */
function ofPoolUnseen(summary: Summary): Verdict {
  const lacks = lacking(summary);
  const missing = lacks === null ? '' : `: it lacks ${lacks}`;
  const pool = capital(poolText(summary.server));
  return {
    severity: 'info',
    sentence: `${pool}; how many of them were busy at once, and whether callers queued, the log cannot tell${missing}.`,
    shorter: [
      `${pool}; how busy they were the log cannot tell${missing}.`,
      `${pool}; the log lacks ${lacks ?? 'their times'}.`,
    ],
    confidence: confidenceOf(summary),
  };
}

/** The waits are known, but not the number of slots. `p95`: p95 wait, s. */
function ofSomeSlots(summary: Summary, p95: number): Verdict {
  const { wait, server } = summary;
  const [queued, briefly, inBrief] = atMostSoLong(summary) ? atMostWords(wait) : quietWaitWords(wait);
  const least = server.capacity.low === null ? 'Some slots' : `${countText(server.capacity.low, 'slot')} or more`;
  return {
    severity: wait.method === 'measured' && p95 < SHORT ? 'ok' : 'info',
    sentence: `${least}, how many the log cannot tell; ${queued}.`,
    shorter: [`${least}; ${briefly}.`, `${least}; ${inBrief}.`],
    confidence: wait.confidence,
  };
}

function nothingTold(summary: Summary): Verdict {
  const lacks = lacking(summary);
  const why = lacks === null ? 'it was never seen full' : `it lacks ${lacks}`;
  const { low } = summary.server.capacity;
  const isBounded = low !== null && low > 1;
  return {
    severity: 'info',
    sentence: isBounded
      ? `The server runs at least ${low} requests at once; how many more the log cannot tell: ${why}.`
      : `The log cannot tell how many requests the server runs at once: ${why}.`,
    shorter: [
      isBounded
        ? `At least ${low} requests at once; how many more the log cannot tell: ${why}.`
        : `How many requests run at once the log cannot tell: ${why}.`,
      // For narrow screens and several servers; the findings say what the log lacks.
      isBounded ? `At least ${low} requests at once, no more is known.` : 'How many requests run at once is unknown.',
    ],
    confidence: 1,
  };
}
