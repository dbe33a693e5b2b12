/**
 * What if callers came in bursts, and not one by one? A filter follows each kind of them; how likely it makes the stamps is the
 * evidence for it (Kass and Raftery, Journal of the American Statistical Association 90, 1995, on such ratios).
 */
import { sumOf } from '../../core/statistics.ts';
import { followedAlready, type Run, runsOfLanes, runsOfQueue } from './filter-runs.ts';
import { type Candidate, type Histories, laneHistories, type Plan, queueHistories, seedOfQueues } from './histories.ts';
import type { Elsewhere, RunsFound } from './runs-elsewhere.ts';
import { type LaneStretch, partOf, type QueueStretch } from './stretch.ts';
import { ALWAYS_FULL, isPatient } from './summarise-waits.ts';

export interface Bursts {
  readonly histories: Histories;
  /** The log speaks for bursts; else it does not speak against them. */
  readonly sure: boolean;
  /** How little the log speaks against them, 0..1. */
  readonly chance: number;
}

/** Nats by which a log must speak for bursts, and at most against them. */
interface Verdicts {
  readonly sure: number;
  readonly doubt: number;
}

/**
 * A filter's evidence strays as the root of the requests does, further where it gets lost within ticks. One slot alone shows no
 * difference between callers who come together and one after the other.
 */
const lanesSay = (length: number, slots: number, manyPerTick: boolean): Verdicts => ({
  sure: Math.max(10, (manyPerTick ? 4 : 1) * Math.sqrt(length)),
  doubt: slots === 1 ? 8 : 50,
});
/** Requests in the place of their neighbours speak for bursts, too: so much per request on recorded servers without any. */
const queuesSay = (length: number): Verdicts => ({ sure: Math.max(20, 0.1 * length), doubt: 5 });

/**
 * Where both kinds of filters speak for bursts, so little is enough: nats per request of the queue, and per root of the requests of the lanes. None
 * of 36 recorded and simulated pools without bursts had both, of seven with bursts three; the lanes are then nearer to the truth.
 */
const SECONDED = { queues: 0.05, lanes: 0.5 };

/** Requests of a log that is short enough for all runs; of a longer one half of them tell whether there are bursts. */
const SHORT = 400;
const forBursts = (plan: Plan, length: number): Plan => ({
  ...plan,
  runs: length <= SHORT ? plan.runs : Math.ceil(plan.runs / 2),
});

/** Runs of one queue where a tick holds many requests of a lane; those of bursts are asked for before it is known whether they decide anything. */
export interface QueueRuns {
  /** Of callers who come alone, perhaps with crowds among them. */
  readonly usual: Run;
  /** Of callers in bursts. */
  readonly lanes: () => RunsFound;
  readonly queue: () => RunsFound;
}

/** Begins them elsewhere, in the order in which they are wanted. `queues`: one queue of the same requests. */
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
 * `usual`: the histories of callers who come alone. Callers who wait for their answers follow each other closely, too: where the log speaks for
 * them, nothing speaks for bursts.
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
 * The same where a tick holds many requests of a lane, and `usual` are the histories of the queue. A filter that gets lost among the lanes may
 * miss bursts that one of the slots sees.
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
  // The best of twice as many runs would have the better luck.
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
  // Lanes on which a filter gets lost may speak for bursts that are none (4 simulated workers under random callers: +518 nats; queues: -65).
  if (onLanes?.sure) return { ...onLanes, sure: queuesSpeak > 0 };
  // What the queues leave open the lanes have answered.
  return (inQueues && judgedInQueues(inQueues, queues.length, usual, true)) ?? onLanes;
}

export function burstsInQueues(queues: QueueStretch, plan: Plan, usual: Histories): Bursts | null {
  if (isPatient(usual.evidence)) return null;
  return judgedInQueues(queueHistories(queues, forBursts(plan, queues.length), true), queues.length, usual, false);
}

/** `onlyIfSure`: null where the log leaves it open, too. */
const judgedInQueues = (inBursts: Candidate, length: number, usual: Histories, onlyIfSure: boolean): Bursts | null =>
  judged(inBursts, usual, () => usual.logEvidence, queuesSay(length), onlyIfSure);

/** A pool that hardly ever rests shows no beginnings. */
const maybeSure = ({ evidence }: Histories): boolean => evidence.full < ALWAYS_FULL;

/** null where the log speaks against bursts. `alone`: the evidence for callers who come alone, nats. */
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
  // A crowd that comes once, as who had to wait while the workers booted, says nothing of how callers come else.
  const elsewhere = nats - Math.max(...byPart);
  const isSure = nats > sure && elsewhere > sure * (1 - 1 / byPart.length) && maybeSure(usual);
  if (!isSure && onlyIfSure) return null;
  const histories = inBursts.tell();
  if (isSure) {
    // How early callers can have come does not depend on who is taken for a member of a burst.
    const most = Math.max(histories.evidence.most, usual.evidence.most);
    return { histories: { ...histories, evidence: { ...histories.evidence, most } }, sure: true, chance: 1 };
  }
  return { histories, sure: false, chance: Math.min(1, 1 + nats / doubt) };
}
