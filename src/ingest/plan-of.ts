/** Makes the plan for a kind of line that was seen, with the envelopes around it, and merges layout and envelopes where possible. */
import { fuse } from './detect/fuse.ts';
import { makePlan } from './detect/make-plan.ts';
import type { PlanContext } from './detect/plan-context.ts';
import type { Half } from './detect/plan-time.ts';
import type { Envelope } from './envelopes/line.ts';
import type { HeldLines } from './held-lines.ts';
import type { Plan } from './plan.ts';
import type { PlanSet } from './plan-set.ts';
import type { Sighting } from './sightings.ts';
import type { Tally } from './tally.ts';

interface PlanParts {
  readonly envelopes: readonly Envelope[];
  readonly held: HeldLines;
  readonly plans: PlanSet;
  readonly tally: Tally;
  readonly context: PlanContext;
}

/** Adds the plan to the others and reports what was assumed. @param half which half of a request the lines are about */
export function planOf({ found, sample, chain, lines }: Sighting, half: Half | null, parts: PlanParts): Plan {
  const { envelopes, context, plans, tally, held } = parts;
  const ids = chain === '' ? [] : chain.split('+');
  const around = ids.map((id) => envelopes.find((envelope) => envelope.id === id) as Envelope);
  const { plan, assumptions, columns, zone } = makePlan(found, sample, around, context, half);
  const { runtime, workers, threads } = context;
  if (ids.length === 0) {
    plan.whole = { scan: plan.parts.scan, recipe: plan.parts.recipe, columns, zone, runtime };
  } else {
    const wrapped = lines.map(({ line, variant }) => ({ ...variant, whole: line.variants[0] }));
    const workerName = (worker: number) => workers.text(worker);
    const threadName = (thread: number) => threads.text(thread);
    plan.whole = fuse({
      plan,
      columns,
      zone,
      b: held.b,
      v: held.v,
      lines: wrapped,
      runtime,
      workerName,
      threadName,
    });
  }
  plans.add(plan);
  for (const sentence of assumptions) tally.assumptions.add(sentence);
  return plan;
}
