/**
 * A deploy that changes the number of workers puts two pools into one log, one after the other, and what is true of one is not true of the
 * other. A regime is a stretch of the log whose workers all ended when those of the next stretch began. Neighbouring stretches with equally
 * many workers of one kind (restarts, recycled workers) are one regime. Where some workers stay and others come or go, a regime is a
 * stretch with a constant number of workers.
 */
import type { LifecycleEvent, LifecycleKind } from '../../core/lifecycle.ts';
import { momentsBetween } from '../../core/moments.ts';
import { countBelow } from '../../core/statistics.ts';
import type { Estimate } from '../../core/summary.ts';
import { changesOf, type Evidence, type Stretch } from './changes.ts';
import { handedOver } from './handover.ts';
import { GRACE, type Life } from './lives.ts';
import type { SlotLoss } from './slot-loss.ts';
import { exactly, type ShownOfPool, type Structure, within } from './structure.ts';
import type { Trace } from './trace.ts';
import { workersFrom } from './workers-alive.ts';

export interface Regime {
  /** Lives of its workers, cut to the regime. */
  readonly lives: readonly Life[];
  /** µs since 1970 UTC: the first start and the last end. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly workers: Estimate;
  /** Its slots, where the worker stayed and lost one of them; null: the lines of each regime have to show them. */
  readonly slots: Estimate | null;
  /** Requests that each of its workers runs at once; null: not asked, or its lines do not show it. */
  readonly slotsOfEach: Estimate | null;
  /** It is long and calm enough to show how many workers it has. */
  readonly tells: boolean;
}

/** With fewer requests, in all or per worker, the number of workers does not show. */
const FEWEST = 30;
const FEWEST_EACH = 8;
/**
 * µs: nobody deploys faster than SHORTEST. More lives per worker than MOST_LIVES_EACH are recycled workers, which may all end at once by
 * chance, unless the number alive is sure nevertheless.
 */
const SHORTEST = 10_000_000;
const MOST_LIVES_EACH = 1.5;

/** Workers that lived together, in order of time: all of one generation ended when those of the next began (but for GRACE). */
function generationsOf(lives: readonly Life[]): Life[][] {
  const generations: Life[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const life of lives.toSorted((a, b) => a.from - b.from)) {
    if (life.from < until - GRACE) generations[generations.length - 1].push(life);
    else generations.push([life]);
    until = Math.max(until, life.to);
  }
  return generations.flatMap(handedOver);
}

/** Confidence of a number of workers that every generation has. */
const SURE_OF_GENERATIONS = 0.93;

/** The generations of a server whose workers were all reloaded or restarted at once, if they have equally many workers; else empty. */
export function reloadsOf(lives: readonly Life[]): Regime[] {
  const generations = generationsOf(lives).map((generation) => regimeOf(generation));
  const telling = generations.filter(tellsWorkers);
  const count = telling[0]?.workers.value ?? null;
  if (generations.length < 2 || count === null) return [];
  // A generation too short to tell has hardly shown all of its workers, but it cannot have shown too many.
  const agrees = (one: Regime) => (telling.includes(one) ? one.workers.value === count : one.lives.length <= count);
  return generations.every(agrees) ? generations : [];
}

const tellsWorkers = ({ tells, workers }: Regime): boolean => tells && workers.confidence >= SURE_OF_GENERATIONS;

/** The number of workers that each telling generation has. Within a generation some may have been replaced. */
export function workersOfReloads(generations: readonly Regime[]): Estimate {
  const lives = generations.reduce((sum, one) => sum + one.lives.length, 0);
  const most = Math.max(...generations.map((one) => one.lives.length));
  const count = generations.find(tellsWorkers)?.workers.value ?? most;
  const method = `${lives} pids in ${generations.length} generations, each of which went when the next one came`;
  return within(count, count, count, SURE_OF_GENERATIONS, method);
}

/** Confidence of the numbers of workers of a pool that changed while some of them stayed. */
const SURE_OF_CHANGE = 0.9;

export interface Regimes {
  /** In order of time; empty where the log is of one pool. */
  readonly regimes: readonly Regime[];
  /** Where the log is of one pool, a stretch in which some of its workers may have been missing; null: there is none. */
  readonly doubtful: Stretch | null;
}

export function regimesOf(lives: readonly Life[], evidence: Evidence): Regimes {
  const replaced = regimesByGeneration(lives, evidence);
  if (replaced.length > 0) return { regimes: replaced, doubtful: null };
  const { stretches, doubtful } = changesOf(lives, evidence);
  const regimes = stretches.map((stretch) => ({
    ...regimeOf(stretch.lives, stretch),
    workers: exactly(stretch.workers, SURE_OF_CHANGE, 'workers that lived at once'),
  }));
  return { regimes, doubtful: regimes.length > 0 ? null : doubtful };
}

/** With more generations than this, nobody asks how many requests their workers run at once: it is one pool that is reloaded often. */
const MOST_ASKED = 8;

function regimesByGeneration(lives: readonly Life[], { slotsOfEach }: Evidence): Regime[] {
  const regimes: Growing[] = [];
  const generations = generationsOf(lives).map((generation) => regimeOf(generation));
  const isAsked = generations.length > 1 && generations.length <= MOST_ASKED;
  for (const generation of generations) {
    const next =
      isAsked && generation.tells ? { ...generation, slotsOfEach: slotsOfEach(generation.lives) } : generation;
    const last = regimes.at(-1);
    if (last && !(last.tells && next.tells && isAnotherPool(last, next)))
      regimes[regimes.length - 1] = joined(last, next);
    else regimes.push({ ...next, lives: [...next.lives] });
  }
  return regimes.length > 1 && regimes.every(({ tells }) => tells) ? regimes : [];
}

function regimeOf(lives: readonly Life[], span = spanOf(lives)): Regime {
  const { from, to } = span;
  const requests = lives.reduce((sum, life) => sum + life.requests, 0);
  const workers = workersFrom(lives, null);
  const count = workers.value ?? 1;
  const tells =
    to - from >= SHORTEST &&
    requests >= Math.max(FEWEST, FEWEST_EACH * count) &&
    (lives.length <= MOST_LIVES_EACH * count || workers.confidence >= SURE_OF_GENERATIONS);
  return { lives, from, to, requests, workers, slots: null, slotsOfEach: null, tells };
}

const spanOf = (lives: readonly Life[]) => ({
  from: Math.min(...lives.map((life) => life.from)),
  to: Math.max(...lives.map((life) => life.to)),
});

/** A regime that owns its list of lives, so that others can be appended. With a process per request, tens of thousands are joined. */
type Growing = Regime & { readonly lives: Life[] };

/** Both as one regime, with the number of workers of the one that tells it. Appends to the list of `a`. */
function joined(a: Growing, b: Regime): Growing {
  for (const life of b.lives) a.lives.push(life);
  return {
    lives: a.lives,
    from: Math.min(a.from, b.from),
    to: Math.max(a.to, b.to),
    requests: a.requests + b.requests,
    workers: a.tells ? a.workers : b.workers,
    slots: null,
    slotsOfEach: a.slotsOfEach ?? b.slotsOfEach,
    tells: a.tells || b.tells,
  };
}

const isAnotherPool = (a: Regime, b: Regime): boolean => differ(a.workers, b.workers) || isAnotherKind(a, b);

const isAnotherKind = (a: Regime, b: Regime): boolean =>
  a.slotsOfEach !== null && b.slotsOfEach !== null && differ(a.slotsOfEach, b.slotsOfEach);

/** The ranges do not overlap: no number is in both. */
const differ = (a: Estimate, b: Estimate): boolean =>
  (a.high ?? Number.POSITIVE_INFINITY) < (b.low ?? 0) || (b.high ?? Number.POSITIVE_INFINITY) < (a.low ?? 0);

/** Share of the log's time from which the last pool stands for the whole log. Below it, the longest pool does. */
const SETTLED = 0.25;

function spokenOf(regimes: readonly Regime[]): Regime {
  const last = regimes[regimes.length - 1];
  const held = ({ from, to }: Regime) => to - from;
  const isSettled = held(last) >= SETTLED * (last.to - regimes[0].from);
  return isSettled ? last : regimes.reduce((a, b) => (held(b) > held(a) ? b : a));
}

/** The workers of the pool that stands for the log, with the range of all pools: no single number is true of the whole log. */
export function workersOfRegimes(regimes: readonly Regime[]): Estimate {
  const spoken = spokenOf(regimes);
  if (regimes.every(({ workers }) => workers.value === spoken.workers.value)) return spoken.workers;
  const numbers = regimes.map(({ workers }) => workers.value ?? 0);
  const method = `${numbers.join(', then ')} workers: ${staying(regimes) ? 'some came or went while others stayed' : 'all pids were replaced in between'}`;
  return within(spoken.workers.value ?? 0, Math.min(...numbers), Math.max(...numbers), 0.58, method);
}

/**
 * The structure of the pool that stands for the log, where pools of different kinds followed each other. null: there was no such change, or
 * all lines are read together.
 * @param parts what the lines of each regime show
 */
export function structureOfRegimes(
  regimes: readonly Regime[],
  parts: readonly { readonly inference: ShownOfPool }[],
): Structure | null {
  if (!regimes.some((regime, k) => k > 0 && isAnotherKind(regimes[k - 1], regime))) return null;
  const spoken = regimes.indexOf(spokenOf(regimes));
  const { model, modelConfidence, modelMethod, threads, capacity, unbounded } = parts[spoken].inference;
  const { from, to } = regimes[spoken];
  const isLast = spoken === regimes.length - 1;
  const { at } = momentsBetween(regimes[0].from, regimes[regimes.length - 1].to);
  const when = isLast ? `since ${at(from)}` : `until ${at(to)}`;
  const method = `${modelMethod}, ${when} UTC: the pools before and after are of another kind`;
  return { model, confidence: modelConfidence, method, threads, capacity, unbounded };
}

/** The pool of one worker before and after it lost a slot. */
export function regimesOfSlotLoss({ at, before, after }: SlotLoss, life: Life, trace: Trace): Regime[] {
  const earlier = countBelow(trace.length, (k) => trace.end[k], at + 0.5);
  const method = `up to ${before} requests at once, and never more than ${after} after ${momentsBetween(life.from, life.to).at(at)} UTC`;
  const regime = (slots: number, requests: number, part: Partial<Life>): Regime => ({
    ...regimeOf([{ ...life, ...part, requests }]),
    workers: exactly(1, SURE_OF_CHANGE, 'pids seen'),
    slots: within(slots, slots, slots, SURE_OF_SLOT, method),
  });
  return [regime(before, earlier, { to: at, fate: 'running' }), regime(after, trace.length - earlier, { from: at })];
}

/** Confidence of the slots where one was lost: that it was one, and not several at once, is the plainest reading. */
const SURE_OF_SLOT = 0.75;

/** Slots of a pool that lost one; null: it lost none. */
export function slotsOfRegimes(regimes: readonly Regime[]): Estimate | null {
  const all = regimes.flatMap(({ slots }) => slots?.value ?? []);
  const { slots } = all.length > 0 ? spokenOf(regimes) : { slots: null };
  return slots?.value ? within(slots.value, Math.min(...all), Math.max(...all), 0.58, slots.method) : null;
}

/** Whether some workers lived in several regimes. */
export const staying = (regimes: readonly Regime[]): boolean => {
  const seen = regimes.flatMap(({ lives }) => lives.map(({ worker }) => worker));
  return new Set(seen).size < seen.length;
};

/**
 * The regime of each request: that of its worker or, if the worker lived in several, the one in which the request ended. undefined: none
 * has its worker.
 */
export function regimeOfEach(
  regimes: readonly Regime[],
  worker: ArrayLike<number>,
  end: ArrayLike<number>,
): (Regime | undefined)[] {
  const homes = new Map<number, Regime[]>();
  for (const regime of regimes)
    for (const life of regime.lives) homes.set(life.worker, [...(homes.get(life.worker) ?? []), regime]);
  return Array.from(worker, (id, k) => {
    const mine = homes.get(id);
    return mine?.find(({ to }) => end[k] <= to) ?? mine?.at(-1);
  });
}

/**
 * The events that concern one regime: those of its workers, and by their time those that name none of the known workers. A worker that was
 * started earlier counts as started when the regime began.
 */
export function eventsOf(
  events: readonly LifecycleEvent[],
  regimes: readonly Regime[],
  regime: Regime,
  nameOf: (life: Life) => string,
): LifecycleEvent[] {
  const owners = new Map<string, Regime[]>();
  for (const one of regimes)
    for (const life of one.lives) owners.set(nameOf(life), [...(owners.get(nameOf(life)) ?? []), one]);
  const isOfRegime = (event: LifecycleEvent): boolean => {
    const known = event.worker === null ? undefined : owners.get(event.worker);
    // A worker that stays was booted for all of its regimes; its end belongs to the last.
    if (known) return atBirth.has(event.kind) ? known.includes(regime) : known.at(-1) === regime;
    if (Number.isNaN(event.time)) return true;
    // Between two regimes, an end belongs to the earlier one and a boot to the later.
    const later = regimes.find(({ to }) => event.time <= to) ?? regimes[regimes.length - 1];
    const earlier = regimes.findLast(({ from }) => event.time >= from) ?? regimes[0];
    return (event.kind === 'boot' || event.kind === 'listen' ? later : earlier) === regime;
  };
  return events
    .filter(isOfRegime)
    .map((event) => (atBirth.has(event.kind) && event.time < regime.from ? { ...event, time: regime.from } : event));
}

const atBirth: ReadonlySet<LifecycleKind> = new Set(['boot', 'threads']);
