/**
 * JSON records whose message is an access line, and that also have the same request under names of their own, with its duration (FastAPI
 * with structlog). Then these names are read.
 */
import { columnsOf } from './compile/recipe.ts';
import type { Found } from './detect/detect.ts';
import type { NoLayout } from './detect/no-layout.ts';
import type { HeldLines } from './held-lines.ts';
import type { Sighting } from './sightings.ts';

const hasDuration = ({ candidate }: Found): boolean => columnsOf(candidate.recipe, 'end').fields.duration;

/**
 * The lines of a sighting read as the records around them, if these have a duration for every line and the lines have none; otherwise
 * unchanged.
 */
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
