/**
 * A recorded log as a live view would have seen it. Its lines are read at the times at which they were written, on a clock that is moved by
 * hand, and examined whenever the engine would examine them.
 */
import { formats } from '../../parsers/index.ts';
import type { RequestBatch } from '../../src/core/batch.ts';
import { createNames } from '../../src/core/names.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { type ExaminedWindow, LocalExaminer } from '../../src/engine/examiner.ts';
import { HeldRequests } from '../../src/engine/held-requests.ts';
import { LiveExaminations } from '../../src/engine/live-examinations.ts';
import type { RowStore } from '../../src/engine/row-store.ts';
import { createParser } from '../../src/ingest/create-parser.ts';
import { FakeClock } from './fake-clock.ts';

export interface LivePicture extends Pick<Snapshot, 'summary' | 'verdict' | 'inference'> {
  /** µs since 1970 UTC */
  readonly now: number;
  /** The requests that are held, and where they are drawn. */
  readonly rows: RowStore;
}

const SECOND = 1_000_000;

/** Assumed cost of an examination in ms, so that the number of examinations does not depend on the machine. */
const COSTS = { live: 200, look: 200, full: 500 } as const;

/** An instant for each line, µs since 1970 UTC. If stamps are in whole seconds, the lines of a second are spread over it. */
function writtenAt(lines: readonly string[]): number[] {
  const stamps: number[] = [];
  const parser = createParser({
    path: 'live.log',
    source: 0,
    names: createNames(),
    formats,
    timezone: 'UTC',
    sink: {
      batch: ({ time, length }: RequestBatch) => stamps.push(...time.slice(0, length)),
      lifecycle: () => undefined,
    },
  });
  parser.push(Buffer.from(lines.join('')));
  parser.end();
  const perSecond = new Map<number, number>();
  for (const stamp of stamps) perSecond.set(stamp, (perSecond.get(stamp) ?? 0) + 1);
  const seen = new Map<number, number>();
  let latest = Number.NEGATIVE_INFINITY;
  return stamps.map((stamp) => {
    const k = seen.get(stamp) ?? 0;
    seen.set(stamp, k + 1);
    latest = Math.max(latest, stamp + ((k + 0.5) * SECOND) / (perSecond.get(stamp) ?? 1));
    return latest;
  });
}

/** @param restSeconds time that it is watched after its last line. Every line of the text must be a request */
export async function replayLive(
  text: string,
  { restSeconds = 0, seen }: { readonly restSeconds?: number; readonly seen: (picture: LivePicture) => void },
): Promise<void> {
  const lines = text.split(/(?<=\n)/);
  const written = writtenAt(lines);
  const clock = new FakeClock(Math.floor(written[0] / SECOND) * SECOND);
  const names = createNames();
  const held = new HeldRequests(names, () => 'live.log');
  let newest = Number.NEGATIVE_INFINITY;
  const parser = createParser({
    path: 'live.log',
    source: 0,
    names,
    formats,
    timezone: 'UTC',
    sink: {
      batch: (batch) => {
        newest = Math.max(newest, held.add(batch));
      },
      lifecycle: (event) => void held.addEvent(event),
    },
  });
  const local = new LocalExaminer(names, formats);
  const examine: LocalExaminer['examine'] = async (window): Promise<ExaminedWindow> => ({
    ...(await local.examine(window)),
    cost: COSTS[window.effort ?? 'live'],
  });
  const examinations = new LiveExaminations({
    clock,
    examiner: { examine, examineAll: local.examineAll, predict: local.predict, part: local.part, close: local.close },
    rows: held.rows,
    newest: () => newest,
    until: () => clock.nowMicros(),
    lifecycle: () => held.lifecycle,
    inputs: () => [parser.report()],
    zoneMinutes: () => 0,
    done: (examined) => seen({ ...examined, now: clock.nowMicros(), rows: held.rows }),
    failed: (error) => {
      throw error;
    },
  });
  const until = written[written.length - 1] + restSeconds * SECOND;
  for (let k = 0; clock.nowMicros() <= until; ) {
    let chunk = '';
    while (k < lines.length && written[k] <= clock.nowMicros()) chunk += lines[k++];
    if (chunk !== '') {
      parser.push(Buffer.from(chunk));
      parser.flush();
      held.forgetOld();
      examinations.schedule();
    }
    await clock.pass(250);
    await examinations.underWay;
  }
  examinations.stop();
}
