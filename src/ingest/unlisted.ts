/** Kinds of lines of no known layout among the held ones: those that stand alone, or that repeat requests of other lines. */
import { tellsOfRequest, tellsOfStart } from './detect/free-form.ts';
import type { Lacking } from './detect/free-slots.ts';
import type { By, NoLayout } from './detect/no-layout.ts';
import type { HeldLine, HeldLines } from './held-lines.ts';
import type { PlanSet } from './plan-set.ts';
import type { Retold } from './retold.ts';
import { lookIn, type Sighting, takenBy } from './sightings.ts';

/** Fewer lines are no kind of their own beside others: a line that nothing takes may be broken, or two torn ones joined. */
const FEW_LINES = 3;
/** The lines must be that many within so many lines. */
const NEAR_LINES = 10;

/** An application does not log so many requests in a row that its server does not log. */
const LEAST_RUN = 20;

export class Unlisted {
  readonly #held: HeldLines;
  readonly #plans: PlanSet;
  readonly #noLayout: NoLayout;
  readonly #retold: Retold;
  /** Numbers of recent lines that were too few to be a kind of their own: a slow log is decided line by line. */
  #strays: readonly number[] = [];

  constructor(held: HeldLines, plans: PlanSet, noLayout: NoLayout, retold: Retold) {
    this.#held = held;
    this.#plans = plans;
    this.#noLayout = noLayout;
    this.#retold = retold;
  }

  /** Finds lines about requests in no known layout: by the names of their values first, then by their look. */
  find(lines: readonly HeldLine[], others: readonly Sighting[]): Sighting[] {
    const held = this.#held;
    const isTold = (line: HeldLine) => line.variants.some((variant) => tellsOfRequest(held.text(variant)));
    const told = lines.filter(isTold);
    if (told.length === 0 || !this.#areEnough(told, others)) return [];
    // Beside lines that plans are taking, the result would be discarded.
    if (others.length === 0 && !this.#standAlone(told, others)) return [];
    const found: Sighting[] = [];
    for (const by of ['keys', 'look'] as const) {
      const known = takenBy(found);
      const isAlone = others.length + found.length === 0;
      const open = lines.filter((line) => !known.has(line));
      // Lines are judged by their look without envelopes; records with keys are not.
      found.push(...lookIn(held, open, by === 'look', (sample) => this.#noLayout.find(sample, by, isAlone)));
    }
    return found.filter(
      (one) =>
        this.#standAlone(
          one.lines.map(({ line }) => line),
          others,
        ) || others.some((other) => this.#retold.retells(one, other) || this.#retold.retells(other, one)),
    );
  }

  /**
   * Finds lines that say how long a request took but not how it was answered, if no other lines are about requests. Lines that do not say
   * what was requested may be about anything, unless about as many lines are about the beginning of requests.
   */
  findTimes(lines: readonly HeldLine[]): Sighting[] {
    const find = (by: By, lacking: Lacking) =>
      lookIn(this.#held, lines, by === 'look', (sample) => this.#noLayout.find(sample, by, true, lacking));
    const starts = lines.filter(({ variants }) => tellsOfStart(this.#held.text(variants[variants.length - 1]))).length;
    for (const lacking of ['status', 'request'] as const) {
      for (const by of ['keys', 'look'] as const) {
        const found = find(by, lacking);
        if (found.length > 0 && (lacking === 'status' || 2 * starts >= takenBy(found).size)) return found;
      }
    }
    return [];
  }

  /** Whether the lines are enough for a kind. If no other lines are about requests, one is enough. */
  #areEnough(told: readonly HeldLine[], others: readonly Sighting[]): boolean {
    if (told.length >= FEW_LINES) return true;
    if (others.length > 0) return false;
    if (this.#plans.list.length === 0) return true;
    const last = told[told.length - 1].number;
    const numbers = new Set([...this.#strays, ...told.map(({ number }) => number)]);
    this.#strays = [...numbers].filter((number) => last - number < NEAR_LINES);
    return this.#strays.length >= FEW_LINES;
  }

  /**
   * Whether (nearly) no requests of other lines stand between these lines. An application may log anything about requests beside its
   * server. Lines of another container are another server's; and while a server is being replaced, both write.
   */
  #standAlone(lines: readonly HeldLine[], others: readonly Sighting[]): boolean {
    const first = lines[0].number;
    const last = lines[lines.length - 1].number;
    const hosts = new Set(lines.map(hostOf));
    const isBetween = ({ number }: HeldLine) => number >= first && number <= last;
    // If there are plans, they took the lines that are not held.
    const held = this.#held;
    const plans = this.#plans;
    const heldBetween = held.lines.filter(isBetween);
    const notHeld = plans.list.length === 0 ? 0 : last - first + 1 - heldBetween.length;
    const taken = [...takenBy(others)].filter((line) => isBetween(line) && hosts.has(hostOf(line)));
    if ((notHeld + taken.length) * 10 <= lines.length) return true;
    if (notHeld > 0) return false;
    return longestRun(lines, taken) * 2 >= Math.max(2 * LEAST_RUN, lines.length);
  }
}

/** Which container or machine wrote it. */
const hostOf = ({ variants }: HeldLine): number => variants[variants.length - 1].host;

/** Most lines in a row with none of the others between them. */
function longestRun(lines: readonly HeldLine[], others: readonly HeldLine[]): number {
  const numbers = others.map(({ number }) => number).sort((a, b) => a - b);
  let at = 0;
  let run = 0;
  let longest = 0;
  for (const { number } of lines) {
    if (at < numbers.length && numbers[at] < number) run = 0;
    while (at < numbers.length && numbers[at] < number) at++;
    run++;
    longest = Math.max(longest, run);
  }
  return longest;
}
