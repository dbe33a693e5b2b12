/** Whether the fields of a layout are what the layout says. Its shape fits lines of other servers, too; the values of the fields decide. */
import type { Field } from '../../core/format.ts';
import { isLiteral, type Token } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';
import type { Span } from '../compile/runtime.ts';
import type { Candidate } from './candidates.ts';
import { LARGEST_PID } from './open-numbers.ts';
import { areOneTime } from './related-times.ts';
import { isNoSize, isNoSizeOfCombined, isSize, isTimeOfEmpty, mayRepeat } from './repeating-values.ts';
import type { Sample, Trials } from './sample.ts';
import type { Trial } from './trial.ts';

const MAX_FIELD_BYTES = 1000;
const CHECKED_LINES = 20;
/** Lines in which values are checked for repetition. */
const COMPARED_LINES = 200;
const SLASH = 47;
const LESS_THAN = 60;

/** IPv4, IPv6, host name, with port, list of them, "unix:", "b''", "-", nothing. */
const address = /^$|^(unix:.*|b''|[\w.-]+|\[?[0-9a-f:.%\w]*::?[0-9a-f:.%]*\]?(:\d+)?|[\w.-]+:\d+)(, ?[\w.:[\]-]+)*$/i;
const ipWithoutPort = /^\d+\.\d+\.\d+\.\d+$/;

const query = /\?\S*/;

/** The end of a quoted text, and the beginning of another field behind it. */
const moreFields = /(?<!\\)" ("|[\w.-]+=|[\d<([-])/;

/** Text of a field, cut to a length that regular expressions handle quickly. */
const textOf = ({ b }: Sample, from: number, to: number): string =>
  b.toString('latin1', from, Math.min(to, from + MAX_FIELD_BYTES));

/** Whether a number stands between blanks, so that nothing marks it as what it is. */
const isBare = (tokens: readonly Token[], at: number): boolean => {
  const [before, behind] = [tokens[at - 1], tokens[at + 1]];
  return (
    isLiteral(before) &&
    before.literal === ' ' &&
    (behind === undefined || (isLiteral(behind) && behind.literal === ' '))
  );
};

export class FieldChecks {
  readonly #trials: Trials;
  readonly #right = new WeakMap<Trial, boolean>();
  /** The fields of the lines that were looked at last, by line, as several checks look at the same lines. */
  #read: { recipe: Recipe; sample: Sample; spans: Map<number, readonly Span[]> } | null = null;

  constructor(trials: Trials) {
    this.#trials = trials;
  }

  /** Whether all checks pass. Only called for a layout that would be chosen, as it uses a slower scanner. */
  areRight(trial: Trial, sample: Sample): boolean {
    const { candidate, taken, found } = trial;
    const known = this.#right.get(trial);
    if (known !== undefined) return known;
    const areRight =
      this.#hasAddresses(candidate, sample, taken) &&
      this.#hasDecimals(candidate, sample, taken) &&
      this.#hasWorkers(candidate, sample, taken) &&
      this.#hasPids(candidate, sample, taken) &&
      this.hasAnswers(trial, sample) &&
      !this.#isNoRequestLine(candidate, sample, taken) &&
      (found || !this.#swallows(candidate, sample, taken));
    this.#right.set(trial, areRight);
    return areRight;
  }

  /** The lines in which the last free text of a declared layout, or a request that was cut off, swallows fields behind it. */
  swallowed({ recipe }: Candidate, sample: Sample, lines: readonly number[]): number[] {
    if (!('tokens' in recipe)) return [];
    const { tokens } = recipe;
    const last = tokens.length - 1;
    const quote = fieldAt(tokens, last)?.kind === 'request' ? tokens[last - 1] : tokens[last];
    const at = fieldAt(tokens, last)?.kind === 'request' ? last : last - 1;
    const isQuoted = quote !== undefined && isLiteral(quote) && quote.literal.endsWith('"');
    if (!isQuoted || (at < last && fieldAt(tokens, at)?.kind !== 'text')) return [];
    return lines.filter((line) => moreFields.test(this.#text(recipe, sample, line, at) ?? ''));
  }

  #swallows(candidate: Candidate, sample: Sample, taken: readonly number[]): boolean {
    const checked = taken.slice(0, CHECKED_LINES);
    return this.swallowed(candidate, sample, checked).length * 2 > checked.length;
  }

  /** Lets go of the lines. */
  forget(): void {
    this.#read = null;
  }

  /** The fields of the line; none if the recipe does not take it. */
  #spans(recipe: Recipe, sample: Sample, line: number): readonly Span[] {
    if (this.#read?.recipe !== recipe || this.#read.sample !== sample) {
      this.#read = { recipe, sample, spans: new Map() };
    }
    const { spans } = this.#read;
    const known = spans.get(line);
    if (known) return known;
    const found = this.#trials.spans(recipe, sample, sample.lines[line].start) ?? [];
    spans.set(line, found);
    return found;
  }

  /** The text in the place of a token; undefined if the line has none there. */
  #text(recipe: Recipe, sample: Sample, line: number, at: number): string | undefined {
    const span = this.#spans(recipe, sample, line).find(({ token }) => token === at);
    return span && textOf(sample, span.from, span.to);
  }

  /**
   * Whether the text in the place of an address is one. The name of a logger is none; and a server that writes the port with the address
   * always does.
   */
  #hasAddresses({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const at = recipe.tokens.findIndex((token) => 'field' in token && token.field.kind === 'client');
    if (at < 0) return true;
    const field = fieldAt(recipe.tokens, at);
    const withPort = field?.kind === 'client' && field.port === true;
    const checked = taken.slice(0, CHECKED_LINES);
    const good = checked.filter((line) => {
      const text = this.#text(recipe, sample, line, at);
      return text === undefined || (address.test(text) && !(withPort && ipWithoutPort.test(text)));
    });
    return good.length * 2 > checked.length;
  }

  /**
   * Whether a time with decimals has the decimals of its server. Where nginx would write "0.811", neither "811" nor "0.811042" is such a
   * time.
   */
  #hasDecimals({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    const fields: readonly (Field | undefined)[] =
      'tokens' in recipe
        ? recipe.tokens.map((_, at) => fieldAt(recipe.tokens, at))
        : Object.values(recipe.keyed.fields).map((field) => (isFixed(field) ? field : undefined));
    const isFine = (field: Field | undefined) => field?.kind === 'duration' && field.fine === true;
    if (!fields.some(isFine)) return true;
    const checked = taken.slice(0, CHECKED_LINES);
    const wrong = checked.filter((line) => {
      const spans = this.#spans(recipe, sample, line);
      return spans.some(({ token, from, to }) => {
        const field = fields[token];
        if (!isFine(field)) return false;
        const text = textOf(sample, from, to);
        if (!isFixed(field)) return /^\d+$/.test(text);
        // A program that parses numbers and writes them again drops zeros at the end.
        return /^[1-9]\d*$/.test(text) || (/\.(\d+)$/.exec(text)?.[1].length ?? 0) > (field.decimals ?? 0);
      });
    });
    return wrong.length * 2 <= checked.length;
  }

  /** Whether the numbers of processes and threads repeat, as each serves many requests. A bare number that never repeats is neither. */
  #hasWorkers({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const { tokens } = recipe;
    return tokens.every((_, at) => {
      const kind = fieldAt(tokens, at)?.kind;
      if ((kind !== 'pid' && kind !== 'thread') || !isBare(tokens, at)) return true;
      return mayRepeat(taken.slice(0, COMPARED_LINES).map((line) => this.#text(recipe, sample, line, at) ?? ''));
    });
  }

  /**
   * Whether pids are pids. Where gunicorn writes "pid=<811>", "pid=811" or "-" is another server's; and the number of a thread is too large
   * for a pid.
   */
  #hasPids({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('tokens' in recipe)) return true;
    const at = recipe.tokens.findIndex((token) => 'field' in token && token.field.kind === 'pid');
    const field = at < 0 ? undefined : fieldAt(recipe.tokens, at);
    if (field?.kind !== 'pid') return true;
    const checked = taken.slice(0, CHECKED_LINES);
    const wrong = checked.filter((line) => {
      const text = this.#text(recipe, sample, line, at) ?? '';
      if (field.angled === true) return /^[\d-]/.test(text);
      return /^\d/.test(text) && Number(text) > LARGEST_PID;
    });
    return wrong.length * 2 <= checked.length;
  }

  /**
   * Whether statuses are statuses, and whether sizes repeat for the same error. Otherwise the numbers behind the request are those of
   * another layout.
   */
  hasAnswers({ candidate: { recipe }, taken, found }: Trial, sample: Sample): boolean {
    if (!('tokens' in recipe)) return true;
    const { tokens } = recipe;
    const at = (kind: Field['kind']) => tokens.findIndex((_, i) => fieldAt(tokens, i)?.kind === kind);
    const [request, status, bytes] = [at('request'), at('status'), at('bytes')];
    if (request < 0 || status < 0) return true;
    const lines = taken.slice(0, COMPARED_LINES).map((line) => this.#spans(recipe, sample, line));
    const textAt = (spans: readonly Span[], token: number): string => {
      const span = spans.find((one) => one.token === token);
      return span ? textOf(sample, span.from, span.to) : '';
    };
    const statuses = lines.map((spans) => textAt(spans, status));
    // In a layout that a server declares, they are statuses whatever their values.
    if (found && statuses.filter((text) => text === '0').length * 2 > statuses.length) return false;
    const duration = tokens.findIndex((_, i) => fieldAt(tokens, i)?.kind === 'duration');
    const valuesAt = (token: number) => lines.map((spans) => textAt(spans, token));
    if (bytes >= 0 && duration >= 0 && areOneTime(valuesAt(bytes), valuesAt(duration))) return false;
    // If a quoted field follows, any server may have written the line.
    const isEnd = bytes >= 0 && !tokens.slice(bytes).some((token) => isLiteral(token) && token.literal.includes('"'));
    const requests = lines.map((spans, i) => `${textAt(spans, request).replace(query, '')} ${statuses[i]}`);
    if (bytes < 0) return true;
    const sizes = valuesAt(bytes);
    // Answers to the same bad request may differ in length. A time is not missing, or 0, exactly where there is no body.
    if (isSize(sizes, requests)) return true;
    return isEnd ? !isNoSize(sizes, requests) && !isTimeOfEmpty(sizes, requests) : !isNoSizeOfCombined(sizes, requests);
  }

  /**
   * For named values: whether the request line is none. It may be a path without a method (which then has another name), or the repr of a
   * Python object ("<WSGIRequest: GET '/a'>", "<socket.socket fd=4 …>"), which Django passes to its loggers.
   */
  #isNoRequestLine({ recipe }: Candidate, sample: Sample, taken: readonly number[]): boolean {
    if (!('keyed' in recipe)) return false;
    const fields = Object.values(recipe.keyed.fields);
    if (!fields.some(({ kind }) => kind === 'request')) return false;
    const checked = taken.slice(0, CHECKED_LINES);
    const others = checked.filter((line) => {
      const spans = this.#spans(recipe, sample, line);
      return spans.some(
        ({ token, from }) =>
          fields[token].kind === 'request' && (sample.b[from] === SLASH || sample.b[from] === LESS_THAN),
      );
    });
    return others.length * 2 > checked.length;
  }
}

/** A duration whose server never writes more than a fixed number of decimals. */
const isFixed = (field: Field | undefined): field is Extract<Field, { kind: 'duration' }> =>
  field?.kind === 'duration' && field.decimals !== undefined;

function fieldAt(tokens: readonly Token[], at: number): Field | undefined {
  const token = tokens[at];
  return isLiteral(token) ? undefined : token.field;
}
