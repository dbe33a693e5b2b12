/** The picture before anything has been read. */
import { Partial as LogPartial } from '../analysis/partial.ts';
import type { Names } from '../core/batch.ts';
import { newRevision, type Snapshot } from '../core/snapshot.ts';
import { version } from '../core/version.ts';
import { examine } from './examine.ts';
import type { FormatAdvice } from './examiner.ts';
import { howToLog } from './how-to-log.ts';
import { placementOf } from './placement.ts';

export function emptySnapshot(
  mode: Snapshot['mode'],
  title: string,
  sources: readonly string[],
  names: Names,
  formats: readonly FormatAdvice[],
): Snapshot {
  const { summary, verdict, facts } = examine(new LogPartial(names), {
    inputs: [],
    version,
    howToLog: howToLog(formats),
    effort: 'live',
  });
  return {
    version: 0,
    mode,
    title,
    sources,
    now: Number.NaN,
    from: Number.NaN,
    to: Number.NaN,
    live: mode === 'tail',
    playing: false,
    speed: 1,
    looping: null,
    skippingIdle: false,
    status: '',
    reading: { bytes: 0, total: Number.NaN, skipped: 0, caughtUp: false },
    total: 0,
    summary,
    verdict,
    part: null,
    requests: facts.requests,
    placement: placementOf(facts.requests, facts.inference),
    revision: newRevision(),
    past: null,
    inference: facts.inference,
    lifecycle: [],
    names,
    zoneMinutes: 0,
    overview: null,
  };
}
