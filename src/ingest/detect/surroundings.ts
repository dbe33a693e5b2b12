/** What stands around a known layout: fields that were appended to it, or a prefix of any shape in front of it. */
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, type Token, tidy } from '../compile/layout.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import { withArrival } from './arrival-stamps.ts';
import { type Candidate, marksOf } from './candidates.ts';
import { messageStarts, readPrefixes } from './logging-prefix.ts';
import { type FoundToken, resolveNumbers, threeDecimals } from './open-numbers.ts';
import type { Sample, Trials } from './sample.ts';
import { findTrailingFields } from './trailing-fields.ts';
import { lookOf, proves, type Trial, withMeaning } from './trial.ts';
import type { UnitContext } from './units.ts';
import { writerOfUrls } from './writer.ts';

/** So many lines are searched for what surrounds a known layout. */
const SEARCHED_LINES = 200;

/** With a host in front, nginx writes Combined lines as Apache does. Seconds with three decimals are nginx's: Apache has no directive for them. */
const isTimeOfNginx = ({ open, values }: FoundToken): boolean =>
  open === 'number' && values.length > 0 && values.every((value) => threeDecimals.test(value));

const wholeRequest = /[A-Z]{3,} \S+ HTTP\/[\d.]+"/;

export class Surroundings {
  readonly #formats: readonly LogFormat[];
  readonly #trials: Trials;
  readonly #heads = new WeakMap<Recipe, Recipe>();

  constructor(formats: readonly LogFormat[], trials: Trials) {
    this.#formats = formats;
    this.#trials = trials;
  }

  #take(candidate: Candidate, sample: Sample, lines: readonly number[]): number[] {
    return lines.filter((line) => this.#trials.takes(candidate.recipe, sample, sample.lines[line].start));
  }

  /** The recipe, with any text behind it if more fields may follow. */
  headOf({ recipe, open }: Candidate): Recipe {
    if (!open || !('tokens' in recipe)) return recipe;
    const known = this.#heads.get(recipe) ?? { tokens: [...recipe.tokens, { field: { kind: 'text' } }] };
    this.#heads.set(recipe, known);
    return known;
  }

  /** The fields that follow an open layout; `starts` is where the layout begins in each line. */
  #trailing(candidate: Candidate, sample: Sample, starts: readonly number[]) {
    if (!('tokens' in candidate.recipe)) return null;
    const head = this.headOf(candidate);
    const rests: string[] = [];
    const requests: string[] = [];
    const sizes: string[] = [];
    const { route, status, bytes } = this.#trials.batch;
    for (const start of starts) {
      const spans = this.#trials.spans(head, sample, start);
      if (!spans) continue;
      const { from, to } = spans[spans.length - 1];
      requests.push(`${route[0]} ${status[0]}`);
      sizes.push(`${bytes[0]}`);
      rests.push(sample.b.toString('latin1', from, Math.min(to, from + 4096)));
    }
    const last = candidate.recipe.tokens[candidate.recipe.tokens.length - 1];
    return findTrailingFields(rests, { requests, sizes }, !isLiteral(last) && last.field.kind === 'status');
  }

  #assemble(
    candidate: Candidate,
    parts: {
      readonly before: readonly FoundToken[];
      readonly behind: readonly FoundToken[];
      readonly logging: boolean;
      readonly spannedSeconds: number;
    },
    format: LogFormat | undefined,
  ): Omit<Trial, 'taken'> {
    const core = (candidate.recipe as { tokens: readonly Token[] }).tokens.map(
      (token): FoundToken => ({
        token: parts.before.length + parts.behind.length > 1 ? maybeUnknown(token) : token,
        values: [],
        name: '',
      }),
    );
    const context = {
      spannedSeconds: parts.spannedSeconds,
      byServer: (format ?? candidate.format).id !== 'custom',
      clfStamps: [...parts.before, ...parts.behind].some(
        ({ token }) => 'field' in token && token.field.kind === 'time' && token.field.shape === 'clf',
      ),
      decimalsToFirstByte: format?.decimalsToFirstByte === true,
      mayBeProxy:
        (format?.proxy === true || (candidate.format.id === 'combined' && format === undefined)) && !parts.logging,
    };
    const { tokens, assumptions } = parts.logging
      ? resolvedApart(parts.before, core, parts.behind, context)
      : resolveNumbers([...parts.before, ...core, ...parts.behind], false, context);
    const writer = format ?? candidate.format;
    const found = { tokens: tidy(writer.proxy ? tokens.map(withoutWorker) : tokens) };
    const recipe = withMeaning(found, writer, candidate.format);
    const around = [
      parts.before.length > 0 ? 'behind a prefix' : '',
      parts.behind.length > 0 ? 'with further fields' : '',
    ];
    return {
      candidate: {
        format: writer,
        layout: [candidate.layout, ...around.filter((text) => text !== '')].join(', '),
        recipe,
        open: false,
        marks: marksOf(recipe),
        ...(parts.logging ? ({ prefixed: true } as const) : {}),
        ...(candidate.format.id === 'custom' ? ({ loose: true } as const) : {}),
      },
      assumptions,
      found: true,
      loose: candidate.format.id === 'custom',
    };
  }

  /** A declared layout with the fields that follow it. */
  extend(candidate: Candidate, sample: Sample, lines: readonly number[]): Trial | null {
    const starts = lines.map((line) => sample.lines[line].start);
    const trailing = this.#trailing(candidate, sample, starts);
    if (!trailing) return null;
    const proven = candidate.format.ambiguousStamp
      ? (this.#format(trailing.proves) ?? writerOfUrls(lines, sample, this.#formats))
      : candidate.format.mayPassOn === true && (trailing.proves === 'nginx' || trailing.tokens.some(isTimeOfNginx))
        ? this.#format('nginx')
        : undefined;
    const spannedSeconds = this.#trials.spannedSeconds(this.headOf(candidate), sample, lines);
    const around = { before: [], behind: trailing.tokens, logging: false, spannedSeconds };
    const trial = withArrival(this.#assemble(candidate, around, proven), sample, lines, this.#trials);
    const assumptions = [...trailing.assumptions, ...trial.assumptions];
    return { ...trial, assumptions, taken: this.#take(trial.candidate, sample, lines) };
  }

  #format(id: string | null): LogFormat | undefined {
    return this.#formats.find((format) => format.id === id);
  }

  /** A known layout behind a prefix of any shape. @param isPossible whether a line of the sample may be of a candidate */
  behindPrefix(
    candidates: readonly Candidate[],
    sample: Sample,
    lines: readonly number[],
    isPossible: (candidate: Candidate, line: number) => boolean,
  ): Trial | null {
    const searched = lines.slice(0, SEARCHED_LINES).map((line) => {
      const { start, end } = sample.lines[line];
      return { line, start, offsets: messageStarts(sample.b.toString('latin1', start, Math.min(end, start + 200))) };
    });
    const found: { candidate: Candidate; starts: Map<number, number> }[] = [];
    for (const candidate of candidates) {
      if (!('tokens' in candidate.recipe)) continue;
      const recipe = this.headOf(candidate);
      const starts = new Map<number, number>();
      for (const { line, start, offsets } of searched) {
        if (!isPossible(candidate, line)) continue;
        // The last position: a level and a dash in front of an address look like an address, too.
        const at = offsets.findLast((offset) => this.#trials.takes(recipe, sample, start + offset));
        // A whole request line in front is no prefix: two lines were written into one.
        if (at !== undefined && wholeRequest.test(sample.b.toString('latin1', start, start + at))) continue;
        if (at !== undefined) starts.set(line, at);
      }
      if (starts.size > 0) found.push({ candidate, starts });
    }
    const named = ({ candidate, starts }: (typeof found)[number]) => {
      const [[line, offset]] = starts;
      const { start } = sample.lines[line];
      const prefix = sample.b.toString('latin1', start, start + offset);
      return Number(candidate.format.loggers?.some((logger) => prefix.includes(logger)) === true);
    };
    for (const { candidate, starts } of found.sort(
      (a, b) => b.starts.size - a.starts.size || named(b) - named(a) || isAnyServer(a) - isAnyServer(b),
    )) {
      const trial = this.#withPrefix(candidate, starts, candidates, sample, lines);
      if (trial) return trial;
    }
    return null;
  }

  /** A layout that starts at these offsets of the sampled lines, with the fields in front of it and behind it. */
  #withPrefix(
    candidate: Candidate,
    starts: ReadonlyMap<number, number>,
    candidates: readonly Candidate[],
    sample: Sample,
    lines: readonly number[],
  ): Trial | null {
    const at = [...starts.keys()];
    const startOf = (line: number) => sample.lines[line].start + (starts.get(line) ?? 0);
    const hasStamp = fieldsOf(candidate.recipe).some((field) => field?.kind === 'time');
    const prefix = readPrefixes(
      at.map((line) => sample.b.toString('latin1', sample.lines[line].start, startOf(line))),
      hasStamp,
    );
    if (!prefix || (candidate.format.id !== 'custom' && !prefix.logging)) return null;
    const trailing = candidate.open
      ? this.#trailing(
          candidate,
          sample,
          prefix.lines.map((i) => startOf(at[i])),
        )
      : null;
    const angled = prefix.tokens.some(({ values }) => /^<\d+>$/.test(values[0] ?? '')) ? 'gunicorn' : null;
    const proven = candidate.format.ambiguousStamp
      ? (this.#formats.find((format) => prefix.names.some((name) => proves(format, name))) ??
        this.#format(trailing?.proves ?? angled))
      : undefined;
    const assembled = this.#assemble(
      candidate,
      {
        before: prefix.tokens,
        behind: trailing?.tokens ?? [],
        logging: prefix.logging,
        // The stamps are in the prefix, or are those of the layout behind it.
        spannedSeconds: this.#trials.spannedSeconds(withPrefix(prefix.tokens), sample, lines),
      },
      proven,
    );
    const trial = withArrival(assembled, sample, lines, this.#trials);
    const look = lookOf(candidate.recipe);
    const rivals = candidates
      .filter((other) => other.format !== candidate.format && lookOf(other.recipe) === look)
      .map((other) => other.format);
    const assumptions = [...prefix.assumptions, ...(trailing?.assumptions ?? []), ...trial.assumptions];
    return { ...trial, assumptions, rivals: proven ? [] : rivals, taken: this.#take(trial.candidate, sample, lines) };
  }
}

/** 1 for layouts that any server may have written: those of a particular server go first. */
const isAnyServer = ({ candidate }: { readonly candidate: Candidate }): number =>
  Number(candidate.format.id === 'custom');

/** The pid of a proxy says nothing of the workers behind it. */
const withoutWorker = (token: Token): Token =>
  'field' in token && (token.field.kind === 'pid' || token.field.kind === 'thread')
    ? { field: { kind: 'word' } }
    : token;

/** Where the surroundings are known, too, the status may be missing (the client left) and the request may be garbage. */
const maybeUnknown = (token: Token): Token => {
  if (!('field' in token)) return token;
  const { field } = token;
  if (field.kind !== 'status' && field.kind !== 'request') return token;
  const { known: _, ...rest } = field;
  return { field: rest };
};

/** A prefix with any text behind it. */
const withPrefix = (tokens: readonly FoundToken[]): Recipe => ({
  tokens: tidy([...tokens.map(({ token }) => token), { field: { kind: 'text' } }]),
});

/** In a line of Python's logging, the first number in front is the process, and durations stand behind the layout. */
function resolvedApart(
  before: readonly FoundToken[],
  core: readonly FoundToken[],
  behind: readonly FoundToken[],
  context: UnitContext,
) {
  const front = resolveNumbers(before, true, context);
  const knowsPid = front.tokens.some((token) => 'field' in token && token.field.kind === 'pid');
  const rest = resolveNumbers([...core, ...behind], false, { ...context, knowsPid });
  return { tokens: [...front.tokens, ...rest.tokens], assumptions: [...front.assumptions, ...rest.assumptions] };
}
