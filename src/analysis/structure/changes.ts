/**
 * A pool of which some workers stay and others come or go: workers that are added or taken away while it runs (TTIN, TTOU,
 * cheaper), one that dies or hangs and is not replaced. A worker that is missing writes the same lines as one that idles,
 * none; what tells them apart is that nobody has to wait for the others while one idles.
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
  /** All that lived in it, as far as they did. */
  readonly lives: readonly Life[];
}

export interface Evidence {
  /**
   * Whether callers waited for any of so many workers, each with one request, in this stretch: the score of a limit in nats
   * (docs/inference-structure.md), 0 where there is none.
   */
  readonly fullness: (workers: number, from: number, to: number) => number;
  /** Requests that each worker answered in it. */
  readonly requestsIn: (life: Life, from: number, to: number) => number;
  /** Requests that each of these workers runs at once, as theirs alone show it; null: they show nothing. */
  readonly slotsOfEach: (lives: readonly Life[]) => Estimate | null;
}

/** µs: fewer workers for a moment are those that are being replaced, and more those that come and go at a reload. */
const SHORTEST = 10_000_000;
/** A worker that is not seen for so many of its own pauses at the ends of the log may have idled. */
const PAUSES_GRANTED = 3;
/** µs: nor does one that is not seen for a moment. */
const MOMENT = 1_500_000;
/** Fewer requests, of all and of each worker, tell nothing of a stretch. */
const FEWEST = 30;
const FEWEST_EACH = 8;
/** Requests that a worker would have had by its share elsewhere: none of so many has a chance of e^-n. */
const DUE = 10;
/** Scores from which a limit is as good as certain, and from which it may be one. */
const SURE = 12;
const MAYBE = 4;
/** A pool that changes more often than this has no state that could be told. */
const MOST_STRETCHES = 8;
const MOST_LIVES = 500;

export interface Changes {
  /** In order of time; empty where the number of workers stayed the same, or may have. */
  readonly stretches: readonly Stretch[];
  /** A stretch that may have had so many workers only, or more that had nothing to do; null: there is none. */
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
 * Workers lived from the beginning to the end where they hardly paused longer than they usually do. Elsewhere their ends are blurred
 * by the tick of the stamps: one that takes another's place would live beside it for a moment, so a moment is taken off.
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

/** Cuts where workers came or went, without the moment that was taken off. */
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

/** µs for which a worker that is there may not be seen at the ends of a log of `span` µs. */
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
 * Moments in a row are a stretch of their own, in which the pool grew or shrank; one alone belongs to the neighbour with more
 * workers, so that the smaller pool is whole all the time.
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
    // Nobody may have been at work in the next one.
    const isBefore = isLast || (k > 0 && isNearer);
    const workers = isMoment ? Math.max(workersOf(k), workersOf(isBefore ? k - 1 : k + 1)) : null;
    stretches = alikeJoined(joinedAt(stretches, isBefore ? k - 1 : k, workers ?? workersOf(isBefore ? k - 1 : k + 1)));
  }
  return stretches;
}

/** What a moment parted may have the same number on both sides. */
function alikeJoined(all: Stretch[]): Stretch[] {
  let stretches = all;
  for (let k = 0; k + 1 < stretches.length; )
    if (stretches[k].workers === stretches[k + 1].workers) stretches = joinedAt(stretches, k);
    else k++;
  return stretches;
}

/** The stretch and the next one as one; `workers`: the larger number, if not told. */
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
 * The stretch with fewer workers, if the others did not exist in it, and whether that is sure: the server says so, or those that
 * did were as busy as they could be.
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

/** As they were in the stretch. */
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
