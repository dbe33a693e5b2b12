/** The stream of a saved log: everything that happened, in order of time, and the summary last. */
import type { Snapshot } from '../core/snapshot.ts';
import { isoInstant } from '../core/time.ts';
import { isLifecycleWord, type StreamObject } from './stream-objects.ts';
import { Ticker } from './ticker.ts';

interface Moment {
  readonly time: number;
  readonly object: StreamObject;
}

/** The objects of a log that was read and examined; an object without a known time comes with the beginning of the log. */
export function replayObjects({ requests, placement, inference, summary, lifecycle, from, to }: Snapshot): Moment[] {
  const ticker = new Ticker();
  ticker.capacity = inference.unbounded ? null : inference.capacity.value;
  ticker.add(requests, placement, 0, requests.length);
  const moments: Moment[] = ticker.rest().map((object) => ({ time: Date.parse(object.at) * 1000 + 1_000_000, object }));
  const at = (micros: number) =>
    isoInstant(Math.round(micros)) ?? isoInstant(Math.round(from)) ?? '1970-01-01T00:00:00+00:00';
  for (const event of lifecycle) {
    if (!isLifecycleWord(event.kind)) continue;
    const time = Number.isNaN(event.time) ? from : event.time;
    moments.push({ time, object: { type: 'lifecycle', at: at(time), event: event.kind, worker: event.worker } });
  }
  for (const finding of summary.findings) {
    const opened = finding.from === null ? from : Date.parse(finding.from) * 1000;
    const closed = finding.to === null ? to : Date.parse(finding.to) * 1000;
    moments.push({ time: opened, object: { type: 'finding', at: at(opened), state: 'opened', finding } });
    moments.push({ time: closed, object: { type: 'finding', at: at(closed), state: 'closed', finding } });
  }
  const key = (moment: Moment) => (Number.isNaN(moment.time) ? Number.NEGATIVE_INFINITY : moment.time);
  moments.sort((a, b) => key(a) - key(b));
  moments.push({ time: to, object: { type: 'summary', at: at(to), summary } });
  return moments;
}
