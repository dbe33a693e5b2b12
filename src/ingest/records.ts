/**
 * Records of JSON that hold an access line as their message, and beside it the same request under names of its own, with its
 * duration (FastAPI with structlog): then those are read.
 */
import { columnsOf } from './compile/recipe.ts';
import type { Found } from './detect/detect.ts';
import type { NoLayout } from './detect/no-layout.ts';
import type { HeldLines } from './held-lines.ts';
import type { Sighting } from './sightings.ts';

const hasDuration = ({ candidate }: Found): boolean => columnsOf(candidate.recipe, 'end').fields.duration;

/** The lines of a sighting as what the records around them tell, where those tell more of every one of them; else as they are. */
export function ofRecord(sighting: Sighting, held: HeldLines, noLayout: NoLayout): Sighting {
  const { chain, found: inner, lines } = sighting;
  if (!/(^|\+)json$/.test(chain) || hasDuration(inner)) return sighting;
  const outer = chain.replace(/\+?json$/, '');
  const pairs = lines.flatMap(({ line }) => {
    const variant = line.variants.find((one) => one.chain === outer);
    return variant ? [{ line, variant }] : [];
  });
  const sample = held.sample(pairs.map(({ variant }) => variant));
  const [found] = noLayout.find(sample, 'keys', true);
  if (!found || found.taken.length < lines.length || !hasDuration(found)) return sighting;
  return { found, sample, chain: outer, lines: found.taken.map((index) => pairs[index]) };
}
