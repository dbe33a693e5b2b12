/**
 * For a growing log with separate lines about the beginning and the end of requests. What joins both is found only if a sample has some of
 * each kind, but a live log is looked at after its first line. So it is better to wait for more lines. If the lines of one kind have a plan
 * already, both kinds are looked at again.
 */
import { tellsOfStart, tellsOfStatus, tellsOfTime } from './detect/free-form.ts';
import type { HeldLine, HeldLines } from './held-lines.ts';
import type { Plan } from './plan.ts';
import type { PlanSet } from './plan-set.ts';
import { saysBegin } from './request-names.ts';

/** Lines that are enough to decide. */
const ENOUGH_LINES = 40;
/** So many lines of each kind are enough after SLOW µs: in a log that grows so slowly, few requests of the first lines began before them. */
const ENOUGH_OF_EACH = 8;
const SLOW = 3_000_000;
/** So many beginnings beside the lines of a plan are no accident. */
const FEW_BEGINNINGS = 3;
/** µs: how long to wait the first time; twice as long each further time. */
const PATIENCE = 20_000_000;
const MOST_LOOKS = 3;
/**
 * An identifier of one request. Pids do not count: many requests share one, and a few lines do not show whether the process runs them one
 * at a time.
 */
const identifier = /(?<![\w-])(?!\d{4}-\d\d)(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{6,}(?![\w-])/i;
/** A status between separators is an answer. */
const bareStatus = /(?<=[\s|;)\]"])[1-5]\d\d(?=$|[\s|,;)\]"])/;
/** Formats of lines that were found by their names or their look. */
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

  /** Whether to wait for more lines before deciding what the held ones are. */
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
    // "request_started" may be the message of a record that has the request under other names.
    return variants.some((variant) => {
      const text = this.#held.text(variant);
      return tellsOfStart(text) && saysBegin(text) && !bareStatus.test(text) && !tellsOfTime(text);
    });
  }
}

const mayHaveHalves = ({ halves, parts }: Plan): boolean => halves === null && found.has(parts.format.id);
