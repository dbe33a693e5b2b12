/** Resolves a time range as asked for into instants, and names it in reports. */
import { exitCodes, UserError } from '../core/errors.ts';
import { createNames } from '../core/names.ts';
import type { InputSummary } from '../core/summary.ts';
import { isoInstant, MICROS_PER_DAY } from '../core/time.ts';
import { type AskedWindow, needsEnd, type TimeBound, type TimeWindow } from '../core/time-window.ts';
import { createParser } from '../ingest/create-parser.ts';
import { readInput } from '../ingest/read-input.ts';
import { createZone, type Zone } from '../ingest/zone.ts';
import type { FileTimesOptions } from './file-times.ts';
import { statOf } from './plain-file.ts';
import { latestOfSorted } from './time-place.ts';

function isPipe(path: string): boolean {
  const info = statOf(path);
  return info !== null && !info.isFile() && !info.isDirectory();
}

/** The latest stamp of a log, µs; -Infinity if its lines carry none. */
async function latestOf(path: string, options: FileTimesOptions): Promise<number> {
  // Standard input and pipes cannot be read again after reading them to find their end.
  if (path === '-' || isPipe(path)) {
    throw new UserError(
      `${path === '-' ? 'standard input' : path} has no end to count back from before it is read: give the file, or a date with --since`,
      exitCodes.usage,
    );
  }
  const sorted = latestOfSorted(path, options);
  if (sorted !== null) return sorted;
  let latest = Number.NEGATIVE_INFINITY;
  const parser = createParser({
    path,
    source: 0,
    names: createNames(),
    sink: {
      batch: ({ time, length }) => {
        for (let i = 0; i < length; i++) if (time[i] > latest) latest = time[i];
      },
      lifecycle: () => undefined,
    },
    ...options,
  });
  await readInput(path, parser);
  return latest;
}

/** The latest stamp of all logs if a bound is counted back from it; else NaN. */
async function endOf(paths: readonly string[], asked: AskedWindow, options: FileTimesOptions): Promise<number> {
  if (!needsEnd(asked)) return Number.NaN;
  let end = Number.NEGATIVE_INFINITY;
  for (const path of paths) end = Math.max(end, await latestOf(path, options));
  if (Number.isFinite(end)) return end;
  throw new UserError('the lines of this log carry no time: no stretch of time can be chosen in it');
}

/** Midnight of the day, in a zone, on which an instant lies: wall-clock µs. */
function dayOf(micros: number, zone: Zone): number {
  // Finds the wall-clock time that the zone maps to this instant; two steps suffice, as an offset is at most a day.
  let wall = micros;
  for (let k = 0; k < 2; k++) wall += micros - zone.toUtc(wall);
  return Math.floor(wall / MICROS_PER_DAY) * MICROS_PER_DAY;
}

/** @throws UserError when the logs carry no time, or the end is not after the beginning */
export async function resolveWindow(
  paths: readonly string[],
  asked: AskedWindow,
  options: FileTimesOptions,
): Promise<TimeWindow> {
  const end = await endOf(paths, asked, options);
  const zone = createZone(options.timezone);
  const instant = (bound: TimeBound): number => {
    switch (bound.kind) {
      case 'instant':
        return bound.micros;
      case 'wall':
        return zone.toUtc(bound.micros);
      case 'clock':
        return createZone(options.timezone).toUtc(dayOf(end, createZone(options.timezone)) + bound.micros);
      case 'before-end':
        return end - bound.micros;
    }
  };
  const window = {
    from: asked.since ? instant(asked.since) : Number.NEGATIVE_INFINITY,
    to: asked.until ? instant(asked.until) : Number.POSITIVE_INFINITY,
  };
  if (window.from < window.to) return window;
  throw new UserError(
    `--until (${isoInstant(window.to)}) is not after --since (${isoInstant(window.from)})`,
    exitCodes.usage,
  );
}

/** @throws UserError when no request lies in the window */
export function requireRequests(inputs: readonly InputSummary[], window: TimeWindow): void {
  if (inputs.some(({ requests }) => requests > 0)) return;
  throw new UserError(
    `no request is stamped ${windowText(window)}: "logscope analyze" without --since, --until and --last says when the log begins and ends`,
  );
}

/** Adds to the inputs' reports that only a part of them was wanted. */
export const withWindow = (inputs: readonly InputSummary[], window: TimeWindow): InputSummary[] =>
  inputs.map((input) => ({
    ...input,
    assumptions: [`only requests stamped ${windowText(window)} are read`, ...input.assumptions],
  }));

/** "from 2026-03-01T00:10:00+00:00 and before …". */
function windowText({ from, to }: TimeWindow): string {
  const begin = Number.isFinite(from) ? `from ${isoInstant(from)}` : '';
  const end = Number.isFinite(to) ? `before ${isoInstant(to)}` : '';
  return [begin, end].filter((text) => text !== '').join(' and ');
}
