/** Reads whole logs into one examination: used by `analyze` and every command that works on saved files. */
import { inARow, type LogsInARow, placesInARow } from '../analysis/logs-in-a-row.ts';
import { Partial } from '../analysis/partial.ts';
import { SideBySide, withAssumptions } from '../analysis/side-by-side.ts';
import type { Elsewhere } from '../analysis/wait/runs-elsewhere.ts';
import { beginsFull } from '../analysis/wait/surroundings.ts';
import type { LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import type { InputSummary } from '../core/summary.ts';
import { MICROS_PER_MINUTE } from '../core/time.ts';
import type { AskedWindow, TimeWindow } from '../core/time-window.ts';
import { version } from '../core/version.ts';
import { createParser } from '../ingest/create-parser.ts';
import type { IngestSink } from '../ingest/parser.ts';
import { readInput, smallContent } from '../ingest/read-input.ts';
import { placesOfLogs } from './edges-in-file.ts';
import { type Examination, examine } from './examine.ts';
import type { FileTimesOptions } from './file-times.ts';
import { howToLog } from './how-to-log.ts';
import { inOrderOfWriting } from './order-of-writing.ts';
import { allIsRead, bePatientFor } from './patient-v8.ts';
import { statOf } from './plain-file.ts';
import { type ParallelOptions, readInParallel } from './read-in-parallel.ts';
import { sinkOf } from './read-range.ts';
import { besideRuns, type StartRuns } from './runs-thread.ts';
import { findPlace, type Place } from './time-place.ts';
import { requireRequests, resolveWindow, withWindow } from './window.ts';

export interface PostMortemOptions {
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  /** A format in a server's own directive language, "gunicorn:%(h)s …". */
  readonly logFormat?: string;
  /** Reads large files with several threads; absent: one thread reads everything. */
  readonly parallel?: Pick<ParallelOptions, 'threads' | 'startThread' | 'worthSplitting'>;
  readonly onProgress?: (path: string, bytesRead: number, totalBytes: number | null) => void;
  /** Starts a thread that does runs of filters beside the examination. */
  readonly startRuns?: StartRuns;
  /** Only this time range of the logs is wanted. */
  readonly window?: AskedWindow | null;
  /** Called with a sentence about an input that is cut off or damaged; what comes before that place counts. */
  readonly onDamage?: (sentence: string) => void;
}

/** What was read of the logs; `window` is the time range, null: all of it. */
export interface ReadLogs {
  readonly partial: Partial;
  readonly inputs: readonly InputSummary[];
  readonly window: TimeWindow | null;
}

export async function readPartial(given: readonly string[], options: PostMortemOptions): Promise<ReadLogs> {
  const paths = inOrderOfWriting(given);
  const logs = new SideBySide();
  const inputs: InputSummary[] = [];
  const { formats, timezone, logFormat } = options;
  const reading = {
    formats,
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
  };
  const window = options.window ? await resolveWindow(paths, options.window, reading) : null;
  for (const [source, path] of paths.entries()) {
    const onProgress = (bytesRead: number, totalBytes: number | null) =>
      options.onProgress?.(path, bytesRead, totalBytes);
    const place = window && findPlace(path, window, reading);
    const read = (where: Place | null) => readOne(path, source, where, { ...options, ...reading, window, onProgress });
    const { partial, retold, report } = await read(place);
    const isSample = !window && retold === null && !partial.retained.complete;
    const row = isSample ? await largeLogsInARow(path, source, partial, reading, read) : null;
    logs.add(partial, path, source, row ?? undefined);
    if (retold) logs.addRetold(retold, path, source);
    inputs.push(report);
  }
  const joined = logs.join();
  const partial = joined?.partial ?? new Partial(createNames(Number.POSITIVE_INFINITY));
  const said = withAssumptions(inputs, joined?.assumptions ?? []);
  if (!window) return { partial, inputs: said, window };
  requireRequests(said, window);
  return { partial, inputs: withWindow(said, window), window };
}

interface HowAlone extends Pick<PostMortemOptions, 'formats' | 'timezone' | 'logFormat' | 'onDamage'> {
  readonly window: TimeWindow | null;
  readonly onProgress: (bytesRead: number, totalBytes: number | null) => void;
}

interface ReadInput {
  readonly partial: Partial;
  /** Lines of a proxy that are in the same input as those of its server, which report the same requests; null: there are none. */
  readonly retold: Partial | null;
  readonly report: InputSummary;
}

/** Reads an input, or the wanted byte range of a file. */
async function readOne(
  path: string,
  source: number,
  place: Place | null,
  how: HowAlone & Pick<PostMortemOptions, 'parallel'>,
): Promise<ReadInput> {
  const whole = how.parallel && (await readInParallel(path, source, { ...how, ...how.parallel, place }));
  if (whole) return { ...whole, retold: null };
  const { partial, retold, report } = await readAlone(path, source, place, how);
  return { partial, retold: retold.requests > 0 ? retold : null, report };
}

/** If several logs follow each other in a file of which only a sample was kept, each is read again on its own. */
async function largeLogsInARow(
  path: string,
  source: number,
  sample: Partial,
  reading: FileTimesOptions,
  read: (place: Place) => Promise<ReadInput>,
): Promise<LogsInARow | null> {
  const table = sample.retained.table();
  const row = placesInARow(table);
  const places = row && placesOfLogs(path, table, row.begins, reading);
  if (!places) return null;
  const logs: { log: Partial; from: number }[] = [];
  for (const place of places) logs.push({ log: (await read(place)).partial, from: place.from });
  return inARow(logs, row.relations, source);
}

/** Reads an input, or the wanted byte range of a file, with one thread. */
async function readAlone(
  path: string,
  source: number,
  place: Place | null,
  { formats, timezone, logFormat, window, onProgress, onDamage }: HowAlone,
): Promise<{ partial: Partial; retold: Partial; report: InputSummary }> {
  bePatientFor([path]);
  const content = place ? null : smallContent(path);
  const partial = new Partial(createNames(Number.POSITIVE_INFINITY));
  const retold = retoldBeside(partial);
  const parser = createParser({
    path,
    source,
    names: partial.names,
    bulk: true,
    formats,
    sink: { ...sinkOf(partial), ...retold.sink },
    ...(content ? { mostBytes: content.length } : {}),
    ...(timezone === undefined ? {} : { timezone }),
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(window ? { window } : {}),
    ...(place ? { range: place } : {}),
  });
  const damage = onDamage ? { onDamage } : {};
  await readInput(path, parser, { onProgress, atOnce: true, content, ...damage, ...(place ? { bytes: place } : {}) });
  return { partial, retold: retold.partial, report: parser.report() };
}

/**
 * Collects the lines of a proxy that are in the same input as those of its server. Both partials share their names of routes and workers.
 */
function retoldBeside(into: Partial): {
  readonly partial: Partial;
  readonly sink: Pick<IngestSink, 'retold' | 'dropRoutes'>;
} {
  let partial = new Partial(into.names);
  return {
    get partial() {
      return partial;
    },
    sink: {
      retold: (batch) => partial.batch(batch),
      dropRoutes() {
        // Ids change, so the earlier lines can no longer be matched.
        partial = new Partial(into.names);
        into.dropRoutes();
        return true;
      },
    },
  };
}

export async function postMortem(paths: readonly string[], options: PostMortemOptions): Promise<Examination> {
  return examineRead(await readPartial(paths, options), paths, options);
}

/**
 * If the pool was already full when the time range begins, this much before and after it (µs) is read too; if that is too much to keep, the
 * second value is tried.
 */
const MARGINS = [10 * MICROS_PER_MINUTE, 2 * MICROS_PER_MINUTE];

/** Examines what was read of these logs. */
export async function examineRead(
  read: ReadLogs,
  paths: readonly string[],
  options: PostMortemOptions,
): Promise<Examination> {
  allIsRead();
  return besideRuns(options.startRuns, (elsewhere) => examineBeside(elsewhere, read, paths, options));
}

async function examineBeside(
  elsewhere: { readonly elsewhere?: Elsewhere },
  { partial, inputs, window }: ReadLogs,
  paths: readonly string[],
  options: PostMortemOptions,
): Promise<Examination> {
  const how = {
    inputs,
    version,
    howToLog: howToLog(options.formats),
    effort: 'full' as const,
    ...elsewhere,
  };
  const examined = examine(partial, how);
  const { inference, requests } = examined.facts;
  const isReadable = paths.every((path) => path !== '-' && statOf(path)?.isFile());
  if (!window || !isReadable || !partial.retained.complete || !beginsFull(inference, requests)) return examined;
  for (const margin of MARGINS) {
    const around = {
      since: { kind: 'instant', micros: window.from - margin },
      until: { kind: 'instant', micros: window.to + margin },
    } as const;
    const wider = await readPartial(paths, { ...options, window: around });
    if (wider.partial.retained.complete) return examine(partial, { ...how, around: wider.partial });
  }
  return examined;
}
