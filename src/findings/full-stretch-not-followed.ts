/** Finding: only a part of a very long log was followed, and the pool was full for longer elsewhere in it. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { isoInstant } from '../core/time.ts';
import { countText, durationText } from '../core/words.ts';
import { lookThere, lookThereInstead } from './look-there.ts';

function examine({ inference, summary }: Facts): Finding | null {
  const { notFollowed } = inference;
  if (!notFollowed) return null;
  const { from, to, fullMicros, lookFrom, isFollowed, isKept } = notFollowed;
  const full = summary.concurrency.saturated_seconds;
  // A timeline step counts as full from nine tenths of the slots busy on, so its stretches may be longer than the full time from requests.
  const inAll = full === null || full * 1e6 < fullMicros ? '' : `, of ${durationText(full * 1e6)} in the whole log`;
  return {
    severity: 'warning',
    title: `All slots were busy for ${durationText(fullMicros)} within ${momentsOf(summary.window).span(from, to)} UTC${isKept ? ', and how long callers waited is not told' : ', in a part of the log that was not followed'}`,
    brief: `All slots busy for ${durationText(fullMicros)}, ${isKept ? 'waits not told' : 'in a part that was not followed'}`,
    detail: `Of a log this long a part is followed, ${countText(notFollowed.requests, 'request')} of ${summary.requests.total}, and ${isKept ? `of those no wait is told: ${inference.wait.basis}` : 'nothing like this stretch is in it'}. How long callers waited while the pool was full${inAll} is not told.`,
    evidence: {
      full_seconds: fullMicros / 1e6,
      full_seconds_in_all: full,
      requests_followed: notFollowed.requests,
      requests: summary.requests.total,
      from: isoInstant(from),
      to: isoInstant(to),
      sample_full_share: notFollowed.fullShare,
    },
    advice: lookThere(lookFrom, to, 'before', isFollowed),
    from,
    to,
    lostSeconds: fullMicros / 1e6,
  };
}

export default defineFinding({
  id: 'full-stretch-not-followed',
  title: 'The pool was full in a part of a long log whose waits were not followed',
  needs: ['time', 'duration'],
  examine,
  silences: ['overprovisioned'],
  explain: {
    test: [
      'Of a log with more than 40 000 requests a sample and the busiest parts are followed. Fires where, by the busy time of each step of the',
      'whole log, all slots were busy for longer on end than in any stretch that was followed: for twenty seconds or more of such steps, or with',
      '0.4 % of the requests in them; and where such stretches were followed, no wait could be told all the same (the pool was full already when',
      'they begin), and all slots were busy for a minute on end.',
    ].join('\n'),
    guards:
      'Silent where steps of the timeline are longer than 10 s, where slots are not known, and where lines log no service times.',
    fix: lookThereInstead,
  },
  fires: [],
  quiet: ['faults/peak.log.gz', 'gunicorn-sync-4-nearly-full.log'],
});
