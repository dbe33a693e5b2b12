/** Finds kinds of lines among the held ones. Lines inside the same envelopes form a sample of their own. */
import type { Found } from './detect/detect.ts';
import { holdsStamp } from './detect/pieces.ts';
import type { Sample, Trials } from './detect/sample.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import type { HeldLine, HeldLines, Variant } from './held-lines.ts';
import type { Plan } from './plan.ts';

/** Lines of one kind. */
export interface Sighting {
  readonly found: Found;
  readonly sample: Sample;
  readonly chain: string;
  readonly lines: readonly { readonly line: HeldLine; readonly variant: Variant }[];
}

export const takenBy = (sightings: readonly Sighting[]): Set<HeldLine> =>
  new Set(sightings.flatMap(({ lines }) => lines.map(({ line }) => line)));

/** The lines that no sighting has. */
export function untaken(lines: readonly HeldLine[], sightings: readonly Sighting[]): HeldLine[] {
  const taken = takenBy(sightings);
  return lines.filter((line) => !taken.has(line));
}

const depthOf = (chain: string): number => (chain === '' ? 0 : chain.split('+').length);

/** Looks for kinds in these lines. Begins with the envelopes that most lines have; or, if `innermost`, with the lines without any envelope. */
export function lookIn(
  held: HeldLines,
  candidates: readonly HeldLine[],
  innermost: boolean,
  find: (sample: Sample) => Found[],
): Sighting[] {
  const taken = new Set<HeldLine>();
  const chains = new Map<string, number>();
  for (const { variants } of candidates) {
    for (const { chain } of variants) chains.set(chain, (chains.get(chain) ?? 0) + 1);
  }
  // A stamp in front of a line without another one is more likely the line's own than an envelope's.
  const isOwnStamp = (chain: string) => {
    const inside = candidates.flatMap(({ variants }) => variants.find((one) => one.chain === chain) ?? []);
    return chain.endsWith('stamped') && !inside.slice(0, 5).some((one) => holdsStamp(held.text(one)));
  };
  const depths = new Map([...chains.keys()].map((chain) => [chain, depthOf(chain) - (isOwnStamp(chain) ? 1.5 : 0)]));
  const depth = (chain: string) => depths.get(chain) ?? 0;
  const order = [...chains].sort((a, b) =>
    innermost ? depth(b[0]) - depth(a[0]) : b[1] - a[1] || depthOf(b[0]) - depthOf(a[0]),
  );
  return order.flatMap(([chain]) => {
    const pairs = candidates.flatMap((line) => {
      const variant = taken.has(line) ? undefined : line.variants.find((one) => one.chain === chain);
      return variant ? [{ line, variant }] : [];
    });
    const sample = held.sample(pairs.map(({ variant }) => variant));
    return find(sample).map((found) => {
      const lines = found.taken.map((index) => pairs[index]);
      for (const { line } of lines) taken.add(line);
      return { found, sample, chain, lines };
    });
  });
}

/** So many lines are enough to decide. */
const SEEN_LINES = 3;

/** Whether the layout of one kind takes the lines of another kind that stand between its own. */
export function takesAlso(trials: Trials, { found, chain, lines }: Sighting, other: Sighting): boolean {
  const [first, last] = [lines[0]?.line.number ?? 0, lines[lines.length - 1]?.line.number ?? 0];
  const between = other.lines.filter(({ line: { number } }) => number > first && number < last).slice(0, SEEN_LINES);
  if (chain !== other.chain || between.length === 0) return false;
  return between.every(({ variant }) => trials.takes(found.candidate.recipe, other.sample, variant.start));
}

/**
 * One line of each kind that has a plan. If a rare kind is found later whose layout also takes these lines, but with less information, its
 * plan must not go first, as it would take everything that follows.
 */
export class KnownLines {
  readonly #samples = new Map<Plan, Sample>();

  keep(plan: Plan, { sample, lines }: Sighting): void {
    const [first] = lines;
    if (!first) return;
    const { start, end } = first.variant;
    const b = Buffer.alloc(end - start + 1 + SLACK_BYTES);
    sample.b.copy(b, 0, start, end + 1);
    const v = new DataView(b.buffer, b.byteOffset, b.length);
    this.#samples.set(plan, { b, v, lines: [{ ...first.variant, start: 0, end: end - start }] });
  }

  /** Whether the layout of this kind takes the lines of one of these plans. */
  areTakenBy(trials: Trials, { found, chain }: Sighting, plans: readonly Plan[]): boolean {
    return plans.some((plan) => {
      const sample = plan.chainKey === chain ? this.#samples.get(plan) : undefined;
      return sample !== undefined && trials.takes(found.candidate.recipe, sample, 0);
    });
  }
}
