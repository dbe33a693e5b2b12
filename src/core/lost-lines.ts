/** Lines that were not understood. Those that an application logs about other things are missing from no number. */
import type { InputSummary } from './summary.ts';

/** How many lines were not understood and may tell of requests. */
export const lostLines = ({ unparsed, unrelated = 0 }: Pick<InputSummary, 'unparsed' | 'unrelated'>): number =>
  unparsed - unrelated;
