/**
 * A pool in which some workers stay while others come or go: workers are added or removed while it runs (TTIN, TTOU, cheaper), or one dies
 * or hangs and is not replaced. A missing worker writes no lines, and neither does an idle one. What tells them apart: while a worker
 * idles, nobody has to wait for the others.
 */
import type { Estimate } from '../../core/summary.ts';
import type { Life } from './lives.ts';

/** Neighbouring stretches have different numbers of workers. */
export interface Stretch {
  /** µs since 1970 UTC; requests that ended in (from, to]. */
  readonly from: number;
  readonly to: number;
  /** Workers alive at once. */
  readonly workers: number;
  /** Lives of all workers in it, cut to the stretch. */
  readonly lives: readonly Life[];
}

export interface Evidence {
  /**
   * Whether callers waited for one of `workers` workers with one request each in this stretch: the score of a limit in nats
   * (docs/inference-structure.md); 0: there is no limit.
   */
  readonly fullness: (workers: number, from: number, to: number) => number;
  /** Requests that ended on the worker in (from, to]. */
  readonly requestsIn: (life: Life, from: number, to: number) => number;
  /** Requests that each of these workers runs at once, from their own lines alone; null: those show nothing. */
  readonly slotsOfEach: (lives: readonly Life[]) => Estimate | null;
}

/** µs: in a shorter stretch with fewer workers some are being replaced, and one with more is a reload. */
const SHORTEST = 10_000_000;
/** At the ends of the log, a worker may be idle rather than missing for up to so many of its own pauses. */
const PAUSES_GRANTED = 3;
/** µs: a shorter absence never means that a worker is missing. */
const MOMENT = 1_500_000;
/** With fewer requests, in all or per worker, a stretch shows nothing. */
const FEWEST = 30;
const FEWEST_EACH = 8;
/** Requests that a missing worker was due by its share elsewhere. If it existed, it would get none of n with a chance of e^-n. */
const DUE = 10;
/** Scores of a limit: from SURE on it is as good as certain, from MAYBE on it is possible. */
const SURE = 12;
const MAYBE = 4;
/** A pool with more changes, or more lives, has no steady state to describe. */
const MOST_STRETCHES = 8;
const MOST_LIVES = 500;

export interface Changes {
  /** In order of time; empty where the number of workers stayed the same, or may have. */
  readonly stretches: readonly Stretch[];
  /** A stretch that may have had only so many workers, or more of which some had nothing to do; null: there is none. */
  readonly doubtful: Stretch | null;
}

const noChange: Changes = { stretches: [], doubtful: null };

export function changesOf(lives: readonly Life[], evidence: Evidence): Changes {
  if (lives.length < 2 || lives.length > MOST_LIVES) return noChange;
  let doubtful: Stretch | null = null;
  let stretches = cutWhereTheyCame(lasting(stretchesByCount(withClearEnds(lives))));
  for (let k = 0; k + 1 < stretches.length; ) {
    const [few, isSure] = missingIn(stretches[k], stretches[k + 1], evidence);
    if (few && isSure) k++;
    else {
      doubtful ??= few;
      stretches = joinedAt(stretches, k);
      k = Math.max(0, k - 1);
    }
  }
  const isTold = stretches.length > 1 && stretches.length <= MOST_STRETCHES;
  const told = isTold ? stretches.map((stretch) => ({ ...stretch, lives: livesIn(stretch, lives, evidence) })) : [];
  return { stretches: told, doubtful };
}

/**
 * Lives reach to the beginning or end of the log if the worker was not seen there for hardly longer than it usually pauses. Other ends are
 * blurred by the tick of the stamps: a worker that takes another's place would live beside it for a moment. So half a moment is taken off
 * each such end.
 */
function withClearEnds(lives: readonly Life[]): Life[] {
  const first = Math.min(...lives.map((life) => life.from));
  const last = Math.max(...lives.map((life) => life.to));
  return lives.map((life) => {
    const granted = pauseGranted(life, last - first);
    const from = life.from - first <= (life.booted ? 0 : granted) ? first : life.from + MOMENT / 2;
    const to = last - life.to <= (life.ended ? 0 : granted) ? last : life.to - MOMENT / 2;
    return { ...life, from, to: Math.max(from, to) };
  });
}

/** Moves the cuts to where workers came or went, without the half moment that was taken off. */
function cutWhereTheyCame(stretches: readonly Stretch[]): Stretch[] {
  const cuts = stretches.slice(1).map(({ from, workers }, k) => {
    const grew = workers > stretches[k].workers;
    return from + (grew ? -MOMENT / 2 : MOMENT / 2);
  });
  return stretches.map((stretch, k) => ({
    ...stretch,
    from: cuts[k - 1] ?? stretch.from,
    to: cuts[k] ?? stretch.to,
  }));
}

/** µs at either end of a log of `span` µs for which a worker that exists may not be seen. */
export function pauseGranted({ from, to, requests }: Life, span: number): number {
  const pause = requests > 1 ? (to - from) / (requests - 1) : span;
  return Math.max(MOMENT, PAUSES_GRANTED * pause);
}

function stretchesByCount(lives: readonly Life[]): Stretch[] {
  const instants = [...new Set(lives.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (let k = 0; k + 1 < instants.length; k++) {
    const [from, to] = [instants[k], instants[k + 1]];
    const alive = lives.filter((life) => life.from <= from && life.to >= to);
    const before = stretches.at(-1);
    if (before?.workers === alive.length) {
      stretches[stretches.length - 1] = { ...before, to, lives: union(before.lives, alive) };
    } else stretches.push({ from, to, workers: alive.length, lives: alive });
  }
  return stretches;
}

const union = (a: readonly Life[], b: readonly Life[]): Life[] => [...new Set([...a, ...b])];

/**
 * Joins stretches shorter than SHORTEST to a neighbour. Several in a row become a stretch of their own, in which the pool grew or shrank. A
 * single one goes to the neighbour with more workers, so that the smaller pool is complete all the time.
 */
function lasting(all: Stretch[]): Stretch[] {
  let stretches = all;
  const lengthOf = (k: number) => (stretches[k] ? stretches[k].to - stretches[k].from : Number.POSITIVE_INFINITY);
  const workersOf = (k: number) => stretches[k]?.workers ?? 0;
  while (stretches.length > 1) {
    const k = stretches.reduce((least, _, i) => (lengthOf(i) < lengthOf(least) ? i : least), 0);
    if (lengthOf(k) >= SHORTEST) break;
    const isMoment = Math.min(lengthOf(k - 1), lengthOf(k + 1)) < SHORTEST;
    const isLast = k + 1 === stretches.length;
    const isNearer = isMoment ? lengthOf(k - 1) < lengthOf(k + 1) : workersOf(k - 1) >= workersOf(k + 1);
    // At the beginning of the log `isNearer` also holds if the next stretch has no worker, but there is nothing before to join.
    const isBefore = isLast || (k > 0 && isNearer);
    const workers = isMoment ? Math.max(workersOf(k), workersOf(isBefore ? k - 1 : k + 1)) : null;
    stretches = alikeJoined(joinedAt(stretches, isBefore ? k - 1 : k, workers ?? workersOf(isBefore ? k - 1 : k + 1)));
  }
  return stretches;
}

/** Once a moment is joined away, the stretches on both sides may have equally many workers. */
function alikeJoined(all: Stretch[]): Stretch[] {
  let stretches = all;
  for (let k = 0; k + 1 < stretches.length; )
    if (stretches[k].workers === stretches[k + 1].workers) stretches = joinedAt(stretches, k);
    else k++;
  return stretches;
}

/** Stretches k and k + 1 as one. `workers`: its number of workers; missing: the larger of both. */
function joinedAt(stretches: readonly Stretch[], k: number, workers?: number): Stretch[] {
  const [a, b] = [stretches[k], stretches[k + 1]];
  const joined = {
    from: a.from,
    to: b.to,
    workers: workers ?? Math.max(a.workers, b.workers),
    lives: union(a.lives, b.lives),
  };
  return stretches.toSpliced(k, 2, joined);
}

/**
 * The stretch with fewer workers, if the others may not have existed in it (else null), and whether that is sure: the server says so, or
 * the remaining workers were as busy as they could be.
 */
function missingIn(
  before: Stretch,
  after: Stretch,
  { fullness, requestsIn }: Evidence,
): [few: Stretch | null, sure: boolean] {
  if (after.workers === before.workers) return [null, false];
  const grew = after.workers > before.workers;
  const [few, many] = grew ? [before, after] : [after, before];
  const missing = many.lives.filter((life) => !few.lives.includes(life));
  const answered = ({ lives, from, to }: Stretch, of = lives) =>
    of.reduce((sum, life) => sum + requestsIn(life, from, to), 0);
  if ([few, many].some((stretch) => answered(stretch) < Math.max(FEWEST, FEWEST_EACH * stretch.workers)))
    return [null, false];
  const said = missing.filter((life) => (grew ? life.booted : life.ended));
  if (said.length >= many.workers - few.workers) return [few, true];
  const share = answered(many, missing) / answered(many);
  if (share * answered(few) < DUE) return [null, false];
  const score = fullness(few.workers, few.from, few.to);
  return [score >= MAYBE ? few : null, score >= SURE];
}

/** The lives of a stretch, cut to it. */
function livesIn({ from, to, lives }: Stretch, all: readonly Life[], { requestsIn }: Evidence): Life[] {
  const mine = new Set(lives.map(({ worker }) => worker));
  return all
    .filter(({ worker }) => mine.has(worker))
    .map((life) => ({
      ...life,
      from: Math.max(from, life.from),
      to: Math.min(to, life.to),
      requests: requestsIn(life, from, to),
      fate: life.to <= to ? life.fate : 'running',
    }));
}
