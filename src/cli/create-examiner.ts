/** Requests are examined in a thread of its own, so that keys and pictures never wait for it. */
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import { type Examiner, LocalExaminer } from '../engine/examiner.ts';
import { ThreadExaminer } from '../engine/thread-examiner.ts';

/** From source there is no bundle for the thread to run. */
const isBundled = !import.meta.url.endsWith('.ts');

export const createExaminer = (names: Names, formats: readonly LogFormat[]): Examiner =>
  isBundled ? new ThreadExaminer(names, formats) : new LocalExaminer(names, formats);
