/**
 * Finds a time range in a large file by bisection. A log is sorted except for some slack (a line is written when its request is done; a
 * rotated file may have been appended to another). The slack is measured first, and a file that is not sorted is read whole.
 */
import { MICROS_PER_MINUTE } from '../core/time.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { FileTimes, type FileTimesOptions } from './file-times.ts';

/** Bytes [from, to) of a file that contain all lines of a time range, and the head of the file, which determines how they are read. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly head: Uint8Array;
}

/** Smaller files are read whole. */
const MIN_BYTES = 4 << 20;
/** Number of places at which the order of lines is checked. */
const LOOKS = 24;
/** Slack, µs: lines may be out of place by at least this much. */
const MIN_SLACK = 10 * MICROS_PER_MINUTE;
/** If a later part is earlier than a previous one by more than this (µs), the file is not sorted. */
const MAX_DISORDER = 60 * MICROS_PER_MINUTE;
const GRAIN_BYTES = 1 << 18;

/** By how much lines lag behind earlier ones, at sample places all over the file, µs; null: unknown, or too much. */
function disorderOf(file: FileTimes): number | null {
  let latest = Number.NEGATIVE_INFINITY;
  let disorder = 0;
  for (let k = 0; k < LOOKS; k++) {
    const times = file.at(Math.floor((file.size * k) / LOOKS));
    if (!times) return null;
    disorder = Math.max(disorder, latest - times.earliest);
    latest = Math.max(latest, times.latest);
  }
  return disorder > MAX_DISORDER ? null : disorder;
}

/** Bisects [0, size): `isBefore` holds at `before` and not at `after`, at most GRAIN_BYTES apart. null: it was unknown at some place. */
function halve(file: FileTimes, isBefore: (at: number) => boolean | null): { before: number; after: number } | null {
  let before = 0;
  let after = file.size;
  while (after - before > GRAIN_BYTES) {
    const middle = Math.floor((before + after) / 2);
    const answer = isBefore(middle);
    if (answer === null) return null;
    if (answer) before = middle;
    else after = middle;
  }
  return { before, after };
}

function placeIn(file: FileTimes, window: TimeWindow): Place | null {
  const disorder = disorderOf(file);
  if (disorder === null) return null;
  const slack = Math.max(MIN_SLACK, 4 * disorder);
  const begin = halve(file, (at) => {
    const times = file.at(at);
    return times && times.latest < window.from - slack;
  });
  const end = halve(file, (at) => {
    const times = file.at(at);
    return times && times.earliest < window.to + slack;
  });
  if (!begin || !end) return null;
  const from = begin.before === 0 ? 0 : file.at(begin.before)?.lineStart;
  const to = end.after === file.size ? file.size : file.at(end.after)?.lineStart;
  return from === undefined || to === undefined ? null : { from, to: Math.max(from, to), head: file.head };
}

/** null: the file must be read whole. */
export function findPlace(path: string, window: TimeWindow, options: FileTimesOptions): Place | null {
  const file = FileTimes.open(path, options);
  if (!file) return null;
  try {
    return file.size < MIN_BYTES ? null : placeIn(file, window);
  } finally {
    file.close();
  }
}

/** The latest stamp of a sorted file, read from its end, µs; null: the file must be read whole. */
export function latestOfSorted(path: string, options: FileTimesOptions): number | null {
  const file = FileTimes.open(path, options);
  if (!file) return null;
  try {
    return file.size < MIN_BYTES || disorderOf(file) === null ? null : file.latest();
  } finally {
    file.close();
  }
}
