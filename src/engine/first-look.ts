/** What a replay tells until all is worked out: a first look at a small log, or at the first requests of a long one. */
import { newRevision, type Snapshot, type Verdict } from '../core/snapshot.ts';
import type { Summary } from '../core/summary.ts';
import { sliceRows } from '../core/table.ts';
import { countText } from '../core/words.ts';
import { verdictOf } from '../findings/verdict.ts';
import type { Examiner } from './examiner.ts';
import type { ReplayLog } from './replay-log.ts';

/** Of a long log so many requests say something within a second. */
const FIRST_JUDGED = 6000;

/** `isWhole`: all requests are read and held. */
export async function firstLook(log: ReplayLog, examiner: Examiner, isWhole: boolean): Promise<Partial<Snapshot>> {
  const { first, inputs } = log;
  const window = first.window(0);
  const most = isWhole ? window.requests.length : Math.min(FIRST_JUDGED, window.requests.length);
  const {
    summary,
    verdict: found,
    inference,
    requests,
    placement,
  } = await examiner.examine({
    requests: sliceRows(window.requests, 0, most),
    stream: window.stream.subarray(0, most),
    facts: first.facts,
    lifecycle: log.seen().lifecycle,
    inputs,
  });
  // Of several servers each has words of its own.
  const verdict = inference.servers.length > 0 ? found : verdictOf(withoutGuess(summary));
  if (!isWhole) return { summary, verdict: ofFirst(most, verdict), inference, status: 'judged by its first requests' };
  const status = 'a first look, a closer one follows';
  const reading = log.reading(true);
  return { summary, verdict, inference, requests, placement, revision: newRevision(), reading, status };
}

/** Ends of a range this many times apart are told without the likeliest between them: a closer look finds another one. */
const FAR_APART = 10;
/** s */
const LEAST = 0.001;

function withoutGuess(summary: Summary): Summary {
  const { wait } = summary;
  const isFar = wait.method === 'inferred' && (wait.high.mean ?? 0) > FAR_APART * Math.max(wait.low.mean ?? 0, LEAST);
  return isFar ? { ...summary, wait: { ...wait, mean: null } } : summary;
}

/** That the beginning of a log is calm says nothing of the rest. */
function ofFirst(requests: number, { severity, sentence, shorter = [], confidence }: Verdict): Verdict {
  const about = (words: string) => `The first ${countText(requests, 'request')}: ${words}`;
  return {
    severity: severity === 'ok' ? 'info' : severity,
    sentence: about(sentence),
    shorter: shorter.map(about),
    confidence,
  };
}
