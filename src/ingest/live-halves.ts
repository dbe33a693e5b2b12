/**
 * A log that is being written, whose lines tell how requests begin and how they end: what joins both is found where some of each kind stand
 * in one sample, and a live log is looked at after its first line. Then it is better to wait for more lines, and, where the lines
 * of the one kind have a plan already, to look at both kinds again.
 */
import { tellsOfStart, tellsOfStatus, tellsOfTime } from './detect/free-form.ts';
import type { HeldLine, HeldLines } from './held-lines.ts';
import type { Plan } from './plan.ts';
import type { PlanSet } from './plan-set.ts';
import { saysBegin } from './request-names.ts';

/** Lines that are enough to tell. */
const ENOUGH_LINES = 40;
/** So many of each kind, of a log that is written so slowly that few requests of its first lines began before them. */
const ENOUGH_OF_EACH = 8;
const SLOW = 3_000_000;
/** Beginnings beside the lines of a plan that are no chance. */
const FEW_BEGINNINGS = 3;
/** µs that nothing is told of a log, the first time; twice as long each further time. */
const PATIENCE = 20_000_000;
const MOST_LOOKS = 3;
/** A name of one request: of processes, which many requests have, few lines do not tell whether they run one at a time. */
const identifier = /(?<![\w-])(?!\d{4}-\d\d)(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{6,}(?![\w-])/i;
/** A status that stands by itself is an answer. */
const bareStatus = /(?<=[\s|;)\]"])[1-5]\d\d(?=$|[\s|,;)\]"])/;
/** Formats whose lines were found by their names or their look. */
const found = new Set(['custom', 'json', 'logfmt']);

export class LiveHalves {
  readonly #held: HeldLines;
  readonly #plans: PlanSet;
  readonly #nowMicros: () => number;
  #since = Number.NaN;
  #beginnings = 0;
  #looks = 0;

  constructor(held: HeldLines, plans: PlanSet, nowMicros: () => number) {
    this.#held = held;
    this.#plans = plans;
    this.#nowMicros = nowMicros;
  }

  /** Is it better to wait for more lines before it is decided what those that are held are? */
  waits(): boolean {
    const { lines } = this.#held;
    const begun = lines.filter((line) => this.#begins(line));
    const begins = begun.length;
    const { list } = this.#plans;
    if (list.length > 0 && list.every(mayHaveHalves)) {
      this.#beginnings += begins;
      if (this.#beginnings >= FEW_BEGINNINGS && this.#looks < MOST_LOOKS) {
        this.#plans.retireAll();
        this.#beginnings = 0;
        this.#looks++;
        this.#since = Number.NaN;
      }
    }
    const isEnough = lines.length >= ENOUGH_LINES || this.#looks > MOST_LOOKS;
    if (list.length > 0 || begins === 0 || isEnough) return false;
    const now = this.#nowMicros();
    if (Number.isNaN(this.#since)) this.#since = now;
    const waited = now - this.#since;
    const hasBoth =
      begins >= ENOUGH_OF_EACH &&
      begun.every((line) => this.#isNamed(line)) &&
      lines.filter((line) => this.#ends(line)).length >= ENOUGH_OF_EACH;
    if (waited < (hasBoth ? SLOW : PATIENCE * 2 ** this.#looks)) return true;
    this.#looks++;
    this.#since = Number.NaN;
    return false;
  }

  #isNamed({ variants }: HeldLine): boolean {
    return variants.some((variant) => identifier.test(this.#held.text(variant)));
  }

  #ends({ variants }: HeldLine): boolean {
    return variants.some((variant) => {
      const text = this.#held.text(variant);
      return bareStatus.test(text) || tellsOfStatus(text) || tellsOfTime(text);
    });
  }

  #begins({ variants }: HeldLine): boolean {
    // "request_started" may be the message of a record that says under other names what was asked for.
    return variants.some((variant) => {
      const text = this.#held.text(variant);
      return tellsOfStart(text) && saysBegin(text) && !bareStatus.test(text) && !tellsOfTime(text);
    });
  }
}

const mayHaveHalves = ({ halves, parts }: Plan): boolean => halves === null && found.has(parts.format.id);
