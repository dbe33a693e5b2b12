/** What is shown of a log before it is fully examined: a first look at a small log, or at a part of a long one. */
import type { ServerInference } from '../core/inference.ts';
import { newRevision, type Snapshot, type Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { sliceRows } from '../core/table.ts';
import { countText } from '../core/words.ts';
import { verdictOf } from '../findings/verdict.ts';
import { WAITS_UNTOLD } from '../findings/wait-words.ts';
import type { ExaminedWindow, Examiner } from './examiner.ts';
import type { ReplayLog } from './replay-log.ts';
import { isAlarm } from './steady-verdict.ts';

/** Number of requests of a long log that can be examined within a second. */
const FIRST_JUDGED = 6000;

/** `isWhole`: all requests are read and held. */
export async function firstLook(log: ReplayLog, examiner: Examiner, isWhole: boolean): Promise<Partial<Snapshot>> {
  const { first, inputs } = log;
  const window = first.window(0);
  const most = isWhole ? window.requests.length : Math.min(FIRST_JUDGED, window.requests.length);
  const examined = await examiner.examine({
    requests: sliceRows(window.requests, 0, most),
    stream: window.stream.subarray(0, most),
    facts: first.facts,
    lifecycle: log.seen().lifecycle,
    inputs,
    beginnings: log.partial.retained.beginnings,
  });
  const { summary, inference, requests, placement } = examined;
  const verdict = firstVerdict(examined);
  if (!isWhole) return { summary, verdict: ofFirst(most, verdict), inference, status: 'judged by its first requests' };
  const status = 'a first look, a closer one follows';
  const reading = log.reading(true);
  return { summary, verdict, inference, requests, placement, revision: newRevision(), reading, status };
}

/** If the ends of a wait's range differ by this factor, the estimate between them is not shown: a closer look would change it. */
const FAR_APART = 10;
/** Seconds. */
const LEAST = 0.001;

/** The verdict of a first look. With several servers each has its own sentence, which stays. */
export const firstVerdict = ({
  summary,
  verdict,
  inference,
}: Pick<ExaminedWindow, 'summary' | 'verdict' | 'inference'>): Verdict => {
  if (inference.servers.length > 0) return verdict;
  const found = verdictOf(withoutGuess(summary));
  return isAlarm(found) || isOfMost(inference) ? found : untilWorkedOut(verdictOf(withoutWaits(summary)));
};

/** Share of the requests that must have an inferred wait; fewer do not stand for all. */
const MOST = 0.5;

function isOfMost({ wait: { method }, requests: { wait } }: ServerInference): boolean {
  if (method !== 'inferred') return true;
  const unknown = wait.reduce((count, micros) => count + (Number.isNaN(micros) ? 1 : 0), 0);
  return wait.length - unknown >= MOST * wait.length;
}

const withoutWaits = (summary: Summary): Summary => ({
  ...summary,
  wait: { ...summary.wait, method: 'unknown', confidence: 0, mean: null, p50: null, p95: null, p99: null, max: null },
});

const untilWorkedOut = (verdict: Verdict): Verdict => ({
  ...verdict,
  sentence: verdict.sentence.replace(WAITS_UNTOLD, 'whether callers queued is being worked out'),
});

function withoutGuess(summary: Summary): Summary {
  const { wait } = summary;
  const isFar = wait.method === 'inferred' && (wait.high.mean ?? 0) > FAR_APART * Math.max(wait.low.mean ?? 0, LEAST);
  return isFar ? { ...summary, wait: { ...wait, mean: null } } : summary;
}

/** A calm beginning of a log says nothing about the rest. */
function ofFirst(requests: number, { severity, sentence, shorter = [], confidence }: Verdict): Verdict {
  const about = (words: string) => `The first ${countText(requests, 'request')}: ${words}`;
  return {
    severity: severity === 'ok' ? 'info' : severity,
    sentence: about(sentence),
    shorter: shorter.map(about),
    confidence,
  };
}
