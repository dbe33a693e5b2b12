/** Finding: the log is so long that only parts of it were followed, and requests took many times as long in another part. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { isoInstant } from '../core/time.ts';
import { countText, durationText, roundText } from '../core/words.ts';
import { lookThere, lookThereInstead } from './look-there.ts';

function examine({ inference, summary }: Facts): Finding | null {
  const { slowNotFollowed } = inference;
  if (!slowNotFollowed) return null;
  const { from, to, lookFrom, lookTo, isFollowed, mean, usual, excessMicros, requests, busySlots, stretches } =
    slowNotFollowed;
  const { value: capacity } = summary.server.capacity;
  const slots = capacity === null ? '' : ` of ${capacity}`;
  const more =
    stretches > 1 ? ` ${countText(stretches - 1, 'more stretch', 'more stretches')} of the log like it.` : '';
  return {
    severity: 'warning',
    title: `Requests took ${durationText(mean)} on average instead of ${durationText(usual)} from ${momentsOf(summary.window).span(from, to)} UTC, in a part of the log that was not followed`,
    brief: `Requests took ${durationText(mean)} instead of ${durationText(usual)} for ${durationText(to - from)}`,
    detail: `${countText(requests, 'request')} ended in these ${durationText(to - from)}, about as many as around it, and kept about ${roundText(busySlots)}${slots} slots busy. Few of them or none are among the requests that are kept of a log this long: which routes were slow is not told, nor whether what they call was slow or callers asked for what takes long (a report, an export).${more}`,
    evidence: {
      requests,
      service_mean_seconds: mean / 1e6,
      usual_mean_seconds: usual / 1e6,
      stretch_seconds: (to - from) / 1e6,
      stretches,
      busy_slots: busySlots,
      from: isoInstant(from),
      to: isoInstant(to),
    },
    advice: lookThere(lookFrom, lookTo, 'before and after', isFollowed),
    from,
    to,
    lostSeconds: excessMicros / 1e6,
  };
}

export default defineFinding({
  id: 'slow-stretch-not-followed',
  title: 'Requests took many times as long in a part of a long log that was not followed',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: [
      'Of a log with more than 40 000 requests a sample and the busiest parts are followed. The mean service time of each half minute is busy',
      'time over requests, of all of them; usual is the median half minute, each as often as it has requests. The stretch whose share of half minutes',
      'with 2.5 times the usual is most likely 60 % and not that of the log (Kadane 1984; e^12 after correction for all stretches), whose mean is',
      'three times the usual and three times that of the half hours before and behind it, of which less than a fifth of the requests is kept.',
    ].join('\n'),
    guards: [
      'A few long requests at random, or others on top of the usual ones, are no slow stretch: at least a tenth of the requests must carry its work, and twice',
      'the share of those that came beyond the rate around it, a quarter at most (E[S]² / E[S²], by how much the work of half minutes differs from that of as',
      'many mean requests); and the work beyond the usual must be more than that of all requests of the log that took half as long as the stretch, were they',
      'all there at once. Half minutes with as many requests must have been quick elsewhere (ten or more). Silent for stretches under three and a half minutes or of',
      'less than 50 requests, where the log begins with it, where the pool was full (full-stretch-not-followed), and where lines log no service times.',
    ].join('\n'),
    fix: lookThereInstead,
  },
  fires: [],
  quiet: ['faults/backend-slow.log.gz', 'gunicorn-sync-4-nearly-full.log'],
});
