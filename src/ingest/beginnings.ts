/**
 * Lines about the beginning of requests, beside lines about their end (django-structlog's "request_started" and "request_finished",
 * middleware that logs both). They are no requests of their own. If both kinds name the request, its duration is the time between them.
 */
import type { Dictionary } from '../core/dictionary.ts';
import type { Field, KeyedLayout } from '../core/format.ts';
import { printable } from '../core/text.ts';
import { isLiteral } from './compile/layout.ts';
import { fieldsOf, type Recipe } from './compile/recipe.ts';
import { type Candidate, marksOf } from './detect/candidates.ts';
import type { Found } from './detect/detect.ts';
import { tellsOfStart } from './detect/free-form.ts';
import type { NoLayout } from './detect/no-layout.ts';
import type { Sample, Trials } from './detect/sample.ts';
import type { HeldLine, HeldLines } from './held-lines.ts';
import { OpenRequests } from './open-requests.ts';
import type { Plan } from './plan.ts';
import { findRequestName, type NamedLine, type RequestName } from './request-names.ts';
import { lookIn, type Sighting, takenBy } from './sightings.ts';

/** A kind of lines about the beginning of the requests whose end the lines of `ends` are about. */
export interface Beginning {
  readonly begins: Sighting;
  readonly ends: Sighting;
  /** What names a request in both; null: nothing does, or it would not be of use. */
  readonly name: RequestName | null;
}

const HOW_THEY_BEGIN = 'how requests begin';
const FEW_LINES = 3;
/** Most characters of a key that are shown in a sentence. */
const MAX_KEY = 60;
/** So many lines are searched for the name of a request. */
const READ_LINES = 200;
/** Beginnings must be at least this share of the ends: some of the requests may have begun before the log. */
const LEAST_SHARE = 0.5;

const has = (recipe: Recipe, ...kinds: Field['kind'][]): boolean =>
  fieldsOf(recipe).some((field) => field !== null && kinds.includes(field.kind));
/** Whether the lines have a route, which is the path alone if they lack the method. */
const hasRoute = (recipe: Recipe): boolean => has(recipe, 'request', 'method', 'target');
const hasDuration = (recipe: Recipe): boolean => has(recipe, 'duration', 'until');

const ofAnswers = new Set<Field['kind']>(['status', 'duration', 'bytes', 'wait', 'lead']);

const atStart = (field: Field): Field => (field.kind === 'time' ? { ...field, means: 'start' } : field);

/** The same lines with their stamps read as starts. */
function ofStarts(sighting: Sighting): Sighting {
  const { recipe } = sighting.found.candidate;
  if (!('tokens' in recipe)) return sighting;
  const tokens = recipe.tokens.map((token) => (isLiteral(token) ? token : { ...token, field: atStart(token.field) }));
  const candidate = { ...sighting.found.candidate, layout: HOW_THEY_BEGIN, recipe: { tokens } };
  return { ...sighting, found: { ...sighting.found, candidate } };
}

/** The layout of records with the same names, without what is about the answer. */
function withoutAnswer({ keyed }: { readonly keyed: KeyedLayout }): KeyedLayout {
  const left = Object.entries(keyed.fields).filter(([, { kind }]) => !ofAnswers.has(kind));
  const begun = left.map(([key, field]): [string, Field] => [key, atStart(field)]);
  const required = left.filter(([key, { kind }]) => keyed.requires.includes(key) || kind === 'time');
  return {
    name: HOW_THEY_BEGIN,
    syntax: keyed.syntax,
    fields: Object.fromEntries(begun),
    requires: required.map(([key]) => key),
  };
}

export class Beginnings {
  readonly #held: HeldLines;
  readonly #noLayout: NoLayout;
  readonly #trials: Trials;
  readonly #routes: Dictionary;

  constructor(held: HeldLines, noLayout: NoLayout, trials: Trials, routes: Dictionary) {
    this.#held = held;
    this.#noLayout = noLayout;
    this.#trials = trials;
    this.#routes = routes;
  }

  /**
   * @param lines that nothing takes
   * @param sightings kinds of lines about the end of requests
   */
  find(lines: readonly HeldLine[], sightings: readonly Sighting[]): Beginning[] {
    const found: Beginning[] = [];
    for (const ends of sightings) {
      const known = takenBy(found.map(({ begins }) => begins));
      const open = lines.filter((line) => !known.has(line));
      const all = this.#kinds(open, ends).filter(({ lines: some }) => some.length >= LEAST_SHARE * ends.lines.length);
      const [begins] = all.sort((a, b) => b.lines.length - a.lines.length);
      if (begins) found.push({ begins, ends, name: this.#name(begins, ends) });
    }
    return found;
  }

  /** Finds lines about the end of requests that lack the request and the duration, if other lines are about their beginning. */
  findEnds(lines: readonly HeldLine[]): Beginning[] {
    const ends = lookIn(this.#held, lines, true, (sample) =>
      this.#noLayout.find(sample, 'look', false, 'request and time'),
    );
    return this.find(lines, ends).filter(({ name }) => name !== null);
  }

  #kinds(lines: readonly HeldLine[], { chain, found: { candidate } }: Sighting): Sighting[] {
    if (lines.length < FEW_LINES) return [];
    const held = this.#held;
    if ('keyed' in candidate.recipe) {
      const recipe = { keyed: withoutAnswer(candidate.recipe) };
      if (!hasRoute(recipe)) return [];
      const pairs = lines.flatMap((line) => {
        const variant = line.variants.find((one) => one.chain === chain);
        return variant ? [{ line, variant }] : [];
      });
      const sample = held.sample(pairs.map(({ variant }) => variant));
      const taken = pairs.flatMap(({ variant }, i) => (this.#trials.takes(recipe, sample, variant.start) ? [i] : []));
      if (taken.length < FEW_LINES) return [];
      const begins: Candidate = {
        format: candidate.format,
        layout: recipe.keyed.name,
        recipe,
        open: false,
        marks: marksOf(recipe),
      };
      const found: Found = { candidate: begins, taken, contested: false, rivals: [], assumptions: [] };
      return [{ found, sample, chain, lines: taken.map((i) => pairs[i]) }];
    }
    const told = lines.filter(({ variants }) => tellsOfStart(held.text(variants[variants.length - 1])));
    return lookIn(held, told, true, (sample) => this.#noLayout.find(sample, 'look', false, 'answer'))
      .filter((one) => one.chain === chain)
      .map(ofStarts);
  }

  #name(begins: Sighting, ends: Sighting): RequestName | null {
    const { recipe } = ends.found.candidate;
    if (hasDuration(recipe) && (hasRoute(recipe) || !hasRoute(begins.found.candidate.recipe))) return null;
    const last = ends.lines.slice(0, READ_LINES).at(-1)?.line.number ?? 0;
    const some = { ...begins, lines: begins.lines.filter(({ line }) => line.number <= last) };
    return findRequestName(this.#named(some), this.#named({ ...ends, lines: ends.lines.slice(0, READ_LINES) }));
  }

  #named({ found, sample, lines }: Sighting): NamedLine[] {
    const { batch } = this.#trials;
    return lines.map(({ line: { number }, variant }) => {
      batch.route[0] = -1;
      this.#trials.takes(found.candidate.recipe, sample, variant.start);
      const [route] = batch.route;
      batch.route[0] = -1;
      return { number, text: this.#text(sample, variant), route: route < 0 ? '' : this.#routes.text(route) };
    });
  }

  /** The text as a plan reads it: latin-1. */
  #text({ b }: Sample, { start, end }: { readonly start: number; readonly end: number }): string {
    return b.toString('latin1', start, end);
  }
}

/**
 * Keeps what the lines of one half say until those of the other half come. It also makes durations if both halves have stamps and there is
 * no other duration.
 */
export const openRequests = (name: RequestName, { parts: { facts, recipe } }: Plan): OpenRequests =>
  new OpenRequests(name, facts.fields.duration && !hasDuration(recipe));

/** What is said about these lines. @param plan of the lines about the end of requests */
export function beginningSentence({ begins, name }: Beginning, plan: Plan | null): string {
  const { format } = begins.found.candidate;
  const lines = `lines that tell how requests began (${format.id}) are no requests of their own`;
  if (name === null || plan === null) return lines;
  const key = /([\w.@-]+)\W*$/.exec(name.end.before)?.[1];
  const how = `joined by ${key === undefined ? 'what names the request in both' : `"${printable(key, MAX_KEY)}"`}`;
  return hasDuration(plan.parts.recipe) || !plan.parts.facts.fields.duration
    ? `${lines}: they tell what was asked for, ${how}`
    : `${lines}: durations are the time from these to the lines that tell how they ended, ${how}`;
}
