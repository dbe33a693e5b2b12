/** Of the lines that nothing took, those that an application logs about other things are not missing from any number. */
import type { InputSummary } from './summary.ts';

/** How many lines were not understood, though they may tell of requests. */
export const lostLines = ({ unparsed, unrelated = 0 }: Pick<InputSummary, 'unparsed' | 'unrelated'>): number =>
  unparsed - unrelated;
