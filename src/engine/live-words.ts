/** What a live view says about its inputs, in words. */
import { basename } from 'node:path';
import { printable } from '../core/text.ts';
import { countText } from '../core/words.ts';
import type { FollowEvent } from './follow/followed-file.ts';
import type { LiveInput } from './follow/live-input.ts';

export const titleOf = (paths: readonly string[]): string =>
  paths.length === 1 ? (paths[0] === '-' ? 'standard input' : printable(basename(paths[0]))) : `${paths.length} inputs`;

/**
 * How long (µs) an event stays in the status line: a line that never changes is overlooked. A missing file is mentioned until it is back.
 */
const NEWS_MICROS = 60_000_000;

function wordsFor(event: FollowEvent, path: string): string {
  const name = printable(basename(path));
  switch (event) {
    case 'rotated':
      return `${name} was rotated, reading the new one`;
    case 'truncated':
      return `${name} was truncated, reading from its beginning`;
    case 'gone':
      return `${name} is gone, waiting for it`;
    case 'back':
      return `${name} is back`;
  }
}

/** What happened to the inputs, while it is news. */
export class InputNews {
  /** Paths of files that are gone, the most recent last. */
  readonly #gone = new Set<string>();
  #newest = '';
  /** µs since 1970 UTC */
  #newestAt = Number.NEGATIVE_INFINITY;

  happened(event: FollowEvent, path: string, nowMicros: number): void {
    this.#gone.delete(path);
    if (event === 'gone') this.#gone.add(path);
    this.#newest = wordsFor(event, path);
    this.#newestAt = nowMicros;
  }

  /** So many requests were there before, in lines without a time. */
  leftOut(undated: number, nowMicros: number): void {
    if (undated === 0) return;
    const which = countText(undated, 'earlier request');
    this.#newest = `${which} without a time ${undated === 1 ? 'is' : 'are'} not shown (--from-start shows them as if they came now)`;
    this.#newestAt = nowMicros;
  }

  /** For the status line; "" if there is nothing to say. */
  words(nowMicros: number): string {
    if (nowMicros - this.#newestAt < NEWS_MICROS) return this.#newest;
    const gone = [...this.#gone].at(-1);
    return gone === undefined ? '' : wordsFor('gone', gone);
  }
}

/** Bytes of backlog from which it is mentioned. */
const BEHIND_BYTES = 4_000_000;

/** What keeps the picture from being complete; "" if nothing does. @param silent a file whose file system does not answer, or "" */
export function hindranceOf(silent: string, trouble: string, behind: number): string {
  if (silent !== '') return `${silent} cannot be read, its file system does not answer: waiting for it`;
  if (trouble !== '') return trouble;
  return behind > BEHIND_BYTES ? `reading is ${Math.round(behind / 1e6)} MB behind` : '';
}

/** The status line: first what hinders reading, then files that are not there, then what happened last. */
export function statusOf(inputs: readonly LiveInput[], hindrance: string, happened: string): string {
  if (hindrance !== '') return hindrance;
  // The user named a folder or a pattern, and no file matches yet.
  if (inputs.length === 0) return 'there is no log yet, waiting for one';
  const missing = inputs.filter((input) => !input.isStream && !input.file.isOpen);
  return missing.length > 0 ? `${printable(missing[0].path)} is not there yet, waiting for it` : happened;
}
