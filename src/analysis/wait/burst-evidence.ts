/**
 * Do callers come in bursts, or one by one? A filter follows each kind. How likely it makes the stamps is the evidence for that kind (on
 * ratios of evidence: Kass and Raftery, Journal of the American Statistical Association 90, 1995).
 */
import { sumOf } from '../../core/statistics.ts';
import { followedAlready, type Run, runsOfLanes, runsOfQueue } from './filter-runs.ts';
import { type Candidate, type Histories, laneHistories, type Plan, queueHistories, seedOfQueues } from './histories.ts';
import type { Elsewhere, RunsFound } from './runs-elsewhere.ts';
import { type LaneStretch, partOf, type QueueStretch } from './stretch.ts';
import { ALWAYS_FULL, isPatient } from './summarise-waits.ts';

export interface Bursts {
  readonly histories: Histories;
  /** true: the evidence is for bursts; false: it is not against them. */
  readonly sure: boolean;
  /** How plausible bursts are, 0..1. */
  readonly chance: number;
}

/** Nats by which the evidence must be for bursts to accept them, and by which it may at most be against them to leave the question open. */
interface Verdicts {
  readonly sure: number;
  readonly doubt: number;
}

/**
 * Thresholds on lanes. The error of a filter's evidence grows as the root of the number of requests, faster where the filter gets lost
 * within ticks. With a single slot, callers who come together look like callers who come one after the other.
 */
const lanesSay = (length: number, slots: number, manyPerTick: boolean): Verdicts => ({
  sure: Math.max(10, (manyPerTick ? 4 : 1) * Math.sqrt(length)),
  doubt: slots === 1 ? 8 : 50,
});
/**
 * Thresholds on queues. Requests in the place of their neighbours also look like bursts: by this much per request on recorded servers
 * without any.
 */
const queuesSay = (length: number): Verdicts => ({ sure: Math.max(20, 0.1 * length), doubt: 5 });

/**
 * Where the filters on lanes and on queues both favour bursts, less is enough: nats per request for the queue, and per root of the requests
 * for the lanes. Of 36 recorded and simulated pools without bursts none met both, of seven with bursts three did. The waits on lanes are
 * then nearer to the truth.
 */
const SECONDED = { queues: 0.05, lanes: 0.5 };

/** A log of up to this many requests gets all runs. For a longer one, half of the runs are enough to tell whether there are bursts. */
const SHORT = 400;
const forBursts = (plan: Plan, length: number): Plan => ({
  ...plan,
  runs: length <= SHORT ? plan.runs : Math.ceil(plan.runs / 2),
});

/**
 * Runs for one queue where a tick holds many requests of a lane. Those for bursts are requested before it is known whether they decide
 * anything.
 */
export interface QueueRuns {
  /** For callers who come alone, perhaps with crowds among them. */
  readonly usual: Run;
  /** For callers in bursts, on lanes and on the queue. */
  readonly lanes: () => RunsFound;
  readonly queue: () => RunsFound;
}

/** Requests the runs in the order in which they are wanted. `queues`: the same requests as one queue. */
export function queueRuns(lanes: LaneStretch, queues: QueueStretch, plan: Plan, elsewhere: Elsewhere): QueueRuns {
  const queue = partOf(queues, queues.members[0]);
  const seed = seedOfQueues(queues);
  const run = runsOfQueue(queue, plan, false, seed);
  const crowds = plan.crowds ? elsewhere({ kind: 'queue', queue, plan, seed, callers: 'with-crowds' }) : null;
  const some = forBursts(plan, lanes.length);
  const { sure, doubt } = lanesSay(lanes.length, lanes.slots, true);
  return {
    usual: (clients, mayBeCrowds) => (mayBeCrowds && crowds ? crowds().run : run(clients, mayBeCrowds)),
    lanes: elsewhere({ kind: 'lanes', lanes, plan: some, mostBehind: doubt + sure }),
    queue: elsewhere({ kind: 'queue', queue, plan: some, seed, callers: 'in-bursts' }),
  };
}

/**
 * Whether callers come in bursts, on lanes. `usual`: the histories of callers who come alone. Callers who wait for their answers also
 * follow each other closely; so where the log favours such clients, it is no evidence of bursts.
 */
export function burstsOnLanes(lanes: LaneStretch, plan: Plan, usual: Histories): Bursts | null {
  if (isPatient(usual.evidence)) return null;
  const some = forBursts(plan, lanes.length);
  const verdicts = lanesSay(lanes.length, lanes.slots, false);
  const race = { rival: followedAlready(usual.logEvidence), mostBehind: verdicts.doubt + verdicts.sure };
  const inBursts = laneHistories(lanes, some, true, runsOfLanes(lanes, some, true, race));
  return judged(inBursts, usual, () => usual.logEvidence, verdicts);
}

/**
 * The same where a tick holds many requests of a lane; `usual` are then the histories of the queue. A filter that gets lost among the lanes
 * may miss bursts that the filter on the queue finds.
 */
export function burstsInTicks(
  lanes: LaneStretch,
  queues: QueueStretch,
  plan: Plan,
  usual: Histories,
  runs: QueueRuns,
): Bursts | null {
  if (isPatient(usual.evidence)) return null;
  const some = forBursts(plan, lanes.length);
  // `alone` comes from as many runs as `run`: the best of twice as many would have an advantage by luck.
  const { run, alone } = runs.lanes();
  const inQueues = maybeSure(usual) ? queueHistories(queues, some, true, () => runs.queue().run) : null;
  const queuesSpeak = inQueues ? sumOf(inQueues.logEvidence) - sumOf(usual.logEvidence) : 0;
  const usually = lanesSay(lanes.length, lanes.slots, true);
  const isSeconded = queuesSpeak > SECONDED.queues * lanes.length;
  const sure = isSeconded ? Math.min(usually.sure, SECONDED.lanes * Math.sqrt(lanes.length)) : usually.sure;
  const onLanes = judged(
    laneHistories(lanes, some, true, () => run),
    usual,
    () => alone!,
    { ...usually, sure },
  );
  // A filter that gets lost on lanes may favour bursts that do not exist (4 simulated workers under random callers: +518 nats, and -65 on
  // the queue). So the queue must not contradict.
  if (onLanes?.sure) return { ...onLanes, sure: queuesSpeak > 0 };
  // If the queue leaves the question open, the answer of the lanes counts.
  return (inQueues && judgedInQueues(inQueues, queues.length, usual, true)) ?? onLanes;
}

export function burstsInQueues(queues: QueueStretch, plan: Plan, usual: Histories): Bursts | null {
  if (isPatient(usual.evidence)) return null;
  return judgedInQueues(queueHistories(queues, forBursts(plan, queues.length), true), queues.length, usual, false);
}

/** `onlyIfSure`: return null also where the log leaves the question open. */
const judgedInQueues = (inBursts: Candidate, length: number, usual: Histories, onlyIfSure: boolean): Bursts | null =>
  judged(inBursts, usual, () => usual.logEvidence, queuesSay(length), onlyIfSure);

/** Whether bursts can be shown at all. In a pool that hardly ever rests, no burst has a visible beginning. */
const maybeSure = ({ evidence }: Histories): boolean => evidence.full < ALWAYS_FULL;

/** Compares the evidence; null: it refutes bursts. `aloneOf`: returns the evidence for callers who come alone, nats by part. */
function judged(
  inBursts: Candidate,
  usual: Histories,
  aloneOf: () => Float64Array,
  { sure, doubt }: Verdicts,
  onlyIfSure = false,
): Bursts | null {
  if (inBursts.logEvidence[0] === Number.NEGATIVE_INFINITY) return null;
  const alone = aloneOf();
  const byPart = inBursts.logEvidence.map((nats, part) => nats - alone[part]);
  const nats = sumOf(byPart);
  if (nats < -doubt) return null;
  // A crowd that comes only once, for example callers who waited while the workers booted, says nothing about the other callers. So the
  // evidence must suffice without its best part.
  const elsewhere = nats - Math.max(...byPart);
  const isSure = nats > sure && elsewhere > sure * (1 - 1 / byPart.length) && maybeSure(usual);
  if (!isSure && onlyIfSure) return null;
  const histories = inBursts.tell();
  if (isSure) {
    // How early callers can have come does not depend on which of them are taken for members of a burst.
    const most = Math.max(histories.evidence.most, usual.evidence.most);
    return { histories: { ...histories, evidence: { ...histories.evidence, most } }, sure: true, chance: 1 };
  }
  return { histories, sure: false, chance: Math.min(1, 1 + nats / doubt) };
}
